"""The background task: woken by the bell, alive after a failure, gone with the node."""

import asyncio

from backend.bell import Bell
from backend.db import feed
from backend.services.follow_journal import following
from backend.settings import Settings
from tests.feed_node import READY, FeedNode
from tests.feed_reports import report
from tests.running_node import FakeClock, running_node


class Counting:
    """A follower that tells when it was asked; it fails where it is told to."""

    name = "counting"

    def __init__(self, *, more: int = 0, fails: bool = False) -> None:
        self.asked = asyncio.Semaphore(0)
        self._more = more
        self._fails = fails

    async def step(self) -> bool:
        self.asked.release()
        if self._fails:
            raise RuntimeError("the disk is full")
        self._more -= 1
        return self._more >= 0

    async def was_asked(self, times: int) -> None:
        for _ in range(times):
            await self.asked.acquire()


async def test_a_follower_goes_on_until_there_is_no_more_and_then_waits_for_the_bell():
    bell, follower = Bell(), Counting(more=2)

    async with following(bell, [follower]), asyncio.timeout(5):
        await follower.was_asked(3)
        assert follower.asked.locked()
        bell.ring()
        await follower.was_asked(1)


async def test_one_that_fails_is_tried_again_and_stops_nobody():
    bell, failing, other = Bell(), Counting(fails=True), Counting()

    async with following(bell, [failing, other]), asyncio.timeout(5):
        await other.was_asked(1)
        bell.ring()
        await failing.was_asked(2)
        await other.was_asked(1)


async def test_a_node_publishes_by_itself_once_an_agency_lets_it(
    settings: Settings, clock: FakeClock
):
    async with running_node(settings, clock, is_following=True) as node, asyncio.timeout(10):
        world = FeedNode(node.inside)
        await world.put(report(1, READY))
        console = await node.console("KG-CNS")

        await console.client.put("/v1/release-policy", json={"release_requires_approval": False})
        size = 0
        while size == 0:
            size = (await node.inside.database.read(feed.head)).size

        assert await world.told() == [("publish", "1", "TJ UZ")]
