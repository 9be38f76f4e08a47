"""``khabar restore-epoch``: what follows putting a backup in place."""

import json
from typing import Annotated

import typer

from backend.commands.output import expected_faults, fail


def command(
    *,
    after: Annotated[
        int,
        typer.Option(
            help="Generation of the life that was lost, the number its epoch begins with; "
            "needed only when that life had itself begun with a restore of this same backup."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Begin a new epoch after a backup was put in place. The server must not be running.

    Run it once for each restore: tablets then hand in again what the backup does not hold.
    """
    from backend.commands.local_node import local_node  # noqa: PLC0415 — help must not wait for it
    from backend.services.restore import GENERATIONS_MAX, begin_new_life  # noqa: PLC0415 — as above
    from backend.settings import Settings  # noqa: PLC0415 — as above

    if not 0 <= after < GENERATIONS_MAX:
        fail(f"--after is a generation between 0 and {GENERATIONS_MAX}")
    with expected_faults(), local_node(Settings()) as node:
        before = node.identity.epoch
        begun = begin_new_life(node, after_generation=after)
    if as_json:
        print(json.dumps({"was": before, "epoch": begun.epoch, "generation": begun.generation}))
        return
    print(f"The data set has a new epoch: {begun.epoch} after {before}")
