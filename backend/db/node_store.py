"""The node's own row."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select, update

from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.node import NodeRow
from backend.db.upsert import insert_new

_node = table_of(NodeRow)


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """Who the node is. Kept in the database: settings cannot change it under its devices."""

    id: str
    name: str
    country: str
    generation: int
    """Counts the restores from a backup, from 1; the first part of the epoch."""
    epoch: str
    """Changes when a backup is restored: a cursor of another epoch points into another history."""


def find(connection: Connection) -> NodeIdentity | None:
    row = connection.execute(select(_node)).one_or_none()
    if row is None:
        return None
    epoch = f"{row.generation}-{row.epoch_random}"
    return NodeIdentity(row.id, row.name, row.country, row.generation, epoch)


@dataclass(frozen=True, slots=True)
class NewNode:
    """What a node is at its first start."""

    id: str
    name: str
    country: str
    epoch_random: str
    created_at: Instant


def ensure(connection: Connection, new: NewNode) -> NodeIdentity:
    """The stored identity, or ``new`` stored as it."""
    insert_new(connection, _node, {"only": 1, "generation": 1, **asdict(new)})
    identity = find(connection)
    assert identity is not None
    return identity


def begin_life(connection: Connection, *, generation: int, epoch_random: str) -> None:
    """What follows belongs to another epoch than everything before."""
    connection.execute(update(_node).values(generation=generation, epoch_random=epoch_random))
