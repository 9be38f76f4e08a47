"""The regional centre's mirror against real nodes, honest and not; killed, restarted, restored."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, update

from backend.db.feed import Head
from backend.db.tables.base import table_of
from backend.db.tables.feed import FeedCheckpointRow, FeedEntryRow, FeedStateRow
from backend.services.publish import signed
from backend.settings import Settings
from clients.keys import DeviceKey
from clients.mirror import store
from clients.mirror.file import FeedKey, MirrorFile, OtherVersionError, open_sqlite
from clients.mirror.proof import Proof, prove_node
from clients.mirror.pull import Outcome
from sync.chain import CHAIN_START, entry_hash, extend
from sync.ids import Revision
from sync.report import FieldState, Report
from tests.feed_centre import CODE, URL, Centre, Tamper, let_in
from tests.feed_node import READY, FeedNode, number_of
from tests.feed_reports import report, uuid, witness
from tests.running_node import FakeClock, RunningNode, running_node

FIELDS = {**READY, "/handling/release/CARICC": True}


async def publish(world: FeedNode, *reports: Report) -> None:
    await world.put(*reports)
    await world.release(*reports)
    await world.publish()


def at_home(number: int) -> Report:
    """A report that the centre may not read."""
    return report(number, READY)


def shared(number: int, **fields: Any) -> Report:
    return report(number, {**FIELDS, **fields})


@pytest.fixture
async def world(node: RunningNode) -> FeedNode:
    await let_in(node)
    world = FeedNode(node.inside)
    await publish(world, shared(1), at_home(2), shared(3), shared(4), shared(5))
    return world


def key_of(node: RunningNode) -> FeedKey:
    return FeedKey(node.inside.identity.id, node.inside.identity.epoch)


async def test_a_mirror_pulls_proves_and_takes_in(node: RunningNode, world: FeedNode):
    centre = Centre()

    outcome = await centre.pull(node)

    assert outcome == Outcome(URL, node.inside.identity.id, "current", None, 5)
    assert centre.held() == dict.fromkeys("1345", "publish")
    assert centre.proofs() == [Proof(key_of(node), 5, 1)]
    assert [(each.position, each.size) for each in centre.watched] == [
        (0, 5),
        (2, 5),
        (4, 5),
        (5, 5),
    ]
    lag = await node.inside.database.read(_acknowledged)
    assert lag == [5]
    assert await world.held_by(CODE) == {
        number_of(each.report): json.loads(each.body) for each in store.current_state(centre.file)
    }


def _acknowledged(connection: Connection) -> list[int]:
    return list(connection.exec_driver_sql("SELECT acknowledged FROM feed_reader").scalars())


async def test_a_second_round_goes_on_from_where_the_first_ended(
    node: RunningNode, world: FeedNode
):
    centre = Centre()
    await centre.pull(node)
    centre.watched.clear()
    await publish(world, shared(6))

    outcome = await centre.pull(node)

    assert (outcome.standing, outcome.position) == ("current", 6)
    assert [(each.position, each.size) for each in centre.watched] == [(5, 6), (6, 6)]


async def test_a_withdrawal_takes_the_text_out_and_leaves_the_proof(
    node: RunningNode, world: FeedNode
):
    centre = Centre()
    await centre.pull(node)
    one = shared(1)
    voided = FieldState({"reason": "an exercise"}, (witness(),))
    await publish(
        world, replace(one, revision=Revision(2), fields={**one.fields, "/voided": voided})
    )

    await centre.pull(node)

    assert centre.held()["1"] == "withdraw"
    texts = {link.position: link.body for link in store.links(centre.file, key_of(node))}
    assert texts[1] is None
    assert b'"action":"withdraw"' in (texts[6] or b"")
    assert centre.proofs() == [Proof(key_of(node), 6, 2)]


# --- nodes that say something else -------------------------------------------------------------


def page_tamper(change: Callable[[list[dict]], None]) -> Tamper:
    """Change the entries of every page; positions from 1."""

    def tamper(request: httpx.Request, answer: Any) -> Any:
        if request.url.path == "/v1/feed" and isinstance(answer, dict) and "entries" in answer:
            change(answer["entries"])
        return answer

    return tamper


def _flip(entries: list[dict]) -> None:
    for entry in entries:
        if entry["position"] == 3:
            entry["body"] = entry["body"].replace('"publish"', '"correct"')


def _flip_hash(entries: list[dict]) -> None:
    for entry in entries:
        if entry["position"] == 2:
            entry["hash"] = "0" * 64


def _remove(entries: list[dict]) -> None:
    entries[:] = [entry for entry in entries if entry["position"] != 4]


def _swap(entries: list[dict]) -> None:
    entries.reverse()


def _renumber(entries: list[dict]) -> None:
    _remove(entries)
    for entry in entries:
        if entry["position"] > 4:
            entry["position"] -= 1


def _end(entries: list[dict]) -> None:
    entries[:] = [entry for entry in entries if entry["position"] < 4]


@pytest.mark.parametrize(
    ("change", "kind", "position"),
    [
        (_flip, "text-altered", 3),
        (_flip_hash, "chain-broken", 2),
        (_remove, "out-of-order", 4),
        (_swap, "out-of-order", 1),
        (_renumber, "chain-broken", 4),
        (_end, "entries-missing", 4),
    ],
)
async def test_p9_a_feed_that_was_altered_is_refused_at_its_first_bad_position(
    node: RunningNode,
    world: FeedNode,
    change: Callable[[list[dict]], None],
    kind: str,
    position: int,
):
    centre = Centre()
    centre.page_entries = 10

    outcome = await centre.pull(node, page_tamper(change))

    assert (outcome.standing, outcome.position) == ("alarm", 0)
    assert centre.alarms() == [(kind, position)]
    assert centre.held() == {}
    facts = await (link := centre.link(node, page_tamper(change))).describe()
    found = await prove_node(link, facts, 10)  # type: ignore[arg-type]  # it did describe itself
    assert isinstance(found, Proof)
    assert found.broken_at == position


async def test_p9_a_round_with_the_honest_node_mends_what_the_altered_pages_left(
    node: RunningNode, world: FeedNode
):
    centre = Centre()
    await centre.pull(node, page_tamper(_flip))

    outcome = await centre.pull(node)

    assert (outcome.standing, outcome.position) == ("current", 5)
    assert centre.proofs() == [Proof(key_of(node), 5, 1)]


def note_tamper(old: str, new: str) -> Tamper:
    def tamper(request: httpx.Request, answer: Any) -> Any:
        is_note = request.url.path == "/v1/feed/checkpoint"
        return answer.replace(old, new, 1) if is_note else answer

    return tamper


async def test_f4_a_head_that_the_node_did_not_sign_is_refused(node: RunningNode, world: FeedNode):
    centre = Centre()

    outcome = await centre.pull(node, note_tamper("\n5\n", "\n4\n"))

    assert outcome.standing == "alarm"
    assert centre.alarms() == [("signature-wrong", 0)]


async def test_a_node_with_another_key_than_at_the_first_meeting_is_refused(
    node: RunningNode, world: FeedNode
):
    centre = Centre()
    await centre.pull(node)

    def other_key(request: httpx.Request, answer: Any) -> Any:
        is_node = request.url.path == "/v1/node"
        return {**answer, "signing_key": DeviceKey(b"x" * 32).public_text} if is_node else answer

    outcome = await centre.pull(node, other_key)

    assert outcome.standing == "alarm"
    assert centre.alarms() == [("key-changed", 0)]
    assert centre.held() == dict.fromkeys("1345", "publish")


async def test_a_node_that_has_not_the_key_a_person_named_is_never_met(
    node: RunningNode, world: FeedNode
):
    centre = Centre()

    outcome = await centre.pull(node, signing_key=b"x" * 32)

    assert outcome.standing == "alarm"
    assert store.list_nodes(centre.file) == []


async def test_p9_two_heads_that_disagree_raise_an_alarm_and_overwrite_nothing(
    node: RunningNode, world: FeedNode
):
    """Goal: a node that shows two histories is caught. Method: its feed is rewritten in its own
    database, chain and signed head and all, as a dishonest operator would."""
    centre = Centre()
    await centre.pull(node)
    before = list(store.links(centre.file, key_of(node)))

    await _rewrite(world, position=3)
    outcome = await centre.pull(node)

    assert (outcome.standing, outcome.position) == ("alarm", 5)
    assert centre.alarms() == [("fork", 5)]
    assert list(store.links(centre.file, key_of(node))) == before
    assert centre.held() == dict.fromkeys("1345", "publish")
    proof = centre.proofs()[0]
    assert (proof.broken_at, proof.reason) == (5, "a signed head disagrees with the entries")


async def test_p9_a_rewritten_past_is_caught_also_when_the_feed_went_on(
    node: RunningNode, world: FeedNode
):
    centre = Centre()
    await centre.pull(node)
    await _rewrite(world, position=3)
    await publish(world, shared(6))

    outcome = await centre.pull(node)

    assert outcome.standing == "alarm"
    assert centre.alarms() == [("fork", 6)]


async def _rewrite(world: FeedNode, position: int) -> None:
    """Change an entry and everything that follows from it, and sign it anew."""
    entries, row = await world.entries(), table_of(FeedEntryRow)

    def work(connection: Connection) -> None:
        chain = CHAIN_START
        for entry in entries:
            body = entry.body
            if entry.position == position:
                body = body.replace(b'"KG-CNS"', b'"KG-MIA"')
            chain = extend(chain, entry_hash(body))
            changed = {"body": body, "hash": entry_hash(body), "chain": chain}
            connection.execute(
                update(row).where(row.c.position == entry.position).values(**changed)
            )
        head = Head(len(entries), chain)
        note = signed(head, world.node, world.node.now()).note
        connection.execute(update(table_of(FeedStateRow)).values(chain=chain))
        connection.execute(update(table_of(FeedCheckpointRow)).values(chain=chain, note=note))

    await world.node.database.write(work)


# --- what happens to machines ------------------------------------------------------------------


class DyingError(Exception):
    """The mirror's process died before this statement."""


class Dying:
    """A process that dies before a given statement: what was not committed is gone with it."""

    def __init__(self, path: str, statements: int) -> None:
        self._inner = open_sqlite(path)
        self._left = statements

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> sqlite3.Cursor:
        if self._left == 0:
            self._inner.close()
            raise DyingError
        self._left -= 1
        return self._inner.execute(sql, parameters)

    def close(self) -> None:
        self._inner.close()


async def test_a_mirror_killed_before_any_statement_goes_on_and_ends_the_same(
    node: RunningNode, world: FeedNode, tmp_path: Path
):
    one = shared(1)
    voided = FieldState({"reason": "an exercise"}, (witness(),))
    await publish(
        world, replace(one, revision=Revision(2), fields={**one.fields, "/voided": voided})
    )
    whole = Centre()
    await whole.pull(node)
    path = tmp_path / "centre.db"

    deaths = 0
    for statements in range(1, 200):
        try:
            centre = Centre(path, connect=lambda p, n=statements: Dying(p, n))
            await centre.pull(node)
            break
        except DyingError:
            deaths += 1
    end = Centre(path)
    await end.pull(node)

    assert deaths > 20
    assert (
        end.held()
        == whole.held()
        == {"1": "withdraw", "3": "publish", "4": "publish", "5": "publish"}
    )
    assert list(store.links(end.file, key_of(node))) == list(store.links(whole.file, key_of(node)))
    assert end.proofs()[0].is_whole


def _other_settings(folder: Path, migrated_file: Path) -> Settings:
    folder.mkdir()
    shutil.copy(migrated_file, folder / "khabar.db")
    return Settings(data_dir=folder, node_name="TJ", node_country="TJ", _env_file=None)


async def test_two_nodes_stand_side_by_side_and_one_that_is_away_stops_nobody(
    node: RunningNode, world: FeedNode, tmp_path: Path, migrated_file: Path, clock: FakeClock
):
    settings = _other_settings(tmp_path / "other", migrated_file)
    centre = Centre()
    async with running_node(settings, clock, seed=2) as other:
        await let_in(other)
        second = FeedNode(other.inside)
        await publish(second, report(9, FIELDS, agency="TJ-DCA"))

        first = await centre.pull(node, url="http://a.test")
        away = await centre.pull(node, lambda *_: "garbage", url="http://c.test")
        last = await centre.pull(other, url="http://b.test")

    assert [each.standing for each in (first, away, last)] == ["current", "unreachable", "current"]
    assert centre.held() == dict.fromkeys("13459", "publish")
    again = await centre.pull(node, url="http://b.test")
    assert again.reason is not None
    assert again.reason.startswith("other-node")


def _restore(settings: Settings, backup: bytes) -> None:
    """Put a backup in the database's place, as the run-book says: with a new epoch."""
    for name in ("khabar.db-wal", "khabar.db-shm"):
        (settings.data_dir / name).unlink(missing_ok=True)
    (settings.data_dir / "khabar.db").write_bytes(backup)
    with sqlite3.connect(settings.data_dir / "khabar.db") as restored:
        restored.execute("UPDATE node SET generation = 2, epoch_random = 'ff00'")


async def test_a_restored_node_begins_another_feed_beside_the_old_one(
    settings: Settings, clock: FakeClock
):
    centre = Centre()
    async with running_node(settings, clock) as node:
        await let_in(node)
        await publish(FeedNode(node.inside), shared(1), shared(2))
    backup = _database_of(settings)
    async with running_node(settings, clock, seed=2) as node:
        await publish(FeedNode(node.inside), shared(3))
        await centre.pull(node)
        old = key_of(node)
    _restore(settings, backup)

    async with running_node(settings, clock, seed=3) as node:
        await publish(FeedNode(node.inside), shared(4))
        outcome = await centre.pull(node)
        new = key_of(node)

    assert (old.node, new.epoch != old.epoch) == (new.node, True)
    assert (outcome.standing, outcome.position) == ("current", 3)
    assert centre.alarms() == [("restored", 3)]
    assert centre.held() == dict.fromkeys("124", "publish")
    assert {(proof.feed, proof.is_whole) for proof in centre.proofs()} == {(old, True), (new, True)}
    assert store.in_common(centre.file, old, new) == 2


def _database_of(settings: Settings) -> bytes:
    return (settings.data_dir / "khabar.db").read_bytes()


# --- what happens to the file ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "position"),
    [
        ("UPDATE entry SET body = CAST(replace(body, '2 ', '9 ') AS BLOB) WHERE position = 3", 3),
        ("DELETE FROM entry WHERE position = 3", 3),
        ("UPDATE entry SET hash = substr(hash, 2) || 'f' WHERE position = 2", 2),
        ("UPDATE entry SET position = 9 - position WHERE position IN (4, 5)", 4),
        ("DELETE FROM entry WHERE position = 5", 5),
        ("UPDATE checkpoint SET note = replace(note, 'khabar', 'khabbr')", 5),
    ],
)
async def test_p9_the_check_of_a_mirror_names_the_first_bad_position(
    node: RunningNode, world: FeedNode, tmp_path: Path, sql: str, position: int
):
    path = tmp_path / "centre.db"
    centre = Centre(path)
    await centre.pull(node)
    centre.file.close()
    with sqlite3.connect(path) as altered:
        if "9 -" in sql:
            altered.execute("UPDATE entry SET position = -position WHERE position IN (4, 5)")
            altered.execute("UPDATE entry SET position = 9 + position WHERE position < 0")
        else:
            altered.execute(sql)

    proof = Centre(path).proofs()[0]

    assert proof.broken_at == position
    assert proof.reason


async def test_a_file_of_another_version_is_refused(tmp_path: Path):
    path = tmp_path / "centre.db"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version=99")

    with pytest.raises(OtherVersionError):
        MirrorFile(path)


def test_the_number_of_a_report_reads_back():
    assert number_of(uuid(31)) == "31"
