"""The exchange feed over HTTP: pages, signed head, acknowledgements; lag and recall list."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import TypeAdapter

from backend.api.actors import (
    PERSON_PROBLEMS,
    PERSON_SECURITY,
    SUBSCRIBER_PROBLEMS,
    SUBSCRIBER_SECURITY,
    AdministratorDependency,
    OperatorDependency,
    SubscriberDependency,
)
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency
from backend.api.etags import is_known, tag
from backend.clock import Instant, to_text
from backend.services import serve_feed, subscribers
from backend.services.serve_feed import PAGE_ENTRIES_MAX, PAGE_ENTRIES_USUAL
from schemas import problems
from schemas.feed import (
    EntryBody,
    FeedAck,
    FeedAcked,
    FeedLag,
    FeedPage,
    Holder,
    Holders,
    ReleasePolicy,
    SubscriberLag,
)
from schemas.problems import problem_responses
from schemas.types import Identifier
from sync.ids import ReportId

router = APIRouter(prefix="/v1", tags=["feed"])

_JSON: Final = "application/json"
_CURSOR_CHARACTERS_MAX: Final = 400

FULL_PAGE: Final = "private, max-age=31536000, immutable"
"""A full page stays as it is: any cache on the reader's side may answer for it. ``private``, since
what is in it depends on who asks. A text withdrawn meanwhile stays in such a cache as it stays with
the reader who was given it; the withdrawal that follows concerns both."""

LAST_PAGE: Final = "private, no-cache"

_EXAMPLE_CURSOR: Final = "YTFiMmMzZDRbIjEtOWYzYyIsIiIsNDFd"
_EXAMPLE_PAGE: Final[dict[str, Any]] = {
    "entries": [
        {
            "position": 41,
            "hash": "4c0e1f0b2f0c5d7c3a4f66e2a5bb4f8f43a2a5f2b6f7c9d9e1d2c3b4a5968778",
            "chain": "9d3c6d2b8f1a40f7b7f3c1f5e8c0a2d4b6e8f0a1c3d5e7f9a0b2c4d6e8f0a1b2",
            "body": '{"action":"withdraw","at":"2020-02-09T05:00:00.000Z","id":"…","node":"…",'
            '"reason":"voided","replaces":"…","report":"…","revision":7,"salt":"…","v":1}',
        },
        {
            "position": 42,
            "hash": "0b6f1d2c3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
            "chain": "5a6b7c8d9e0f1a2b3c4d0b6f1d2c3e4f5e6f708192a3b4c5d6e7f8091a2b3c4d",
            "body": None,
        },
    ],
    "cursor": _EXAMPLE_CURSOR,
    "more": False,
}


@router.get(
    "/feed",
    operation_id="pull_feed",
    response_model=FeedPage,
    responses={
        304: {"description": "The page the reader holds is the current one (`If-None-Match`)."},
        **problem_responses(*SUBSCRIBER_PROBLEMS, problems.CURSOR_STALE, problems.INVALID_REQUEST),
        200: {"content": {_JSON: {"examples": {"usual": {"value": _EXAMPLE_PAGE}}}}},
    },
    dependencies=SUBSCRIBER_SECURITY,
)
async def pull_feed(
    request: Request,
    node: NodeDependency,
    actor: SubscriberDependency,
    cursor: Annotated[
        str | None,
        Query(max_length=_CURSOR_CHARACTERS_MAX, description="From the page before; none: start."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ENTRIES_MAX)] = PAGE_ENTRIES_USUAL,
) -> Response:
    """Entries in order, each with its hash and chain; the text of those this reader may see.

    At least once, from any point: a reader that asks again gets the same entries again.
    """
    page = await serve_feed.page(node, actor, cursor=cursor, limit=limit)
    headers = {
        "ETag": tag(page.etag),
        "Cache-Control": FULL_PAGE if page.is_full else LAST_PAGE,
        "Vary": "Authorization, Accept-Encoding",
    }
    if is_known(request, page.etag):
        return Response(status_code=304, headers=headers)
    return Response(page.body, media_type=_JSON, headers=headers)


@router.get(
    "/feed/checkpoint",
    operation_id="show_checkpoint",
    response_class=PlainTextResponse,
    responses=problem_responses(*SUBSCRIBER_PROBLEMS),
    dependencies=SUBSCRIBER_SECURITY,
)
async def show_checkpoint(node: NodeDependency, _actor: SubscriberDependency) -> PlainTextResponse:
    """The feed's newest head, a C2SP signed note: origin, size, chain, the node's signature."""
    return PlainTextResponse(
        await serve_feed.checkpoint(node), headers={"Cache-Control": LAST_PAGE}
    )


@router.post(
    "/feed/ack",
    operation_id="acknowledge_feed",
    responses=problem_responses(*SUBSCRIBER_PROBLEMS, *BODY_PROBLEMS, problems.CURSOR_STALE),
    dependencies=SUBSCRIBER_SECURITY,
    openapi_extra=json_body(FeedAck, usual={"cursor": _EXAMPLE_CURSOR}),
)
async def acknowledge_feed(
    request: Request, node: NodeDependency, actor: SubscriberDependency
) -> FeedAcked:
    """Say that everything up to a cursor is stored. It moves forward only."""
    body = await read_json(request, FeedAck)
    return FeedAcked(acknowledged=await serve_feed.acknowledge(node, actor, body.cursor))


@router.get("/feed/schema", operation_id="show_feed_schema", responses=problem_responses())
async def show_feed_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what an entry's text says."""
    schema = TypeAdapter[Any](EntryBody).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@router.get(
    "/feed/lag",
    operation_id="show_feed_lag",
    responses=problem_responses(*PERSON_PROBLEMS),
    dependencies=PERSON_SECURITY,
)
async def show_feed_lag(node: NodeDependency, _actor: OperatorDependency) -> FeedLag:
    """How far each subscriber is, for the node's operators."""
    found = await subscribers.lag(node)
    return FeedLag(
        size=found.size,
        subscribers=tuple(
            SubscriberLag(
                subscriber=each.id,
                name=each.name,
                code=each.code,
                delivered=each.progress.delivered,
                acknowledged=each.progress.acknowledged,
                behind=found.size - each.progress.acknowledged,
                delivered_at=_text(each.progress.delivered_at),
                acknowledged_at=_text(each.progress.acknowledged_at),
            )
            for each in found.subscribers
        ),
    )


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else to_text(instant)


@router.get(
    "/feed/holders/{report}",
    operation_id="list_holders",
    responses=problem_responses(*PERSON_PROBLEMS, problems.INVALID_REQUEST, problems.NOT_FOUND),
    dependencies=PERSON_SECURITY,
)
async def list_holders(
    node: NodeDependency, actor: AdministratorDependency, report: Annotated[Identifier, Path()]
) -> Holders:
    """The recall list: who was given a report, and whether its withdrawal reached them."""
    found = await subscribers.holders(node, actor, ReportId(report))
    return Holders(report=report, holders=tuple(map(_holder, found)))


def _holder(holding: subscribers.Holding) -> Holder:
    who, taken_back = holding.subscriber, holding.withdrawal
    done = who.progress
    return Holder(
        subscriber=who.id,
        name=who.name,
        code=who.code,
        position=holding.position,
        acknowledged=done.acknowledged >= holding.position,
        withdrawal=taken_back,
        withdrawal_delivered=taken_back is not None and done.delivered >= taken_back,
        withdrawal_acknowledged=taken_back is not None and done.acknowledged >= taken_back,
    )


@router.get(
    "/release-policy",
    operation_id="show_release_policy",
    responses=problem_responses(*PERSON_PROBLEMS),
    dependencies=PERSON_SECURITY,
)
async def show_release_policy(
    node: NodeDependency, actor: AdministratorDependency
) -> ReleasePolicy:
    """Whether the agency's reports wait for an administrator before they leave it."""
    return ReleasePolicy(release_requires_approval=await subscribers.policy(node, actor))


@router.put(
    "/release-policy",
    operation_id="set_release_policy",
    responses=problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS),
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(ReleasePolicy, usual={"release_requires_approval": True}),
)
async def set_release_policy(
    request: Request, node: NodeDependency, actor: AdministratorDependency
) -> ReleasePolicy:
    """Change it. Reports that may leave by the new rule are published, withheld ones never are."""
    body = await read_json(request, ReleasePolicy)
    said = await subscribers.set_policy(
        node, actor, release_requires_approval=body.release_requires_approval
    )
    return ReleasePolicy(release_requires_approval=said)
