"""Judges one line of a log: what its change means for the report it names, by the core's rules.

No line makes this raise and none is dropped: the worst that becomes of one is ``Parked``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from backend.db.author_store import Author
from backend.db.log_store import Log, StoredLine
from backend.rulebook import current_form, to_current
from backend.services.intake import Intake
from sync import conflicts, questions
from sync.changes import Answer, Change, Decide, Edit, UnreadableChange, read_change
from sync.forms import FormRules
from sync.ids import DeviceId, Revision, Seq
from sync.merge import Outcome, Writer, is_foreign, merge
from sync.report import Conflict, Report, Witness
from sync.scope import assignment_at
from sync.values import instant_ms
from sync.verdicts import Applied, Held, Parked, Verdict

WAITS_FOR_PERSON = "administrator"


@dataclass(frozen=True, slots=True)
class Docket:
    """One line up for judgement."""

    log: Log
    author: Author
    seq: Seq
    change: Change | UnreadableChange
    clock_offset_ms: int | None
    is_let_in: bool = False
    """An administrator lets it in although its device is revoked or its log forked."""


def docket_of(line: StoredLine, log: Log, author: Author, *, is_let_in: bool = False) -> Docket:
    """A stored line put up again."""
    change = read_change(line.bytes_as_sent, device=author.device, seq=line.seq)
    return Docket(log, author, line.seq, change, line.clock_offset_ms, is_let_in)


def judge(docket: Docket, intake: Intake, waiting: Iterable[StoredLine]) -> Verdict:
    """What becomes of the line. ``waiting`` are the earlier lines of its log that wait."""
    change = docket.change
    if isinstance(change, UnreadableChange):
        return Parked(change.reason)
    barred = _barred(docket)
    if barred is not None:
        return barred
    writer = _writer(docket, change)
    if writer is None:
        return Held("never-assigned", WAITS_FOR_PERSON)
    match change.body:
        case Decide():
            return Parked("op-not-allowed")
        case Answer() as said:
            return _answer(said, change, writer, intake)
        case Edit() as edit:
            return _edit(edit, change, writer, intake, waiting)


def _barred(docket: Docket) -> Held | None:
    """What keeps a well-formed line out until an administrator lets it in (R5, L7)."""
    if docket.is_let_in:
        return None
    if docket.author.revoked_at is not None:
        return Held("device-revoked", WAITS_FOR_PERSON)
    return None if docket.log.is_taken_in else Held("fork", WAITS_FOR_PERSON)


def _writer(docket: Docket, change: Change) -> Writer | None:
    assignment = assignment_at(docket.author.assignments, docket.seq)
    if assignment is None:
        return None
    at_ms = None if change.at is None else instant_ms(change.at)
    if at_ms is not None and docket.clock_offset_ms is not None:
        at_ms += docket.clock_offset_ms
    branch = docket.log.branched_at
    return Writer(
        log=docket.log.name,
        agency=assignment.agency,
        team=assignment.team,
        at_ms=at_ms,
        branched_from=None if branch is None else (docket.author.device, Seq(branch)),
    )


def _edit(
    edit: Edit, change: Change, writer: Writer, intake: Intake, waiting: Iterable[StoredLine]
) -> Verdict:
    form = current_form(change.form)
    if form is None:
        return Parked("unknown-form")
    report = intake.report(change.report)
    if report is not None and report.form.partition("/")[0] != form.form.partition("/")[0]:
        return Parked("other-form")
    current = to_current(change.form, edit)
    blocking = _blocked_by(change, current, report, waiting)
    if blocking is not None:
        return Held("depends-on-line", f"line {blocking} of {writer.log}")
    outcome = merge(report, change, current, writer, intake.rulebook.rules(form))
    _take(outcome, report, form, change, writer, intake)
    return outcome.verdict


def _take(
    outcome: Outcome,
    before: Report | None,
    form: FormRules,
    change: Change,
    writer: Writer,
    intake: Intake,
) -> None:
    """Put the merged report in hand, with the questions its new values raise."""
    if outcome.report is None:
        return
    after, changed = outcome.report, outcome.conflicts
    witness = Witness(writer.log, change.seq, after.revision, change.author, writer.at_ms)
    after, asked = questions.review(before, after, form, intake.rulebook.tables, witness)
    intake.put(after, (*changed, *asked))


def _blocked_by(
    change: Change, edit: Edit, report: Report | None, waiting: Iterable[StoredLine]
) -> Seq | None:
    """M12: an earlier line of this log that waits, and that this one builds on."""
    for line in waiting:
        if line.report != change.report or line.seq >= change.seq:
            continue
        if report is None or _paths(line, change.device) & edit.touched.keys():
            return line.seq
    return None


def _paths(line: StoredLine, device: DeviceId) -> frozenset[str]:
    """What a waiting line would touch, in the newest form; nothing when it cannot be read."""
    change = read_change(line.bytes_as_sent, device=device, seq=line.seq)
    if isinstance(change, Change) and isinstance(change.body, Edit):
        return frozenset(to_current(change.form, change.body).touched)
    return frozenset()


def _answer(said: Answer, change: Change, writer: Writer, intake: Intake) -> Verdict:
    """Record an author's reply: from who stands in the conflict or is joint to the report."""
    report = intake.report(change.report)
    conflict = intake.find_conflict(said.conflict)
    if report is None or conflict is None or conflict.report != change.report:
        return Parked("unknown-conflict")
    if is_foreign(report, writer) and writer.log not in _logs_in(conflict):
        return Parked("not-asked")
    revision = next_revision(report, intake)
    witness = Witness(writer.log, change.seq, revision, change.author, writer.at_ms)
    answered = conflicts.answer(conflict, said, witness)
    after = conflicts.with_conflicts(report, (answered,))
    intake.put(replace(after, revision=revision), (answered,))
    return Applied(revision)


def _logs_in(conflict: Conflict) -> frozenset[str]:
    sides = (conflict.accepted, *conflict.candidates)
    return frozenset(witness.log for side in sides for witness in side.witnesses)


def next_revision(report: Report, intake: Intake) -> Revision:
    """The revision that a change of this report gets now."""
    return Revision(max(report.revision, intake.rulebook.revision_floor) + 1)
