"""The audit log, for administrators of the agency whose matters it records."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, AdministratorDependency
from backend.api.dependencies import NodeDependency
from backend.api.paging import PAGE_ROWS_USUAL, Limit
from backend.clock import to_datetime
from backend.db import audit
from schemas.people import AuditLine, AuditLines
from schemas.problems import problem_responses

router = APIRouter(prefix="/v1/audit", tags=["people"], dependencies=PERSON_SECURITY)


@router.get("", operation_id="read_audit", responses=problem_responses(*PERSON_PROBLEMS))
async def read_audit(
    node: NodeDependency,
    actor: AdministratorDependency,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="Below this position.")] = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> AuditLines:
    """Decisions, and reads of people's data, newest first; a line's hash holds the one before."""
    lines = await node.database.read(
        lambda connection: audit.list_newest(connection, actor.agency, before=before, limit=limit)
    )
    return AuditLines(
        items=tuple(map(_to_wire, lines)),
        next=lines[-1].position if len(lines) == limit else None,
    )


def _to_wire(line: audit.AuditLine) -> AuditLine:
    deed = line.deed
    return AuditLine.model_validate(
        {
            "position": line.position,
            "at": to_datetime(deed.at),
            "agency": deed.agency,
            "actor_kind": deed.actor_kind,
            "actor": deed.actor,
            "action": deed.action,
            "subject": deed.subject,
            "detail": dict(deed.detail),
            "prev": line.prev,
            "hash": line.hash,
        }
    )
