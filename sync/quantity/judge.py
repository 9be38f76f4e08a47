"""Weighs a parsed measure: adds its components exactly, collects doubts, names the candidates.

A measure without a doubt has one value. With a doubt it has candidates, and a person is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from itertools import pairwise, product
from typing import Final

from sync.limits import DECIMAL_DIGITS_MAX
from sync.quantity import numerals
from sync.quantity.grammar import Component, Measure
from sync.quantity.model import Basis, Candidate, Dimension, Qualifier, Unit, Unreadable
from sync.quantity.tokens import UnitWord
from sync.quantity.units import UnitTable
from sync.quantity.words import NEXT_LOWER

_COMPONENTS_MAX: Final = 4
"""Tonnes, kilograms, grams, milligrams. More is a list, not a quantity."""

_PLAUSIBLE_MAX: Final[Mapping[Dimension, Decimal]] = {
    "mass": Decimal(10) ** 8,
    "volume": Decimal(10) ** 8,
    "area": Decimal(10) ** 10,
    "count": Decimal(10) ** 10,
}
"""In canonical units: 100,000 t, 100,000 m³, a million hectares, ten thousand million pieces."""

_EXACT: Final = Context(prec=4 * DECIMAL_DIGITS_MAX)
"""A bounded numeral times multiplier and factor, four of them added, never needs more digits."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The candidates of one measure; without a doubt there is exactly one, and it is the value."""

    candidates: tuple[Candidate, ...]
    qualifier: Qualifier
    doubt: str | None


@dataclass(frozen=True, slots=True)
class _Counted:
    """A component whose unit is settled."""

    numerals: tuple[tuple[str, str], ...]
    word: UnitWord
    unit: Unit


@dataclass(frozen=True, slots=True)
class _Amount:
    """A component weighed: its possible values in its own unit."""

    values: tuple[Decimal, ...]
    unit: Unit
    factor: Decimal


def judge(measure: Measure, *, lang: str, units: UnitTable) -> Judged:
    """Weigh one measure."""
    if len(measure.components) > _COMPONENTS_MAX:
        raise Unreadable("too-many-components")
    doubts: list[str] = []
    components, is_range = _settled(measure, units, doubts)
    candidates: list[Candidate] = []
    for counted in _variants(components, doubts):
        amounts = [_amount(part, index, lang, doubts) for index, part in enumerate(counted)]
        if len({amount.unit.canonical for amount in amounts}) > 1:
            raise Unreadable("mixed-dimensions")
        totals = _ends(amounts) if is_range else _totals(amounts, doubts)
        candidates += _candidates(totals, amounts[0].unit, measure.basis)
    if not candidates:
        raise Unreadable("implausible")
    return Judged(tuple(dict.fromkeys(candidates)), measure.qualifier, next(iter(doubts), None))


def _settled(measure: Measure, units: UnitTable, doubts: list[str]) -> tuple[list[Component], bool]:
    """Give every component that has none its unit; tell whether they are the ends of a range."""
    components = list(measure.components)
    if measure.is_range or _dash_is_range(components):
        doubts.append("range")
        return _shared_unit(components), True
    if any(component.joint == "dash" for component in components):
        doubts.append("dash")
    if components[-1].unit is None:
        components[-1] = _implied_unit(components, units)
        doubts.insert(0, "last-unit-missing")
    return components, False


def _candidates(totals: Sequence[Decimal], unit: Unit, basis: Basis | None) -> Iterator[Candidate]:
    if basis is not None and unit.dimension == "count":
        raise Unreadable("basis-of-a-count")
    if min(totals) == 0:
        raise Unreadable("zero")
    for total in totals:
        if total <= _PLAUSIBLE_MAX[unit.dimension]:
            yield Candidate(total, unit.canonical, basis)


def _dash_is_range(components: Sequence[Component]) -> bool:
    """Tell "5-6 кг" and "500 г - 1 кг" from "8 кг - 268 гр", where the dash may be a joint."""
    if all(component.joint != "dash" for component in components):
        return False
    if len(components) != 2:  # noqa: PLR2004  # a range has two ends
        raise Unreadable("mixed-expression")
    low, high = (component.unit for component in components)
    if low is None or high is None:
        return high is not None
    factors = [word.units[0].factor or Decimal(0) for word in (low, high)]
    return factors[0] <= factors[1]


def _shared_unit(components: Sequence[Component]) -> list[Component]:
    """Lend the second end's unit and multiplier to the first: "5-6 тыс. таблеток"."""
    low, high = components
    if high.unit is None:
        raise Unreadable("no-unit")
    if low.unit is not None:
        return [low, high]
    if len(low.numerals) == 1 and low.numerals[0][1] == "1":
        low = replace(low, numerals=((low.numerals[0][0], high.numerals[0][1]),))
    return [replace(low, unit=high.unit), high]


def _implied_unit(components: Sequence[Component], units: UnitTable) -> Component:
    """Read "8 кг 268" as the next lower unit; the measure is doubtful all the same."""
    above = components[-2].unit if len(components) > 1 else None
    if above is None:
        raise Unreadable("no-unit")
    lower = units.get(NEXT_LOWER.get(above.units[0].code, ""))
    if lower is None:
        raise Unreadable("no-unit")
    return replace(components[-1], unit=UnitWord((lower,)))


def _variants(components: Sequence[Component], doubts: list[str]) -> Iterator[list[_Counted]]:
    """Give each reading of a homograph; it must be the only unit written."""
    words = [component.unit for component in components if component.unit is not None]
    if len(words) < len(components):
        raise Unreadable("two-numbers")
    if all(len(word.units) == 1 for word in words):
        yield [
            _Counted(part.numerals, word, word.units[0])
            for part, word in zip(components, words, strict=True)
        ]
        return
    if len(set(words)) > 1:
        raise Unreadable("mixed-expression")
    doubts.append("unit-with-two-meanings")
    for unit in words[0].units:
        yield [_Counted(part.numerals, words[0], unit) for part in components]


def _amount(part: _Counted, index: int, lang: str, doubts: list[str]) -> _Amount:
    if part.unit.factor is None:
        raise Unreadable("unit-without-one-value")
    if part.word.doubt:
        doubts.append(part.word.doubt)
    (raw, multiplier), *rest = part.numerals
    if rest:
        return _Amount((_spelled_out(part.numerals),), part.unit, part.unit.factor)
    numeral = numerals.parse(raw)
    company = numerals.Company(
        counts=part.unit.dimension == "count",
        after_fraction=part.word.after_fraction,
        multiplied=multiplier != "1",
        point_is_decimal=numerals.point_is_decimal(lang, cyrillic=part.word.cyrillic),
    )
    values, doubt = numerals.settle(numeral, company)
    if doubt == "leading-zero" and index > 0:
        doubt = None  # "2 тонны 089 кг"
    if part.word.may_mean_year and numeral.looks_like_year and not company.multiplied:
        doubt = "year"
    if doubt:
        doubts.append(doubt)
    values = tuple(_EXACT.multiply(value, Decimal(multiplier)) for value in values)
    return _Amount(values, part.unit, part.unit.factor)


def _spelled_out(parts: Sequence[tuple[str, str]]) -> Decimal:
    """Add "4 миллиона 222 тысячи": whole numbers, each below the multiplier before it."""
    total = Decimal(0)
    above: Decimal | None = None
    for raw, multiplier in parts:
        numeral = numerals.parse(raw)
        value = numeral.values[0]
        step = _EXACT.multiply(value, Decimal(multiplier))
        if numeral.trap or numeral.doubt or not _is_whole(value):
            raise Unreadable("mixed-expression")
        if above is not None and step >= above:
            raise Unreadable("mixed-expression")
        above = Decimal(multiplier)
        total = _EXACT.add(total, step)
    return total


def _totals(amounts: Sequence[_Amount], doubts: list[str]) -> list[Decimal]:
    """Add components of different units; those that break a rule of writing become doubts."""
    if len({amount.unit.code for amount in amounts}) < len(amounts):
        raise Unreadable("same-unit-twice")
    ordered = sorted(amounts, key=lambda amount: amount.factor, reverse=True)
    if ordered != list(amounts):
        doubts.append("components-not-descending")
    if any(_EXACT.remainder(upper.factor, lower.factor) for upper, lower in pairwise(ordered)):
        raise Unreadable("mixed-systems")
    values = product(*(amount.values for amount in ordered))
    choices = [tuple(zip(ordered, choice, strict=True)) for choice in values]
    if not all(map(_fits, choices)):
        if "last-unit-missing" in doubts:
            raise Unreadable("two-numbers")
        doubts.append("component-above-ratio")
    if any(not _is_whole(value) for choice in choices for _, value in choice[:-1]):
        doubts.append("decimal-before-lower-component")
    return [_sum(choice) for choice in choices]


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value(context=_EXACT)


def _fits(choice: Sequence[tuple[_Amount, Decimal]]) -> bool:
    """Tell whether every lower component stays below one of the unit above it."""
    return all(
        _EXACT.multiply(value, lower.factor) < upper.factor
        for (upper, _), (lower, value) in pairwise(choice)
    )


def _sum(choice: Sequence[tuple[_Amount, Decimal]]) -> Decimal:
    total = Decimal(0)
    for amount, value in choice:
        total = _EXACT.add(total, _EXACT.multiply(value, amount.factor))
    return total


def _ends(amounts: Sequence[_Amount]) -> list[Decimal]:
    low, high = ([_EXACT.multiply(value, a.factor) for value in a.values] for a in amounts)
    if min(low) >= min(high):
        raise Unreadable("mixed-expression")
    return [*low, *high]
