"""What tablets are told to do: given here, carried by every pull until the tablet's receipt."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.devices import DeviceOrderRow

_order = table_of(DeviceOrderRow)


class OrderKind(StrEnum):
    """What a tablet can be told."""

    WIPE = "wipe"
    """Forget everything of this node, keys included, once the outbox is handed in."""
    RESEND_FROM = "resend-from"
    """Push the log again from a line on: the node lost what it had acknowledged."""


class Outcome(StrEnum):
    """What became of it."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Order:
    """One order to one tablet. Done once ``done_at`` is set, well or not."""

    id: str
    device: str
    kind: OrderKind
    from_seq: int | None
    reason: str
    ordered_by: str
    ordered_at: Instant
    done_at: Instant | None = None
    outcome: Outcome | None = None


def give(connection: Connection, order: Order) -> None:
    connection.execute(_order.insert().values(**asdict(order)))


def list_open(connection: Connection, device: str) -> tuple[Order, ...]:
    """What the tablet has not answered yet, oldest first; small enough for every pull."""
    rows = connection.execute(
        select(_order)
        .where(_order.c.device == device, _order.c.done_at.is_(None))
        .order_by(_order.c.ordered_at, _order.c.id)
    )
    return tuple(_of(row) for row in rows)


def list_all(connection: Connection, device: str, *, limit: int) -> tuple[Order, ...]:
    """Newest first."""
    rows = connection.execute(
        select(_order)
        .where(_order.c.device == device)
        .order_by(_order.c.ordered_at.desc(), _order.c.id.desc())
        .limit(limit)
    )
    return tuple(_of(row) for row in rows)


def find(connection: Connection, device: str, order: str) -> Order | None:
    row = connection.execute(
        select(_order).where(_order.c.id == order, _order.c.device == device)
    ).one_or_none()
    return None if row is None else _of(row)


def finish(connection: Connection, order: str, *, outcome: Outcome, now: Instant) -> bool:
    """Whether this receipt was the first; a later one changes nothing (P2)."""
    changed = connection.execute(
        update(_order)
        .where(_order.c.id == order, _order.c.done_at.is_(None))
        .values(done_at=now, outcome=outcome)
    )
    return changed.rowcount == 1


def _of(row: Row[Any]) -> Order:
    return Order(
        id=row.id,
        device=row.device,
        kind=OrderKind(row.kind),
        from_seq=row.from_seq,
        reason=row.reason,
        ordered_by=row.ordered_by,
        ordered_at=Instant(row.ordered_at),
        done_at=row.done_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
    )
