"""Tablets: listed, revoked, moved and told things by their agency; and their receipts."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from backend.api.actors import (
    DEVICE_EVEN_REVOKED_PROBLEMS,
    DEVICE_SECURITY,
    PERSON_PROBLEMS,
    PERSON_SECURITY,
    AdministratorDependency,
    DeviceEvenRevokedDependency,
)
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency
from backend.api.devices_wire import detail_to_wire, device_to_wire, order_to_wire
from backend.api.paging import PAGE_ROWS_USUAL, After, Limit, next_after
from backend.db.devices import Place
from backend.db.orders import OrderKind, Outcome
from backend.services import manage_devices
from backend.services.manage_devices import Wanted
from schemas import problems
from schemas.devices import (
    Device,
    DeviceDetail,
    Devices,
    Order,
    OrderReceipt,
    ReassignRequest,
    ResendRequest,
    RevokeRequest,
    WipeRequest,
)
from schemas.problems import problem_responses
from schemas.types import Identifier

router = APIRouter(prefix="/v1/devices", tags=["devices"])

DeviceId = Annotated[Identifier, Path(description="The tablet's id.")]
_MANAGED = problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND)


@router.get(
    "",
    operation_id="list_devices",
    responses=problem_responses(*PERSON_PROBLEMS),
    dependencies=PERSON_SECURITY,
)
async def list_devices(
    node: NodeDependency,
    actor: AdministratorDependency,
    after: After = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> Devices:
    """The own agency's tablets."""
    found = await manage_devices.list_devices(node, actor, after=after, limit=limit)
    return Devices(items=tuple(map(device_to_wire, found)), next=next_after(found, limit))


@router.post(
    "/current/orders/{order}/receipt",
    operation_id="send_order_receipt",
    responses=problem_responses(*DEVICE_EVEN_REVOKED_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND),
    dependencies=DEVICE_SECURITY,
    openapi_extra=json_body(OrderReceipt, usual={"outcome": "done"}),
)
async def send_order_receipt(
    request: Request,
    node: NodeDependency,
    actor: DeviceEvenRevokedDependency,
    order: Annotated[Identifier, Path()],
) -> Order:
    """The tablet did as told, or could not. Sent again it changes nothing."""
    body = await read_json(request, OrderReceipt)
    finished = await manage_devices.receive_receipt(node, actor, order, Outcome(body.outcome))
    return order_to_wire(finished)


@router.get(
    "/{device}",
    operation_id="show_device",
    responses=problem_responses(*PERSON_PROBLEMS, problems.NOT_FOUND),
    dependencies=PERSON_SECURITY,
)
async def show_device(
    node: NodeDependency, actor: AdministratorDependency, device: DeviceId
) -> DeviceDetail:
    """One tablet, where it stood and what it was told."""
    return detail_to_wire(await manage_devices.show(node, actor, device))


@router.post(
    "/{device}/revoke",
    operation_id="revoke_device",
    responses=_MANAGED,
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(RevokeRequest, usual={"reason": "Lost on the Osh road."}),
)
async def revoke_device(
    request: Request, node: NodeDependency, actor: AdministratorDependency, device: DeviceId
) -> DeviceDetail:
    """Its reads stop at once; what it still pushes goes into quarantine. Not to be undone."""
    body = await read_json(request, RevokeRequest)
    return detail_to_wire(await manage_devices.revoke(node, actor, device, body.reason))


@router.post(
    "/{device}/reassign",
    operation_id="reassign_device",
    responses=problem_responses(
        *PERSON_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND, problems.STATE_CONFLICT
    ),
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(
        ReassignRequest, usual={"agency": "KG-CUS", "team": None, "post": "KG-DOSTUK"}
    ),
)
async def reassign_device(
    request: Request, node: NodeDependency, actor: AdministratorDependency, device: DeviceId
) -> Device:
    """Put a tablet elsewhere. Lines it wrote before it knows belong where it stood."""
    body = await read_json(request, ReassignRequest)
    place = Place(body.agency, body.team, body.post)
    return device_to_wire(await manage_devices.reassign(node, actor, device, place))


@router.post(
    "/{device}/wipe",
    operation_id="wipe_device",
    responses=_MANAGED,
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(WipeRequest, usual={"reason": "Handed back to the office."}),
)
async def wipe_device(
    request: Request, node: NodeDependency, actor: AdministratorDependency, device: DeviceId
) -> Order:
    """Tell a tablet to hand in its outbox and forget everything."""
    body = await read_json(request, WipeRequest)
    wanted = Wanted(OrderKind.WIPE, body.reason)
    return order_to_wire(await manage_devices.give_order(node, actor, device, wanted))


@router.post(
    "/{device}/resend",
    operation_id="resend_device",
    responses=_MANAGED,
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(
        ResendRequest, usual={"from_seq": 41, "reason": "The node was restored from a backup."}
    ),
)
async def resend_device(
    request: Request, node: NodeDependency, actor: AdministratorDependency, device: DeviceId
) -> Order:
    """Tell a tablet to push its log again from a line on."""
    body = await read_json(request, ResendRequest)
    wanted = Wanted(OrderKind.RESEND_FROM, body.reason, body.from_seq)
    return order_to_wire(await manage_devices.give_order(node, actor, device, wanted))
