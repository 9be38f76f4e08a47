"""``khabar mirror`` and ``khabar feed verify`` over a real socket, as an operator types them."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner

from backend.app import create_app
from backend.cli import app as khabar_app
from backend.db import subscribers
from backend.ids import SeededIds, SystemIds
from backend.settings import Settings
from clients.keys import from_text
from clients.mirror import keyfile
from tests.feed_node import READY, FeedNode
from tests.feed_reports import report
from tests.running_node import FakeClock, reference_tables

RUN = CliRunner()


class TellingServer(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listens.set()


class Served:
    """A node on a port of its own, with two entries for the centre in its feed."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(
            settings,
            clock=FakeClock(),
            ids=SeededIds(1),
            tables=reference_tables(),
            is_following=False,
        )
        config = uvicorn.Config(self.app, port=0, loop="uvloop", log_config=None, lifespan="on")
        self._server = TellingServer(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    async def start(self) -> None:
        self._thread.start()
        await asyncio.to_thread(self._server.listens.wait)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        self._server.should_exit = True
        await asyncio.to_thread(self._thread.join)

    async def let_in(self, public_text: str) -> None:
        raw = from_text(public_text)
        assert raw is not None
        node = self.app.state.node
        new = subscribers.Subscriber(node.ids.uuid(), "Centre", "CARICC", raw, is_active=True)
        await node.database.write(lambda c: subscribers.add(c, new, node.now()))

    async def publish(self) -> None:
        world = FeedNode(self.app.state.node)
        reports = [report(n, {**READY, "/handling/release/CARICC": True}) for n in (1, 2)]
        await world.put(*reports)
        await world.release(*reports)
        await world.publish()


@pytest.fixture
async def served(settings: Settings, tmp_path: Path) -> AsyncGenerator[Served]:
    node = Served(settings)
    await node.start()
    key = keyfile.make(tmp_path / "centre.pem", SystemIds())
    await node.let_in(key.public_text)
    await node.publish()
    yield node
    await node.stop()


async def khabar(*words: str | Path, status: int = 0) -> list[dict]:
    """The JSON lines a command prints."""
    typed = [str(word) for word in (*words, "--json")]
    said = await asyncio.to_thread(RUN.invoke, khabar_app, typed)
    assert said.exit_code == status, said.output
    return [json.loads(line) for line in said.stdout.splitlines()]


async def test_a_centre_pulls_and_verifies_from_the_command_line(served: Served, tmp_path: Path):
    key, db = tmp_path / "centre.pem", tmp_path / "centre.db"
    mirror = ("mirror", "--from", served.url, "--key", key, "--into", db, "--once")

    first, second = await khabar(*mirror), await khabar(*mirror)
    by_file = await khabar("feed", "verify", "--db", db)
    by_node = await khabar("feed", "verify", "--url", served.url, "--key", key)

    identity = served.app.state.node.identity
    told = {
        "url": served.url,
        "node": identity.id,
        "standing": "current",
        "reason": None,
        "position": 2,
    }
    whole = {"node": identity.id, "epoch": identity.epoch, "size": 2, "heads": 1}
    assert first == second == [told]
    assert by_file == by_node == [{**whole, "broken_at": None, "reason": None}]


async def test_verify_names_the_first_bad_position(served: Served, tmp_path: Path):
    key, db = tmp_path / "centre.pem", tmp_path / "centre.db"
    await khabar("mirror", "--from", served.url, "--key", key, "--into", db, "--once")
    with sqlite3.connect(db) as altered:
        altered.execute("DELETE FROM entry WHERE position = 1")

    found = await khabar("feed", "verify", "--db", db, status=2)

    assert [(each["broken_at"], each["reason"]) for each in found] == [(1, "entry 1 is missing")]


async def test_a_node_that_is_away_is_told_and_the_others_are_pulled(
    served: Served, tmp_path: Path
):
    key, db = tmp_path / "centre.pem", tmp_path / "centre.db"
    away = "http://127.0.0.1:1"

    said = await khabar(
        "mirror", "--from", away, "--from", served.url, "--key", key, "--into", db, "--once",
        status=1,
    )  # fmt: skip

    assert [(each["url"], each["standing"]) for each in said] == [
        (away, "unreachable"),
        (served.url, "current"),
    ]


async def test_a_pinned_key_that_is_not_the_nodes_is_an_alarm(served: Served, tmp_path: Path):
    key, db = tmp_path / "centre.pem", tmp_path / "centre.db"
    other = keyfile.make(tmp_path / "other.pem", SystemIds()).public_text

    said = await khabar(
        "mirror", "--from", served.url, "--key", key, "--into", db, "--once",
        "--pin", f"{served.url}={other}", status=2,
    )  # fmt: skip

    assert [each["standing"] for each in said] == ["alarm"]


async def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path):
    key, db = tmp_path / "new.pem", tmp_path / "centre.db"

    for _ in range(2):
        await khabar(
            "mirror", "--from", "http://127.0.0.1:1", "--key", key, "--into", db, "--once",
            status=1,
        )  # fmt: skip

    assert key.stat().st_mode & 0o777 == 0o600
    assert keyfile.load(key).public_text


async def test_what_is_no_key_is_told_in_one_line(tmp_path: Path):
    key = tmp_path / "key.pem"
    key.write_text("no key", encoding="utf-8")

    said = await asyncio.to_thread(
        RUN.invoke,
        khabar_app,
        ["mirror", "--from", "http://127.0.0.1:1", "--key", str(key), "--into", "x.db", "--once"],
    )

    assert said.exit_code == 1
    assert "cannot be used as a key" in " ".join(said.stderr.split())
