"""A tablet killed at any moment loses nothing and doubles nothing.

Goal: whatever statement was the last that ran, the reopened file goes on as if nothing had been.
Method: a connection that dies at the nth statement, for every n that a piece of work has; then the
same with a real process and a real kill -9.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from clients.tablet.tablet import Tablet
from sync.log import GENESIS, hash_of
from sync.strictjson import parse
from tests.unit.clients.fake_node import CODE, FakeNode, lines_of
from tests.unit.clients.tablets import OFFICER, enrolled, sync, world

PLACE = "/place/text"


class KilledError(Exception):
    """The process is gone; nothing after this runs."""


class DyingConnection:
    """A real connection that dies before its nth statement, as a process does: with no farewell."""

    def __init__(self, place: str, lives: int) -> None:
        self.real = sqlite3.connect(place, isolation_level=None)
        self.lives = lives
        self.is_dead = False

    def execute(self, sql: str, parameters=(), /) -> sqlite3.Cursor:
        if self.is_dead:
            raise sqlite3.OperationalError("dead")
        self.lives -= 1
        if self.lives < 0:
            self.is_dead = True
            # Closing an open transaction undoes it, as the next opener would after a kill.
            self.real.close()
            raise KilledError
        return self.real.execute(sql, parameters)

    def close(self) -> None:
        if not self.is_dead:
            self.real.close()


def opened(folder: Path, lives: int | None = None, seed: int = 1) -> Tablet:
    if lives is None:
        return Tablet.open(folder, world=world(seed))
    return Tablet.open(folder, world=world(seed), connect=lambda at: DyingConnection(at, lives))


def statements_of_opening(folder: Path) -> int:
    connections: list[DyingConnection] = []

    def connect(place: str) -> DyingConnection:
        connections.append(DyingConnection(place, 10**6))
        return connections[0]

    Tablet.open(folder, world=world(), connect=connect).file.close()
    return 10**6 - connections[0].lives


def assert_whole(tablet: Tablet) -> None:
    """The log is numbered and linked without a gap, and each seal closes what it says."""
    lines = tablet.log.between(1, tablet.log.last)
    before = GENESIS
    for number, line in enumerate(lines, start=1):
        said = parse(line.bytes_as_sent)
        assert (said["seq"], said["prev"], line.hash) == (
            number,
            before,
            hash_of(line.bytes_as_sent),
        )
        before = line.hash


async def test_killed_at_any_statement_while_writing_a_change_is_there_or_not_there(tmp_path: Path):
    node = FakeNode()
    tablet = await enrolled(node, tmp_path)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "before"})
    tablet.file.close()
    opening = statements_of_opening(tmp_path)
    outcomes = set()

    for lives in range(opening, opening + 40):
        victim = opened(tmp_path, lives)
        try:
            victim.write(report, {PLACE: f"km {lives}"})
            is_written = True
        except KilledError:
            is_written = False
        victim.file.close()
        survivor = opened(tmp_path)
        assert_whole(survivor)
        value = survivor.view(report).fields[PLACE]
        assert (value == f"km {lives}") is is_written
        outcomes.add(is_written)
        survivor.file.close()

    assert outcomes == {True, False}, "every statement of a write was tried"


@pytest.mark.parametrize("start", range(3))
async def test_p1_p2_killed_at_any_statement_of_a_sync_nothing_is_lost_or_doubled(
    tmp_path: Path, start: int
):
    node = FakeNode()
    tablet = await enrolled(node, tmp_path)
    colleague = await enrolled(node, seed=2)
    report, other = tablet.new_report("seizure"), colleague.new_report("seizure")
    colleague.write(other, {PLACE: "Иркештам"})
    await sync(colleague, node)
    for number in range(5):
        tablet.write(report, {PLACE: f"km {number}"})
    device = tablet.identity.device
    written = [line.bytes_as_sent for line in tablet.log.between(1, 5)]
    tablet.file.close()
    opening = statements_of_opening(tmp_path)
    kills = 0

    for lives in range(opening + start, opening + 400, 3):
        victim = opened(tmp_path, lives)
        try:
            await sync(victim, node)
            break
        except KilledError:
            kills += 1
        survivor = opened(tmp_path)
        assert_whole(survivor)
        assert survivor.receipts.stored <= node.stored(device), "no receipt, no claim"
        survivor.file.close()

    survivor = opened(tmp_path)
    told = await sync(survivor, node)
    assert told.troubles == []
    assert kills > 10
    assert lines_of(node, device) == written
    assert survivor.replica.revisions() == {r: d["revision"] for r, d in node.data.reports.items()}
    assert survivor.receipts.lines_count == 0


async def test_killed_at_any_statement_of_the_enrolment_the_code_still_works(tmp_path: Path):
    node = FakeNode()
    made = Tablet.create(tmp_path, name="Osh-1", node_url="http://node.test", world=world())
    device = made.identity.device
    made.file.close()
    opening = statements_of_opening(tmp_path)

    for lives in range(opening, opening + 60):
        victim = opened(tmp_path, lives)
        try:
            async with node.client() as client:
                await victim.enrol(client, CODE)
            break
        except KilledError:
            continue

    survivor = opened(tmp_path)
    assert survivor.identity.node is not None
    assert node.keys == {device: survivor.identity.key.public_text}


WRITER = """
import sys
from clients.tablet.tablet import Tablet

tablet = Tablet.open(sys.argv[1])
for number in range(10_000):
    line = tablet.write(sys.argv[2], {"/place/text": f"km {sys.argv[3]}.{number}"})
    print(line.seq, line.hash, flush=True)
"""


@pytest.mark.parametrize("kill", range(10))
def test_p1_what_the_officer_saw_written_survives_kill_9(tmp_path: Path, kill: int):
    tablet = Tablet.create(tmp_path, name="Osh-1", node_url="http://node.test", world=world())
    tablet.identity.sign_in(OFFICER)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "before"})
    tablet.file.close()
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), report, str(kill)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        shown = [writer.stdout.readline() for _ in range(1 + kill * 7)]
        os.kill(writer.pid, signal.SIGKILL)
        shown += writer.stdout.readlines()

    survivor = Tablet.open(tmp_path, world=world())

    assert_whole(survivor)
    for said in shown:
        if said.endswith(b"\n"):
            seq, hashed = said.decode().split()
            line = survivor.log.line(int(seq))
            assert line is not None
            assert line.hash == hashed
