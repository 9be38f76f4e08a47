"""Push, pull, manifest, fetch: what a tablet and the node say to each other."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from backend.api.actors import (
    DEVICE_EVEN_REVOKED_PROBLEMS,
    DEVICE_PROBLEMS,
    DEVICE_SECURITY,
    DeviceDependency,
    DeviceEvenRevokedDependency,
)
from backend.api.body import BODY_PROBLEMS, json_body, read_bytes, read_json
from backend.api.contact import contact_of
from backend.api.dependencies import NodeDependency
from backend.services import contacts, pull, push
from backend.services.pull import PAGE_REPORTS_MAX, PullRequest
from backend.services.push import SEALED_MEDIA_TYPE
from backend.services.take_in import Delivery
from schemas import problems
from schemas.problems import Problem, problem_responses
from schemas.sync import (
    FetchAnswer,
    FetchRequest,
    ManifestAnswer,
    OrderAnswer,
    PullAnswer,
    PushAnswer,
)
from schemas.types import Identifier, Sha256
from sync.ids import ReportId
from sync.limits import BUNDLE_BYTES_MAX

router = APIRouter(prefix="/v1/sync", tags=["sync"])

BUNDLE_MEDIA_TYPE = "application/x-ndjson"
_JSON = "application/json"

_EXAMPLE_LINE = (
    '{"v":1,"device":"0192f0c1-0000-7000-8000-000000000001","seq":1,"prev":"' + "0" * 64 + '",'
    '"author":"0192f0c1-0000-7000-8000-0000000000a1",'
    '"report":"0192f0c1-0000-7000-8000-0000000000b1","form":"seizure/2","op":"edit","seen":0,'
    '"set":{"/event/at":{"was":null,"now":"2020-02-01T14:03:11+06:00"}},'
    '"at":"2020-02-01T14:05:00+06:00","uptime_ms":81231000}\n'
    '{"seal":{"device":"0192f0c1-0000-7000-8000-000000000001","first":1,"last":1,'
    '"head":"<sha-256 of the line>","at":"2020-02-01T14:05:01+06:00","signature":"<base64>"}}\n'
)

_PUSH_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            BUNDLE_MEDIA_TYPE: {
                "schema": {"type": "string", "description": "A bundle: lines and seals."},
                "examples": {"usual": {"summary": "One line, sealed", "value": _EXAMPLE_LINE}},
            },
            SEALED_MEDIA_TYPE: {
                "schema": {
                    "type": "string",
                    "format": "binary",
                    "description": "A bundle file sealed to this node (HPKE).",
                }
            },
        },
    }
}


@router.post(
    "/push",
    operation_id="push",
    response_model=PushAnswer,
    responses=problem_responses(
        *DEVICE_EVEN_REVOKED_PROBLEMS,
        problems.BODY_ENCODING,
        problems.BODY_TOO_LARGE,
        problems.BUNDLE_UNREADABLE,
        problems.UNSUPPORTED_ENCODING,
        problems.UNSUPPORTED_MEDIA_TYPE,
    ),
    dependencies=DEVICE_SECURITY,
    openapi_extra=_PUSH_BODY,
)
async def push_bundle(
    request: Request, node: NodeDependency, actor: DeviceEvenRevokedDependency
) -> Response:
    """Take a bundle in, whoever wrote it: the carrier authenticates, the seals prove the authors.

    What is answered is durable. Lines that cannot be applied are verdicts in a 200, never an error.
    """
    raw = await _bundle(request, node)
    contact = contact_of(request, node.now())
    delivery = Delivery(actor.id, node.now(), contact.clock_offset_ms)
    answer = await push.push(node, raw, delivery)
    orders = await contacts.record(node, actor.id, contact)
    return _push_answer(answer, orders)


async def _bundle(request: Request, node: NodeDependency) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {BUNDLE_MEDIA_TYPE, SEALED_MEDIA_TYPE}:
        raise Problem(
            problems.UNSUPPORTED_MEDIA_TYPE,
            "A bundle or a sealed bundle file is expected.",
            supported=[BUNDLE_MEDIA_TYPE, SEALED_MEDIA_TYPE],
        )
    raw = await read_bytes(request, BUNDLE_BYTES_MAX)
    return push.open_sealed(node, raw) if media_type == SEALED_MEDIA_TYPE else raw


@router.get(
    "/push/{bundle}",
    operation_id="find_push",
    response_model=PushAnswer,
    responses=problem_responses(*DEVICE_EVEN_REVOKED_PROBLEMS, problems.NOT_FOUND),
    dependencies=DEVICE_SECURITY,
)
async def find_push(
    node: NodeDependency,
    actor: DeviceEvenRevokedDependency,
    bundle: Annotated[Sha256, Path(description="SHA-256 of the bundle's bytes.")],
) -> Response:
    """What a bundle was, or would be, answered: for a carrier whose answer was lost."""
    answer = await push.find_answer(node, bundle, actor.id)
    if answer is None:
        raise Problem(problems.NOT_FOUND, "This carrier delivered no such bundle here.")
    return _push_answer(answer, await contacts.open_orders(node, actor.id))


def _push_answer(answer: push.PushAnswer, orders: list[OrderAnswer]) -> Response:
    """The verdicts go out exactly as the receipt hashed them: no member added, none left out."""
    body = {
        "receipt": answer.receipt.text,
        "signature": answer.receipt.signature,
        "segments": answer.segments,
        "verdicts": answer.verdicts,
        "orders": [each.model_dump() for each in orders],
    }
    return Response(orjson.dumps(body), media_type=_JSON)


@router.get(
    "/pull",
    operation_id="pull",
    response_model=PullAnswer,
    responses=problem_responses(*DEVICE_PROBLEMS, problems.CURSOR_STALE, problems.INVALID_REQUEST),
    dependencies=DEVICE_SECURITY,
)
async def pull_page(  # noqa: PLR0913, PLR0917 — one parameter a query member
    request: Request,
    node: NodeDependency,
    actor: DeviceDependency,
    cursor: Annotated[
        str | None, Query(max_length=400, description="The last page's cursor; none at first.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_REPORTS_MAX)] = 200,
    head: Annotated[
        int, Query(ge=0, le=10**15, description="The last line of the device's own log.")
    ] = 0,
    assignment: Annotated[
        int | None, Query(ge=1, le=10**6, description="The assignment the device knows of.")
    ] = None,
    digest: Annotated[bool, Query(description="Ask for the digest of the scope.")] = False,  # noqa: FBT002 — a query member
) -> Response:
    """What moved in the device's scope since the cursor, its lines' verdicts, its orders."""
    contact = contact_of(request, node.now(), head=head, assignment=assignment)
    await contacts.record(node, actor.id, contact)
    asked = PullRequest(cursor, limit, head, digest)
    return Response(await pull.pull(node, actor.id, asked), media_type=_JSON)


@router.get(
    "/manifest",
    operation_id="manifest",
    responses=problem_responses(*DEVICE_PROBLEMS, problems.INVALID_REQUEST),
    dependencies=DEVICE_SECURITY,
)
async def manifest(
    node: NodeDependency,
    actor: DeviceDependency,
    after: Annotated[Identifier | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_REPORTS_MAX)] = PAGE_REPORTS_MAX,
) -> ManifestAnswer:
    """What the device should hold now, as ids and revisions; unsent work is never touched by it."""
    page = await pull.manifest(node, actor.id, after=after or "", limit=limit)
    return ManifestAnswer(
        epoch=page.epoch,
        cursor=page.cursor,
        reports=tuple((report, revision) for report, revision in page.reports),
        next=page.next,
    )


@router.post(
    "/reports",
    operation_id="fetch_reports",
    response_model=FetchAnswer,
    responses=problem_responses(*DEVICE_PROBLEMS, *BODY_PROBLEMS),
    dependencies=DEVICE_SECURITY,
    openapi_extra=json_body(
        FetchRequest, usual={"reports": ["0192f0c1-0000-7000-8000-0000000000b1"]}
    ),
)
async def fetch_reports(
    request: Request, node: NodeDependency, actor: DeviceDependency
) -> Response:
    """The named reports that are in the device's scope; others are silently absent."""
    body = await read_json(request, FetchRequest)
    wanted = [ReportId(report) for report in body.reports]
    return Response(await pull.fetch(node, actor.id, wanted), media_type=_JSON)
