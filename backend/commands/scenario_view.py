"""What a scenario found, for a person at a terminal and for a program."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from clients.scenario.figures import SubstanceRow, TotalRow
from clients.scenario.play import Outcome

_MATCH = "[green]match[/]"
_MISMATCH = "[bold red]MISMATCH[/]"
_OK = "[green]ok[/]"
_FAILED = "[bold red]FAILED[/]"


@contextmanager
def progress() -> Generator[Callable[[str], None]]:
    """Say on standard error what is being done, a line an act."""
    console = Console(stderr=True)
    with console.status("Begins") as status:

        def tell(step: str) -> None:
            console.print(f"[dim]·[/] {escape(step)}", highlight=False)
            status.update(escape(step))

        yield tell


def show(outcome: Outcome) -> None:
    """The figures, then the promises, then one sentence."""
    console = Console()
    console.print(_substances(outcome), _totals(outcome), _money(outcome), _promises(outcome))
    failed = sum(not check.is_ok for check in outcome.checks)
    seconds = Decimal(outcome.duration_ms) / 1_000
    if outcome.is_ok:
        console.print(
            f"[green]All {len(outcome.checks)} promises and all figures hold[/] ({seconds:.1f} s)."
        )
    else:
        console.print(
            f"[bold red]{failed} promises failed; figures match: {outcome.table.is_match}[/]"
            f" ({seconds:.1f} s)."
        )


def _substances(outcome: Outcome) -> Grid:
    grid = Grid(
        title="Totals by substance, as the regional centre holds them", title_justify="left"
    )
    for name in ("Substance", "As reported"):
        grid.add_column(name)
    for name in ("Normalised, kg", "Text, kg"):
        grid.add_column(name, justify="right")
    grid.add_column("Questions")
    grid.add_column("")
    for kind, label in (("drug", "Drugs"), ("precursor", "Precursors, not added to drugs")):
        for row in outcome.table.substances:
            if row.kind == kind:
                grid.add_row(*_substance(row))
        grid.add_row(f"[bold]{label}[/]", "", f"[bold]{_number(outcome.table.subtotal(kind))}[/]")
        grid.add_section()
    for code in outcome.table.unexpected:
        grid.add_row(escape(code), "", "", "named by no text", "", _MISMATCH)
    return grid


def _substance(row: SubstanceRow) -> tuple[str, ...]:
    asked = f"{row.questions_asked} asked, {row.questions_open} open" if row.questions_asked else ""
    return (
        escape(row.name),
        escape(" + ".join(row.as_reported)),
        _number(row.kg),
        _number(row.expected_kg),
        asked,
        _MATCH if row.is_match else _MISMATCH,
    )


def _totals(outcome: Outcome) -> Grid:
    grid = Grid(title="Totals the texts state", title_justify="left")
    grid.add_column("Total")
    grid.add_column("Stated")
    grid.add_column("Sum of parts, kg", justify="right")
    grid.add_column("Difference, kg", justify="right")
    grid.add_column("What that means")
    grid.add_column("")
    for row in outcome.table.totals:
        grid.add_row(*_total(row))
    return grid


def _total(row: TotalRow) -> tuple[str, ...]:
    return (
        escape(row.name),
        escape(row.stated or "not stated"),
        _number(row.sum_kg),
        "" if row.difference_kg is None else _number(row.difference_kg),
        escape(row.says),
        "[green]as expected[/]" if row.is_match else _MISMATCH,
    )


def _money(outcome: Outcome) -> Grid:
    grid = Grid(title="Values, kept apart from quantities", title_justify="left")
    for name in ("Stated", "At the centre", ""):
        grid.add_column(name)
    for row in outcome.table.money:
        grid.add_row(escape(row.words), escape(row.held), _MATCH if row.is_match else _MISMATCH)
    return grid


def _promises(outcome: Outcome) -> Grid:
    grid = Grid(title="Promises", title_justify="left")
    for name in ("", "Claim", "Seen", ""):
        grid.add_column(name)
    for check in outcome.checks:
        grid.add_row(
            check.promise,
            escape(check.claim),
            escape(check.evidence),
            _OK if check.is_ok else _FAILED,
        )
    return grid


def _number(value: Decimal) -> str:
    """Thousands apart, every digit that was there and none more."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}".replace(",", " ") + point + rest


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The same for a program; decimals are text."""
    table = outcome.table
    return {
        "ok": outcome.is_ok,
        "duration_ms": outcome.duration_ms,
        "substances": [_plain(asdict(row)) for row in table.substances],
        "totals": [_plain(asdict(row)) for row in table.totals],
        "money": [_plain(asdict(row)) for row in table.money],
        "unexpected": list(table.unexpected),
        "subtotals": {kind: f"{table.subtotal(kind):f}" for kind in ("drug", "precursor")},
        "promises": [asdict(check) for check in outcome.checks],
    }


def _plain(members: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value:f}" if isinstance(value, Decimal) else value
        for name, value in members.items()
    }
