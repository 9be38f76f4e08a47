"""Decides what a written numeral may be: thousands, decimals, and the three-digit trap."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sync.limits import DECIMAL_DIGITS_MAX
from sync.quantity.model import Unreadable

GROUP_SPACES: Final = " \u00a0\u2007\u2009\u202f"
"""Spaces that may stand between groups of thousands. A tab or a line end parts two numbers."""

_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")
_SPACES: Final = re.compile(f"[{GROUP_SPACES}]")
_POINT_LANGUAGES: Final = frozenset({"en"})
"""Languages whose decimal sign is the point; elsewhere "1.320" is a question."""
_GROUP_DIGITS: Final = 3
_YEARS: Final = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral as written. ``values`` holds two readings in the three-digit trap, else one."""

    values: tuple[Decimal, ...]
    trap: str = ""
    """The one separator before exactly three digits, or nothing."""
    doubt: str | None = None
    looks_like_year: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """What stands beside a numeral and helps to decide the trap."""

    counts: bool
    """The unit counts pieces."""
    after_fraction: bool
    """The unit is a full Russian noun in the genitive singular."""
    multiplied: bool
    """A multiplier word follows."""
    point_is_decimal: bool


def point_is_decimal(lang: str, *, cyrillic: bool) -> bool:
    return lang in _POINT_LANGUAGES and not cyrillic


def parse(raw: str) -> Numeral:
    """Read digits with their separators; refuse a grouping that no one writes on purpose."""
    spaced = _SPACES.search(raw) is not None
    text = _SPACES.sub("", raw)
    digits = re.sub("[.,]", "", text)
    if len(digits) > DECIMAL_DIGITS_MAX:
        raise Unreadable("too-many-digits")
    if spaced and raw.startswith("0"):
        raise Unreadable("digit-grouping")
    separators = re.sub("[0-9]", "", text)
    if not separators:
        return _integer(text, spaced=spaced)
    if text[0] in ".,":
        return _without_leading_digit(text, separators)
    if len(separators) == 1:
        return _one_separator(text, spaced=spaced)
    if spaced:
        raise Unreadable("digit-grouping")
    return _many_separators(text, separators, digits)


def settle(numeral: Numeral, company: Company) -> tuple[tuple[Decimal, ...], str | None]:
    """Choose between the readings of a numeral where a rule allows it; else name the doubt."""
    if not numeral.trap:
        return numeral.values, numeral.doubt
    decimal, grouped = numeral.values
    noun_says_decimal = company.after_fraction and not _governs_genitive_singular(int(grouped))
    if noun_says_decimal and not company.counts and not company.multiplied:
        return (decimal,), None
    if numeral.trap == "." and company.point_is_decimal and not company.counts:
        return (decimal,), None
    thousands = company.counts and numeral.trap == "," and decimal < 1000  # noqa: PLR2004  # one group
    if thousands and not company.multiplied and not noun_says_decimal:
        return (grouped,), None
    return numeral.values, "three-digit-group"


def _governs_genitive_singular(number: int) -> bool:
    """Tell whether a Russian integer takes "килограмма" itself: 2, 3, 4, 22… but not 12, 13, 14."""
    return number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14}


def _integer(text: str, *, spaced: bool) -> Numeral:
    padded = len(text) > 1 and text.startswith("0")
    if padded and len(text) > _GROUP_DIGITS:
        raise Unreadable("digit-grouping")
    return Numeral(
        (Decimal(text),),
        doubt="leading-zero" if padded else None,
        looks_like_year=not spaced and int(text) in _YEARS,
    )


def _without_leading_digit(text: str, separators: str) -> Numeral:
    if len(separators) > 1:
        raise Unreadable("digit-grouping")
    return Numeral((Decimal(f"0.{text[1:]}"),), doubt="leading-digit-missing")


def _one_separator(text: str, *, spaced: bool) -> Numeral:
    whole, fraction = re.split("[.,]", text)
    if len(whole) > 1 and whole.startswith("0"):
        raise Unreadable("digit-grouping")
    decimal = Decimal(f"{whole}.{fraction}")
    if len(fraction) != _GROUP_DIGITS or whole == "0" or spaced:
        return Numeral((decimal,))
    return Numeral((decimal, Decimal(whole + fraction)), trap=text[len(whole)])


def _many_separators(text: str, separators: str, digits: str) -> Numeral:
    """Read "1,320,000" and "1.320,5": what repeats groups, a different last one is decimal."""
    last = separators[-1]
    if len(set(separators)) == 1:
        if not _GROUPED.fullmatch(text):
            raise Unreadable("digit-grouping")
        return Numeral((Decimal(digits),))
    whole, _, fraction = text.rpartition(last)
    if separators.count(last) > 1 or not _GROUPED.fullmatch(whole):
        raise Unreadable("digit-grouping")
    return Numeral((Decimal(f"{re.sub('[.,]', '', whole)}.{fraction}"),))
