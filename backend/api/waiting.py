"""Held, parked and quarantined: nothing bad is dropped, and a person can act on all of it."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, AdministratorDependency
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency
from backend.api.paging import PAGE_ROWS_USUAL, Limit
from backend.clock import to_datetime
from backend.db.log_store import Quarantined, StoredLine
from backend.services import waiting
from schemas import problems, verdicts
from schemas.conflicts import ReasonRequest
from schemas.problems import problem_responses
from schemas.types import Sha256
from schemas.waiting import (
    Judged,
    Quarantine,
    QuarantinedBytes,
    RetriedBytes,
    WaitingLine,
    WaitingLines,
)
from sync.ids import Seq

router = APIRouter(prefix="/v1", tags=["waiting"])

LogPath = Annotated[
    str, Path(max_length=64, pattern=r"^[0-9a-f~-]+$", description="A device's log, or a branch.")
]
SeqPath = Annotated[int, Path(ge=1, le=10**15, description="The line's number.")]
PiecePath = Annotated[Sha256, Path(description="SHA-256 of the bytes.")]
_SEQ_DIGITS_MAX = 15

_ACTED = problem_responses(
    *PERSON_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND, problems.STATE_CONFLICT
)


@router.get(
    "/waiting",
    operation_id="list_waiting",
    responses=problem_responses(*PERSON_PROBLEMS, problems.INVALID_REQUEST),
    dependencies=PERSON_SECURITY,
)
async def list_waiting(
    node: NodeDependency,
    actor: AdministratorDependency,
    after: Annotated[str | None, Query(max_length=90, description="The `next` before.")] = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> WaitingLines:
    """Held and parked lines of the own agency's tablets, each with what it waits for."""
    page = await waiting.list_waiting(node, actor, after=_after(after), limit=limit)
    return WaitingLines(
        items=tuple(map(_line_to_wire, page.lines)),
        next=None if page.next is None else f"{page.next[0]}.{page.next[1]}",
    )


def _after(text: str | None) -> tuple[str, int]:
    log, _, seq = (text or "").partition(".")
    return (log, int(seq)) if seq.isdecimal() and len(seq) <= _SEQ_DIGITS_MAX else ("", 0)


def _line_to_wire(line: StoredLine) -> WaitingLine:
    try:
        text, encoded = line.bytes_as_sent.decode(), None
    except UnicodeDecodeError:
        text, encoded = None, base64.b64encode(line.bytes_as_sent).decode()
    return WaitingLine(
        log=line.log,
        seq=line.seq,
        report=line.report,
        received_at=to_datetime(line.received_at),
        carrier=line.carrier,
        verdict=verdicts.to_wire(line.verdict),
        text=text,
        base64=encoded,
    )


@router.post(
    "/waiting/{log}/{seq}/retry",
    operation_id="retry_waiting",
    responses=_ACTED,
    dependencies=PERSON_SECURITY,
)
async def retry_waiting(
    node: NodeDependency, actor: AdministratorDependency, log: LogPath, seq: SeqPath
) -> Judged:
    """Judge a line again, and let it in if only its device's revocation or a fork kept it out."""
    verdict = await waiting.retry(node, actor, log, Seq(seq))
    return Judged(verdict=verdicts.to_wire(verdict))


@router.post(
    "/waiting/{log}/{seq}/set-aside",
    operation_id="set_aside_waiting",
    responses=_ACTED,
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(ReasonRequest, usual={"reason": "Written on the wrong tablet."}),
)
async def set_aside_waiting(
    request: Request,
    node: NodeDependency,
    actor: AdministratorDependency,
    log: LogPath,
    seq: SeqPath,
) -> Judged:
    """Keep a line as evidence only; what depended on it is judged without it."""
    body = await read_json(request, ReasonRequest)
    verdict = await waiting.set_aside(node, actor, log, Seq(seq), body.reason)
    return Judged(verdict=verdicts.to_wire(verdict))


@router.get(
    "/quarantine",
    operation_id="list_quarantine",
    responses=problem_responses(*PERSON_PROBLEMS, problems.INVALID_REQUEST),
    dependencies=PERSON_SECURITY,
)
async def list_quarantine(
    node: NodeDependency,
    actor: AdministratorDependency,
    after: Annotated[Sha256 | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> Quarantine:
    """Bytes that proved nothing, brought by or in the name of the own agency's tablets."""
    found = await waiting.list_quarantine(node, actor, after=after or "", limit=limit)
    return Quarantine(
        items=tuple(map(_piece_to_wire, found)),
        next=found[-1].hash if len(found) == limit else None,
    )


def _piece_to_wire(piece: Quarantined) -> QuarantinedBytes:
    return QuarantinedBytes(
        hash=piece.hash,
        reason=piece.reason,
        device=piece.device,
        carrier=piece.carrier,
        received_at=to_datetime(piece.received_at),
        size_bytes=len(piece.bytes_as_sent),
    )


@router.post(
    "/quarantine/{piece}/retry",
    operation_id="retry_quarantined",
    responses=_ACTED,
    dependencies=PERSON_SECURITY,
)
async def retry_quarantined(
    node: NodeDependency, actor: AdministratorDependency, piece: PiecePath
) -> RetriedBytes:
    """Take the bytes in again: their device may be enrolled by now."""
    return RetriedBytes(segments=tuple(await waiting.retry_quarantined(node, actor, piece)))


@router.post(
    "/quarantine/{piece}/set-aside",
    operation_id="set_aside_quarantined",
    status_code=204,
    responses=_ACTED,
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(ReasonRequest, usual={"reason": "A test of the courier."}),
)
async def set_aside_quarantined(
    request: Request, node: NodeDependency, actor: AdministratorDependency, piece: PiecePath
) -> None:
    """Say why nothing more is to be done; the bytes stay."""
    body = await read_json(request, ReasonRequest)
    await waiting.set_aside_quarantined(node, actor, piece, body.reason)
