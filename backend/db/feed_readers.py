"""The delivery ledger: which entries went to which subscriber, when, and what came back."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.devices import SubscriberRow
from backend.db.tables.feed import FeedDeliveryRow, FeedReaderRow
from backend.db.upsert import upsert

_subscriber = table_of(SubscriberRow)
_reader = table_of(FeedReaderRow)
_delivery = table_of(FeedDeliveryRow)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a subscriber has come."""

    delivered: int = 0
    delivered_at: Instant | None = None
    acknowledged: int = 0
    acknowledged_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Entries handed out for the first time, in one page."""

    first: int
    last: int
    delivered_at: Instant


@dataclass(frozen=True, slots=True)
class SubscriberProgress:
    id: str
    name: str
    code: str
    progress: Progress


def progress(connection: Connection, subscriber: str) -> Progress:
    query = select(_reader).where(_reader.c.subscriber == subscriber)
    row = connection.execute(query).one_or_none()
    if row is None:
        return Progress()
    return Progress(row.delivered, row.delivered_at, row.acknowledged, row.acknowledged_at)


def record_delivery(connection: Connection, subscriber: str, last: int, now: Instant) -> None:
    """Everything up to ``last`` is with the subscriber.

    What stands between the ledger's end and this page came to it some other way, through a cache:
    it counts as delivered with the page, since a recall must rather ask one too many.
    """
    known = progress(connection, subscriber)
    if last <= known.delivered:
        return
    row = {"subscriber": subscriber, "delivered": last, "delivered_at": now}
    upsert(connection, _reader, row, key=["subscriber"])
    ledger = {
        "subscriber": subscriber,
        "first": known.delivered + 1,
        "last": last,
        "delivered_at": now,
    }
    connection.execute(_delivery.insert(), [ledger])


def record_acknowledgement(
    connection: Connection, subscriber: str, position: int, now: Instant
) -> int:
    """The subscriber has stored everything up to ``position``; how far it ever said."""
    record_delivery(connection, subscriber, position, now)
    known = progress(connection, subscriber)
    if position <= known.acknowledged:
        return known.acknowledged
    row = {"subscriber": subscriber, "acknowledged": position, "acknowledged_at": now}
    upsert(connection, _reader, row, key=["subscriber"])
    return position


def deliveries(connection: Connection, subscriber: str) -> list[Delivery]:
    """The subscriber's part of the ledger, in order."""
    query = select(_delivery).where(_delivery.c.subscriber == subscriber)
    rows = connection.execute(query.order_by(_delivery.c.first))
    return [Delivery(row.first, row.last, Instant(row.delivered_at)) for row in rows]


def list_progress(connection: Connection) -> list[SubscriberProgress]:
    """Every subscriber, also those that never pulled. A region has dozens, not thousands."""
    query = select(_subscriber.c.id, _subscriber.c.name, _subscriber.c.code)
    rows = connection.execute(query.order_by(_subscriber.c.code)).all()
    return [
        SubscriberProgress(row.id, row.name, row.code, progress(connection, row.id)) for row in rows
    ]
