"""What a value of each kind may look like, and the reference tables it is read against.

``check`` says why a value does not fit its field, as a stable slug. It is total.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias, cast

from sync.forms import FieldRule, FormRules, Kind, MemberRule
from sync.ids import is_code
from sync.limits import (
    DECIMAL_DIGITS_MAX,
    ENTERED_CHARACTERS_MAX,
    NARRATIVE_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
)
from sync.quantity import UnitTable
from sync.strictjson import Json

Object: TypeAlias = Mapping[str, Json]

NOT_KNOWN: Final[Object] = {"not_known": True}
"""Asked and not known: neither zero nor missing (the annual questionnaire keeps them apart)."""

_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})\Z",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_CONTAINER: Final = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}\Z")
_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212./#]+")
_FORBIDDEN_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")

_QUALIFIERS: Final = frozenset({"exact", "approx", "gt", "gte", "lt", "lte"})
_BASES: Final = frozenset({"gross", "net", "active", "forensic"})
_LANGUAGES: Final = frozenset({"en", "ru", "ky", "kk", "uz", "tg", "tk", "fa"})

_LOOK_ALIKES: Final = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
"""Cyrillic capitals that stand on plates and seals for the Latin ones of the same shape."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The reference data that values are checked and compared against, at one version."""

    version: str
    units: UnitTable
    substances: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Folded name -> codes: one code is an answer, several are a question."""
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """List name -> codes known to this node, for lists that forms do not bring themselves."""


def fold_name(text: str) -> str:
    """A name as it is looked up: no case, no accents of ё, one space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(folded.split())


def is_not_known(value: Json) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and value.get("not_known") is True


def is_decimal(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= DECIMAL_DIGITS_MAX + 2
        and sum(map(str.isdigit, value)) <= DECIMAL_DIGITS_MAX
        and _DECIMAL.match(value) is not None
    )


def instant_ms(text: str) -> int | None:
    """Milliseconds since 1970 UTC of an RFC 3339 instant, or None when it is none."""
    if _INSTANT.match(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def has_valid_check_digit(number: str) -> bool:
    """ISO 6346, annex A: letters count 10 to 38 less multiples of 11, weights are powers of 2."""
    bare = fold_identifier(number)
    if _CONTAINER.match(bare) is None:
        return False
    total = 0
    for place, sign in enumerate(bare[:10]):
        worth = int(sign) if sign.isdigit() else ord(sign) - ord("A") + 10
        if not sign.isdigit():
            worth += (worth - 1) // 10
        total += worth << place
    return total % 11 % 10 == int(bare[10])


def fold_identifier(text: str) -> str:
    """A plate, seal or container number as two people would call it the same."""
    bare = text.replace("№", "")  # which NFKC would spell out as the letters "No"
    folded = unicodedata.normalize("NFKC", bare).upper().translate(_LOOK_ALIKES)
    return _SEPARATORS.sub("", folded)


# --- check ------------------------------------------------------------------------------------


def check(rule: FieldRule, value: Json, form: FormRules, tables: Tables) -> str | None:
    """Why ``value`` cannot stand in this field, as a stable slug; None when it can.

    ``null`` always may: it is the field without a value.
    """
    if value is None:
        return None
    if is_not_known(value):
        return "wrong-type" if rule.kind in {Kind.MEMBER, Kind.STRIKE} else None
    if rule.kind is Kind.GROUP:
        return _check_group(rule, value, form, tables)
    if rule.kind is Kind.CODE:
        return _check_code(rule.options, value, form, tables)
    return _CHECKS[rule.kind](value, tables)


def _check_group(rule: FieldRule, value: Json, form: FormRules, tables: Tables) -> str | None:
    if not isinstance(value, Mapping):
        return "wrong-type"
    members = {member.name: member for member in rule.members}
    if not value.keys() <= members.keys():
        return "unknown-member"
    for member in rule.members:
        inner = value.get(member.name)
        if inner is None and member.required:
            return "missing-member"
        reason = check(as_field(member), inner, form, tables)
        if reason is not None:
            return reason
    return None


def as_field(member: MemberRule) -> FieldRule:
    """A group's member seen as a field of its own, so that one table of checks serves both."""
    return FieldRule(member.name, member.kind, options=member.options, nominal=member.nominal)


def _check_code(options: str | None, value: Json, form: FormRules, tables: Tables) -> str | None:
    if not is_code(value):
        return "wrong-type"
    listed = form.codes.get(options or "") or tables.codes.get(options or "")
    return None if listed is None or value in listed else "unknown-code"


def _check_text(value: Json, most: int) -> str | None:
    if not isinstance(value, str):
        return "wrong-type"
    if len(value) > most:
        return "too-long"
    return "control-character" if _FORBIDDEN_CONTROL.search(value) else None


def _check_decimal(value: Json, _: Tables) -> str | None:
    return None if is_decimal(value) else "not-a-decimal"


def _check_integer(value: Json, _: Tables) -> str | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return None if is_count else "wrong-type"


def _check_day(value: Json, _: Tables) -> str | None:
    if not isinstance(value, str) or _DAY.match(value) is None:
        return "not-a-day"
    try:
        date.fromisoformat(value)
    except ValueError:
        return "not-a-day"
    return None


def _check_instant(value: Json, _: Tables) -> str | None:
    is_instant = isinstance(value, str) and instant_ms(value) is not None
    return None if is_instant else "not-an-instant"


def _members(value: Json, allowed: frozenset[str]) -> Object | str:
    if not isinstance(value, Mapping):
        return "wrong-type"
    return value if value.keys() <= allowed else "unknown-member"


_QUANTITY_MEMBERS: Final = frozenset({"entered", "lang", "amount", "unit", "basis", "qualifier"})


def _check_quantity(value: Json, tables: Tables) -> str | None:
    parts = _members(value, _QUANTITY_MEMBERS)
    if isinstance(parts, str):
        return parts
    entered, amount, unit = parts.get("entered"), parts.get("amount"), parts.get("unit")
    if entered is None and amount is None:
        return "missing-member"
    if (amount is None) != (unit is None):
        return "missing-member"
    if amount is not None and (not is_decimal(amount) or str(amount).startswith("-")):
        return "not-a-decimal"
    if unit is not None and (not isinstance(unit, str) or tables.units.get(unit) is None):
        return "unknown-unit"
    if not _in_or_none(parts.get("basis"), _BASES):
        return "unknown-code"
    if not _in_or_none(parts.get("qualifier"), _QUALIFIERS):
        return "unknown-code"
    return _check_entered(parts)


def _check_entered(parts: Object) -> str | None:
    entered = parts.get("entered")
    if not _in_or_none(parts.get("lang"), _LANGUAGES):
        return "unknown-code"
    return None if entered is None else _check_text(entered, ENTERED_CHARACTERS_MAX)


def _in_or_none(value: Json, allowed: frozenset[str]) -> bool:
    return value is None or (isinstance(value, str) and value in allowed)


_SUBSTANCE_MEMBERS: Final = frozenset({"code", "entered", "lang", "identified"})


def _check_substance(value: Json, tables: Tables) -> str | None:
    parts = _members(value, _SUBSTANCE_MEMBERS)
    if isinstance(parts, str):
        return parts
    code = parts.get("code")
    if code is None and parts.get("entered") is None:
        return "missing-member"
    if code is not None:
        listed = tables.codes.get("substance")
        if not is_code(code) or (listed is not None and code not in listed):
            return "unknown-code"
    if parts.get("identified") is not None and not is_code(parts.get("identified")):
        return "wrong-type"
    return _check_entered(parts)


_POINT_MEMBERS: Final = frozenset({"lat", "lon", "accuracy_m", "source"})


def _check_point(value: Json, _: Tables) -> str | None:
    parts = _members(value, _POINT_MEMBERS)
    if isinstance(parts, str):
        return parts
    for name, most in (("lat", 90), ("lon", 180)):
        text = parts.get(name)
        if not is_decimal(text) or abs(Decimal(cast("str", text))) > most:
            return "not-a-coordinate"
    accuracy, source = parts.get("accuracy_m"), parts.get("source")
    if accuracy is not None and (not is_decimal(accuracy) or str(accuracy).startswith("-")):
        return "not-a-decimal"
    return None if source is None or is_code(source) else "wrong-type"


_MONEY_MEMBERS: Final = frozenset({"amount", "currency", "basis"})


def _check_money(value: Json, tables: Tables) -> str | None:
    parts = _members(value, _MONEY_MEMBERS)
    if isinstance(parts, str):
        return parts
    if not is_decimal(parts.get("amount")):
        return "not-a-decimal"
    listed = tables.codes.get("currency")
    currency = parts.get("currency")
    if not is_code(currency) or (listed is not None and currency not in listed):
        return "unknown-code"
    basis = parts.get("basis")
    return None if basis is None or is_code(basis) else "wrong-type"


def _check_strike(value: Json, _: Tables) -> str | None:
    parts = _members(value, frozenset({"reason"}))
    if isinstance(parts, str):
        return parts
    return _check_text(parts.get("reason"), REASON_CHARACTERS_MAX)


_CHECKS: Final[Mapping[Kind, Callable[[Json, Tables], str | None]]] = {
    Kind.TEXT: lambda value, _: _check_text(value, TEXT_CHARACTERS_MAX),
    Kind.NARRATIVE: lambda value, _: _check_text(value, NARRATIVE_CHARACTERS_MAX),
    Kind.IDENTIFIER: lambda value, _: _check_text(value, ENTERED_CHARACTERS_MAX),
    Kind.CONTAINER: lambda value, _: _check_text(value, ENTERED_CHARACTERS_MAX),
    Kind.BOOLEAN: lambda value, _: None if isinstance(value, bool) else "wrong-type",
    Kind.MEMBER: lambda value, _: None if value is True else "wrong-type",
    Kind.INTEGER: _check_integer,
    Kind.DECIMAL: _check_decimal,
    Kind.INSTANT: _check_instant,
    Kind.DAY: _check_day,
    Kind.QUANTITY: _check_quantity,
    Kind.SUBSTANCE: _check_substance,
    Kind.POINT: _check_point,
    Kind.MONEY: _check_money,
    Kind.STRIKE: _check_strike,
}
