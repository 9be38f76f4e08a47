"""The tablet's log: lines written once and for good, and the seals that close runs of them.

docs/protocol.md L1 to L4. A line is never changed and never dropped while the tablet is in use:
a node restored from an old backup is handed all of it again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from clients.clock import Clock, to_text
from clients.keys import DeviceKey
from clients.tablet.file import TabletFile
from sync.changes import CHANGE_VERSION, UnreadableChange, read_change
from sync.ids import DeviceId, OfficerId, ReportId, Seq
from sync.limits import SEGMENT_LINES_MAX
from sync.log import GENESIS, hash_of, seal_message
from sync.strictjson import Json


class UnwritableError(ValueError):
    """The change could not be read back as what it says, so it was not written."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """One line of this tablet's log, as it will be sent."""

    seq: Seq
    report: ReportId
    hash: str
    bytes_as_sent: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """What a line is to say: the members that do not follow from its place in the log."""

    op: str
    report: ReportId
    author: OfficerId
    form: str
    seen: int
    own: Mapping[str, Json]
    """The members of this op alone: ``set``; ``reason``; ``conflict``, ``value``, ``reason``."""


class DeviceLog:
    """The append-only log in a tablet's file."""

    __slots__ = ("_clock", "_device", "_file")

    def __init__(self, file: TabletFile, device: DeviceId, clock: Clock) -> None:
        self._file = file
        self._device = device
        self._clock = clock

    @property
    def last(self) -> int:
        """The number of the newest line; 0 for an empty log."""
        row = self._file.one("SELECT max(seq) FROM log_line")
        return 0 if row is None or row[0] is None else int(row[0])

    def append(self, statement: Statement) -> Line:
        """Write one line: durable when this returns, or never written."""
        with self._file.transaction():
            before = self.line(self.last)
            seq = Seq(1 if before is None else before.seq + 1)
            raw = self._bytes_of(statement, seq, GENESIS if before is None else before.hash)
            read = read_change(raw, device=self._device, seq=seq)
            if isinstance(read, UnreadableChange):
                raise UnwritableError(read.reason)
            line = Line(seq, statement.report, hash_of(raw), raw)
            self._file.run(
                "INSERT INTO log_line (seq, report, hash, bytes) VALUES (?, ?, ?, ?)",
                line.seq,
                line.report,
                line.hash,
                line.bytes_as_sent,
            )
        return line

    def _bytes_of(self, statement: Statement, seq: Seq, prev: str) -> bytes:
        line = {
            "v": CHANGE_VERSION,
            "device": self._device,
            "seq": seq,
            "prev": prev,
            "author": statement.author,
            "report": statement.report,
            "form": statement.form,
            "op": statement.op,
            "seen": statement.seen,
            **statement.own,
            "at": to_text(self._clock.now()),
            "uptime_ms": self._clock.uptime_ms(),
        }
        try:
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            return text.encode()
        except (UnicodeEncodeError, RecursionError, TypeError, ValueError) as error:
            raise UnwritableError("not-json") from error

    def line(self, seq: int) -> Line | None:
        row = self._file.one("SELECT seq, report, hash, bytes FROM log_line WHERE seq = ?", seq)
        return None if row is None else Line(*row)

    def between(self, first: int, last: int) -> list[Line]:
        rows = self._file.all(
            "SELECT seq, report, hash, bytes FROM log_line WHERE seq BETWEEN ? AND ? ORDER BY seq",
            first,
            last,
        )
        return [Line(*row) for row in rows]

    def of_report(self, report: ReportId, after: int = 0) -> list[Line]:
        rows = self._file.all(
            "SELECT seq, report, hash, bytes FROM log_line WHERE report = ? AND seq > ?"
            " ORDER BY seq",
            report,
            after,
        )
        return [Line(*row) for row in rows]

    def segment(self, first: int, last: int, key: DeviceKey) -> bytes:
        """Lines and their seal as sent: the same bytes whenever it is asked for again (P2)."""
        assert 1 <= last - first + 1 <= SEGMENT_LINES_MAX
        with self._file.transaction():
            lines = self.between(first, last)
            assert len(lines) == last - first + 1, "a log has no gaps"
            seal = self._seal(lines[0], lines[-1], key)
        return b"\n".join([*(line.bytes_as_sent for line in lines), seal]) + b"\n"

    def _seal(self, first: Line, last: Line, key: DeviceKey) -> bytes:
        found = self._file.one(
            "SELECT bytes FROM seal WHERE first = ? AND last = ?", first.seq, last.seq
        )
        if found is not None:
            return bytes(found[0])
        message = seal_message(device=self._device, first=first.seq, last=last.seq, head=last.hash)
        seal = {
            "device": self._device,
            "first": first.seq,
            "last": last.seq,
            "head": last.hash,
            "at": to_text(self._clock.now()),
            "signature": key.sign_text(message),
        }
        raw = json.dumps({"seal": seal}, separators=(",", ":")).encode()
        self._file.run("INSERT INTO seal VALUES (?, ?, ?)", first.seq, last.seq, raw)
        return raw
