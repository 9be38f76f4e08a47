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

Sameness: TypeAlias = Callable[[Json, Json], bool]
"""Equality of two values of one field, in normal form."""


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


def take_side(state: FieldState, value: Json, witness: Witness, same: Sameness) -> FieldState:
    """M7: in a contested field a write only ever moves its own log's stance."""
    stances = tuple(stance for stance in state.stances if stance.witness.log != witness.log)
    supporters = without(state.witnesses, witness.log)
    if same(value, state.value):
        supporters = (*supporters, witness)
    else:
        stances = (*stances, Stance(value, witness))
    return _closed_if_agreed(FieldState(state.value, supporters, stances, state.conflict), same)


def _closed_if_agreed(state: FieldState, same: Sameness) -> FieldState:
    """M8: when nobody stands against the accepted value, or everybody for another, it is over."""
    if not state.stances:
        return replace(state, conflict=None)
    first = state.stances[0].value
    if state.witnesses or not all(same(stance.value, first) for stance in state.stances):
        return state
    return FieldState(first, tuple(stance.witness for stance in state.stances))


def sides_of(state: FieldState) -> tuple[Side, ...]:
    """The stances of a contested field, those of one value together, in the order they came."""
    grouped: list[Side] = []
    for stance in state.stances:
        for index, side in enumerate(grouped):
            if side.value == stance.value:
                grouped[index] = replace(side, witnesses=(*side.witnesses, stance.witness))
                break
        else:
            grouped.append(Side(stance.value, (stance.witness,)))
    return tuple(grouped)


def conflict_changes(before: Report, after: Report, witness: Witness) -> tuple[Conflict, ...]:
    """The conflicts of fields whose state moved: opened, changed or closed by agreement."""
    changed: list[Conflict] = []
    for path, state in after.fields.items():
        was = before.fields.get(path, EMPTY_FIELD)
        if state is was or state == was:
            continue
        if state.conflict is not None:
            changed.append(_standing(before, after, path, state))
        elif was.conflict is not None and was.conflict in before.conflicts:
            old = before.conflicts[was.conflict]
            changed.append(closed(old, "agreed", state.value, "the sides agree", witness))
    return tuple(changed)


def _standing(before: Report, after: Report, path: str, state: FieldState) -> Conflict:
    assert state.conflict is not None
    accepted = Side(state.value, state.witnesses)
    old = before.conflicts.get(state.conflict)
    if old is not None:
        return replace(old, version=old.version + 1, accepted=accepted, candidates=sides_of(state))
    return Conflict(
        id=state.conflict,
        report=after.id,
        kind=kind_of(path),
        path=path,
        life="open",
        version=1,
        accepted=accepted,
        candidates=sides_of(state),
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


def answer(conflict: Conflict, said: Answer, witness: Witness) -> Conflict:
    """Record what an author replied. It informs whoever settles; a late one is kept too."""
    answers = (*conflict.answers, AuthorAnswer(said.value, said.reason, witness))
    life = conflict.life if conflict.life == "settled" else "answered"
    return replace(conflict, life=life, answers=answers, version=conflict.version + 1)


def decide(
    report: Report, conflict: Conflict, decision: Decide, witness: Witness
) -> Decided | Refusal:
    """Take an administrator's decision into the report. ``witness`` is the node's own log line."""
    is_settled = conflict.life == "settled"
    match decision.decision:
        case "ask":
            return Refusal("already-settled") if is_settled else _ask(report, conflict, witness)
        case "settle":
            if is_settled:
                return Refusal("already-settled")
            return _settle(report, conflict, decision, witness)
        case "reopen":
            return _reopen(report, conflict, witness) if is_settled else Refusal("not-settled")
        case _:
            return Refusal("not-about-a-conflict")


def _touched(report: Report, conflict: Conflict, witness: Witness) -> Decided:
    after = replace(with_conflicts(report, (conflict,)), revision=witness.revision)
    return Decided(after, conflict)


def _ask(report: Report, conflict: Conflict, witness: Witness) -> Decided:
    asked = replace(conflict, life="asked", version=conflict.version + 1)
    return _touched(report, asked, witness)


def _settle(
    report: Report, conflict: Conflict, decision: Decide, witness: Witness
) -> Decided | Refusal:
    value = decision.value
    if conflict.kind in {"field", "void-vs-edit", "proposal"}:
        state = report.fields.get(conflict.path, EMPTY_FIELD)
        if conflict.kind == "proposal":
            if state.conflict is not None:
                return Refusal("field-is-contested")
            if value == state.value:
                done = closed(conflict, "decided", value, decision.reason, witness)
                return _touched(report, done, witness)
        report = _with_field(report, conflict.path, FieldState(value, (witness,)))
    elif conflict.kind in {"quantity", "substance"}:
        report = replace(report, readings={**report.readings, conflict.path: value})
    elif conflict.kind == "duplicate":
        report = _with_twin(report, conflict, is_same=value is True)
    done = closed(conflict, "decided", value, decision.reason, witness)
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


def _reopen(report: Report, conflict: Conflict, witness: Witness) -> Decided | Refusal:
    """Undo a settlement: the sides stand again, the value that was settled stays accepted."""
    reopened = replace(conflict, life="open", version=conflict.version + 1, resolution=None)
    if conflict.kind in {"field", "void-vs-edit"}:
        state = report.fields.get(conflict.path, EMPTY_FIELD)
        if state.conflict is not None:
            return Refusal("field-is-contested")
        frozen = _with_sides(state, conflict)
        if not frozen.stances:
            return Refusal("nothing-to-reopen")
        report = _with_field(report, conflict.path, frozen)
        reopened = replace(
            reopened, accepted=Side(state.value, state.witnesses), candidates=sides_of(frozen)
        )
    elif conflict.kind in {"quantity", "substance"}:
        rest = {path: said for path, said in report.readings.items() if path != conflict.path}
        report = replace(report, readings=rest)
    elif conflict.kind == "duplicate":
        report = _with_twin(report, conflict, is_same=False)
    return _touched(report, reopened, witness)


def _with_sides(state: FieldState, conflict: Conflict) -> FieldState:
    """Every side of the settled conflict that says something else than the field does now."""
    sides = (conflict.accepted, *conflict.candidates)
    stances = tuple(
        Stance(side.value, witness)
        for side in sides
        if side.value != state.value
        for witness in side.witnesses
    )
    return FieldState(state.value, state.witnesses, stances, conflict.id)
