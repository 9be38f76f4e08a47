"""The types JSON lacks: identifiers, hashes, instants, exact decimals and tuples, each from text.

A strict model refuses text for an instant and a list for a tuple, also when both come from JSON.
Each type here relaxes exactly that and nothing more: no number is ever an instant.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints

from sync.ids import CODE_PATTERN, SHA256_PATTERN, UUID_PATTERN
from sync.limits import DECIMAL_DIGITS_MAX

Member = TypeVar("Member")

INSTANT_PATTERN: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})\Z", re.ASCII
)
"""RFC 3339, section 5.6, as devices write it: upper case, seconds and an offset always present."""


def _schema_pattern(pattern: re.Pattern[str]) -> str:
    """The same pattern for JSON Schema, which ends a text with a dollar sign."""
    return f"^{pattern.pattern.removesuffix(chr(92) + 'Z')}$"


def _parse_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        instant = value
    elif isinstance(value, str) and INSTANT_PATTERN.match(value):
        instant = datetime.fromisoformat(value)
    else:
        raise ValueError("an instant is RFC 3339 text with an offset")
    if instant.tzinfo is None:
        raise ValueError("an instant has an offset")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("an instant lies between the years 1 and 9999 in UTC") from error


def _parse_whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Identifier = Annotated[str, StringConstraints(pattern=_schema_pattern(UUID_PATTERN))]
"""A UUID as text, lower case and hyphenated: the one spelling, so that equal ids are equal text."""

Sha256 = Annotated[str, StringConstraints(pattern=_schema_pattern(SHA256_PATTERN))]
"""A SHA-256 digest in lower-case hexadecimal."""

Code = Annotated[str, StringConstraints(pattern=_schema_pattern(CODE_PATTERN))]
"""A code of a reference table or code list."""

DecimalText = Annotated[
    str,
    StringConstraints(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", max_length=DECIMAL_DIGITS_MAX + 2),
]
"""An exact decimal. Text, because a JSON number passes through floats on its way."""

Timestamp = Annotated[
    datetime,
    BeforeValidator(_parse_instant),
    PlainSerializer(_write_instant, return_type=str, when_used="json"),
]
"""An instant in UTC; any offset is read, ``Z`` and milliseconds are written."""

WHOLE: Final = BeforeValidator(_parse_whole)
"""Takes 41.0 for the integer 41, as JSON Schema does (2020-12, core, 4.2.3) and some clients write.

Put after the bounds, or the contract loses them.
"""

Many = Annotated[tuple[Member, ...], Field(strict=False)]
"""A tuple from a JSON array; its members stay strict."""
