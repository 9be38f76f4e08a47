"""Who this node is."""

from fastapi import APIRouter

from backend.api.dependencies import NodeDependency
from backend.clock import to_datetime
from backend.keys import key_text
from backend.node import Node
from schemas.devices import NodeDescription
from schemas.problems import problem_responses
from schemas.version import PROTOCOL_VERSION, PROTOCOL_VERSION_SUPPORTED_MIN

router = APIRouter(prefix="/v1", tags=["node"])


def describe(node: Node) -> NodeDescription:
    identity = node.identity
    return NodeDescription(
        id=identity.id,
        name=identity.name,
        country=identity.country,
        epoch=identity.epoch,
        signing_key=key_text(node.keys.signing_public),
        sealing_key=key_text(node.keys.sealing_public),
        protocol=PROTOCOL_VERSION,
        protocol_min=PROTOCOL_VERSION_SUPPORTED_MIN,
        server_time=to_datetime(node.now()),
    )


@router.get("/node", operation_id="show_node", responses=problem_responses())
async def show_node(node: NodeDependency) -> NodeDescription:
    """The node's name, keys, epoch and time. A tablet corrects its offset by it before it signs."""
    return describe(node)
