"""Where each report stands, told from verified receipts and pulled verdicts and nothing else.

on-tablet -> received -> applied -> evidence-complete -> published
                      -> contested | waiting | held | parked
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from clients.tablet.attachments import Attachments
from clients.tablet.file import TabletFile
from clients.tablet.receipts import Receipts
from clients.tablet.replica import Replica
from clients.wire import LineVerdict, ReportDocument
from sync.ids import ReportId
from sync.strictjson import Json


class Stage(StrEnum):
    """How far a report has come. Ordered by how much it needs somebody's attention."""

    PARKED = "parked"
    """A line cannot be applied as it is; the node keeps it and a person has to look."""
    ON_TABLET = "on-tablet"
    """Somebody could still lose it: not every line has a receipt."""
    HELD = "held"
    """The node has it and waits for something before it merges it."""
    RECEIVED = "received"
    """The node has every line (P1); its verdicts were not read yet."""
    CONTESTED = "contested"
    """Two people disagree: a person decides."""
    WAITING = "waiting"
    """A proposal in the owner's queue."""
    APPLIED = "applied"
    EVIDENCE_COMPLETE = "evidence-complete"
    """Every photo it lists is at the node too."""
    PUBLISHED = "published"


_OF_VERDICT: Final[Mapping[str, Stage]] = {
    "applied": Stage.APPLIED,
    "agreed": Stage.APPLIED,
    "contested": Stage.CONTESTED,
    "proposed": Stage.WAITING,
    "held": Stage.HELD,
    "parked": Stage.PARKED,
    "set-aside": Stage.APPLIED,
}
_ATTENTION: Final = tuple(Stage)


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """One report, and what keeps it where it is."""

    report: ReportId
    form: str
    title: str
    revision: int
    stage: Stage
    lines_on_tablet: int
    contested: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why lines are held or parked."""
    attachments_queued: int


@dataclass(frozen=True, slots=True)
class Status:
    """The tablet at a glance."""

    device: str
    name: str
    is_enrolled: bool
    lines_written: int
    lines_on_tablet: int
    oldest_on_tablet_at: str | None
    """When the oldest line without a receipt was written, by this tablet's clock."""
    refused: tuple[tuple[int, int, str], ...]
    """Runs of lines the node would not take: first, last, why."""
    attachments_queued: int
    bundles_carried: int
    is_wipe_ordered: bool
    reports: tuple[ReportStatus, ...]


def stage_of(
    lines: Iterable[int],
    stored: int,
    verdicts: Mapping[int, LineVerdict],
    held: ReportDocument | None,
) -> Stage:
    """The stage that needs attention most, of a report's own lines and of its document."""
    stages = {_stage_of_line(seq, stored, verdicts.get(seq)) for seq in lines}
    if held is not None:
        # What was settled since makes the verdicts of old lines history.
        stages -= {Stage.CONTESTED} if not held.contested else set()
        stages |= {Stage.CONTESTED} if held.contested else set()
        stages -= set() if _has_proposal(held) else {Stage.WAITING}
    worst = min(stages, key=_ATTENTION.index, default=Stage.APPLIED)
    return _further(held) if worst is Stage.APPLIED else worst


def _has_proposal(held: ReportDocument) -> bool:
    return any(each.get("kind") == "proposal" for each in held.conflicts.values())


def _further(held: ReportDocument | None) -> Stage:
    if held is None:
        return Stage.RECEIVED
    if held.body.get("published") is not None:
        return Stage.PUBLISHED
    is_complete = held.body.get("evidence") == "complete"
    return Stage.EVIDENCE_COMPLETE if is_complete else Stage.APPLIED


def _stage_of_line(seq: int, stored: int, verdict: LineVerdict | None) -> Stage:
    if verdict is not None:
        return _OF_VERDICT.get(verdict.verdict, Stage.RECEIVED)
    return Stage.RECEIVED if seq <= stored else Stage.ON_TABLET


def title_of(fields: Mapping[str, Json]) -> str:
    """What a list calls a report: its title, else its day and place."""
    found = [fields.get(path) for path in ("/event/title", "/event/at", "/place/text")]
    return " · ".join(each for each in found if isinstance(each, str))


class StatusReader:
    """Reads a tablet's status out of its file."""

    __slots__ = ("_attachments", "_file", "_receipts", "_replica")

    def __init__(
        self, file: TabletFile, receipts: Receipts, replica: Replica, attachments: Attachments
    ) -> None:
        self._file = file
        self._receipts = receipts
        self._replica = replica
        self._attachments = attachments

    def reports(self) -> tuple[ReportStatus, ...]:
        known = self._file.all(
            "SELECT report FROM draft UNION SELECT report FROM log_line"
            " UNION SELECT id FROM report ORDER BY 1"
        )
        return tuple(self._report(ReportId(row[0])) for row in known)

    def _report(self, report: ReportId) -> ReportStatus:
        held = self._replica.report(report)
        verdicts = self._replica.verdicts(report)
        rows = self._file.all("SELECT seq FROM log_line WHERE report = ? ORDER BY seq", report)
        lines = [int(row[0]) for row in rows]
        stored = self._receipts.stored
        queued = [each for each in self._attachments.of_report(report) if each.stage == "queued"]
        is_draft = held is None and not lines
        return ReportStatus(
            report=report,
            form="" if held is None else held.form,
            title="" if held is None else title_of(held.fields),
            revision=0 if held is None else held.revision,
            stage=Stage.ON_TABLET if is_draft else stage_of(lines, stored, verdicts, held),
            lines_on_tablet=sum(seq > stored and seq not in verdicts for seq in lines),
            contested=() if held is None else tuple(sorted(held.contested)),
            reasons=tuple(
                f"line {seq}: {verdict.verdict}: {verdict.reason}"
                for seq, verdict in sorted(verdicts.items())
                if verdict.verdict in {"held", "parked"}
            ),
            attachments_queued=len(queued),
        )

    def refused(self) -> tuple[tuple[int, int, str], ...]:
        rows = self._file.all(
            "SELECT first, last, refusal FROM handing_in WHERE refusal IS NOT NULL AND last > ?"
            " ORDER BY first",
            self._receipts.stored,
        )
        return tuple((row[0], row[1], row[2]) for row in rows)
