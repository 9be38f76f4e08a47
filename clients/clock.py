"""The tablet's time: the only module of the clients that asks the machine what time it is.

A tablet's clock may be years off. It is written down as data beside every change and never decides
an order (docs/protocol.md T1).
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that knows a tablet's time: the machine, or a test's own clock."""

    def now(self) -> datetime:
        """The device's own clock, with the offset of the zone it believes to be in."""
        ...

    def uptime_ms(self) -> int:
        """Milliseconds since the device started: it goes on when somebody sets the clock."""
        ...


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    def now(self) -> datetime:
        return datetime.now(UTC).astimezone()

    def uptime_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


def to_text(moment: datetime) -> str:
    """RFC 3339 with seconds, as a line carries it: ``2020-02-01T14:03:11+06:00``."""
    return moment.isoformat(timespec="seconds")


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00:00Z, exact: no float on the way."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
