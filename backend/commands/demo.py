"""``khabar demo``: a node with the seed texts played into it, served. What ``make run`` calls.

The data folder appears whole or not at all: the scenario is played into a folder beside it, which
takes its name when everything in it is finished.
"""

import json
import os
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from backend.commands.output import expected_faults, fail

if TYPE_CHECKING:
    from backend.settings import Settings
    from clients.scenario.play import Outcome

ACCOUNTS: Final = "demo-accounts.json"
"""In the data folder, readable by its owner alone."""

CENTRE_KEY: Final = "demo-centre.pem"
"""The key of the regional centre that was entered as a reader of the feed."""

_PROGRAM: Final = "khabar" if shutil.which("khabar") else ".venv/bin/khabar"
"""How whoever reads it can call it: make run has the program in .venv alone."""

_MAKING: Final = ".making"
_OWNER_ONLY: Final = 0o600


def command(
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", hidden=True)] = True,
) -> None:
    """Set up, play the seed texts at the first start, and serve. Later starts only serve."""
    from backend.settings import Settings  # noqa: PLC0415 — help must not wait for it

    settings = Settings()
    _require_embedded(settings)
    if serve:
        _require_port(settings)
    if _is_new(settings.data_dir):
        _make(settings)
    with expected_faults():
        _migrate(settings)
        _say(settings)
    if serve:
        _serve()


def _require_embedded(settings: "Settings") -> None:
    if settings.database_url:
        fail(
            "The demonstration is played into an SQLite file of its own. Unset "
            "KHABAR_DATABASE_URL, or set your own node up with khabar migrate and khabar serve."
        )


def _require_port(settings: "Settings") -> None:
    """Say so before minutes of work, not after."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            fail(
                f"Port {settings.port} on {settings.host} is taken. Stop what listens there, or "
                f"choose another: KHABAR_PORT={settings.port + 1} make run"
            )


def _is_new(data_dir: Path) -> bool:
    return not data_dir.exists() or not any(data_dir.iterdir())


def _make(settings: "Settings") -> None:
    """Play into a folder beside, and give it the data folder's name at the end."""
    making = settings.data_dir.with_name(settings.data_dir.name + _MAKING)
    shutil.rmtree(making, ignore_errors=True)  # an earlier start that was stopped half-way
    making.mkdir(parents=True, mode=0o700)
    print("First start: the seed texts are played into a new node. This takes about a minute.")
    outcome = _play(making)
    _require_played(outcome, making)
    _keep_accounts(making / "node" / ACCOUNTS, outcome)
    (making / "mirror" / "centre.pem").rename(making / "node" / CENTRE_KEY)
    with suppress(FileNotFoundError):
        settings.data_dir.rmdir()
    (making / "node").rename(settings.data_dir)
    shutil.rmtree(making)


def _play(making: Path) -> "Outcome":
    """With the operator's settings, but for where the data lies."""
    from backend.commands.scenario import installation, play_in  # noqa: PLC0415 — as above
    from backend.commands.scenario_view import progress  # noqa: PLC0415 — as above

    folder = making.resolve()
    environment = {**os.environ, "KHABAR_DATA_DIR": str(folder / "node")}
    with progress() as tell:
        return play_in(folder, installation(folder, Path.cwd(), environment), None, tell)


def _require_played(outcome: "Outcome", making: Path) -> None:
    from backend.commands.scenario_view import show  # noqa: PLC0415 — as above

    if not outcome.is_ok:
        show(outcome)
        fail(f"The scenario failed, so nothing is served. What there is lies in {making}")


def _keep_accounts(path: Path, outcome: "Outcome") -> None:
    accounts = [
        {
            "username": each.username,
            "password": each.password,
            "agency": each.agency,
            "roles": list(each.roles),
        }
        for each in outcome.accounts
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"team": outcome.team, "accounts": accounts}, file, indent=2)


def _migrate(settings: "Settings") -> None:
    from backend.clock import SystemClock  # noqa: PLC0415 — help must not wait for it
    from backend.ids import SystemIds  # noqa: PLC0415 — as above
    from backend.services.start_node import set_up  # noqa: PLC0415 — as above

    set_up(settings, clock=SystemClock(), ids=SystemIds())


def _say(settings: "Settings") -> None:
    """Where everything is, with nothing that does not work."""
    from rich.console import Console  # noqa: PLC0415 — help must not wait for it

    url = f"http://{settings.host}:{settings.port}"
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\n[bold]Khabar[/] serves {settings.data_dir} at {url}")
    console.print(f"  API reference   {url}/docs")
    console.print(f"  Health          {url}/v1/health")
    console.print(
        f"  Feed            {url}/v1/feed (readers sign with a key of their own; see below)"
    )
    accounts = settings.data_dir / ACCOUNTS
    if accounts.exists():
        for line in _accounts(json.loads(accounts.read_text("utf-8")), settings, url):
            console.print(line, markup=False)
    console.print("  Stop with Ctrl-C; the data stay.\n")


def _accounts(kept: Mapping[str, Any], settings: "Settings", url: str) -> list[str]:
    accounts: list[dict[str, Any]] = kept["accounts"]
    lines = [f"\nAccounts (kept in {settings.data_dir / ACCOUNTS}):"]
    lines += [
        f"  {each['username']:<10} {each['password']}  {each['agency']} {' '.join(each['roles'])}"
        for each in accounts
    ]
    first = next(each for each in accounts if "administrator" in each["roles"])
    said = json.dumps({"username": first["username"], "password": first["password"]})
    code = _code(settings, first["agency"], kept["team"])
    key = settings.data_dir / CENTRE_KEY
    return [
        *lines,
        "\nSign in, then send the token as Authorization: Bearer:",
        f"  curl -s {url}/v1/sessions -H 'Content-Type: application/json' -d '{said}'",
        f"\nEnrol a reference tablet of {first['agency']} and sync it (the code works once):",
        f"  {_PROGRAM} tablet new my-tablet --node {url} --name My-tablet --code {code}",
        f"  {_PROGRAM} tablet sync my-tablet",
        f"  {_PROGRAM} tablet status my-tablet",
        "\nPull the feed as the regional centre does, and prove it:",
        f"  {_PROGRAM} mirror --from {url} --key {key} --into centre.db --once\n",
    ]


def _code(settings: "Settings", agency: str, team: str) -> str:
    from backend.commands.local_node import local_node  # noqa: PLC0415 — help must not wait for it
    from backend.db.devices import Place  # noqa: PLC0415 — as above
    from backend.services.enrol import make_code_at_console  # noqa: PLC0415 — as above

    with local_node(settings) as node:
        return make_code_at_console(node, Place(agency, team, None)).text


def _serve() -> None:
    """Until Ctrl-C, which is an ordinary end."""
    from backend.commands.serve import command as serve_command  # noqa: PLC0415 — as above

    with suppress(KeyboardInterrupt):
        serve_command()
