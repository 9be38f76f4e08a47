"""A report as a person of its agencies reads it, and the signed lines behind every value (P11)."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, PersonDependency
from backend.api.dependencies import NodeDependency
from backend.clock import to_datetime
from backend.db.log_store import StoredLine
from backend.services import read_report
from backend.services.document import witness_of
from schemas import problems, verdicts
from schemas.problems import problem_responses
from schemas.reports import History, HistoryLine
from schemas.sync import ReportDocument
from schemas.types import Identifier
from sync.ids import ReportId

router = APIRouter(prefix="/v1/reports", tags=["reports"])

ReportPath = Annotated[Identifier, Path(description="The report's id.")]
_READ = problem_responses(*PERSON_PROBLEMS, problems.INVALID_REQUEST, problems.NOT_FOUND)


@router.get(
    "/{report}",
    operation_id="show_report",
    response_model=ReportDocument,
    responses=_READ,
    dependencies=PERSON_SECURITY,
)
async def show_report(
    node: NodeDependency, actor: PersonDependency, report: ReportPath
) -> Response:
    """The report as tablets hold it. The read is recorded."""
    document, revision = await read_report.document(node, actor, ReportId(report))
    return Response(document, media_type="application/json", headers={"ETag": f'"{revision}"'})


@router.get(
    "/{report}/history",
    operation_id="show_history",
    responses=_READ,
    dependencies=PERSON_SECURITY,
)
async def show_history(
    node: NodeDependency, actor: PersonDependency, report: ReportPath
) -> History:
    """Every line about the report, and for each field the lines that witness its value."""
    found, lines = await read_report.history(node, actor, ReportId(report))
    return History(
        report=found.id,
        revision=found.revision,
        witnesses={
            path: tuple(dict(witness_of(witness)) for witness in state.witnesses)
            for path, state in sorted(found.fields.items())
        },
        lines=tuple(map(_line_to_wire, lines)),
    )


def _line_to_wire(line: StoredLine) -> HistoryLine:
    return HistoryLine(
        log=line.log,
        seq=line.seq,
        hash=line.hash,
        prev=line.prev,
        received_at=to_datetime(line.received_at),
        carrier=line.carrier,
        clock_offset_ms=line.clock_offset_ms,
        verdict=verdicts.to_wire(line.verdict),
        text=line.bytes_as_sent.decode(errors="replace"),
    )
