"""``khabar scenario``: the proof on real input, played against a server of its own."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backend.commands.output import fail

if TYPE_CHECKING:
    from clients.scenario.play import Outcome
    from clients.scenario.process import Installation
    from clients.scenario.stage import Tell

app = typer.Typer(no_args_is_help=True, help="Scenarios on real input.")


@app.callback()
def scenarios() -> None:
    """Keep ``seeds`` a command of its own: others will stand beside it."""


@app.command("seeds")
def seeds(
    *,
    into: Annotated[
        Path | None, typer.Option(help="Play into this new folder and keep it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the temporary folder.")] = False,
    facts: Annotated[
        Path | None, typer.Option(help="Folder of other facts to play.", hidden=True)
    ] = None,
) -> None:
    """Play the seed texts through tablets, a server, the feed and its readers.

    The figures that come out are compared with those of the texts, and the promises are checked.
    Ends with a status other than 0 when one figure or promise fails.
    """
    from backend.commands import scenario_view as view  # noqa: PLC0415 — help must not wait for it

    with _folder(into, keep=keep) as folder:
        with view.progress() as tell:
            outcome = _play(folder, facts, tell)
        if as_json:
            print(json.dumps(view.as_json(outcome), ensure_ascii=False))
        else:
            view.show(outcome)
            if into is not None or keep:
                print(f"Everything is in {folder}")
    if not outcome.is_ok:
        raise typer.Exit(1)


@contextmanager
def _folder(into: Path | None, *, keep: bool) -> Generator[Path]:
    """A folder of this run's own: a named one must be new, so that nobody's data is played over."""
    if into is not None:
        if into.exists() and any(into.iterdir()):
            fail(f"{into} is not empty: name a new folder")
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield into.resolve()
        return
    made = Path(tempfile.mkdtemp(prefix="khabar-scenario-"))
    try:
        yield made
    finally:
        if not keep:
            shutil.rmtree(made, ignore_errors=True)


def _play(folder: Path, directory: Path | None, tell: "Tell") -> "Outcome":
    """Isolated from whoever runs it: no setting of theirs reaches the node."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")
    }
    own = {"KHABAR_DATA_DIR": str(folder / "node"), "KHABAR_NODE_NAME": "Scenario node"}
    return play_in(folder, installation(folder, folder, {**inherited, **own}), directory, tell)


def play_in(
    folder: Path, installed: "Installation", directory: Path | None, tell: "Tell"
) -> "Outcome":
    """Play the facts (those of the program, when no directory is named)."""
    from pydantic import ValidationError  # noqa: PLC0415 — help must not wait for it

    from backend.ids import SystemIds  # noqa: PLC0415 — as above
    from clients.scenario.facts import DIRECTORY, load  # noqa: PLC0415 — as above
    from clients.scenario.play import play  # noqa: PLC0415 — as above

    try:
        facts = load(directory or DIRECTORY)
    except (OSError, ValidationError) as fault:
        fail(f"the facts cannot be read: {fault}")
    return asyncio.run(play(facts, folder, installed, ids=SystemIds(), tell=tell))


def installation(
    folder: Path, working_directory: Path, environment: Mapping[str, str]
) -> "Installation":
    """How this program is run as processes of its own; the server's log goes into ``folder``."""
    from clients.scenario.process import Installation  # noqa: PLC0415 — help must not wait for it

    root = str(Path(__file__).resolve().parents[2])
    return Installation(
        command=(sys.executable, "-c", "from backend.cli import main; main()"),
        environment={**environment, "PYTHONPATH": root},
        folder=working_directory,
        log=folder / "server.log",
    )
