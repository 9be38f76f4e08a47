"""A running node: everything a service may need, opened once and handed down."""

from dataclasses import dataclass

from backend.clock import Clock, Instant
from backend.db.engine import Database
from backend.db.node_store import NodeIdentity
from backend.ids import IdSource
from backend.keys import NodeKeys
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Node:
    """Carried in ``app.state.node``; routers get it through ``backend.api.dependencies``."""

    settings: Settings
    clock: Clock
    ids: IdSource
    keys: NodeKeys
    database: Database
    identity: NodeIdentity

    def now(self) -> Instant:
        return self.clock.now()
