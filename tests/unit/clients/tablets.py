"""Builders for tests of the tablet: a still clock, seeded ids, a tablet that is enrolled."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from clients.tablet.file import IN_MEMORY, Connect
from clients.tablet.tablet import Tablet
from clients.world import World
from tests.unit.clients.fake_node import CODE, FakeNode

OFFICER = "0192f0c1-0000-7000-8000-0000000000a1"
OSH = timezone(timedelta(hours=6))


class StillClock:
    """Stands still until a test moves it."""

    def __init__(self, at: datetime = datetime(2020, 2, 1, 14, 3, 11, tzinfo=OSH)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def uptime_ms(self) -> int:
        return 81_231_000


class CountedIds:
    """The same ids for the same seed, in order."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def uuid(self) -> str:
        noise = self.secret(10).hex()
        head = f"{0x0192_0000_0000 + self._count:012x}"
        return f"{head[:8]}-{head[8:]}-7{noise[:3]}-a{noise[3:6]}-{noise[6:18]}"

    def secret(self, bytes_count: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._seed}:{self._count}".encode()).digest(bytes_count)


class Pauses:
    """Waits for nothing and remembers for how long it would have."""

    def __init__(self) -> None:
        self.made: list[int] = []

    async def __call__(self, duration_ms: int) -> None:
        self.made.append(duration_ms)


def world(seed: int = 1, clock: StillClock | None = None, pauses: Pauses | None = None) -> World:
    return World(clock or StillClock(), CountedIds(seed), pauses or Pauses())


def new_tablet(
    folder: Path | str = IN_MEMORY,
    *,
    seed: int = 1,
    world_of: World | None = None,
    connect: Connect | None = None,
) -> Tablet:
    """A tablet in an officer's hands, not enrolled anywhere."""
    tablet = Tablet.create(
        folder,
        name=f"Osh-{seed}",
        node_url="http://node.test",
        world=world_of or world(seed),
        connect=connect,
    )
    tablet.identity.sign_in(OFFICER, "Azamat Toktogulov")
    return tablet


async def enrolled(
    node: FakeNode, folder: Path | str = IN_MEMORY, *, seed: int = 1, world_of: World | None = None
) -> Tablet:
    tablet = new_tablet(folder, seed=seed, world_of=world_of)
    async with node.client() as client:
        await tablet.enrol(client, CODE)
    return tablet


async def sync(tablet: Tablet, node: FakeNode):
    """One sync over a fresh connection; its report."""
    async with node.client() as client:
        return await tablet.sync(client)


def utc(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)
