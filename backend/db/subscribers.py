"""Who may pull the feed."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from backend.actors import SubscriberActor
from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.devices import SubscriberRow
from backend.db.upsert import insert_new

_subscriber = table_of(SubscriberRow)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A regional centre or member state. ``code`` is what release lists name it by."""

    id: str
    name: str
    code: str
    public_key: bytes
    is_active: bool

    def as_actor(self) -> SubscriberActor:
        return SubscriberActor(self.id, self.code)


def add(connection: Connection, subscriber: Subscriber, now: Instant) -> bool:
    """Whether it went in; not when its code is taken."""
    row = {
        "id": subscriber.id,
        "name": subscriber.name,
        "code": subscriber.code,
        "public_key": subscriber.public_key,
        "is_active": subscriber.is_active,
        "created_at": now,
    }
    return insert_new(connection, _subscriber, row) == 1


def find(connection: Connection, subscriber: str) -> Subscriber | None:
    row = connection.execute(
        select(_subscriber).where(_subscriber.c.id == subscriber)
    ).one_or_none()
    if row is None:
        return None
    return Subscriber(row.id, row.name, row.code, row.public_key, row.is_active)


def find_named(connection: Connection, name: str) -> Subscriber | None:
    """The subscriber with this id or code: a centre goes by one code at every node it reads."""
    query = select(_subscriber).where((_subscriber.c.id == name) | (_subscriber.c.code == name))
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Subscriber(row.id, row.name, row.code, row.public_key, row.is_active)


def list_subscribers(connection: Connection, *, after: str | None, limit: int) -> list[Subscriber]:
    query = select(_subscriber).order_by(_subscriber.c.id).limit(limit)
    if after is not None:
        query = query.where(_subscriber.c.id > after)
    return [
        Subscriber(row.id, row.name, row.code, row.public_key, row.is_active)
        for row in connection.execute(query)
    ]


def set_active(connection: Connection, subscriber: str, *, is_active: bool) -> bool:
    changed = connection.execute(
        update(_subscriber).where(_subscriber.c.id == subscriber).values(is_active=is_active)
    )
    return changed.rowcount == 1
