"""``khabar fsck``: what a node's database shows of the promises, by promise."""

from typing import TYPE_CHECKING, Annotated

import typer

from backend.commands.output import expected_faults

if TYPE_CHECKING:
    from backend.services.fsck import Examined
    from backend.settings import Settings

SUBJECTS_SHOWN = 5
"""Breaches of one promise that the table names; --json has all of them."""


def command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check this node's database against the promises P1 to P11. Changes nothing.

    The server may be running. The status is 1 when any promise is found broken.
    """
    from backend.settings import Settings  # noqa: PLC0415 — help must not wait for it

    with expected_faults():
        examined = _examine(Settings())
    if as_json:
        _print_json(examined)
    else:
        _print_table(examined)
    if examined.violations:
        raise typer.Exit(1)


def _examine(settings: "Settings") -> "Examined":
    from backend.db.engine import open_read_only  # noqa: PLC0415 — help must not wait for it
    from backend.db.migrate import require_current  # noqa: PLC0415 — as above
    from backend.rulebook import rulebook  # noqa: PLC0415 — as above
    from backend.services.fsck import Place, examine  # noqa: PLC0415 — as above
    from backend.services.start_node import read_reference  # noqa: PLC0415 — as above

    rules = rulebook(read_reference(settings), generation=1)
    place = Place(settings.attachments_dir, _signing_key(settings))
    with open_read_only(settings.resolved_database_url) as connection:
        require_current(connection)
        return examine(connection, rules, place)


def _signing_key(settings: "Settings") -> bytes | None:
    """The node's public key, if its keys are here; none are made."""
    from backend.keys import SIGNING_FILE, load_or_create  # noqa: PLC0415 — help must not wait

    if not (settings.keys_dir / SIGNING_FILE).exists():
        return None
    return load_or_create(settings.keys_dir).signing_public


def _print_json(examined: "Examined") -> None:
    import json  # noqa: PLC0415 — help must not wait for it
    from dataclasses import asdict  # noqa: PLC0415 — as above

    print(json.dumps({**asdict(examined), "ok": not examined.violations}))


def _print_table(examined: "Examined") -> None:
    from rich.console import Console  # noqa: PLC0415 — help must not wait for it
    from rich.table import Table  # noqa: PLC0415 — as above

    from backend.services.fsck import PROMISES  # noqa: PLC0415 — as above

    table = Table(
        "",
        "Promise",
        "Found",
        title=f"{examined.lines} lines, {examined.reports} reports, {examined.entries} entries",
    )
    for promise, what in PROMISES.items():
        broken = examined.of(promise)
        shown = [f"{each.subject}: {each.detail}" for each in broken[:SUBJECTS_SHOWN]]
        if len(broken) > SUBJECTS_SHOWN:
            shown.append(f"and {len(broken) - SUBJECTS_SHOWN} more")
        table.add_row(promise, what, "\n".join(shown) or "ok", style="red" if broken else None)
    Console(markup=False, highlight=False).print(table)
