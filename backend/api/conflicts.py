"""What waits for a person: listed, shown, settled, asked about, reopened; and the release."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, AdministratorDependency
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency
from backend.api.etags import IF_MATCH, required_version
from backend.api.paging import PAGE_ROWS_USUAL, Limit
from backend.clock import to_datetime
from backend.db import conflict_store
from backend.db.conflict_store import ConflictFilter, StoredConflict
from backend.services import decide
from backend.services.decide import Asked, ReleaseAsked
from backend.services.document import conflict_of
from schemas import problems
from schemas.conflicts import (
    ConflictAnswer,
    Conflicts,
    Kind,
    Life,
    ReasonRequest,
    ReleaseAnswer,
    ReleaseRequest,
    SettleRequest,
)
from schemas.problems import problem_responses
from schemas.types import Identifier
from sync.ids import AgencyCode, ConflictId, ReportId

router = APIRouter(prefix="/v1", tags=["conflicts"])

ConflictPath = Annotated[Identifier, Path(description="The conflict's id.")]

_DECIDED = problem_responses(
    *PERSON_PROBLEMS,
    *BODY_PROBLEMS,
    problems.NOT_FOUND,
    problems.PRECONDITION_FAILED,
    problems.PRECONDITION_REQUIRED,
    problems.STATE_CONFLICT,
)
_OPENED_DIGITS_MAX = 15


@router.get(
    "/conflicts",
    operation_id="list_conflicts",
    responses=problem_responses(*PERSON_PROBLEMS, problems.INVALID_REQUEST),
    dependencies=PERSON_SECURITY,
)
async def list_conflicts(  # noqa: PLR0913, PLR0917 — one parameter a query member
    node: NodeDependency,
    actor: AdministratorDependency,
    life: Annotated[
        list[Life] | None, Query(description="Only these; default: not settled.")
    ] = None,
    kind: Annotated[list[Kind] | None, Query()] = None,
    report: Annotated[Identifier | None, Query()] = None,
    after: Annotated[str | None, Query(max_length=80, description="The `next` before.")] = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> Conflicts:
    """What waits for the own agency, oldest first."""
    wanted = ConflictFilter(
        owner=AgencyCode(actor.agency),
        lives=tuple(life or ("open", "asked", "answered")),
        kinds=tuple(kind or ()),
        report=None if report is None else ReportId(report),
    )
    start = _after(after)
    found = await node.database.read(
        lambda c: conflict_store.list_conflicts(c, wanted, after=start, limit=limit)
    )
    last = found[-1] if len(found) == limit else None
    return Conflicts(
        items=tuple(map(to_wire, found)),
        next=None if last is None else f"{last.opened_at}.{last.conflict.id}",
    )


def _after(text: str | None) -> tuple[int, str]:
    """The place a ``next`` names; anything else starts from the beginning."""
    opened, _, conflict = (text or "").partition(".")
    if not opened.isdecimal() or len(opened) > _OPENED_DIGITS_MAX:
        return (0, "")
    return (int(opened), conflict)


def to_wire(stored: StoredConflict) -> ConflictAnswer:
    return ConflictAnswer.model_validate(
        {
            **conflict_of(stored.conflict),
            "owner": stored.owner,
            "opened_at": to_datetime(stored.opened_at),
            "touched_at": to_datetime(stored.touched_at),
        }
    )


@router.get(
    "/conflicts/{conflict}",
    operation_id="show_conflict",
    responses=problem_responses(*PERSON_PROBLEMS, problems.INVALID_REQUEST, problems.NOT_FOUND),
    dependencies=PERSON_SECURITY,
)
async def show_conflict(
    node: NodeDependency, actor: AdministratorDependency, conflict: ConflictPath
) -> ConflictAnswer:
    """One conflict with its sides, its authors' answers and how it ended."""
    found = await node.database.read(lambda c: decide.own_conflict(c, ConflictId(conflict), actor))
    return to_wire(found)


async def _decide(node: NodeDependency, conflict: str, asked: Asked) -> ConflictAnswer:
    return to_wire(await decide.decide(node, ConflictId(conflict), asked))


@router.post(
    "/conflicts/{conflict}/settle",
    operation_id="settle_conflict",
    responses=_DECIDED,
    dependencies=PERSON_SECURITY,
    openapi_extra=IF_MATCH
    | json_body(
        SettleRequest,
        weight={
            "value": {"amount": "276", "unit": "kg", "basis": "net"},
            "reason": "The laboratory weighed it net; the act says so.",
        },
        duplicate={"value": True, "reason": "Same place, same hour, same two officers."},
    ),
)
async def settle_conflict(
    request: Request,
    node: NodeDependency,
    actor: AdministratorDependency,
    conflict: ConflictPath,
) -> ConflictAnswer:
    """Decide which value stands, or that two reports tell of one event, with a reason."""
    body = await read_json(request, SettleRequest)
    asked = Asked("settle", body.value, body.reason, required_version(request), actor)
    return await _decide(node, conflict, asked)


@router.post(
    "/conflicts/{conflict}/ask",
    operation_id="ask_author",
    responses=_DECIDED,
    dependencies=PERSON_SECURITY,
    openapi_extra=IF_MATCH
    | json_body(ReasonRequest, usual={"reason": "Which of the two was weighed?"}),
)
async def ask_author(
    request: Request,
    node: NodeDependency,
    actor: AdministratorDependency,
    conflict: ConflictPath,
) -> ConflictAnswer:
    """Ask the officers who stand in it; their tablets show it at the next pull."""
    body = await read_json(request, ReasonRequest)
    asked = Asked("ask", None, body.reason, required_version(request), actor)
    return await _decide(node, conflict, asked)


@router.post(
    "/conflicts/{conflict}/reopen",
    operation_id="reopen_conflict",
    responses=_DECIDED,
    dependencies=PERSON_SECURITY,
    openapi_extra=IF_MATCH
    | json_body(ReasonRequest, usual={"reason": "The laboratory corrected itself."}),
)
async def reopen_conflict(
    request: Request,
    node: NodeDependency,
    actor: AdministratorDependency,
    conflict: ConflictPath,
) -> ConflictAnswer:
    """Take a settlement back: the sides stand again, the settled value stays accepted meanwhile."""
    body = await read_json(request, ReasonRequest)
    asked = Asked("reopen", None, body.reason, required_version(request), actor)
    return await _decide(node, conflict, asked)


@router.post(
    "/reports/{report}/release",
    operation_id="release_report",
    responses=_DECIDED,
    dependencies=PERSON_SECURITY,
    openapi_extra=IF_MATCH
    | json_body(
        ReleaseRequest, usual={"decision": "release", "reason": "Checked against the case file."}
    ),
)
async def release_report(
    request: Request,
    node: NodeDependency,
    actor: AdministratorDependency,
    report: Annotated[Identifier, Path(description="The report's id.")],
) -> ReleaseAnswer:
    """Say whether a report of the own agency may leave it, at the revision that was seen."""
    body = await read_json(request, ReleaseRequest)
    said = await decide.release(
        node,
        ReportId(report),
        ReleaseAsked(body.decision, body.reason, required_version(request), actor),
    )
    return ReleaseAnswer(
        report=said.report,
        decision=body.decision,
        revision=said.revision,
        decided_at=to_datetime(said.decided_at),
    )
