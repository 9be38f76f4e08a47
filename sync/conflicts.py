"""A conflict and its life: open, asked, answered, settled, and open again when reopened.

Two halves. The first moves a contested field (M6 to M8); the second is what people do: the author
answers, an administrator asks, settles, reopens. Nothing here forgets: a settled conflict keeps
its sides, its answers and its reason.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sync.changes import Answer, Decide
from sync.forms import VOIDED
from sync.ids import ConflictId, ReportId
from sync.report import (
    EMPTY_FIELD,
    AuthorAnswer,
    Conflict,
    ConflictKind,
    Ending,
    FieldState,
    LogName,
    Report,
    Resolution,
    Side,
    Stance,
    Witness,
)
from sync.strictjson import Json

Sameness: TypeAlias = Callable[[str, Json, Json], bool]
"""(path, one, other) -> are they one value of that field, in normal form?"""


def conflict_id(
    report: ReportId, path: str, kind: ConflictKind, log: LogName, seq: int
) -> ConflictId:
    """Named by what opened it, so that no replay opens a second one (P2). UUID form, version 8."""
    raw = hashlib.sha256(f"{report}\n{path}\n{kind}\n{log}\n{seq}".encode()).hexdigest()
    return ConflictId(f"{raw[:8]}-{raw[8:12]}-8{raw[13:16]}-a{raw[17:20]}-{raw[20:32]}")


def kind_of(path: str) -> ConflictKind:
    """A contested strike is the void-against-edit conflict; everything else is a field's."""
    return "void-vs-edit" if path == VOIDED or path.endswith("/struck") else "field"


def without(witnesses: Iterable[Witness], log: LogName) -> tuple[Witness, ...]:
    return tuple(witness for witness in witnesses if witness.log != log)


# --- the contested field ----------------------------------------------------------------------


def freeze(state: FieldState, value: Json, witness: Witness, opened: ConflictId) -> FieldState:
    """M6: the accepted value stands, frozen; the writer stands against it."""
    supporters = without(state.witnesses, witness.log) or state.witnesses
    return FieldState(state.value, supporters, (Stance(value, witness),), opened)


def take_side(
    path: str, state: FieldState, value: Json, witness: Witness, same: Sameness
) -> FieldState:
    """M7: in a contested field a write only ever moves its own log's stance."""
    stances = tuple(stance for stance in state.stances if stance.witness.log != witness.log)
    supporters = without(state.witnesses, witness.log)
    if same(path, value, state.value):
        supporters = (*supporters, witness)
    else:
        stances = (*stances, Stance(value, witness))
    moved = FieldState(state.value, supporters, stances, state.conflict)
    return _closed_if_agreed(path, moved, same)


def _closed_if_agreed(path: str, state: FieldState, same: Sameness) -> FieldState:
    """M8: when nobody stands against the accepted value, or everybody for another, it is over."""
    if not state.stances:
        return replace(state, conflict=None)
    first = state.stances[0].value
    if state.witnesses or not all(same(path, stance.value, first) for stance in state.stances):
        return state
    return FieldState(first, tuple(stance.witness for stance in state.stances))


def sides_of(path: str, state: FieldState, same: Sameness) -> tuple[Side, ...]:
    """The stances of a contested field, those of one value together, in the order they came."""
    grouped: list[Side] = []
    for stance in state.stances:
        for index, side in enumerate(grouped):
            if same(path, side.value, stance.value):
                grouped[index] = replace(side, witnesses=(*side.witnesses, stance.witness))
                break
        else:
            grouped.append(Side(stance.value, (stance.witness,)))
    return tuple(grouped)


def conflict_changes(
    before: Report, after: Report, witness: Witness, same: Sameness
) -> tuple[Conflict, ...]:
    """The conflicts of fields whose state moved: opened, changed or closed by agreement.

    A proposal for such a field gets a new version too: who settles it must have seen the move.
    """
    changed: list[Conflict] = []
    moved: set[str] = set()
    for path, state in after.fields.items():
        was = before.fields.get(path, EMPTY_FIELD)
        if state is was or state == was:
            continue
        moved.add(path)
        if state.conflict is not None:
            changed.append(_standing(before, path, after, same))
        elif was.conflict is not None and was.conflict in before.conflicts:
            old = before.conflicts[was.conflict]
            changed.append(closed(old, "agreed", state.value, "the sides agree", witness))
    return (*changed, *_proposals_over(after, moved))


def _proposals_over(report: Report, moved: set[str]) -> tuple[Conflict, ...]:
    return tuple(
        replace(old, version=old.version + 1, accepted=_accepted(report, old.path))
        for old in report.conflicts.values()
        if old.kind == "proposal" and old.path in moved
    )


def _accepted(report: Report, path: str) -> Side:
    state = report.fields.get(path, EMPTY_FIELD)
    return Side(state.value, state.witnesses)


def _standing(before: Report, path: str, after: Report, same: Sameness) -> Conflict:
    state = after.fields[path]
    assert state.conflict is not None
    accepted, candidates = Side(state.value, state.witnesses), sides_of(path, state, same)
    old = before.conflicts.get(state.conflict)
    if old is not None:
        return replace(old, version=old.version + 1, accepted=accepted, candidates=candidates)
    return Conflict(
        id=state.conflict,
        report=after.id,
        kind=kind_of(path),
        path=path,
        life="open",
        version=1,
        accepted=accepted,
        candidates=candidates,
        opened=after.revision,
    )


def closed(
    conflict: Conflict, how: Ending, value: Json, reason: str, witness: Witness | None
) -> Conflict:
    """The conflict, ended."""
    resolution = Resolution(how, value, reason, witness)
    return replace(conflict, life="settled", version=conflict.version + 1, resolution=resolution)


def with_conflicts(report: Report, changed: Iterable[Conflict]) -> Report:
    """The report with its open conflicts brought up to date."""
    standing = dict(report.conflicts)
    for conflict in changed:
        if conflict.life == "settled":
            standing.pop(conflict.id, None)
        else:
            standing[conflict.id] = conflict
    return replace(report, conflicts=standing)


# --- what people do ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a decision cannot be taken now; nothing was changed. A stable slug."""

    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    report: Report
    conflict: Conflict
    others: tuple[Conflict, ...] = ()
    """Proposals for the field that was settled: they now stand against another value."""


def answer(conflict: Conflict, said: Answer, witness: Witness) -> Conflict:
    """Record what an author replied. It informs whoever settles; a late one is kept too."""
    answers = (*conflict.answers, AuthorAnswer(said.value, said.reason, witness))
    life = conflict.life if conflict.life == "settled" else "answered"
    return replace(conflict, life=life, answers=answers, version=conflict.version + 1)


def decide(
    report: Report, conflict: Conflict, decision: Decide, witness: Witness, same: Sameness
) -> Decided | Refusal:
    """Take an administrator's decision into the report. ``witness`` is the node's own log line.

    The caller has checked that a value settled on fits its field (``unfit`` in sync/merge.py,
    ``unfit_answer`` in sync/questions.py).
    """
    is_settled = conflict.life == "settled"
    match decision.decision:
        case "ask":
            return Refusal("already-settled") if is_settled else _ask(report, conflict, witness)
        case "settle":
            if is_settled:
                return Refusal("already-settled")
            return _settle(report, conflict, decision, witness, same)
        case "reopen":
            return (
                _reopen(report, conflict, witness, same) if is_settled else Refusal("not-settled")
            )
        case _:
            return Refusal("not-about-a-conflict")


def _touched(
    report: Report, conflict: Conflict, witness: Witness, others: tuple[Conflict, ...] = ()
) -> Decided:
    after = replace(with_conflicts(report, (conflict, *others)), revision=witness.revision)
    return Decided(after, conflict, others)


def _ask(report: Report, conflict: Conflict, witness: Witness) -> Decided:
    asked = replace(conflict, life="asked", version=conflict.version + 1)
    return _touched(report, asked, witness)


def _settle(
    report: Report, conflict: Conflict, decision: Decide, witness: Witness, same: Sameness
) -> Decided | Refusal:
    path, value = conflict.path, decision.value
    done = closed(conflict, "decided", value, decision.reason, witness)
    if conflict.kind in {"field", "void-vs-edit", "proposal"}:
        state = report.fields.get(path, EMPTY_FIELD)
        if conflict.kind == "proposal" and state.conflict is not None:
            return Refusal("field-is-contested")
        if conflict.kind == "proposal" and same(path, value, state.value):
            return _touched(report, done, witness)
        report = _with_field(report, path, FieldState(value, (witness,)))
        report = with_conflicts(report, (done,))
        return _touched(report, done, witness, _proposals_over(report, {path}))
    if conflict.kind in {"quantity", "substance"}:
        report = replace(report, readings={**report.readings, path: value})
    elif conflict.kind == "duplicate":
        report = _with_twin(report, conflict, is_same=value is True)
    return _touched(report, done, witness)


def _with_field(report: Report, path: str, state: FieldState) -> Report:
    return replace(report, fields={**report.fields, path: state})


def other_report(conflict: Conflict) -> ReportId | None:
    """The second report of a duplicate: the conflict itself belongs to the one that came later."""
    details = conflict.details
    other = details.get("other") if isinstance(details, Mapping) else None
    return ReportId(other) if isinstance(other, str) else None


def _with_twin(report: Report, conflict: Conflict, *, is_same: bool) -> Report:
    other = other_report(conflict)
    rest = tuple(twin for twin in report.twins if twin != other)
    if other is None or not is_same:
        return replace(report, twins=rest)
    return replace(report, twins=tuple(sorted((*rest, other))))


def _reopen(
    report: Report, conflict: Conflict, witness: Witness, same: Sameness
) -> Decided | Refusal:
    """Undo a settlement: the sides stand again, the value that was settled stays accepted."""
    path = conflict.path
    reopened = replace(conflict, life="open", version=conflict.version + 1, resolution=None)
    if conflict.kind in {"field", "void-vs-edit"}:
        state = report.fields.get(path, EMPTY_FIELD)
        if state.conflict is not None:
            return Refusal("field-is-contested")
        frozen = _with_sides(state, conflict, same)
        if not frozen.stances:
            return Refusal("nothing-to-reopen")
        report = _with_field(report, path, frozen)
        sides = sides_of(path, frozen, same)
        reopened = replace(reopened, accepted=_accepted(report, path), candidates=sides)
    elif conflict.kind in {"quantity", "substance"}:
        if _written_at(report, path) != conflict.accepted.value:
            return Refusal("value-was-replaced")
        rest = {at: said for at, said in report.readings.items() if at != path}
        report = replace(report, readings=rest)
    elif conflict.kind == "duplicate":
        report = _with_twin(report, conflict, is_same=False)
    return _touched(report, reopened, witness)


def _written_at(report: Report, path: str) -> Json:
    """The value a question is about: a field's, or a member of an event's."""
    if path in report.fields:
        return report.value(path)
    event, _, member = path.rpartition("/")
    value = report.value(event)
    return value.get(member) if isinstance(value, Mapping) else None


def _with_sides(state: FieldState, conflict: Conflict, same: Sameness) -> FieldState:
    """The sides of the settled conflict that say something else than the field does now.

    Who has since written what the field says stands for that alone.
    """
    moved = {witness.log for witness in state.witnesses}
    stances = tuple(
        Stance(side.value, witness)
        for side in (conflict.accepted, *conflict.candidates)
        if not same(conflict.path, side.value, state.value)
        for witness in side.witnesses
        if witness.log not in moved
    )
    return FieldState(state.value, state.witnesses, stances, conflict.id)
