"""JSON Schema 2020-12 of one value of each kind, as narrow as a device should write it.

What passes here passes the core's check too, but for codes of reference tables, which a schema
names (``x-khabar-list``) and does not hold.
"""

from collections.abc import Mapping
from typing import Final

from schemas.forms.definition import CodeList, FormMember
from schemas.forms.kinds import (
    IDENTIFIED,
    MONEY_BASIS,
    POINT_SOURCE,
    QUANTITY_BASIS,
    QUANTITY_QUALIFIER,
)
from sync.forms import FieldRule, Kind, MemberRule
from sync.ids import CODE_PATTERN
from sync.limits import (
    DECIMAL_DIGITS_MAX,
    ENTERED_CHARACTERS_MAX,
    INTEGER_DIGITS_MAX,
    NARRATIVE_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
)

Schema = dict[str, object]
Lists = Mapping[str, CodeList]

CODE: Final = f"^{CODE_PATTERN.pattern.removesuffix(chr(92) + 'Z')}$"
_NO_CONTROLS: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
_DECIMAL: Final = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"
_SIGNED_DECIMAL: Final = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
_DAY: Final = r"[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_INSTANT: Final = rf"^{_DAY}T{_CLOCK}:[0-5][0-9](\.[0-9]{{1,9}})?(Z|[+-]{_CLOCK})$"
_LATITUDE: Final = r"^-?(90(\.0+)?|[1-8]?[0-9](\.[0-9]+)?)$"
_LONGITUDE: Final = r"^-?(180(\.0+)?|(1[0-7][0-9]|[1-9]?[0-9])(\.[0-9]+)?)$"
_LANGUAGES: Final = ("en", "ru", "ky", "kk", "uz", "tg", "tk", "fa")

NOT_KNOWN: Final[Schema] = {
    "type": "object",
    "properties": {"not_known": {"const": True}},
    "required": ["not_known"],
    "additionalProperties": False,
}
"""Asked and not known: neither zero nor missing."""


def _text(most: int, *, least: int = 0) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": _NO_CONTROLS}


def _decimal(pattern: str = _DECIMAL) -> Schema:
    return {"type": "string", "maxLength": DECIMAL_DIGITS_MAX, "pattern": pattern}


def _closed(properties: Mapping[str, Schema], **more: object) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        **more,
    }


def code_of(options: str | None, lists: Lists) -> Schema:
    """One code: of the form's own list, of a reference table, or any."""
    own = lists.get(options or "")
    if own is not None:
        return {"enum": [option.code for option in own.options], "x-khabar-list": options}
    free: Schema = {"type": "string", "pattern": CODE}
    return free if options is None else {**free, "x-khabar-list": options}


def _own(code_list: CodeList) -> Schema:
    return code_of(code_list.name, {code_list.name: code_list})


_ENTERED: Final[Mapping[str, Schema]] = {
    "entered": _text(ENTERED_CHARACTERS_MAX, least=1),
    "lang": {"enum": list(_LANGUAGES)},
}

SCHEMA_OF_KIND: Final[Mapping[Kind, Schema]] = {
    Kind.TEXT: _text(TEXT_CHARACTERS_MAX),
    Kind.NARRATIVE: _text(NARRATIVE_CHARACTERS_MAX),
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.INTEGER: {"type": "integer", "minimum": 0, "maximum": 10**INTEGER_DIGITS_MAX - 1},
    Kind.DECIMAL: _decimal(_SIGNED_DECIMAL),
    Kind.INSTANT: {"type": "string", "format": "date-time", "pattern": _INSTANT},
    Kind.DAY: {"type": "string", "format": "date", "pattern": f"^{_DAY}$"},
    Kind.IDENTIFIER: _text(ENTERED_CHARACTERS_MAX),
    Kind.CONTAINER: _text(ENTERED_CHARACTERS_MAX),
    Kind.QUANTITY: _closed(
        {
            **_ENTERED,
            "amount": _decimal(),
            "unit": code_of("unit", {}),
            "basis": _own(QUANTITY_BASIS),
            "qualifier": _own(QUANTITY_QUALIFIER),
        },
        anyOf=[{"required": ["entered"]}, {"required": ["amount"]}],
        dependentRequired={"amount": ["unit"], "unit": ["amount"]},
    ),
    Kind.SUBSTANCE: _closed(
        {**_ENTERED, "code": code_of("substance", {}), "identified": _own(IDENTIFIED)},
        anyOf=[{"required": ["code"]}, {"required": ["entered"]}],
    ),
    Kind.POINT: _closed(
        {
            "lat": _decimal(_LATITUDE),
            "lon": _decimal(_LONGITUDE),
            "accuracy_m": _decimal(),
            "source": _own(POINT_SOURCE),
        },
        required=["lat", "lon"],
    ),
    Kind.MONEY: _closed(
        {
            "amount": _decimal(),
            "currency": code_of("currency", {}),
            "basis": _own(MONEY_BASIS),
        },
        required=["amount", "currency"],
    ),
    Kind.MEMBER: {"const": True},
    Kind.STRIKE: _closed(
        {"reason": _text(REASON_CHARACTERS_MAX, least=1)},
        required=["reason"],
    ),
}
"""Every kind but ``code`` and ``group``, whose schema depends on the field. They live in $defs."""

_NEVER_UNKNOWN: Final = frozenset({Kind.MEMBER, Kind.STRIKE})


def field_schema(rule: FieldRule, members: tuple[FormMember, ...], lists: Lists) -> Schema:
    """What may stand under the field's path: a value, "not known" where that can be, or null."""
    value = _group(members, lists) if rule.kind is Kind.GROUP else _value(rule, lists)
    if rule.kind in _NEVER_UNKNOWN:
        return {"anyOf": [value, {"type": "null"}]}
    return {"anyOf": [value, {"$ref": "#/$defs/not_known"}, {"type": "null"}]}


def _value(rule: FieldRule | MemberRule, lists: Lists) -> Schema:
    if rule.kind is Kind.CODE:
        return code_of(rule.options, lists)
    return {"$ref": f"#/$defs/{rule.kind.value}"}


def _group(members: tuple[FormMember, ...], lists: Lists) -> Schema:
    properties: dict[str, Schema] = {
        one.rule.name: {"anyOf": [_value(one.rule, lists), {"$ref": "#/$defs/not_known"}]}
        for one in members
    }
    required = [one.rule.name for one in members if one.rule.required]
    return _closed(properties, required=required, minProperties=1)


def definitions() -> Schema:
    """The ``$defs`` every form shares."""
    kinds: Mapping[str, Schema] = {kind.value: schema for kind, schema in SCHEMA_OF_KIND.items()}
    return {"not_known": NOT_KNOWN, **kinds}
