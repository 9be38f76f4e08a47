"""A tablet's own changes to a report, read once: a line never changes, so neither does its reading.

Kept for the reports in hand. What is kept is checked against the file by the last line's hash, so
that a transaction that was rolled back, or a wipe, leaves nothing behind.
"""

from dataclasses import dataclass, field
from typing import Final

from clients.tablet.log import DeviceLog, Line
from sync.changes import Change, read_change
from sync.ids import DeviceId, ReportId

REPORTS_IN_HAND: Final = 8


@dataclass(slots=True)
class _Read:
    changes: list[Change] = field(default_factory=list[Change])
    newest: Line | None = None


class OwnChanges:
    """The changes this tablet wrote, by report."""

    __slots__ = ("_device", "_in_hand", "_log")

    def __init__(self, log: DeviceLog, device: DeviceId) -> None:
        self._log = log
        self._device = device
        self._in_hand: dict[ReportId, _Read] = {}

    def of_report(self, report: ReportId) -> list[Change]:
        """In the order of the log."""
        read = self._in_hand.pop(report, None)
        if read is None or (read.newest is not None and not self._stands(read.newest)):
            read = _Read()
        after = 0 if read.newest is None else read.newest.seq
        for line in self._log.of_report(report, after):
            change = read_change(line.bytes_as_sent, device=self._device, seq=line.seq)
            # Each could be read back when it was written.
            assert isinstance(change, Change), "a line of the own log"
            read.changes.append(change)
            read.newest = line
        self._in_hand[report] = read
        while len(self._in_hand) > REPORTS_IN_HAND:
            del self._in_hand[next(iter(self._in_hand))]
        return list(read.changes)

    def _stands(self, line: Line) -> bool:
        stored = self._log.line(line.seq)
        return stored is not None and stored.hash == line.hash
