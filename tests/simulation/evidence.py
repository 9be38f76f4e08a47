"""What lies in the node's file, read with plain SQL by somebody who is not the node."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.db.report_state import read_report
from sync.report import Report

Json = Any


@dataclass(frozen=True)
class Row:
    """One stored line."""

    log: str
    seq: int
    hash: str
    raw: bytes
    report: str | None
    verdict: Mapping[str, Any]
    clock_offset_ms: int | None

    @property
    def revision(self) -> int | None:
        return self.verdict.get("revision")


@dataclass(frozen=True)
class Assigned:
    from_seq: int | None
    agency: str
    team: str | None
    post: str | None


@dataclass(frozen=True)
class Log:
    name: str
    device: str
    stored_through: int
    newest: int
    branched_at: int | None


@dataclass(frozen=True)
class Evidence:
    """The whole of one moment."""

    node: str
    logs: Mapping[str, Log]
    lines: tuple[Row, ...]
    documents: Mapping[str, Mapping[str, Any]]
    states: Mapping[str, Report]
    """What the merge works on; only P11 looks at it, for the witnesses no document shows."""
    conflicts: Mapping[str, Mapping[str, Any]]
    assignments: Mapping[str, tuple[Assigned, ...]]
    revoked: frozenset[str]
    quarantine: tuple[bytes, ...]
    head: int

    def line(self, log: str, seq: int) -> Row | None:
        """A line of a log; before its first, a branch has the lines of the main log."""
        at = self.logs.get(log)
        if at is not None and at.branched_at is not None and seq < at.branched_at:
            log = at.device
        return self._by_place().get((log, seq))

    def assigned(self, row: Row) -> Assigned:
        """Where the device stood when it wrote a line (S2)."""
        held = self.assignments[self.logs[row.log].device]
        known = [each for each in held if each.from_seq is not None and each.from_seq <= row.seq]
        return known[-1]

    def _by_place(self) -> dict[tuple[str, int], Row]:
        return {(row.log, row.seq): row for row in self.lines}


def hashes(file: Path) -> list[tuple[str, str]]:
    """(log, hash) of every stored line: the cheap question of each step."""
    connection = _open(file)
    try:
        return list(connection.execute("SELECT log, hash FROM line"))
    finally:
        connection.close()


def head(file: Path) -> int:
    """The newest position the journal has given."""
    connection = _open(file)
    try:
        return (connection.execute("SELECT value FROM counter").fetchone() or (0,))[0]
    finally:
        connection.close()


def gather(file: Path) -> Evidence:
    """Everything, on one snapshot."""
    connection = _open(file)
    try:
        connection.execute("BEGIN")
        return _gather(connection)
    finally:
        connection.close()


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = None
    return connection


def _gather(connection: sqlite3.Connection) -> Evidence:
    ask = connection.execute
    assignments: dict[str, list[Assigned]] = {}
    for device, *rest in ask(
        "SELECT device, from_seq, agency, team, post FROM assignment ORDER BY device, ordinal"
    ):
        assignments.setdefault(device, []).append(Assigned(*rest))
    return Evidence(
        node=ask("SELECT id FROM node").fetchone()[0],
        logs={
            row[0]: Log(*row)
            for row in ask("SELECT name, device, stored_through, newest, branched_at FROM log")
        },
        lines=tuple(
            Row(log, seq, hashed, raw, report, json.loads(verdict), offset)
            for log, seq, hashed, raw, report, verdict, offset in ask(
                "SELECT log, seq, hash, bytes_as_sent, report, verdict, clock_offset_ms"
                " FROM line ORDER BY log, seq"
            )
        ),
        documents={key: json.loads(body) for key, body in ask("SELECT id, document FROM report")},
        states={key: read_report(state) for key, state in ask("SELECT id, state FROM report")},
        conflicts={
            key: {
                "report": report,
                "kind": kind,
                "path": path,
                "life": life,
                "owner": owner,
                "version": version,
                "opened": (told := json.loads(body)["conflict"])["opened"],
                "sides": [side[0] for side in (told["accepted"], *told["candidates"])],
            }
            for key, report, kind, path, life, owner, version, body in ask(
                "SELECT id, report, kind, path, life, owner, version, body FROM conflict"
            )
        },
        assignments={device: tuple(held) for device, held in assignments.items()},
        revoked=frozenset(
            row[0] for row in ask("SELECT id FROM device WHERE revoked_at IS NOT NULL")
        ),
        quarantine=tuple(row[0] for row in ask("SELECT bytes_as_sent FROM quarantine")),
        head=(ask("SELECT value FROM counter").fetchone() or (0,))[0],
    )
