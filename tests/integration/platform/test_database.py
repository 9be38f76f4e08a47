"""The writer keeps P1 and keeps one work's failure from the others. Real SQLite, real faults."""

import asyncio
import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, Text, select
from sqlalchemy.exc import IntegrityError

from backend.db import engine
from backend.db.engine import Database, StorageUnavailable
from backend.db.process_lock import LockedByAnotherProcess
from backend.db.upsert import insert_new, upsert

metadata = MetaData()
thing = Table(
    "thing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("parent", Integer, ForeignKey("thing.id", deferrable=True, initially="DEFERRED")),
)


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Database]:
    # A slow machine must not split the groups that these tests put together.
    monkeypatch.setattr(engine.limits, "GROUP_MS_MAX", 60_000)
    opened = Database(tmp_path / "things.db")
    opened.write_blocking(metadata.create_all)
    yield opened
    opened.close()


def insert(identifier: int, name: str = "", parent: int | None = None):
    def work(connection: Connection) -> int:
        connection.execute(thing.insert().values(id=identifier, name=name, parent=parent))
        return identifier

    return work


def ids(connection: Connection) -> list[int]:
    return list(connection.execute(select(thing.c.id).order_by(thing.c.id)).scalars())


def names(connection: Connection) -> dict[int, str]:
    return {row.id: row.name for row in connection.execute(select(thing))}


async def together(database: Database, *works):
    """Submit ``works`` so that they share one group: the writer is held until all are queued."""
    go = threading.Event()
    held = database._writer.submit(lambda _: go.wait(10))
    futures = [database._writer.submit(work) for work in works]
    go.set()
    await asyncio.gather(asyncio.wrap_future(held), return_exceptions=True)
    return await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True)


def on_disk(database_path: Path) -> list[int]:
    """What another process would find, were this one killed now."""
    with sqlite3.connect(database_path) as connection:
        found = [row[0] for row in connection.execute("SELECT id FROM thing ORDER BY id")]
    connection.close()
    return found


async def test_p1_what_write_returned_is_on_disk(things: Database, tmp_path: Path):
    assert await things.write(insert(7)) == 7

    assert on_disk(tmp_path / "things.db") == [7]


async def test_p1_no_work_of_a_group_is_acknowledged_when_its_commit_fails(
    things: Database, tmp_path: Path
):
    """COMMIT itself checks a deferred foreign key: each work succeeds, the COMMIT does not."""
    results = await together(things, insert(1), insert(2, parent=99), insert(3))

    assert [type(result) for result in results] == [StorageUnavailable] * 3
    assert on_disk(tmp_path / "things.db") == []
    assert await things.write(insert(4)) == 4
    assert on_disk(tmp_path / "things.db") == [4]


async def test_a_failing_work_gets_its_own_error_and_the_others_commit(things: Database):
    def fail(connection: Connection) -> None:
        connection.execute(thing.insert().values(id=50))
        raise LookupError("mine alone")

    results = await together(things, insert(1), fail, insert(1), insert(2))

    assert results[0] == 1
    assert isinstance(results[1], LookupError)
    assert isinstance(results[2], IntegrityError)
    assert results[3] == 2
    assert await things.read(ids) == [1, 2]


async def test_concurrent_works_share_one_commit(things: Database):
    commits: list[int] = []
    engine.event.listen(things._writer._engine, "commit", lambda _: commits.append(1))

    await together(things, *(insert(number) for number in range(20)))

    assert len(commits) == 1
    assert await things.read(ids) == list(range(20))


async def test_a_group_is_bounded(things: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine.limits, "GROUP_WORKS_MAX", 5)
    commits: list[int] = []
    engine.event.listen(things._writer._engine, "commit", lambda _: commits.append(1))

    await together(things, *(insert(number) for number in range(19)))

    assert len(commits) == 4


async def test_p1_a_full_disk_is_storage_unavailable_and_passes(things: Database, tmp_path: Path):
    def limit_pages(connection: Connection, pages: int) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await things.write(insert(1))
    await things.write(lambda connection: limit_pages(connection, 4))

    with pytest.raises(StorageUnavailable):
        await things.write(insert(2, "x" * 100_000))
    await things.write(lambda connection: limit_pages(connection, 1_000_000))

    assert await things.write(insert(3, "x" * 100_000)) == 3
    assert on_disk(tmp_path / "things.db") == [1, 3]


async def test_a_transaction_that_the_database_ends_takes_its_whole_group_with_it(
    things: Database, tmp_path: Path
):
    """SQLite ends a transaction by itself on some faults; a bare ROLLBACK stands for those here."""

    def lose(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")
        raise LookupError

    results = await together(things, insert(1), lose, insert(2))

    assert [type(result) for result in results[:2]] == [StorageUnavailable] * 2
    assert on_disk(tmp_path / "things.db") == ([2] if results[2] == 2 else [])


async def test_readers_cannot_write(things: Database):
    with pytest.raises(StorageUnavailable):
        await things.read(insert(1))

    assert await things.read(ids) == []


async def test_a_reader_sees_one_snapshot_while_the_writer_goes_on(things: Database):
    await things.write(insert(1))
    between, written = threading.Event(), threading.Event()

    def read_twice(connection: Connection) -> tuple[list[int], list[int]]:
        first = ids(connection)
        between.set()
        assert written.wait(10)
        return first, ids(connection)

    reading = asyncio.ensure_future(things.read(read_twice))
    await asyncio.to_thread(between.wait, 10)
    await things.write(insert(2))
    written.set()

    assert await reading == ([1], [1])
    assert await things.read(ids) == [1, 2]


async def test_a_cancelled_caller_before_its_turn_writes_nothing(things: Database):
    go = threading.Event()
    held = things._writer.submit(lambda _: go.wait(10))
    waiting = asyncio.ensure_future(things.write(insert(1)))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    go.set()
    await asyncio.wrap_future(held)

    assert await things.read(ids) == []


async def test_a_full_queue_is_refused_at_once(things: Database, monkeypatch: pytest.MonkeyPatch):
    go = threading.Event()
    held = things._writer.submit(lambda _: go.wait(10))
    waiting = [things._writer.submit(insert(n)) for n in range(engine.limits.WAITING_WRITES_MAX)]

    with pytest.raises(StorageUnavailable):
        await things.write(insert(10_000))
    go.set()
    await asyncio.wrap_future(held)

    assert len([future.result() for future in waiting]) == engine.limits.WAITING_WRITES_MAX


async def test_closing_finishes_what_was_submitted_and_refuses_the_rest(
    things: Database, tmp_path: Path
):
    futures = [things._writer.submit(insert(number)) for number in range(100)]

    await asyncio.to_thread(things.close)

    assert [future.result() for future in futures] == list(range(100))
    assert on_disk(tmp_path / "things.db") == list(range(100))
    with pytest.raises(StorageUnavailable):
        await things.write(insert(101))


async def test_a_second_opening_of_the_same_file_is_refused(things: Database, tmp_path: Path):
    with pytest.raises(LockedByAnotherProcess):
        Database(tmp_path / "things.db")

    things.close()
    Database(tmp_path / "things.db").close()


async def test_sqlite_is_told_to_be_durable(things: Database):
    def pragmas(connection: Connection) -> tuple[object, ...]:
        return tuple(
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        )

    assert await things.write(pragmas) == ("wal", 2, 1)


async def test_insert_new_leaves_what_stands_and_upsert_replaces_it(things: Database):
    await things.write(insert(1, "first"))

    added = await things.write(
        lambda c: insert_new(c, thing, [{"id": 1, "name": "no"}, {"id": 2, "name": "second"}])
    )
    await things.write(
        lambda c: upsert(
            c, thing, [{"id": 2, "name": "new"}, {"id": 3, "name": "third"}], key=["id"]
        )
    )

    assert added == 1
    assert await things.read(names) == {1: "first", 2: "new", 3: "third"}
