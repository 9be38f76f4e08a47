"""Reads a line's bytes as JSON, strictly: what two readers could understand differently is refused.

Refused, each with a reason of its own: text that is not UTF-8, duplicate keys, NaN and infinities,
numbers with a fraction or an exponent (decimals travel as text), integers beyond 15 digits,
nesting that exhausts the parser, lone surrogates. RFC 8259 sections 4, 6 and 8 name each as a
place where implementations differ (see also RFC 7493, I-JSON).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from sync.limits import INTEGER_DIGITS_MAX, JSON_DEPTH_MAX

Json: TypeAlias = bool | int | str | Sequence["Json"] | Mapping[str, "Json"] | None
"""What a line may hold. There is no float: a quantity is text."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are not one unambiguous JSON value. ``reason`` is a stable slug."""

    reason: str


class _RefusedError(ValueError):
    """Stops the parser from inside a hook; never leaves this module."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError("duplicate-key")
    return found


def _fraction(_: str) -> None:
    raise _RefusedError("number-with-fraction")


def _constant(_: str) -> None:
    raise _RefusedError("not-a-number")


def _integer(digits: str) -> int:
    if len(digits) > INTEGER_DIGITS_MAX:
        raise _RefusedError("integer-too-long")
    return int(digits)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_fraction,
    parse_int=_integer,
    parse_constant=_constant,
    strict=True,
)


def parse(raw: bytes) -> Json | Unreadable:
    """The JSON value of ``raw``, or why there is none. Never raises."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Unreadable("not-utf-8")
    try:
        value = cast("Json", _DECODER.decode(text))
    except _RefusedError as refused:
        return Unreadable(str(refused))
    except RecursionError:
        return Unreadable("nested-too-deep")
    except ValueError:
        return Unreadable("not-json")
    if "\\u" in text and not _encodes(value):
        return Unreadable("lone-surrogate")
    return value


def _encodes(value: Json) -> bool:
    """False when an escape left half of a surrogate pair: such text has no UTF-8 form."""
    try:
        dumps(value)
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def dumps(value: Json) -> bytes:
    """The one form in which the core writes JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def depth(value: Json) -> int:
    """Levels of nesting, counted no further than one past the limit."""
    level = 0
    layer: list[Json] = [value]
    while layer and level <= JSON_DEPTH_MAX:
        below: list[Json] = []
        for node in layer:
            if isinstance(node, Mapping):
                below.extend(node.values())
            elif isinstance(node, Sequence) and not isinstance(node, str):
                below.extend(node)
        level += 1
        layer = below
    return level
