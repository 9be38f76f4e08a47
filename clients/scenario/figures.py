"""The numbers that came out at the regional centre, next to the numbers of the texts.

Everything is taken from what the centre holds: tablets, merge, reader, feed and mirror stand
between a text and its figure. Drugs and precursors are never added; a total that does not add up in
a text is shown as the text's own mismatch.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from clients.scenario.facts import Facts, SubstanceFigure, TotalFigure

MASS: Final = "kg"

Held = Mapping[str, Mapping[str, Any]]
"""Report to the newest text that the centre holds."""


@dataclass(frozen=True, slots=True)
class SubstanceRow:
    """One substance: as it was reported, what it comes to, what was asked, what it should be."""

    code: str
    name: str
    kind: str
    as_reported: tuple[str, ...]
    kg: Decimal
    expected_kg: Decimal
    questions_asked: int
    questions_open: int
    is_match: bool


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A total: what the text states, what its parts come to, and by how much they differ."""

    name: str
    source: str
    stated: str | None
    stated_kg: Decimal | None
    sum_kg: Decimal
    difference_kg: Decimal | None
    says: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class MoneyRow:
    words: str
    source: str
    held: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Table:
    """All figures of one run."""

    substances: tuple[SubstanceRow, ...]
    totals: tuple[TotalRow, ...]
    money: tuple[MoneyRow, ...]
    unexpected: tuple[str, ...]
    """Substances at the centre that no text names."""

    @property
    def is_match(self) -> bool:
        rows = (*self.substances, *self.totals, *self.money)
        return bool(self.substances) and not self.unexpected and all(row.is_match for row in rows)

    def subtotal(self, kind: str) -> Decimal:
        return _sum(row.kg for row in self.substances if row.kind == kind)


def table(facts: Facts, reports: Mapping[str, str], held: Held, asked: Mapping[str, int]) -> Table:
    """``reports`` names each seizure's report; ``asked`` counts questions by substance code."""
    by_code: dict[str, list[Mapping[str, Any]]] = {}
    for item in _items(held.values()):
        by_code.setdefault(str(item.get("substance", {}).get("code")), []).append(item)
    known = {figure.code for figure in facts.figures.substances}
    return Table(
        substances=tuple(
            _substance(figure, by_code.get(figure.code, []), asked.get(figure.code, 0))
            for figure in facts.figures.substances
        ),
        totals=tuple(_total(figure, reports, held) for figure in facts.figures.totals),
        money=tuple(_money(facts, reports, held)),
        unexpected=tuple(sorted(by_code.keys() - known)),
    )


def _items(bodies: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for body in bodies:
        yield from body.get("items", ())


def _substance(figure: SubstanceFigure, items: list[Mapping[str, Any]], asked: int) -> SubstanceRow:
    reported = tuple(sorted(_entered(item) for item in items))
    kg, still_open = _sum(_masses(items)), sum(1 for item in items if _is_asked(item))
    return SubstanceRow(
        code=figure.code,
        name=figure.name,
        kind=figure.kind,
        as_reported=reported,
        kg=kg,
        expected_kg=figure.kg,
        questions_asked=asked,
        questions_open=still_open,
        is_match=kg == figure.kg
        and reported == tuple(sorted(figure.entered))
        and asked == figure.questions
        and still_open == 0,
    )


def _entered(item: Mapping[str, Any]) -> str:
    return str(item.get("quantity", {}).get("entered", {}).get("text", ""))


def _masses(items: Iterable[Mapping[str, Any]]) -> Iterator[Decimal]:
    """Exact masses; an open question or another unit adds nothing, and is told by its row."""
    for item in items:
        quantity = item.get("quantity", {})
        if quantity.get("unit") == MASS and "value" in quantity:
            yield Decimal(quantity["value"])


def _is_asked(item: Mapping[str, Any]) -> bool:
    return any(item.get(name, {}).get("question") is True for name in ("quantity", "substance"))


def _total(figure: TotalFigure, reports: Mapping[str, str], held: Held) -> TotalRow:
    bodies = [held.get(reports.get(name, ""), {}) for name in figure.seizures]
    total = _sum(_masses(_items(bodies)))
    difference = None if figure.stated_kg is None else figure.stated_kg - total
    return TotalRow(
        name=figure.name,
        source=figure.source,
        stated=figure.stated,
        stated_kg=figure.stated_kg,
        sum_kg=total,
        difference_kg=difference,
        says=figure.says,
        is_match=total == figure.sum_kg and difference == figure.difference_kg,
    )


def _money(facts: Facts, reports: Mapping[str, str], held: Held) -> Iterator[MoneyRow]:
    """A value belongs to the one report that may claim it, or to none."""
    carried = {
        report: body["estimates"]["value"]
        for report, body in held.items()
        if "value" in body.get("estimates", {})
    }
    for figure in facts.figures.money:
        if figure.seizure is None:
            is_claimed = any(
                Decimal(value["amount"]) == figure.amount for value in carried.values()
            )
            yield MoneyRow(figure.words, figure.source, "carried by no report", not is_claimed)
            continue
        value = carried.get(reports.get(figure.seizure, ""), {})
        is_match = (
            bool(value)
            and Decimal(value["amount"]) == figure.amount
            and value["currency"] == figure.currency
        )
        words = f"{value.get('amount', 'nothing')} {value.get('currency', '')}".strip()
        yield MoneyRow(figure.words, figure.source, words, is_match)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))
