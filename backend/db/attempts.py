"""How often something was tried from one origin, within a window, whichever process counts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, select, update

from backend.clock import Instant, after
from backend.db.tables.base import table_of
from backend.db.tables.people import AttemptsRow
from backend.db.upsert import upsert
from backend.limits import ATTEMPTS_WINDOW_MS

_attempts = table_of(AttemptsRow)


@dataclass(frozen=True, slots=True)
class Bound:
    """At most ``attempts_max`` within the window for one key. The key is kept as a hash only."""

    key: str
    attempts_max: int


def key(*parts: str) -> str:
    """A key that names no one: parts are people's accounts and addresses."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def reserve(connection: Connection, bounds: Sequence[Bound], now: Instant) -> Instant | None:
    """Count one attempt against each bound before it is made; None, or when to come back.

    Counted before and given back after success: of many attempts at once none slips through.
    """
    connection.execute(
        delete(_attempts).where(_attempts.c.window_started_at <= now - ATTEMPTS_WINDOW_MS)
    )
    keys = [bound.key for bound in bounds]
    held = {
        row.key_hash: row
        for row in connection.execute(select(_attempts).where(_attempts.c.key_hash.in_(keys)))
    }
    full = [
        after(held[bound.key].window_started_at, ATTEMPTS_WINDOW_MS)
        for bound in bounds
        if bound.key in held and held[bound.key].failures >= bound.attempts_max
    ]
    if full:
        return max(full)
    counted = [
        {
            "key_hash": each,
            "window_started_at": held[each].window_started_at if each in held else now,
            "failures": held[each].failures + 1 if each in held else 1,
        }
        for each in keys
    ]
    upsert(connection, _attempts, counted, key=["key_hash"])
    return None


def give_back(connection: Connection, bounds: Sequence[Bound]) -> None:
    """The attempt was a right one: it does not count."""
    left = case((_attempts.c.failures > 0, _attempts.c.failures - 1), else_=0)
    connection.execute(
        update(_attempts)
        .where(_attempts.c.key_hash.in_([bound.key for bound in bounds]))
        .values(failures=left)
    )
