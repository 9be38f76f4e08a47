"""In which bundles the log is handed in: runs of lines, and what was said of each but a receipt.

A line is handed in until a receipt covers it. A run that the node would not take is passed over,
shown, and tried again after the others (P6).
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from clients.clock import Clock, to_text
from clients.tablet.file import TabletFile
from clients.tablet.identity import Identity
from clients.tablet.log import DeviceLog
from clients.tablet.receipts import Receipts
from sync.limits import SEGMENT_LINES_MAX

BATCH_LINES_MAX: Final = 500
"""Lines in one push of a tablet: a minute of 2G, and what is lost when the connection drops."""

BATCH_BYTES_MAX: Final = 512 * 1024
"""Bytes in one push before compression; one longer line still travels, alone."""

assert BATCH_LINES_MAX <= SEGMENT_LINES_MAX


@dataclass(frozen=True, slots=True)
class Batch:
    """One run of lines on its way."""

    first: int
    last: int
    content: bytes
    bundle: str

    @property
    def lines_count(self) -> int:
        return self.last - self.first + 1


class Outbox:
    """The part of the log that no receipt covers, and the bundles made of it."""

    __slots__ = ("_clock", "_file", "_identity", "_log", "_receipts")

    def __init__(
        self,
        file: TabletFile,
        identity: Identity,
        log: DeviceLog,
        receipts: Receipts,
        clock: Clock,
    ) -> None:
        self._file = file
        self._identity = identity
        self._log = log
        self._receipts = receipts
        self._clock = clock

    def next_batch(self, after: int, lines_max: int = BATCH_LINES_MAX) -> Batch | None:
        """The next run of lines to hand in, past line ``after``; None when there is none."""
        first = max(after, self._receipts.stored) + 1
        passed_over = sorted([*self._receipts.kept_apart(), *self.refused()])
        for begins, ends in passed_over:
            if begins <= first <= ends:
                first = ends + 1
        last = min(self._log.last, first + lines_max - 1)
        for begins, _ in passed_over:
            if first < begins <= last:
                last = begins - 1
        return None if first > last else self.batch(first, self._fitting(first, last))

    def refused(self) -> list[tuple[int, int]]:
        """Runs of lines the node would not take, which the others go past."""
        return self._file.all(
            "SELECT first, last FROM handing_in WHERE refusal IS NOT NULL AND last > ?"
            " ORDER BY first",
            self._receipts.stored,
        )

    def unanswered(self) -> Batch | None:
        """The newest bundle that went out and whose answer never came."""
        row = self._file.one(
            "SELECT first, last FROM handing_in WHERE way = 'push' AND receipt IS NULL"
            " AND refusal IS NULL AND last > ? ORDER BY begun_at DESC, last DESC LIMIT 1",
            self._receipts.stored,
        )
        return None if row is None else self.batch(*row)

    def forget(self, batch: Batch) -> None:
        """The node never got this bundle: nothing is known of it any more."""
        with self._file.transaction():
            self._file.run("DELETE FROM handing_in WHERE bundle = ?", batch.bundle)

    def _fitting(self, first: int, last: int) -> int:
        """The last line that still fits; the first always does."""
        size = 0
        for line in self._log.between(first, last):
            size += len(line.bytes_as_sent) + 1
            if size > BATCH_BYTES_MAX and line.seq > first:
                return line.seq - 1
        return last

    def batch(self, first: int, last: int) -> Batch:
        """These lines as one bundle of one segment."""
        content = self._log.segment(first, last, self._identity.key)
        return Batch(first, last, content, hashlib.sha256(content).hexdigest())

    def begin(self, batch: Batch, way: str) -> None:
        """Note that a bundle goes out, before it does."""
        with self._file.transaction():
            self._file.run(
                "INSERT OR IGNORE INTO handing_in (bundle, first, last, way, begun_at)"
                " VALUES (?, ?, ?, ?, ?)",
                batch.bundle,
                batch.first,
                batch.last,
                way,
                to_text(self._clock.now()),
            )

    def note_fault(self, batch: Batch) -> int:
        """Count that the node failed over this bundle; how often it did."""
        with self._file.transaction():
            self._file.run(
                "UPDATE handing_in SET faults = faults + 1 WHERE bundle = ?", batch.bundle
            )
        row = self._file.one("SELECT faults FROM handing_in WHERE bundle = ?", batch.bundle)
        return 0 if row is None else int(row[0])

    def refuse(self, batch: Batch, reason: str) -> None:
        """Note why these lines are not taken: shown to a person, tried again another day."""
        with self._file.transaction():
            self._file.run(
                "UPDATE handing_in SET refusal = ? WHERE bundle = ?", reason, batch.bundle
            )
