"""``khabar mirror`` and ``khabar feed verify``: the regional centre's side of the feed.

Status: 0 all is well, 1 a node could not be asked, 2 something contradicts what was signed.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

import typer
from rich.console import Console

from backend.commands.output import fail

if TYPE_CHECKING:
    import httpx
    from rich.progress import TaskID

    from clients.keys import DeviceKey
    from clients.mirror.file import MirrorFile
    from clients.mirror.link import NodeLink
    from clients.mirror.proof import Proof
    from clients.mirror.pull import Outcome, Progress, Watch

app = typer.Typer(no_args_is_help=True, help="Check an exchange feed.")

UNREACHABLE_STATUS: Final = 1
ALARM_STATUS: Final = 2
EVERY_S: Final = 60
_VERIFY_ENTRIES: Final = 500

Nodes = Annotated[
    list[str], typer.Option("--from", help="Address of a node; give it once for each node.")
]
KeyFile = Annotated[
    Path, typer.Option("--key", help="The subscriber's private key (PEM); made if absent.")
]
AsCode = Annotated[
    str, typer.Option("--as", help="The code the nodes' operators know this reader by.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


def command(  # noqa: PLR0913 — one parameter an option
    nodes: Nodes,
    *,
    key: KeyFile,
    into: Annotated[Path, typer.Option(help="The mirror's database; made if absent.")],
    code: AsCode = "CARICC",
    pin: Annotated[
        list[str] | None,
        typer.Option(help="ADDRESS=KEY: the signing key a node must have at the first meeting."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="One round, then stop.")] = False,
    every: Annotated[int, typer.Option(min=1, help="Seconds between two rounds.")] = EVERY_S,
    as_json: AsJson = False,
) -> None:
    """Pull the feeds of any number of nodes, prove them, keep them in one local database.

    A node is known by the key it had when it was first met, or by --pin. One that contradicts what
    it signed before raises an alarm and changes nothing here.
    """
    from clients.mirror.file import MirrorFile, OtherVersionError  # noqa: PLC0415 — help is instant

    own, pins = _key(key, code), _pins(pin or [])
    try:
        file = MirrorFile(into)
    except OtherVersionError as error:
        fail(f"{into} was written by another version of khabar: {error}")
    try:
        status = asyncio.run(_mirror(file, own, nodes, pins, _Turns(code, once, every, as_json)))
    except KeyboardInterrupt:
        status = 0
    finally:
        file.close()
    raise typer.Exit(status)


@dataclass(frozen=True, slots=True)
class _Turns:
    """How the rounds follow each other and how they are told."""

    code: str
    once: bool
    every_s: int
    as_json: bool


def _key(path: Path, code: str) -> "DeviceKey":
    from clients.ids import SystemIds  # noqa: PLC0415 — help must not wait for it
    from clients.mirror import keyfile  # noqa: PLC0415 — as above

    try:
        if path.exists():
            return keyfile.load(path)
        own = keyfile.make(path, SystemIds())
    except (keyfile.NotAKeyError, OSError) as error:
        fail(f"{path} cannot be used as a key: {error}")
    Console(stderr=True).print(
        f"Made {path}. Ask each node's operator to add subscriber {code} with the public key\n"
        f"{own.public_text}",
        highlight=False,
    )
    return own


def _pins(given: Sequence[str]) -> dict[str, bytes]:
    from clients.keys import from_text  # noqa: PLC0415 — help must not wait for it

    pins: dict[str, bytes] = {}
    for pair in given:
        url, _, text = pair.partition("=")
        raw = from_text(text)
        if raw is None or len(raw) != len(bytes(32)):
            fail(f"--pin takes ADDRESS=KEY with the key in base64, not {pair}")
        pins[url.rstrip("/")] = raw
    return pins


def _link(http: "httpx.AsyncClient", url: str, own: "DeviceKey", code: str) -> "NodeLink":
    from clients.clock import SystemClock  # noqa: PLC0415 — help must not wait for it
    from clients.http import NodeClient  # noqa: PLC0415 — as above
    from clients.ids import SystemIds  # noqa: PLC0415 — as above
    from clients.mirror.link import NodeLink  # noqa: PLC0415 — as above
    from clients.world import World  # noqa: PLC0415 — as above

    async def pause(duration_ms: int) -> None:
        await asyncio.sleep(duration_ms / 1_000)

    world = World(SystemClock(), SystemIds(), pause)
    return NodeLink(NodeClient(http, url), world, own, code=code)


async def _mirror(
    file: "MirrorFile",
    own: "DeviceKey",
    nodes: Sequence[str],
    pins: Mapping[str, bytes],
    turns: _Turns,
) -> int:
    import httpx  # noqa: PLC0415 — help must not wait for it

    async with httpx.AsyncClient() as http:
        links = {url.rstrip("/"): _link(http, url, own, turns.code) for url in nodes}
        while True:
            outcomes = await _round(file, links, pins, is_shown=not turns.as_json)
            _tell(outcomes, as_json=turns.as_json)
            if turns.once:
                return _status(outcomes)
            await asyncio.sleep(turns.every_s)


async def _round(
    file: "MirrorFile",
    links: Mapping[str, "NodeLink"],
    pins: Mapping[str, bytes],
    *,
    is_shown: bool,
) -> "list[Outcome]":
    """All nodes at once: one that is slow or away holds up nobody."""
    from clients.clock import SystemClock  # noqa: PLC0415 — help must not wait for it
    from clients.mirror.pull import Expected, Round  # noqa: PLC0415 — as above

    with _Bars(is_shown=is_shown) as bars:
        return await asyncio.gather(
            *(
                Round(file, url, link, SystemClock()).run(bars.show, Expected(pins.get(url)))
                for url, link in links.items()
            )
        )


class _Bars:
    """A bar a node, where somebody watches."""

    def __init__(self, *, is_shown: bool) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn  # noqa: PLC0415 — help is instant
        from rich.progress import Progress as RichProgress  # noqa: PLC0415 — as above

        console = Console(stderr=True)
        self._bars = RichProgress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=not is_shown or not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @property
    def show(self) -> "Watch":
        return self._show

    def _show(self, progress: "Progress") -> None:
        if progress.url not in self._tasks:
            self._tasks[progress.url] = self._bars.add_task(progress.url, total=progress.size)
        self._bars.update(
            self._tasks[progress.url], completed=progress.position, total=progress.size
        )


_COLOURS: Final = {"current": "green", "unreachable": "yellow", "alarm": "bold red"}


def _tell(outcomes: "Sequence[Outcome]", *, as_json: bool) -> None:
    console = Console()
    for each in outcomes:
        if as_json:
            print(json.dumps(_as_json(each), ensure_ascii=False))
            continue
        reason = "" if each.reason is None else f"  {each.reason}"
        console.print(
            f"{each.url}  [{_COLOURS[each.standing]}]{each.standing}[/]  {each.position} entries",
            end="",
            highlight=False,
        )
        console.print(reason, markup=False, highlight=False)


def _as_json(outcome: "Outcome") -> dict[str, Any]:
    return {
        "url": outcome.url,
        "node": outcome.node,
        "standing": outcome.standing,
        "reason": outcome.reason,
        "position": outcome.position,
    }


def _status(outcomes: "Sequence[Outcome]") -> int:
    standings = {each.standing for each in outcomes}
    if "alarm" in standings:
        return ALARM_STATUS
    return UNREACHABLE_STATUS if "unreachable" in standings else 0


@app.command("verify")
def verify(
    *,
    db: Annotated[Path | None, typer.Option(help="A mirror's database.")] = None,
    url: Annotated[str | None, typer.Option(help="A node's address; needs --key.")] = None,
    key: Annotated[Path | None, typer.Option(help="The subscriber's private key (PEM).")] = None,
    code: AsCode = "CARICC",
    as_json: AsJson = False,
) -> None:
    """Prove a feed from its first entry on; name the first position that is bad."""
    if (db is None) == (url is None):
        fail("say what to check: --db FILE or --url ADDRESS")
    if db is not None:
        proofs = _prove_file(db)
    else:
        assert url is not None
        if key is None or not key.exists():
            fail("--url needs --key FILE: a node serves its feed to those it knows")
        proofs = [asyncio.run(_prove_node(url, _key(key, code), code))]
    for proof in proofs:
        _tell_proof(proof, as_json=as_json)
    raise typer.Exit(0 if all(proof.is_whole for proof in proofs) else ALARM_STATUS)


def _prove_file(db: Path) -> "list[Proof]":
    from clients.mirror.file import MirrorFile  # noqa: PLC0415 — help must not wait for it
    from clients.mirror.proof import prove_file  # noqa: PLC0415 — as above

    if not db.exists():
        fail(f"there is no {db}")
    file = MirrorFile(db)
    try:
        return prove_file(file)
    finally:
        file.close()


async def _prove_node(url: str, own: "DeviceKey", code: str) -> "Proof":
    import httpx  # noqa: PLC0415 — help must not wait for it

    from clients.mirror.link import Failed  # noqa: PLC0415 — as above
    from clients.mirror.proof import prove_node  # noqa: PLC0415 — as above

    async with httpx.AsyncClient() as http:
        link = _link(http, url, own, code)
        facts = await link.describe()
        proof = (
            facts if isinstance(facts, Failed) else await prove_node(link, facts, _VERIFY_ENTRIES)
        )
    if isinstance(proof, Failed):
        fail(f"{url} cannot be asked: {proof.reason}", status=UNREACHABLE_STATUS)
    return proof


def _tell_proof(proof: "Proof", *, as_json: bool) -> None:
    if as_json:
        said = {
            "node": proof.feed.node,
            "epoch": proof.feed.epoch,
            "size": proof.size,
            "heads": proof.heads,
            "broken_at": proof.broken_at,
            "reason": proof.reason,
        }
        print(json.dumps(said, ensure_ascii=False))
        return
    name = f"{proof.feed.node} {proof.feed.epoch}"
    if proof.is_whole:
        Console().print(
            f"{name}  [green]whole[/]  {proof.size} entries, {proof.heads} signed heads",
            highlight=False,
        )
    else:
        Console().print(
            f"{name}  [bold red]broken at {proof.broken_at}[/]  {proof.reason}", highlight=False
        )
