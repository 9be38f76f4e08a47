"""``khabar bundle``: files that carry tablets' work where no network goes."""

import json
from pathlib import Path
from typing import Annotated

import typer

from backend.commands import tablet
from backend.commands.output import fail
from backend.commands.tablet import AsJson, Folder, opened, print_json

app = typer.Typer(no_args_is_help=True, help="Bundles of changes on a stick.")
app.command("export")(tablet.export)

RECEIPT_SUFFIX = ".receipt"


@app.command("import")
def import_file(
    folder: Folder,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A .khabar or .receipt file.")
    ],
) -> None:
    """Carry a colleague's bundle until the next sync, or bring a receipt home to its tablet."""
    with opened(folder) as held:
        if file.suffix != RECEIPT_SUFFIX:
            carried = held.import_bundle(file)
            typer.echo(f"Carrying {carried.kind} bundle {carried.bundle}")
            return
        said = json.loads(file.read_text("utf-8"))
        node = held.identity.require_node()
        if not held.receipts.bring_home(str(said["receipt"]), str(said["signature"]), node):
            fail("this is no receipt for a bundle of this tablet")
        typer.echo(f"The node holds this tablet's log up to line {held.receipts.stored}")


@app.command("receipts")
def receipts(
    folder: Folder,
    to: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Where to write them.")],
) -> None:
    """Write the proofs of delivery of what this tablet carried, for the tablets it came from."""
    with opened(folder) as held:
        for carried in held.courier.all():
            if carried.receipt is None:
                continue
            path = to / f"{carried.bundle}{RECEIPT_SUFFIX}"
            proof = {"receipt": carried.receipt, "signature": carried.signature}
            path.write_text(json.dumps(proof), "utf-8")
            typer.echo(str(path))


@app.command("show")
def show(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A bundle file.")],
    *,
    as_json: AsJson = False,
) -> None:
    """What may be told of a bundle from outside: a sealed one names its node and its hash."""
    from clients import bundles  # noqa: PLC0415 — help must not wait for it

    found = bundles.read_file(file)
    if found is None:
        fail(f"{file.name} is not a bundle, or it is damaged")
    seals = [each.seal for each in found.segments]
    told = {
        "kind": found.kind,
        "bytes": len(found.content),
        "node": found.node,
        "bundle": found.bundle,
        "segments": [{"device": s.device, "first": s.first, "last": s.last} for s in seals],
    }
    if as_json:
        print_json(told)
        return
    sealed_to = "" if found.node is None else f", for node {found.node}"
    typer.echo(f"{found.kind} bundle {found.bundle}, {told['bytes']} bytes{sealed_to}")
    for seal in seals:
        typer.echo(f"{seal.device}: lines {seal.first} to {seal.last}")
