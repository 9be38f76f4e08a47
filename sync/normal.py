"""When two values of one field are the same, and what a quantity comes to in canonical form.

Equality in the merge is on ``normal``: 1 kg and 1000 g, "Heroin" and its code, one instant in two
time zones are each one value (P3, M11). ``derive`` gives a quantity exactly, or says what must be
asked about it (P8). Both are total.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final, Literal, TypeAlias, cast

from sync.forms import FieldRule, Kind
from sync.limits import DECIMAL_DIGITS_MAX
from sync.quantity import Reading, candidate_text, canonical, plain, read
from sync.strictjson import Json
from sync.values import (
    Object,
    Tables,
    as_field,
    fold_identifier,
    fold_name,
    instant_ms,
    is_decimal,
    is_not_known,
)

Normal: TypeAlias = "bool | int | str | tuple[Normal, ...] | None"
"""A hashable key: two values are the same exactly when their keys are equal."""


def same(rule: FieldRule, tables: Tables, one: Json, other: Json) -> bool:
    """Equality in normal form; the cheap tests first, since most values are equal or absent."""
    if one is None or other is None:
        return one is other
    if one == other and type(one) is type(other):
        return True
    return normal(rule, one, tables) == normal(rule, other, tables)


def normal(rule: FieldRule, value: Json, tables: Tables) -> Normal:
    """The key of ``value``. A value that does not fit its kind is compared as it stands."""
    if value is None:
        return None
    if isinstance(value, str):
        return _NORMAL_TEXT.get(rule.kind, _same_text)(value)
    if not isinstance(value, Mapping) or is_not_known(value):
        return as_it_stands(value)
    if rule.kind is Kind.QUANTITY:
        return _normal_quantity(value, tables)
    if rule.kind is Kind.SUBSTANCE:
        return _normal_substance(value, tables)
    if rule.kind is Kind.GROUP:
        return _normal_group(rule, value, tables)
    return tuple(
        (name, _normal_number(value[name])) for name in sorted(value) if value[name] is not None
    )


def as_it_stands(value: Json) -> Normal:
    """Any JSON value as a hashable key."""
    if isinstance(value, Mapping):
        return ("object", *((name, as_it_stands(value[name])) for name in sorted(value)))
    if isinstance(value, list | tuple):
        return ("list", *(as_it_stands(inner) for inner in value))
    if isinstance(value, bool):
        return ("bool", value)
    return cast("Normal", value)


def _same_text(text: str) -> Normal:
    return unicodedata.normalize("NFC", text).strip()


def _normal_number(value: Json) -> Normal:
    return (
        ("number", plain(Decimal(cast("str", value)))) if is_decimal(value) else as_it_stands(value)
    )


def _normal_instant(text: str) -> Normal:
    moment = instant_ms(text)
    return text if moment is None else ("instant", moment)


_NORMAL_TEXT: Final[Mapping[Kind, Callable[[str], Normal]]] = {
    Kind.DECIMAL: _normal_number,
    Kind.INSTANT: _normal_instant,
    Kind.IDENTIFIER: fold_identifier,
    Kind.CONTAINER: fold_identifier,
}


def _normal_group(rule: FieldRule, value: Object, tables: Tables) -> Normal:
    members = {member.name: as_field(member) for member in rule.members}
    return tuple(
        (name, normal(members[name], inner, tables) if name in members else as_it_stands(inner))
        for name, inner in sorted(value.items())
        if inner is not None
    )


def _normal_quantity(value: Object, tables: Tables) -> Normal:
    """Canonical amount, unit, qualifier and basis; as entered when that has no one reading."""
    derived = derive(value, None, tables)
    if derived.outcome == "ok" and derived.value is not None:
        return (
            "quantity",
            plain(derived.value),
            derived.unit,
            derived.qualifier,
            derived.basis,
        )
    entered = value.get("entered")
    folded = fold_name(entered) if isinstance(entered, str) else None
    rest = {name: inner for name, inner in value.items() if name not in {"entered", "lang"}}
    return ("as entered", folded, as_it_stands(rest))


def _normal_substance(value: Object, tables: Tables) -> Normal:
    identified = as_it_stands(value.get("identified"))
    codes = substance_codes(value, tables)
    if len(codes) == 1:
        return ("substance", codes[0], identified)
    return ("as entered", fold_name(str(value.get("entered") or "")), identified)


def substance_codes(value: Object, tables: Tables) -> tuple[str, ...]:
    """The code the officer chose, else every code the written name may mean; empty when none."""
    code, entered = value.get("code"), value.get("entered")
    if isinstance(code, str):
        return (code,)
    if isinstance(entered, str):
        return tables.substances.get(fold_name(entered), ())
    return ()


# --- quantities -------------------------------------------------------------------------------


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


def derive(value: Json, answered: Json, tables: Tables) -> Derived:
    """The canonical quantity of a quantity field: from its text, its amount, or an answer."""
    if not isinstance(value, Mapping):
        return Derived("question", reason="wrong-type")
    if is_not_known(value) or is_not_known(answered):
        return Derived("not-known")
    if isinstance(answered, Mapping):
        return _given({**value, **answered}, tables)
    entered, amount = value.get("entered"), value.get("amount")
    if not isinstance(entered, str):
        return _given(value, tables)
    reading = read(entered, lang=_text_or(value.get("lang"), "ru"), units=tables.units)
    if amount is None:
        return _as_read(value, reading)
    return _checked(_given(value, tables), reading)


def _text_or(value: Json, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise


def _given(value: Object, tables: Tables) -> Derived:
    """The amount and unit somebody gave explicitly."""
    amount, unit = value.get("amount"), value.get("unit")
    if not is_decimal(amount) or not isinstance(unit, str):
        return Derived("question", reason="not-a-decimal")
    exact = canonical(Decimal(cast("str", amount)), unit, tables.units)
    if exact is None:
        return Derived("question", reason="unit-without-factor")
    basis = value.get("basis")
    return Derived(
        "ok",
        exact[0],
        exact[1],
        _text_or(value.get("qualifier"), "exact"),
        basis if isinstance(basis, str) else None,
    )


def _as_read(value: Object, reading: Reading) -> Derived:
    if reading.outcome != "ok":
        texts = tuple(candidate_text(c, with_unit=True) for c in reading.candidates)
        return Derived("question", candidates=texts, reason=reading.reason)
    basis = value.get("basis")
    return Derived(
        "ok",
        reading.value,
        reading.unit,
        _text_or(value.get("qualifier"), reading.qualifier or "exact"),
        basis if isinstance(basis, str) else reading.basis,
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


def exact_sum(values: "list[Decimal]") -> Decimal:
    """The sum with no digit rounded away, whatever the default context says."""
    with localcontext() as context:
        context.prec = DECIMAL_DIGITS_MAX * 4
        return sum(values, Decimal(0))
