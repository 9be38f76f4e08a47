"""Reference tablets in front of a real node: a real code, the application itself, no socket."""

from pathlib import Path

from clients.tablet.file import IN_MEMORY
from clients.tablet.tablet import Tablet
from clients.world import World
from tests.running_node import Console, RunningNode
from tests.unit.clients.tablets import CountedIds, Pauses, StillClock

NODE_URL = "http://node.test"


def world(seed: int, clock: StillClock | None = None) -> World:
    return World(clock or StillClock(), CountedIds(seed), Pauses())


async def tablet_of(
    node: RunningNode,
    console: Console,
    *,
    seed: int,
    folder: Path | str = IN_MEMORY,
    clock: StillClock | None = None,
    **place: str | None,
) -> Tablet:
    """A tablet at ``team`` and ``post``, with an officer of the console's agency holding it."""
    tablet = Tablet.create(folder, name=f"Osh-{seed}", node_url=NODE_URL, world=world(seed, clock))
    await tablet.enrol(node.client, await node.code(console, **place))
    tablet.identity.sign_in(await node.officer(console))
    return tablet


async def sync(tablet: Tablet, node: RunningNode):
    """One sync; its report."""
    return await tablet.sync(node.client)
