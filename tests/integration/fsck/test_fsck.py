"""``khabar fsck``: a whole database passes; each kind of damage is found under its promise."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import app
from backend.db import feed
from backend.settings import Settings
from tests.feed_node import READY, FeedNode
from tests.integration.journal.test_evidence import PHOTO, listed, upload
from tests.journal_scene import GROSS, PLACE, REPORT, deliver, kg, open_scene, report_id
from tests.running_node import FakeClock, RunningNode, running_node

Tamper = Callable[[sqlite3.Connection], object]

SHARED_REPORT = report_id(1)


async def _live(node: RunningNode) -> None:
    """Two tablets, a conflict that is settled and one that is not, what waits, a photo, a feed."""
    scene = await open_scene(node)
    first, second = await scene.pens(2)
    first.edit(REPORT, {PLACE: (None, "Osh road, km 12"), GROSS: (None, kg("276"))})
    second.edit(REPORT, {PLACE: (None, "Osh road, km 13"), GROSS: (None, kg("274"))})
    first.edit(REPORT, {"/no/such/path": (None, "parked")})
    first.edit(report_id(2), {GROSS: (None, {"entered": "1,320 кг", "lang": "ru"})})
    first.edit(SHARED_REPORT, {path: (None, value) for path, value in READY.items()})
    first.edit(SHARED_REPORT, listed(PHOTO))
    second.fill(3, report_id(3))
    await deliver(first, first.segment())
    await deliver(second, second.segment(1, 2), second.segment(4, 4))
    await deliver(second, b"no line of anybody\n")
    await upload(first, PHOTO)
    [place] = [each for each in await scene.conflicts() if each["path"] == PLACE]
    assert (await scene.decide("settle", place, value="Osh road, km 13")).status_code == 200
    inside = node.inside
    await inside.database.write(
        lambda c: feed.set_policy(c, "KG-CNS", release_requires_approval=False)
    )
    await FeedNode(inside).publish()


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """The data folder of a node that lived a while and stopped."""
    folder = tmp_path_factory.mktemp("lived") / "node"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "khabar.db")
    settings = Settings(data_dir=folder, node_name="Test node", node_country="KG", _env_file=None)

    async def live() -> None:
        async with running_node(settings, FakeClock()) as node:
            await _live(node)

    asyncio.run(live())
    return folder


class Kept:
    """A copy of that folder, to be damaged and examined."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def file(self) -> Path:
        return self.folder / "khabar.db"

    def tamper(self, *statements: str | Tamper) -> None:
        with sqlite3.connect(self.file) as connection:
            for statement in statements:
                if isinstance(statement, str):
                    changed = connection.execute(statement).rowcount
                    assert changed > 0, f"nothing to damage: {statement}"
                else:
                    statement(connection)
        connection.close()

    def fsck(self, *options: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["fsck", *options])
        return result.exit_code, result.stdout

    def violations(self) -> list[dict[str, Any]]:
        status, said = self.fsck("--json")
        found = json.loads(said)
        assert (status == 0, found["ok"]) == (not found["violations"],) * 2
        return found["violations"]

    def broken(self) -> list[str]:
        """The promises that are broken, in order."""
        promises = {each["promise"] for each in self.violations()}
        return sorted(promises, key=lambda promise: int(promise[1:]))


@pytest.fixture
def kept(tmp_path: Path, lived_in: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    folder = tmp_path / "node"
    shutil.copytree(lived_in, folder)
    monkeypatch.setenv("KHABAR_DATA_DIR", str(folder))
    return Kept(folder)


def rows(kept: Kept, query: str) -> Sequence[Any]:
    connection = sqlite3.connect(kept.file)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_a_whole_database_passes_and_is_not_written_to(kept: Kept):
    before = kept.file.read_bytes()

    status, said = kept.fsck()

    assert (status, said.count("ok")) == (0, 11)
    assert kept.violations() == []
    assert kept.file.read_bytes() == before


def test_what_was_examined_is_counted(kept: Kept):
    found = json.loads(kept.fsck("--json")[1])

    assert {name: found[name] for name in ("lines", "reports", "entries", "ok")} == {
        "lines": rows(kept, "SELECT count(*) FROM line")[0][0],
        "reports": 4,
        "entries": 1,
        "ok": True,
    }


def _flip(table: str, column: str, where: str, at: int = -20) -> Tamper:
    """One bit of one stored value, written over."""

    def flip(connection: sqlite3.Connection) -> None:
        query = f"SELECT rowid, {column} FROM {table} WHERE {where}"  # noqa: S608 — a test's own
        row, raw = connection.execute(query).fetchone()
        raw = raw.encode() if isinstance(raw, str) else raw
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE rowid = ?",  # noqa: S608 — a test's own
            (changed, row),
        )

    return flip


UNKNOWN_FORM = '{"verdict":"parked","reason":"unknown-form","path":null}'

DAMAGE: dict[str, tuple[tuple[str | Tamper, ...], str]] = {
    "one flipped bit in a line": ((_flip("line", "bytes_as_sent", "seq = 1"),), "P1"),
    "a removed line": (
        ("DELETE FROM line WHERE seq = 1 AND report = (SELECT min(report) FROM line)",),
        "P1",
    ),
    "a line moved to another number": (
        ("UPDATE line SET seq = 40 WHERE seq = 4 AND is_waiting",),
        "P1",
    ),
    "a photo that is gone": ((), "P1"),
    "a changed verdict": (
        (
            lambda connection: connection.execute(
                "UPDATE line SET verdict = ?, revision = NULL, is_waiting = 1"
                " WHERE revision = 1 AND seq = 1",
                ('{"verdict":"parked","reason":"x","path":null}',),
            ),
        ),
        "P3",
    ),
    "a changed value": (
        ("UPDATE report SET state = replace(CAST(state AS TEXT), '\"276\"', '\"277\"')",),
        "P3",
    ),
    "a conflict that nobody is shown": (
        ("DELETE FROM conflict WHERE kind = 'field' AND life = 'open'",),
        "P3",
    ),
    "a document that is not the report": (
        ("UPDATE report SET document = replace(CAST(document AS TEXT), '\"276\"', '\"277\"')",),
        "P4",
    ),
    "a lost inbox row": (("DELETE FROM inbox WHERE scope LIKE 'team:%'",), "P5"),
    "a counter that was put back": (("UPDATE counter SET value = 1",), "P5"),
    "a verdict that cannot be read": (
        ("UPDATE line SET verdict = '?' WHERE seq = 2 AND is_waiting",),
        "P6",
    ),
    "quarantined bytes that changed": ((_flip("quarantine", "bytes_as_sent", "true", at=0),), "P6"),
    "a published form refused": (
        (
            lambda connection: connection.execute(
                "UPDATE line SET verdict = ? WHERE seq = 2 AND is_waiting", (UNKNOWN_FORM,)
            ),
        ),
        "P7",
    ),
    "a question nobody is asked": (("DELETE FROM conflict WHERE kind = 'quantity'",), "P8"),
    "a tampered feed entry": ((_flip("feed_entry", "body", "position = 1"),), "P9"),
    "a feed entry taken out": (("DELETE FROM feed_entry",), "P9"),
    "a checkpoint of another chain": (
        ("UPDATE feed_checkpoint SET chain = hex(zeroblob(32))",),
        "P9",
    ),
    "a report shown in a scope it is not in": (
        ("UPDATE inbox SET scope = 'agency:KG-BG' WHERE scope LIKE 'agency:%'",),
        "P10",
    ),
    "a lost seal": (("DELETE FROM seal WHERE first = 1",), "P11"),
    "a device's key exchanged": (("UPDATE device SET public_key = zeroblob(32)",), "P11"),
    "a broken audit line": (("UPDATE audit SET subject = 'x' WHERE position = 2",), "P11"),
    "an audit line taken out": (("DELETE FROM audit WHERE position = 2",), "P11"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_found_and_named_with_its_promise(kept: Kept, what: str):
    """P1 P3 P4 P5 P6 P7 P8 P9 P10 P11: what a database alone can show of each."""
    statements, promise = DAMAGE[what]
    if what == "a photo that is gone":
        [photo] = (kept.folder / "attachments" / "whole").rglob("*/*")
        photo.unlink()
    kept.tamper(*statements)

    assert promise in kept.broken()
    assert kept.fsck()[0] == 1


def test_p2_a_line_stored_twice_is_found(kept: Kept):
    kept.tamper(
        "INSERT INTO line SELECT log, 9, hash, prev, bytes_as_sent, report, received_at, carrier,"
        " clock_offset_ms, verdict, revision, is_waiting FROM line WHERE seq = 1"
    )

    assert "P2" in kept.broken()


def test_the_subjects_of_a_breach_are_named(kept: Kept):
    [(log,)] = rows(kept, "SELECT log FROM line WHERE seq = 3 AND NOT is_waiting")
    kept.tamper("DELETE FROM line WHERE seq = 3")

    found = {(each["promise"], each["subject"]) for each in kept.violations()}

    assert ("P1", f"line 3 of {log}") in found
    assert "acknowledged, and not here" in " ".join(kept.fsck()[1].split())


def test_it_looks_beside_a_running_server(lived_in: Path, tmp_path: Path):
    folder = tmp_path / "node"
    shutil.copytree(lived_in, folder)
    settings = Settings(data_dir=folder, node_name="Test node", node_country="KG", _env_file=None)

    async def look() -> int:
        async with running_node(settings, FakeClock()):
            result = await asyncio.to_thread(
                CliRunner().invoke, app, ["fsck"], env={"KHABAR_DATA_DIR": str(folder)}
            )
            return result.exit_code

    assert asyncio.run(look()) == 0


def test_a_database_that_is_not_there_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KHABAR_DATA_DIR", str(tmp_path))

    status, _ = Kept(tmp_path).fsck()

    assert status == 1
    assert list(tmp_path.iterdir()) == []
