"""The node's time: the only module that asks the machine what time it is.

Inside the node and its database an instant is an integer, milliseconds since 1970 in UTC: both
databases keep it exactly and compare it fast. On the wire it is RFC 3339 in UTC.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final, NewType, Protocol

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z. Columns and fields of this type end in ``_at``."""

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Anything that knows the time: the machine, or a test's own clock."""

    def now(self) -> Instant: ...


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000_000)


def after(instant: Instant, duration_ms: int) -> Instant:
    return Instant(instant + duration_ms)


def to_datetime(instant: Instant) -> datetime:
    return _EPOCH + timedelta(milliseconds=instant)


def to_text(instant: Instant) -> str:
    """RFC 3339 in UTC with milliseconds: ``2020-02-01T08:03:11.000Z``."""
    return to_datetime(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")
