"""What a person must still say: amounts with two readings, names with more than one code.

The record keeps what was written; the normalised value is derived beside it, from the text, from
the amount and unit the officer gave, or from a person's answer (P8). A question freezes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from sync.conflicts import closed, conflict_id, with_conflicts
from sync.forms import FieldRule, FormRules, Kind
from sync.normal import derive, substance_codes
from sync.report import EMPTY_FIELD, Conflict, Report, Side, Witness
from sync.strictjson import Json
from sync.values import Object, Tables, as_field, check, is_not_known

_QuestionKind = Literal["quantity", "substance"]

_ASKED_KINDS = frozenset({Kind.QUANTITY, Kind.SUBSTANCE})


def asked_fields(rule: FieldRule, path: str, value: Json) -> Iterator[tuple[str, FieldRule, Json]]:
    """The quantities and substances in one field: itself, or an event's members; None if empty."""
    if rule.kind in _ASKED_KINDS:
        yield path, rule, value
    elif rule.kind is Kind.GROUP:
        for member in rule.members:
            if member.kind in _ASKED_KINDS:
                inner = value.get(member.name) if isinstance(value, Mapping) else None
                yield f"{path}/{member.name}", as_field(member), inner


def question_of(rule: FieldRule, value: Json, tables: Tables) -> Object | None:
    """What must be asked about this value: its reason and candidates; None when nothing must."""
    if not isinstance(value, Mapping) or is_not_known(value):
        return None
    if rule.kind is Kind.QUANTITY:
        derived = derive(value, None, tables)
        if derived.outcome != "question":
            return None
        return {"reason": derived.reason, "candidates": list(derived.candidates)}
    codes = substance_codes(value, tables)
    if len(codes) == 1:
        return None
    reason = "ambiguous-name" if codes else "unknown-name"
    return {"reason": reason, "candidates": list(codes)}


def unfit_answer(question: Conflict, said: Json, form: FormRules, tables: Tables) -> str | None:
    """Why ``said`` does not answer the question; None when it does. "Cannot be known" always may.

    A quantity is answered by the members that make it plain, a substance by its ``code``.
    """
    value = question.accepted.value
    if is_not_known(said):
        return None
    if not isinstance(value, Mapping) or not isinstance(said, Mapping):
        return "wrong-type"
    if question.kind == "substance":
        reason = check(FieldRule(question.path, Kind.SUBSTANCE), said, form, tables)
        return reason or (None if "code" in said else "missing-member")
    reason = check(FieldRule(question.path, Kind.QUANTITY), {**value, **said}, form, tables)
    return reason or derive(value, said, tables).reason


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
            if value == _old_value(was.value, at, path):
                continue
            readings.pop(at, None)
            kind = "quantity" if asked.kind is Kind.QUANTITY else "substance"
            question = question_of(asked, value, tables)
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
