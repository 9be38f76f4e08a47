"""Who may pull the feed, as the node's operators keep them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, OperatorDependency
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency
from backend.api.paging import PAGE_ROWS_USUAL, After, Limit, next_after
from backend.db import subscribers
from backend.services import manage_subscribers
from schemas import problems
from schemas.devices import ActiveRequest, Subscriber, SubscriberRequest, Subscribers
from schemas.problems import problem_responses
from schemas.types import Identifier

router = APIRouter(prefix="/v1/subscribers", tags=["feed"], dependencies=PERSON_SECURITY)


def _to_wire(subscriber: subscribers.Subscriber) -> Subscriber:
    return Subscriber(
        id=subscriber.id,
        name=subscriber.name,
        code=subscriber.code,
        is_active=subscriber.is_active,
    )


@router.get("", operation_id="list_subscribers", responses=problem_responses(*PERSON_PROBLEMS))
async def list_subscribers(
    node: NodeDependency,
    _actor: OperatorDependency,
    after: After = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> Subscribers:
    """Regional centres and member states that may pull the feed."""
    found = await manage_subscribers.list_subscribers(node, after=after, limit=limit)
    return Subscribers(items=tuple(map(_to_wire, found)), next=next_after(found, limit))


@router.post(
    "",
    operation_id="add_subscriber",
    status_code=201,
    responses=problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS, problems.ALREADY_EXISTS),
    openapi_extra=json_body(
        SubscriberRequest,
        usual={
            "name": "Regional centre",
            "code": "CARICC",
            "public_key": "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=",
        },
    ),
)
async def add_subscriber(
    request: Request, node: NodeDependency, actor: OperatorDependency
) -> Subscriber:
    """Let a subscriber in by the key it made."""
    body = await read_json(request, SubscriberRequest)
    return _to_wire(await manage_subscribers.add(node, actor, body))


@router.post(
    "/{subscriber}/active",
    operation_id="set_subscriber_active",
    responses=problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND),
    openapi_extra=json_body(ActiveRequest, end={"is_active": False}),
)
async def set_subscriber_active(
    request: Request,
    node: NodeDependency,
    actor: OperatorDependency,
    subscriber: Annotated[Identifier, Path()],
) -> Subscriber:
    """Whether it may pull."""
    body = await read_json(request, ActiveRequest)
    changed = await manage_subscribers.set_active(node, actor, subscriber, is_active=body.is_active)
    return _to_wire(changed)
