"""``khabar openapi``: the committed contract is what the application serves."""

from pathlib import Path
from typing import Annotated

import typer

from backend.commands.output import fail

CONTRACT = Path("openapi.yaml")


def command(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; fail if it differs.")
    ] = False,
) -> None:
    """Write openapi.yaml, the HTTP contract as it is served."""
    from backend.app import create_app  # noqa: PLC0415 — help must not wait for it
    from backend.openapi import render  # noqa: PLC0415 — as above
    from backend.settings import Settings  # noqa: PLC0415 — as above

    served = render(create_app(Settings()).openapi())
    committed = CONTRACT.read_text("utf-8") if CONTRACT.exists() else ""
    if served == committed:
        print(f"{CONTRACT} is what is served")
    elif check:
        fail(f"{CONTRACT} is not what is served: run `khabar openapi` and read the difference")
    else:
        CONTRACT.write_text(served, "utf-8")
        print(f"{CONTRACT} written")
