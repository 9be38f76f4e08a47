"""The database: one writer, many readers, and everything that is SQLite's alone.

A use case hands ``Database.write`` one synchronous function, a *work*. When the call returns, what
the work did is durable (P1). Concurrent works share one transaction, each behind its own savepoint,
so that one fsync pays for many pushes. A work may be run again elsewhere: it must depend on its
connection and its arguments only, and change nothing but the database.

    StorageUnavailable      the disk, a lock or the queue; nothing was acknowledged, send again

One process, one writing connection in one thread, and checkpoints only from that connection: SQLite
before 3.51.3 can corrupt a WAL database when two connections write or checkpoint at once. A lock
file keeps a second process out.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from backend import limits
from backend.db.process_lock import ProcessLock

T = TypeVar("T")
Work = Callable[[Connection], T]

log = structlog.get_logger(__name__)


class StorageUnavailable(Exception):  # noqa: N818 — a state of the world, named as on the wire
    """The database cannot keep a promise right now; nothing was acknowledged."""


class Database:
    """The one way to the stored state. Works are synchronous functions of a connection."""

    def __init__(self, path: Path, *, readers: int = limits.READERS) -> None:
        """Open ``path``, made if absent, and lock every other process out."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = ProcessLock(path.with_name(f"{path.name}.lock"))
        self._lock.acquire()
        try:
            self._writer = _Writer(_writing_engine(path))
        except BaseException:
            self._lock.release()
            raise
        self._reading = _reading_engine(path, readers)
        self._read_threads = ThreadPoolExecutor(readers, thread_name_prefix="khabar-read")

    @property
    def is_alive(self) -> bool:
        """Whether the writer still takes work."""
        return self._writer.is_alive

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in a transaction; durable when this returns, undone when it raises."""
        return await asyncio.wrap_future(self._writer.submit(work))

    def write_blocking(self, work: Work[T]) -> T:
        """The same for command line programs, which have no event loop."""
        return self._writer.submit(work).result()

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` on one snapshot of the committed state; it neither writes nor blocks."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_threads, self.read_blocking, work)

    def read_blocking(self, work: Work[T]) -> T:
        with _faults_translated(), self._reading.connect() as connection:
            return work(connection)

    def close(self) -> None:
        """Finish what was submitted, then let go. The writer goes last: only it may checkpoint."""
        self._read_threads.shutdown(wait=True)
        self._reading.dispose()
        self._writer.close()
        self._lock.release()


def open_database(url: str) -> Database:
    """The database an address names. PostgreSQL will run the same works behind the same class."""
    return Database(_file_of(url))


@contextlib.contextmanager
def open_read_only(url: str) -> Generator[Connection]:
    """One snapshot for a program beside the node: it takes no lock and changes no file."""
    address = f"{_file_of(url).absolute().as_uri()}?mode=ro"
    engine = _engine(address, connections=1, pragmas=_READER_PRAGMAS)
    event.listen(engine, "begin", _begin_deferred)
    try:
        with _faults_translated(), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _file_of(url: str) -> Path:
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise ValueError(f"not an SQLite file: {address.render_as_string(hide_password=True)}")
    return Path(address.database)


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work[Any]
    future: "Future[Any]"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one work of a group came to, told to its caller only after the COMMIT."""

    future: "Future[Any]"
    result: Any = None
    error: Exception | None = None

    def tell(self) -> None:
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class _TransactionLost(Exception):  # noqa: N818 — internal signal of one group
    """SQLite rolled the whole transaction back by itself (disk full, I/O error)."""


class _Writer:
    """The thread that owns the only writing connection, and the queue before it."""

    def __init__(self, engine: Engine) -> None:
        with _faults_translated(), engine.connect():
            """Open now, so that a bad path or disk is known at start and not at the first push."""
        self._engine = engine
        self._waiting: queue.Queue[_Job | None] = queue.Queue(limits.WAITING_WRITES_MAX)
        self._gate = threading.Lock()
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="khabar-writer", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._is_open and self._thread.is_alive()

    def submit(self, work: Work[T]) -> "Future[T]":
        future: Future[T] = Future()
        with self._gate:
            if not self.is_alive:
                raise StorageUnavailable("the database is closed")
            try:
                self._waiting.put_nowait(_Job(work, future))
            except queue.Full as full:
                raise StorageUnavailable("too many writes are waiting") from full
        return future

    def close(self) -> None:
        with self._gate:
            was_open, self._is_open = self._is_open, False
        if was_open:
            self._waiting.put(None)
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        try:
            while (job := self._waiting.get()) is not None:
                if not self._run_group(job):
                    break
            _checkpoint(self._engine)
        finally:
            self._refuse_the_rest()

    def _refuse_the_rest(self) -> None:
        """Nobody waits for ever on a writer that is gone."""
        self._is_open = False
        while True:
            try:
                job = self._waiting.get_nowait()
            except queue.Empty:
                return
            if job is not None and job.future.set_running_or_notify_cancel():
                job.future.set_exception(StorageUnavailable("the writer has stopped"))

    def _run_group(self, first: _Job) -> bool:
        """Run ``first`` and what waits behind it under one COMMIT; False when asked to close."""
        group = _Group(first, self._waiting)
        outcomes: list[_Outcome] = []
        try:
            with self._engine.connect() as connection:
                _commit_together(connection, group, outcomes)
        except Exception:
            log.exception("commit_failed", works=len(group.taken))
            outcomes = [_Outcome(job.future, error=_not_committed()) for job in group.taken]
        for outcome in outcomes:
            outcome.tell()
        return not group.saw_close


def _not_committed() -> StorageUnavailable:
    return StorageUnavailable("the transaction was not committed")


class _Group:
    """The works of one transaction: taken from the queue while it runs, up to the bounds."""

    def __init__(self, first: _Job, waiting: "queue.Queue[_Job | None]") -> None:
        self._next: _Job | None = first
        self._waiting = waiting
        self._ends_s = perf_counter() + limits.GROUP_MS_MAX / 1_000
        self.taken: list[_Job] = []
        self.saw_close = False

    def __iter__(self) -> Iterator[_Job]:
        while self._next is not None:
            if self._next.future.set_running_or_notify_cancel():
                self.taken.append(self._next)
                yield self._next
            self._next = self._take()

    def _take(self) -> _Job | None:
        if len(self.taken) >= limits.GROUP_WORKS_MAX or perf_counter() > self._ends_s:
            return None
        try:
            job = self._waiting.get_nowait()
        except queue.Empty:
            return None
        self.saw_close = job is None
        return job


def _commit_together(connection: Connection, group: _Group, outcomes: list[_Outcome]) -> None:
    transaction = connection.begin()
    try:
        outcomes.extend(_attempt(connection, job) for job in group)
        transaction.commit()
    except BaseException:
        # The connection may be in any state after a failed COMMIT: the next group gets a new one.
        with contextlib.suppress(SQLAlchemyError):
            transaction.rollback()
        connection.invalidate()
        raise


def _attempt(connection: Connection, job: _Job) -> _Outcome:
    """Run one work behind its savepoint. What it raises is its caller's; the others go on.

    The savepoint goes past SQLAlchemy's own: those took half the time of a small work.
    """
    raw = _raw(connection)
    raw.execute("SAVEPOINT work")
    try:
        with _faults_translated():
            result = job.work(connection)
        raw.execute("RELEASE work")
    except Exception as error:
        if not raw.in_transaction:
            raise _TransactionLost from error
        raw.execute("ROLLBACK TO work")
        raw.execute("RELEASE work")
        return _Outcome(job.future, error=error)
    return _Outcome(job.future, result=result)


@contextlib.contextmanager
def _faults_translated() -> Generator[None]:
    """Turn what the disk or a lock did into StorageUnavailable, here and nowhere else."""
    try:
        yield
    except DBAPIError as error:
        if not _is_storage_fault(error):
            raise
        raise StorageUnavailable(str(error.orig)) from error


# --- What only SQLite needs.

_STORAGE_FAULTS: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_PRIMARY_CODE: Final = 0xFF
"""The low byte of an extended result code is the result code (sqlite.org/rescode.html)."""

_WRITER_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses acknowledged commits at power loss
    "foreign_keys=ON",
    f"busy_timeout={limits.BUSY_TIMEOUT_MS}",
    "fullfsync=ON",  # macOS: fsync alone does not reach the platter there
    "checkpoint_fullfsync=ON",
    "wal_autocheckpoint=2000",
    "cache_size=-65536",
    "mmap_size=0",
)
_READER_PRAGMAS: Final = (
    "query_only=ON",
    f"busy_timeout={limits.BUSY_TIMEOUT_MS}",
    "wal_autocheckpoint=0",
    "cache_size=-16384",
    "mmap_size=0",
)


def _writing_engine(path: Path) -> Engine:
    engine = _engine(path, connections=1, pragmas=_WRITER_PRAGMAS)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _reading_engine(path: Path, readers: int) -> Engine:
    engine = _engine(path, connections=readers, pragmas=_READER_PRAGMAS)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def _engine(path: Path | str, *, connections: int, pragmas: Sequence[str]) -> Engine:
    """Connections to a file, or to what a ``file:`` address says of one."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path,
            uri=isinstance(path, str),
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    return create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # values are people's data: none of them in an error or a log
        pool_timeout=limits.BUSY_TIMEOUT_MS / 1_000,
    )


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a lock taken later can fail in the middle of a work."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    """One snapshot for all statements of a reading work."""
    connection.exec_driver_sql("BEGIN")


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _is_storage_fault(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return isinstance(code, int) and code & _PRIMARY_CODE in _STORAGE_FAULTS


def _checkpoint(engine: Engine) -> None:
    """Fold the log into the file, so that a stopped node is one file to copy."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        log.warning("checkpoint_failed")  # the log file stays and is read at the next start
    finally:
        raw.close()
