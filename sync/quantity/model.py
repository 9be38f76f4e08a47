"""Owns the values of this package: a unit, a candidate, a reading, and how a decimal is written."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Dimension = Literal["mass", "volume", "area", "count"]
Outcome = Literal["ok", "ambiguous", "reject"]
Qualifier = Literal["exact", "approx", "gt", "gte", "lt", "lte"]
Basis = Literal["gross", "net", "active"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the unit table."""

    code: str
    dimension: Dimension
    canonical: str
    """Code of the unit in which values of this dimension are kept; a count is its own."""
    factor: Decimal | None
    """Exact factor to ``canonical``; None for a unit that has no one value (pood, seer, man)."""
    names: tuple[str, ...]
    label_en: str
    label_ru: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing the writer may have meant, in the canonical unit."""

    value: Decimal
    unit: str | None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a written quantity says: one value, several candidates, or a reason why neither."""

    outcome: Outcome
    value: Decimal | None = None
    unit: str | None = None
    """Canonical unit; also of an ambiguous reading when all its candidates share it."""
    qualifier: Qualifier | None = None
    basis: Basis | None = None
    candidates: tuple[Candidate, ...] = ()
    reason: str | None = None
    """A slug of ``REASONS``; None when the outcome is ok."""


class Unreadable(Exception):  # noqa: N818  # an outcome named, not an error; never leaves read()
    """Stops a reading at its first ground for refusal. ``read`` turns it into a ``Reading``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def plain(value: Decimal) -> str:
    """Write a finite decimal exactly: no exponent, no trailing zeros, no rounding to a context."""
    assert value.is_finite()
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
