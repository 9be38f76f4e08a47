"""The mirror's own SQLite file: every feed as it came, what was proved of it, what it says now.

Two halves. **Entries and checkpoints** are evidence: never changed, but for texts that their
originator took back, whose hash stays. **State** is what the entries say now, and can be made anew.
A node whose backup was restored has another epoch, which is another feed beside the old one.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from sync.chain import CHAIN_START

SCHEMA_VERSION: Final = 1
BUSY_TIMEOUT_MS: Final = 10_000


class Connection(Protocol):
    """What the mirror needs of ``sqlite3.Connection``; a test's own may fail at any statement."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> sqlite3.Cursor: ...

    def close(self) -> None: ...


Connect = Callable[[str], Connection]

_TABLES: Final = (
    """CREATE TABLE node (
        id TEXT PRIMARY KEY, url TEXT NOT NULL, name TEXT NOT NULL, signing_key BLOB NOT NULL,
        epoch TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE feed (
        node TEXT NOT NULL, epoch TEXT NOT NULL, size INTEGER NOT NULL, chain TEXT NOT NULL,
        cursor TEXT, proved INTEGER NOT NULL, applied INTEGER NOT NULL,
        PRIMARY KEY (node, epoch)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE entry (
        node TEXT NOT NULL, epoch TEXT NOT NULL, position INTEGER NOT NULL, hash TEXT NOT NULL,
        chain TEXT NOT NULL, report TEXT, action TEXT, body BLOB,
        UNIQUE (node, epoch, position)
    ) STRICT""",
    "CREATE INDEX entry_of_report ON entry (report, node) WHERE report IS NOT NULL",
    """CREATE TABLE checkpoint (
        node TEXT NOT NULL, epoch TEXT NOT NULL, size INTEGER NOT NULL, chain TEXT NOT NULL,
        note TEXT NOT NULL, PRIMARY KEY (node, epoch, size, chain)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE state (
        node TEXT NOT NULL, epoch TEXT NOT NULL, report TEXT NOT NULL, position INTEGER NOT NULL,
        action TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (node, epoch, report)
    ) STRICT""",
    """CREATE TABLE alarm (
        node TEXT NOT NULL, epoch TEXT NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL,
        detail TEXT NOT NULL, raised_at TEXT NOT NULL,
        PRIMARY KEY (node, epoch, kind, position)
    ) STRICT, WITHOUT ROWID""",
)


@dataclass(frozen=True, slots=True)
class FeedKey:
    """One feed: a node in one life of its data set."""

    node: str
    epoch: str


@dataclass(frozen=True, slots=True)
class Feed:
    """How far a feed was pulled, proved by a signed head, and taken into the state."""

    key: FeedKey
    size: int = 0
    chain: str = CHAIN_START
    cursor: str | None = None
    proved: int = 0
    applied: int = 0


@dataclass(frozen=True, slots=True)
class KnownNode:
    """A node as it was met first: its key is pinned. ``epoch`` is the one the state follows."""

    id: str
    url: str
    name: str
    signing_key: bytes
    epoch: str | None


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    size: int
    chain: str
    note: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that must not be: a person has to look. Nothing was overwritten."""

    feed: FeedKey
    kind: str
    position: int
    detail: str


class MirrorBusyError(Exception):
    """Another program moved this mirror meanwhile; nothing was written."""


class OtherVersionError(Exception):
    """The file was written by another version of the program."""


def open_sqlite(path: str) -> Connection:
    """Autocommit: transactions begin and end where this program says."""
    return sqlite3.connect(path, isolation_level=None)


class MirrorFile:
    """Opens the file, made if absent. Every method is one transaction, whole or never happened."""

    def __init__(self, path: Path | str, *, connect: Connect = open_sqlite) -> None:
        self._connection = connect(str(path))
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._prepare()

    def _prepare(self) -> None:
        with self.transaction():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _TABLES:
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise OtherVersionError(f"version {version}, not {SCHEMA_VERSION}")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def rows(self, sql: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """Rows one after the other: a feed need not fit into memory."""
        yield from self._connection.execute(sql, parameters)

    def execute(self, sql: str, *parameters: object) -> None:
        """One statement of a transaction that is open."""
        self._connection.execute(sql, parameters)
