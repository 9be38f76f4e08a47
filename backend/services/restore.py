"""Begins a new life of the data set after a backup was put in place (docs/decisions/0003).

Cursors of the lost time lead nowhere any more, and revisions start above the lost ones, so that no
edit of that time seems to have seen what is written from now on.
"""

from typing import Final

from sqlalchemy import Connection

from backend.db import audit, node_store
from backend.db.audit import Deed
from backend.db.node_store import NodeIdentity
from backend.node import Node

GENERATIONS_MAX: Final = 200_000
"""Revisions of a later one would be longer than JSON integers may be (sync/limits.py)."""


def begin_new_life(node: Node, *, after_generation: int = 0) -> NodeIdentity:
    """Give the data set a new epoch; the identity a node has from its next start on.

    ``after_generation`` is a life that this backup does not know of: the one that was lost, when it
    had itself begun with a restore.
    """
    now, epoch_random = node.now(), node.ids.secret(6).hex()

    def work(connection: Connection) -> NodeIdentity:
        before = node_store.find(connection)
        assert before is not None
        generation = max(before.generation, after_generation) + 1
        if generation > GENERATIONS_MAX:
            raise ValueError(f"generation {generation} is beyond {GENERATIONS_MAX}")
        node_store.begin_life(connection, generation=generation, epoch_random=epoch_random)
        begun = node_store.find(connection)
        assert begun is not None
        detail = {"was": before.epoch, "epoch": begun.epoch}
        audit.append(
            connection, Deed("", "node", before.id, "node.restored", before.id, now, detail)
        )
        return begun

    return node.database.write_blocking(work)
