"""The tablet's own SQLite file: its tables, and transactions that are whole or never happened.

Two halves and a shelf. The **log** (lines, seals, what was handed in) is the officer's work:
nothing the node says ever changes a line of it. The **replica** (reports, conflicts, verdicts) is
what the node said last, and can be fetched again; so can the **shelf** (reference tables, forms).
docs/protocol.md L1, S4, S5, S9.
"""

import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

FILE_NAME: Final = "tablet.db"
IN_MEMORY: Final = ":memory:"
BUSY_TIMEOUT_MS: Final = 10_000
"""How long one program waits for another that has the same tablet open."""

Row = tuple[Any, ...]


class Connection(Protocol):
    """What the tablet needs of ``sqlite3.Connection``; a test's own may fail at any statement."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> sqlite3.Cursor: ...

    def close(self) -> None: ...


Connect = Callable[[str], Connection]

_LOG_AND_REPLICA: Final = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE officer (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE log_line (
    seq INTEGER PRIMARY KEY, report TEXT NOT NULL, hash TEXT NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE INDEX log_line_of_report ON log_line (report, seq);
CREATE TRIGGER log_line_never_changes BEFORE UPDATE ON log_line
BEGIN SELECT RAISE(ABORT, 'a line of the log never changes'); END;
CREATE TABLE seal (
    first INTEGER NOT NULL, last INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (first, last)
) STRICT, WITHOUT ROWID;
CREATE TABLE handing_in (
    bundle TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, way TEXT NOT NULL,
    begun_at TEXT NOT NULL, faults INTEGER NOT NULL DEFAULT 0, refusal TEXT,
    epoch TEXT, outcome TEXT, receipt TEXT, signature TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE report (
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE conflict (
    id TEXT PRIMARY KEY, report TEXT NOT NULL, document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conflict_of_report ON conflict (report);
CREATE TABLE verdict (
    seq INTEGER PRIMARY KEY, verdict TEXT NOT NULL, revision INTEGER, document TEXT NOT NULL
) STRICT;

CREATE TABLE draft (
    report TEXT PRIMARY KEY, form TEXT NOT NULL, document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE attachment (
    sha256 TEXT PRIMARY KEY, report TEXT NOT NULL, bytes_count INTEGER NOT NULL,
    media_type TEXT NOT NULL, stage TEXT NOT NULL, upload TEXT, reason TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE attachment_piece (
    sha256 TEXT NOT NULL, ordinal INTEGER NOT NULL, bytes BLOB NOT NULL,
    UNIQUE (sha256, ordinal)
) STRICT;
CREATE TABLE carried (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, bundle TEXT NOT NULL, content BLOB NOT NULL,
    taken_at TEXT NOT NULL, refusal TEXT, receipt TEXT, signature TEXT
) STRICT;
"""

_SHELF: Final = """
CREATE TABLE reference_row (
    table_name TEXT NOT NULL, code TEXT NOT NULL, epoch TEXT NOT NULL,
    is_retired INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (table_name, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE reference_name (
    table_name TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL,
    PRIMARY KEY (table_name, name, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_name_of_row ON reference_name (table_name, code);
CREATE TABLE form (
    form TEXT PRIMARY KEY, name TEXT NOT NULL, is_current INTEGER NOT NULL,
    digest TEXT NOT NULL, document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_SCHEMAS: Final = (_LOG_AND_REPLICA, _SHELF)
"""What each version of the file adds to the one before: a tablet in the field is brought on."""


class TabletFile:
    """One tablet's SQLite file. Every change of it happens inside ``transaction()``."""

    __slots__ = ("_is_open", "connection")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._is_open = False
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @classmethod
    def at(cls, folder: Path | str, connect: Connect | None = None) -> "TabletFile":
        """The file in ``folder``, or one in memory; ``connect`` is a test's way to break it."""
        place = IN_MEMORY if folder == IN_MEMORY else str(Path(folder) / FILE_NAME)
        return cls((connect or _connect)(place))

    def prepare(self) -> None:
        """Make the tables that this version of the program has and the file has not."""
        with self.transaction():
            (version,) = self.one("PRAGMA user_version") or (0,)
            for number, script in enumerate(_SCHEMAS[version:], start=version + 1):
                for statement in _statements(script):
                    self.connection.execute(statement)
                self.connection.execute(f"PRAGMA user_version={number}")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of the block, or nothing of it; a block inside another is part of that one."""
        if self._is_open:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        self._is_open = True
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._is_open = False

    def _roll_back(self) -> None:
        try:
            self.connection.execute("ROLLBACK")
        except sqlite3.Error:
            self.connection.close()

    def run(self, sql: str, *parameters: object) -> int:
        """Change rows; how many."""
        assert self._is_open, "rows are changed inside a transaction"
        return self.connection.execute(sql, parameters).rowcount

    def one(self, sql: str, *parameters: object) -> Row | None:
        return self.connection.execute(sql, parameters).fetchone()

    def all(self, sql: str, *parameters: object) -> list[Row]:
        return self.connection.execute(sql, parameters).fetchall()

    def get(self, key: str) -> str | None:
        """One value of the tablet's state."""
        row = self.one("SELECT value FROM state WHERE key = ?", key)
        return None if row is None else str(row[0])

    def put(self, values: Mapping[str, str | int | None]) -> None:
        """Set values of the tablet's state; None takes one out."""
        for key, value in values.items():
            if value is None:
                self.run("DELETE FROM state WHERE key = ?", key)
            else:
                self.run("INSERT OR REPLACE INTO state VALUES (?, ?)", key, str(value))

    def close(self) -> None:
        self.connection.close()


def _connect(place: str) -> sqlite3.Connection:
    # Transactions are opened by hand; sqlite3 would open them where it sees fit.
    return sqlite3.connect(place, isolation_level=None)


def _statements(script: str) -> list[str]:
    """The statements of a script; a trigger's body holds a semicolon of its own."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return [statement for statement in found if statement.strip()]
