"""A node opened by a command: works while no server runs on the same data."""

from collections.abc import Generator
from contextlib import contextmanager

from backend.clock import SystemClock
from backend.ids import SystemIds
from backend.node import Node
from backend.services.start_node import open_node
from backend.settings import Settings


@contextmanager
def local_node(settings: Settings) -> Generator[Node]:
    """The node of these settings; SQLite refuses while the server holds it."""
    node = open_node(settings, clock=SystemClock(), ids=SystemIds())
    try:
        yield node
    finally:
        node.close()
