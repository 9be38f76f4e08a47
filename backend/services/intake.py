"""One transaction of taking changes in: reports loaded once, judged in memory, written at the end.

Nothing here decides anything; ``judge`` does. The order of ``finish`` is what P5 rests on: every
row first, the position counter after them, the inbox rows that need its number last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from backend.clock import Instant
from backend.db import conflict_store, evidence_store, log_store, report_store
from backend.db.conflict_store import NO_REPORT
from backend.db.log_store import StoredLine
from backend.rulebook import Rulebook
from backend.services.document import document_of
from sync.ids import AgencyCode, ConflictId, DeviceId, Position, ReportId, Seq
from sync.report import Conflict, Report, owner_of
from sync.scope import Scope, device_scope, scopes_of
from sync.verdicts import Verdict


@dataclass(slots=True)
class Held:
    """A report in hand: as it was stored, and as it is now."""

    stored: Report | None
    now: Report | None


class Intake:
    """The reports, conflicts and verdicts of one transaction."""

    def __init__(self, connection: Connection, rulebook: Rulebook, now: Instant) -> None:
        self.connection = connection
        self.rulebook = rulebook
        self.now = now
        self.reports: dict[ReportId, Held] = {}
        self.conflicts: dict[ConflictId, tuple[Conflict, AgencyCode]] = {}
        self._lines: list[StoredLine] = []
        self._verdicts: dict[tuple[str, Seq], Verdict] = {}
        self.nudges: set[tuple[Scope, ReportId]] = set()

    def load(self, reports: Iterable[ReportId]) -> None:
        """Fetch reports ahead, in one statement; those unknown are remembered as such."""
        missing = [report for report in reports if report not in self.reports]
        if missing:
            found = report_store.get_reports(self.connection, sorted(set(missing)))
            for report in missing:
                stored = found.get(report)
                self.reports[report] = Held(stored, stored)

    def report(self, report: ReportId) -> Report | None:
        self.load((report,))
        return self.reports[report].now

    def put(self, report: Report, conflicts: Iterable[Conflict] = ()) -> None:
        """Take a report's new state and the conflicts that moved with it."""
        self.load((report.id,))
        held = self.reports[report.id]
        owner = owner_of(report)
        if held.now is not None and owner_of(held.now) != owner:
            self.conflicts |= {key: (each, owner) for key, each in report.conflicts.items()}
        for conflict in conflicts:
            self.conflicts[conflict.id] = (conflict, owner)
        held.now = report

    def find_conflict(self, conflict: ConflictId) -> Conflict | None:
        """A conflict as this transaction left it, settled ones included."""
        if conflict in self.conflicts:
            return self.conflicts[conflict][0]
        stored = conflict_store.find_conflict(self.connection, conflict)
        return None if stored is None else stored.conflict

    def put_conflict(self, conflict: Conflict, owner: AgencyCode) -> None:
        """Take a conflict that belongs to no report."""
        self.conflicts[conflict.id] = (conflict, owner)

    def add_line(self, line: StoredLine) -> None:
        """Store a new line with the verdict it has."""
        self._lines.append(line)
        self.nudges.add(_author_nudge(line))

    def set_verdict(self, line: StoredLine, verdict: Verdict) -> None:
        """Give a stored line another verdict."""
        self._verdicts[line.log, line.seq] = verdict
        self.nudges.add(_author_nudge(line))

    def verdict_of(self, line: StoredLine) -> Verdict:
        """A stored line's verdict, as this transaction left it."""
        return self._verdicts.get((line.log, line.seq), line.verdict)

    def nudge(self, scope: Scope, reports: Iterable[ReportId]) -> None:
        """Let reports pass by in a scope, so that its reader learns what it may see of them now."""
        self.nudges.update((scope, report) for report in reports)

    def flush(self) -> None:
        """Write the lines and verdicts taken so far, so that statements about lines see them."""
        log_store.insert_lines(self.connection, self._lines)
        self._lines.clear()
        log_store.set_verdicts(self.connection, self._verdicts)
        self._verdicts.clear()

    def finish(self) -> Position:
        """Write everything; the journal's head afterwards."""
        changed = {
            key: (held.stored, held.now)
            for key, held in self.reports.items()
            if held.now is not None and held.now is not held.stored
        }
        if not changed and not self.nudges and not self.conflicts:
            return report_store.head(self.connection)
        conflict_store.put_conflicts(self.connection, self.conflicts.values(), now=self.now)
        self.flush()
        _put_reports(self.connection, [now for _, now in changed.values()])
        moved = sorted(changed.keys() | {report for _, report in self.nudges})
        last = report_store.take_positions(self.connection, len(moved))
        first = last - len(moved) + 1
        positions = {report: Position(first + index) for index, report in enumerate(moved)}
        report_store.put_inbox(self.connection, _inbox(changed, self.nudges, positions))
        return last


def created(intake: Intake) -> frozenset[ReportId]:
    """Reports that did not exist before this transaction."""
    return frozenset(
        key for key, held in intake.reports.items() if held.stored is None and held.now
    )


def _author_nudge(line: StoredLine) -> tuple[Scope, ReportId]:
    """Let the line's verdict reach its author's next pull."""
    device = DeviceId(line.log.partition("~")[0])
    return device_scope(device), line.report or NO_REPORT


def _put_reports(connection: Connection, reports: Sequence[Report]) -> None:
    listed = {report.id: report_store.attachments_of(report) for report in reports}
    report_store.put_reports(
        connection,
        [(report, document_of(report)) for report in reports],
        complete=_complete(connection, listed),
    )
    report_store.put_attachments(connection, listed)


def _complete(
    connection: Connection, listed: Mapping[ReportId, frozenset[str]]
) -> frozenset[ReportId]:
    """The reports all of whose attachments are here."""
    names = frozenset[str]().union(*listed.values())
    here = evidence_store.whole_among(connection, names) if names else names
    return frozenset(report for report, wanted in listed.items() if wanted <= here)


def _inbox(
    changed: Mapping[ReportId, tuple[Report | None, Report]],
    nudges: Iterable[tuple[Scope, ReportId]],
    positions: Mapping[ReportId, Position],
) -> Iterable[tuple[Scope, ReportId, Position, bool]]:
    """The rows that carry the positions: membership, what was left, what only passes by."""
    for key, (stored, now) in changed.items():
        scopes = scopes_of(now)
        left = frozenset[Scope]() if stored is None else scopes_of(stored) - scopes
        yield (report_store.JOURNAL, key, positions[key], True)
        yield from ((scope, key, positions[key], True) for scope in scopes)
        yield from ((scope, key, positions[key], False) for scope in left)
    for scope, report in nudges:
        yield (scope, report, positions[report], False)
