"""What a person must still say: amounts with two readings, names with more than one code.

The record keeps what was written; the normalised value is derived beside it, from the text, from
the amount and unit the officer gave, or from a person's answer (P8). A question freezes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, cast

from sync.conflicts import closed, conflict_id, with_conflicts
from sync.forms import FieldRule, FormRules, Kind
from sync.quantity import Candidate, Reading, canonical, plain, read
from sync.report import EMPTY_FIELD, Conflict, Report, Side, Witness
from sync.strictjson import Json
from sync.values import (
    Object,
    Tables,
    as_field,
    is_decimal,
    is_not_known,
    normal,
    substance_codes,
)

_QuestionKind = Literal["quantity", "substance"]

_ASKED_KINDS = frozenset({Kind.QUANTITY, Kind.SUBSTANCE})


@dataclass(frozen=True, slots=True)
class Derived:
    """A quantity in canonical form, or why there is none yet."""

    outcome: Literal["ok", "question", "not-known"]
    value: Decimal | None = None
    unit: str | None = None
    qualifier: str | None = None
    basis: str | None = None
    candidates: tuple[str, ...] = ()
    reason: str | None = None


def asked_fields(rule: FieldRule, path: str, value: Json) -> Iterator[tuple[str, FieldRule, Json]]:
    """The quantities and substances in one field: itself, or the members of an event."""
    if rule.kind in _ASKED_KINDS:
        yield path, rule, value
    elif rule.kind is Kind.GROUP and isinstance(value, Mapping):
        for member in rule.members:
            if member.kind in _ASKED_KINDS and value.get(member.name) is not None:
                yield f"{path}/{member.name}", as_field(member), value[member.name]


def candidate_text(candidate: Candidate, *, unit: str | None) -> str:
    """``1320 kg``: how a candidate reads in a question, with its own unit where it has one."""
    parts = (plain(candidate.value), candidate.unit or unit, candidate.basis)
    return " ".join(part for part in parts if part)


def derive(value: Json, answered: Json, tables: Tables) -> Derived:
    """The canonical quantity of a quantity field. Total."""
    if not isinstance(value, Mapping):
        return Derived("question", reason="wrong-type")
    if is_not_known(value):
        return Derived("not-known")
    if isinstance(answered, Mapping):
        value = {**value, **answered}
        return _given(value, tables)
    entered, amount = value.get("entered"), value.get("amount")
    if not isinstance(entered, str):
        return _given(value, tables)
    reading = read(entered, lang=str(value.get("lang") or "ru"), units=tables.units)
    if amount is None:
        return _as_read(value, reading)
    return _checked(_given(value, tables), reading)


def _given(value: Object, tables: Tables) -> Derived:
    """The amount and unit somebody gave explicitly."""
    amount, unit = value.get("amount"), value.get("unit")
    if not is_decimal(amount) or not isinstance(unit, str):
        return Derived("question", reason="not-a-decimal")
    exact = canonical(Decimal(cast("str", amount)), unit, tables.units)
    if exact is None:
        return Derived("question", reason="unit-without-factor")
    return Derived(
        "ok",
        exact[0],
        exact[1],
        str(value.get("qualifier") or "exact"),
        cast("str | None", value.get("basis")),
    )


def _as_read(value: Object, reading: Reading) -> Derived:
    if reading.outcome != "ok":
        texts = tuple(candidate_text(c, unit=reading.unit) for c in reading.candidates)
        return Derived("question", candidates=texts, reason=reading.reason)
    qualifier = value.get("qualifier") or reading.qualifier
    basis = value.get("basis") or reading.basis
    return Derived(
        "ok", reading.value, reading.unit, cast("str", qualifier), cast("str | None", basis)
    )


def _checked(given: Derived, reading: Reading) -> Derived:
    """The officer's own amount stands unless the text beside it plainly says something else."""
    if given.outcome != "ok" or reading.outcome == "reject":
        return given
    read_as = {(c.value, c.unit or reading.unit) for c in reading.candidates}
    if reading.outcome == "ok":
        read_as = {(reading.value, reading.unit)}
    if (given.value, given.unit) in read_as:
        return given
    candidates = sorted(
        f"{plain(value)} {unit}"
        for value, unit in {*read_as, (given.value, given.unit)}
        if value is not None
    )
    return Derived("question", candidates=tuple(candidates), reason="text-and-amount-differ")


def question_of(
    rule: FieldRule, value: Json, answered: Json, tables: Tables
) -> Mapping[str, Json] | None:
    """What must be asked about this value: its reason and candidates; None when nothing must."""
    if value is None or is_not_known(value):
        return None
    if rule.kind is Kind.QUANTITY:
        derived = derive(value, answered, tables)
        if derived.outcome != "question":
            return None
        return {"reason": derived.reason, "candidates": list(derived.candidates)}
    if answered is not None or not isinstance(value, Mapping):
        return None
    codes = substance_codes(value, tables)
    if len(codes) == 1:
        return None
    reason = "ambiguous-name" if codes else "unknown-name"
    return {"reason": reason, "candidates": list(codes)}


def review(
    before: Report | None, after: Report, form: FormRules, tables: Tables, witness: Witness
) -> tuple[Report, tuple[Conflict, ...]]:
    """Open a question for each new value that needs one; end those whose value was replaced."""
    changed: list[Conflict] = []
    readings = dict(after.readings)
    for path, state in after.fields.items():
        was = EMPTY_FIELD if before is None else before.fields.get(path, EMPTY_FIELD)
        rule = form.find(path)
        if rule is None or state is was or (before is not None and state.value == was.value):
            continue
        for at, asked, value in asked_fields(rule, path, state.value):
            old = _old_value(was.value, at, path)
            if normal(asked, value, tables) != normal(asked, old, tables):
                readings.pop(at, None)
            kind = "quantity" if asked.kind is Kind.QUANTITY else "substance"
            question = question_of(asked, value, readings.get(at), tables)
            changed += _superseded(after, at, kind, value, witness)
            if question is not None:
                changed.append(_question(after, at, kind, Side(value, (witness,)), question))
    report = replace(after, readings=readings) if readings != after.readings else after
    return with_conflicts(report, changed), tuple(changed)


def _old_value(was: Json, at: str, path: str) -> Json:
    if at == path:
        return was
    return was.get(at.rsplit("/", 1)[1]) if isinstance(was, Mapping) else None


def _superseded(
    report: Report, path: str, kind: _QuestionKind, value: Json, witness: Witness
) -> list[Conflict]:
    return [
        closed(old, "superseded", value, "the value was replaced", witness)
        for old in report.conflicts.values()
        if old.kind == kind and old.path == path
    ]


def _question(
    report: Report, path: str, kind: _QuestionKind, side: Side, question: Object
) -> Conflict:
    opener = side.witnesses[0]
    return Conflict(
        id=conflict_id(report.id, path, kind, opener.log, opener.seq),
        report=report.id,
        kind=kind,
        path=path,
        life="open",
        version=1,
        accepted=side,
        candidates=(),
        opened=report.revision,
        details=question,
    )
