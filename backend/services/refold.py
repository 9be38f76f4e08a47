"""Tells every report again from its lines, in the order the node merged them, without the node.

What comes out must be what is stored: the values, who stands behind them, who against.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from backend.db.author_store import Author
from backend.db.log_store import Log
from backend.rulebook import Rulebook, current_form, to_current
from backend.services.fsck_logs import KeptLine
from schemas.verdicts import revision_of
from sync import conflicts
from sync.changes import Change, Decide, Edit
from sync.conflicts import Decided
from sync.ids import AgencyCode, ConflictId, Revision, Seq, TeamId
from sync.merge import Writer, is_foreign, merge, sameness
from sync.report import Conflict, FieldState, Report, Stance, Witness
from sync.scope import assignment_at
from sync.strictjson import Json
from sync.values import instant_ms
from sync.verdicts import Agreed, Applied, Contested

_MERGED = (Applied, Agreed, Contested)
_ON_FIELDS = frozenset({"field", "void-vs-edit", "proposal"})
_NOTHING: Mapping[str, FieldState] = {}


@dataclass(slots=True)
class Retold:
    """A report told again, and which values each of its lines gave."""

    report: Report | None = None
    said: dict[tuple[str, Seq], Mapping[str, Json]] = field(
        default_factory=dict[tuple[str, Seq], Mapping[str, Json]]
    )
    ended: dict[ConflictId, Conflict] = field(default_factory=dict[ConflictId, Conflict])
    """Conflicts as they were when they closed: one may be reopened."""


@dataclass(frozen=True, slots=True)
class Refold:
    """What the telling is done by."""

    rulebook: Rulebook
    authors: Mapping[str, Author]
    logs: Mapping[str, Log]
    conflicts: Mapping[ConflictId, Conflict]
    """As stored: for the ones the lines alone do not open."""

    def retell(self, lines: Iterable[KeptLine]) -> Retold:
        """One report's lines, in any order."""
        told = Retold()
        for line in sorted(lines, key=_merge_order):
            change, revision = line.change, _revision(line)
            if revision is None or not isinstance(change, Change):
                continue
            match change.body:
                case Edit() as edit:
                    self._edit(told, line, (change, edit), revision)
                case Decide() as decision:
                    self._decide(told, line, decision, revision)
                case _:
                    pass
        return told

    def _edit(
        self, told: Retold, line: KeptLine, said: tuple[Change, Edit], revision: Revision
    ) -> None:
        change, edit = said
        form, writer = current_form(change.form), self._writer(line, change)
        if form is None or writer is None:
            return
        edit = to_current(change.form, edit)
        rules = replace(self.rulebook.rules(form), revision_floor=revision - 1)
        before = told.report
        if before is not None and is_foreign(before, writer):
            return  # it agreed, or it proposed; no field moved (M9)
        if before is None:
            change = replace(change, seen=0)
        outcome = merge(before, change, edit, writer, rules)
        is_same = sameness(rules)
        told.said[line.log, line.seq] = {
            path: touch.now
            for path, touch in edit.touched.items()
            if not is_same(path, touch.now, touch.was)
        }
        if outcome.report is not None and outcome.report.revision == revision:
            told.report = outcome.report
            _note(told, outcome.conflicts)

    def _writer(self, line: KeptLine, change: Change) -> Writer | None:
        author, log = self.authors.get(line.device), self.logs[line.log]
        assignment = None if author is None else assignment_at(author.assignments, line.seq)
        if assignment is None:
            return None
        at_ms = None if change.at is None else instant_ms(change.at)
        if at_ms is not None and line.clock_offset_ms is not None:
            at_ms += line.clock_offset_ms
        branch = log.branched_at
        return Writer(
            log=line.log,
            agency=AgencyCode(assignment.agency),
            team=TeamId(assignment.team),
            at_ms=at_ms,
            branched_from=None if branch is None else (line.device, Seq(branch)),
        )

    def _decide(self, told: Retold, line: KeptLine, said: Decide, revision: Revision) -> None:
        report, change = told.report, line.change
        conflict = self._conflict(told, said)
        if report is None or conflict is None or conflict.kind not in _ON_FIELDS:
            return
        form = current_form(report.form)
        if form is None or not isinstance(change, Change):
            return
        witness = Witness(line.log, line.seq, revision, change.author)
        same = sameness(self.rulebook.rules(form))
        done = conflicts.decide(report, conflict, said, witness, same)
        if isinstance(done, Decided):
            told.report, path = done.report, conflict.path
            if said.decision == "settle" and done.report.fields.get(path) != report.fields.get(
                path
            ):
                told.said[line.log, line.seq] = {path: said.value}
            _note(told, (done.conflict, *done.others))

    def _conflict(self, told: Retold, said: Decide) -> Conflict | None:
        if said.conflict is None:
            return None
        if told.report is not None and said.conflict in told.report.conflicts:
            return told.report.conflicts[said.conflict]
        if said.conflict in told.ended:
            return told.ended[said.conflict]
        stored = self.conflicts.get(said.conflict)
        is_open = stored is not None and said.decision != "reopen"
        return replace(stored, life="open") if stored is not None and is_open else stored


def _note(told: Retold, changed: Iterable[Conflict]) -> None:
    for conflict in changed:
        if conflict.life == "settled":
            told.ended[conflict.id] = conflict


def _revision(line: KeptLine) -> Revision | None:
    return revision_of(line.verdict) if isinstance(line.verdict, _MERGED) else None


def _merge_order(line: KeptLine) -> tuple[int, bool, str, int]:
    """By revision; of two with one revision, who only agreed made none."""
    return (_revision(line) or 0, isinstance(line.verdict, Agreed), line.log, line.seq)


def differences(stored: Report, told: Report | None) -> list[tuple[str, str]]:
    """(path, what differs) between the stored report and the one told again."""
    fields = _NOTHING if told is None else told.fields
    found: list[tuple[str, str]] = []
    for path in sorted(stored.fields.keys() | fields.keys()):
        one, other = stored.fields.get(path), fields.get(path)
        if one is None or other is None:
            found.append((path, "stands, and no line says it" if one else "is lost"))
        elif one.value != other.value:
            found.append((path, "has another value than its lines give"))
        elif _places(one.witnesses) != _places(other.witnesses):
            found.append((path, "has other witnesses than its lines give"))
        elif _against(one.stances) != _against(other.stances) or one.conflict != other.conflict:
            found.append((path, "is contested otherwise than its lines give"))
    return found


def _places(witnesses: Iterable[Witness]) -> set[tuple[str, int]]:
    return {(witness.log, int(witness.seq)) for witness in witnesses}


def _against(stances: Iterable[Stance]) -> dict[str, tuple[int, Json]]:
    return {each.witness.log: (int(each.witness.seq), each.value) for each in stances}
