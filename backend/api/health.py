"""Whether the process lives, and whether it can serve."""

from fastapi import APIRouter
from pydantic import BaseModel

from backend.api.dependencies import NodeDependency
from backend.db import migrate
from backend.db.engine import StorageUnavailable
from schemas.problems import problem_responses

router = APIRouter(prefix="/v1", tags=["node"])


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


@router.get("/health", operation_id="health", responses=problem_responses())
async def health() -> Health:
    """Whether the process lives. Touches nothing: a watchdog may call it every second."""
    return Health()


@router.get("/ready", operation_id="ready", responses=problem_responses())
async def ready(node: NodeDependency) -> Health:
    """Whether the node can serve: the database reads, its tables are current, the writer lives."""
    await node.database.read(migrate.require_current)
    if not node.database.is_alive:
        raise StorageUnavailable("the writer has stopped")
    return Health()
