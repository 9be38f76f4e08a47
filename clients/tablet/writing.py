"""Turns what an officer typed into a line: only the fields touched, each with what it was.

``was`` is what the officer saw (the replica with own work over it), ``seen`` the revision the
replica held: together they let the node tell an informed change from one made without sight of a
colleague's (docs/protocol.md M1 to M4).
"""

from collections.abc import Mapping

from clients.tablet.file import TabletFile
from clients.tablet.identity import Identity
from clients.tablet.log import DeviceLog, Line, Statement
from clients.tablet.own_changes import OwnChanges
from clients.tablet.replica import Replica
from clients.tablet.view import View, lay_over
from schemas.forms.registry import CURRENT
from sync.changes import Change, Edit
from sync.ids import ConflictId, ReportId
from sync.strictjson import Json, dumps, parse


class UnknownReportError(LookupError):
    """A report, or a conflict, that is not on this tablet."""


class Desk:
    """Where officers read and write reports on one tablet."""

    __slots__ = ("_file", "_identity", "_log", "_own", "_replica")

    def __init__(
        self, file: TabletFile, identity: Identity, log: DeviceLog, replica: Replica
    ) -> None:
        self._file = file
        self._identity = identity
        self._log = log
        self._own = OwnChanges(log, identity.device)
        self._replica = replica

    def begin(self, report: ReportId, form: str) -> None:
        """Put a new report on the desk; it exists for others from its first line on."""
        with self._file.transaction():
            self._file.run("INSERT INTO draft VALUES (?, ?, '{}')", report, form)

    def save_draft(self, report: ReportId, typed: Mapping[str, Json]) -> None:
        """Keep what was typed and not yet written, so that no dead battery loses it."""
        with self._file.transaction():
            self._file.run(
                "INSERT INTO draft VALUES (?1, ?2, ?3)"
                " ON CONFLICT (report) DO UPDATE SET document = ?3",
                report,
                self.form_of(report),
                dumps(typed).decode(),
            )

    def draft(self, report: ReportId) -> Mapping[str, Json]:
        row = self._file.one("SELECT document FROM draft WHERE report = ?", report)
        typed = None if row is None else parse(str(row[0]).encode())
        return typed if isinstance(typed, Mapping) else {}

    def view(self, report: ReportId) -> View:
        """The report as the officer sees it; UnknownReportError when there is none."""
        return self._view(report)[0]

    def _view(self, report: ReportId) -> tuple[View, list[Change]]:
        changes = self._own.of_report(report)
        held = self._replica.report(report)
        form = self.form_of(report, changes)
        verdicts = self._replica.verdicts(report) if changes else {}
        return lay_over(report, form, held, changes, verdicts), changes

    def form_of(self, report: ReportId, changes: list[Change] | None = None) -> str:
        """The form version this tablet writes a report in: its own choice, else the newest."""
        row = self._file.one("SELECT form FROM draft WHERE report = ?", report)
        if row is not None:
            return str(row[0])
        if changes is None:
            changes = self._own.of_report(report)
        if changes:
            return changes[-1].form
        held = self._replica.report(report)
        if held is None:
            raise UnknownReportError(report)
        return CURRENT.get(held.form.partition("/")[0], held.form)

    def edit(self, report: ReportId, values: Mapping[str, Json]) -> Line | None:
        """Write what the officer changed; None when nothing differs from what they saw."""
        with self._file.transaction():
            view, changes = self._view(report)
            form = self.form_of(report, changes)
            before = _seen_values(view, form, changes)
            touched: dict[str, Json] = {
                path: {"was": before.get(path), "now": now}
                for path, now in sorted(values.items())
                if not _is_same(before.get(path), now)
            }
            if not touched:
                return None
            line = self._append("edit", view, form, {"set": touched})
            # What was typed is written now. A new report's form stays known through its line.
            self._file.run("DELETE FROM draft WHERE report = ?", report)
        return line

    def void(self, report: ReportId, reason: str) -> Line:
        """Strike the report, with a reason; it is never deleted."""
        with self._file.transaction():
            view, changes = self._view(report)
            return self._append("void", view, self.form_of(report, changes), {"reason": reason})

    def answer(self, conflict: ConflictId, value: Json, reason: str) -> Line:
        """Reply to a conflict on a report of this tablet, offline or not."""
        with self._file.transaction():
            known = self._replica.conflict(conflict)
            if known is None:
                raise UnknownReportError(conflict)
            view, changes = self._view(known.report)
            own: dict[str, Json] = {"conflict": conflict, "value": value, "reason": reason}
            return self._append("answer", view, self.form_of(known.report, changes), own)

    def _append(self, op: str, view: View, form: str, own: Mapping[str, Json]) -> Line:
        return self._log.append(
            Statement(op, view.report, self._identity.officer, form, view.revision, own)
        )


def _is_same(one: Json, other: Json) -> bool:
    """Equal as they stand; Python alone would call 1 and true equal."""
    return one == other and type(one) is type(other)


def _seen_values(view: View, form: str, changes: list[Change]) -> Mapping[str, Json]:
    """The values the officer saw, in the form version that is being written.

    An app of an older version wrote its fields under other paths than the view has them: what it
    last wrote there is what it shows.
    """
    seen = dict(view.fields)
    for change in changes:
        if change.form == form != view.form and isinstance(change.body, Edit):
            older = {p: t.now for p, t in change.body.touched.items() if p not in view.fields}
            seen.update(older)
    return seen
