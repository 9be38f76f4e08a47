"""Runs one seed: steps at random, then peace; every promise checked on the way and at the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tests.simulation import checks, console, network
from tests.simulation.network import Fate
from tests.simulation.tablet import BrokenPromise, Bundle, ModelTablet, Piece
from tests.simulation.world import World, make_world, tear_down

STEPS: Final = 50
_FULL_CHECK_EVERY: Final = 15

Say = Callable[[str], None]
Step = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Finished:
    """A world that came to its end with every promise kept."""

    seed: int
    steps: int
    counts: dict[str, int]
    lines: int
    reports: int


def _tablet(world: World) -> ModelTablet:
    return world.rng.choice(world.tablets)


def _report(world: World, tablet: ModelTablet) -> str:
    """Mostly one the tablet knows; sometimes a new one, seldom one it only heard of."""
    known = tablet.known_reports()
    chance = world.rng.random()
    if known and chance < 0.75:
        return world.rng.choice(known)
    heard = sorted({report for other in world.tablets for report in other.known_reports()})
    if heard and chance < 0.85:
        return world.rng.choice(heard)
    return world.officer(tablet).new_id()


# --- steps ------------------------------------------------------------------------------------


async def write(world: World) -> None:
    tablet = _tablet(world)
    for _ in range(world.rng.randint(1, 3)):
        report = _report(world, tablet)
        line = world.officer(tablet).edit(tablet, world.clock.now_ms, report)
        world.note(f"{tablet.name} writes {line.seq}: {report[:8]} {dict(line.touched)}")


async def write_wrong(world: World) -> None:
    tablet = _tablet(world)
    officer, report = world.officer(tablet), _report(world, tablet)
    if world.rng.random() < 0.5:
        officer.wrong(tablet, world.clock.now_ms, report)
    else:
        officer.garbage(tablet, report)
    world.note(f"{tablet.name} writes {len(tablet.log)} wrongly")


async def void(world: World) -> None:
    tablet = _tablet(world)
    if tablet.replica:
        report = world.rng.choice(sorted(tablet.replica))
        world.officer(tablet).void(tablet, world.clock.now_ms, report)
        world.note(f"{tablet.name} voids {report[:8]}")


async def answer(world: World) -> None:
    tablet = _tablet(world)
    waiting = [
        (report, conflict)
        for report, document in sorted(tablet.replica.items())
        for conflict in document["conflicts"]
    ]
    if waiting:
        report, conflict = world.rng.choice(waiting)
        world.officer(tablet).answer(tablet, world.clock.now_ms, conflict, report)
        world.note(f"{tablet.name} answers about {report[:8]}")


def _pieces(world: World, tablet: ModelTablet) -> list[Piece]:
    """The outbox cut at random: whole, a tail, a middle, again what was handed in, in disorder."""
    if not tablet.log:
        return []
    left = tablet.outbox()
    last = len(tablet.log)
    first = left[0] if left and world.rng.random() < 0.8 else world.rng.randint(1, last)
    if world.rng.random() < 0.15:
        first = world.rng.randint(first, last)
    if world.rng.random() < 0.25:
        last = world.rng.randint(first, last)
    if first < last and world.rng.random() < 0.3:
        middle = world.rng.randint(first, last - 1)
        pieces = [tablet.piece(first, middle), tablet.piece(middle + 1, last)]
        world.rng.shuffle(pieces)
        return pieces[: world.rng.randint(1, 2)]
    return [tablet.piece(first, last)]


async def push(world: World) -> None:
    tablet = _tablet(world)
    pieces = _pieces(world, tablet)
    if world.rng.random() < 0.2:
        pieces += _pieces(world, _tablet(world))
        world.rng.shuffle(pieces)
    if pieces:
        await network.deliver(world, tablet, Bundle(tuple(pieces)), network.choose_fate(world))


async def pull(world: World) -> None:
    tablet = _tablet(world)
    limit = world.rng.choice((1, 2, 5, 200))
    pages = world.rng.choice((1, 1_000, 1_000, 1_000))
    if world.rng.random() < 0.04:
        tablet.cursor = "no cursor of this node"
    is_done = await network.read_pages(world, tablet, limit=limit, pages=pages)
    world.note(f"{tablet.name} pulls{'' if is_done else ', not to the end'}")


async def sync(world: World) -> None:
    """What a tablet does when there is a bar of network: hand in, then read."""
    tablet = _tablet(world)
    pieces = _pieces(world, tablet)
    if pieces:
        await network.deliver(world, tablet, Bundle(tuple(pieces)), network.choose_fate(world))
    await network.read_pages(world, tablet, limit=50)


async def give_to_carrier(world: World) -> None:
    author, carrier = _tablet(world), _tablet(world)
    pieces = _pieces(world, author)
    if pieces:
        network.hand_over(world, carrier, Bundle(tuple(pieces)))


async def carrier_arrives(world: World) -> None:
    if world.parcels:
        index = world.rng.randrange(len(world.parcels))
        is_kept = world.rng.random() < 0.2
        parcel = world.parcels[index] if is_kept else world.parcels.pop(index)
        fate = network.choose_fate(world)
        await network.deliver(world, parcel.carrier, parcel.bundle, fate)


async def time_passes(world: World) -> None:
    world.pass_time()


async def clock_jumps(world: World) -> None:
    world.jump_clock()


async def server_dies(world: World) -> None:
    world.server.kill()
    world.note("the server is killed and started again")


async def clone(world: World) -> None:
    """A tablet is put back from a copy; both go on writing (L7)."""
    if world.seed % 4 == 0 and world.rng.random() < 0.5 and len(world.tablets) < 9:
        tablet = _tablet(world)
        twin = tablet.clone(f"{tablet.name}'", world.rng.randbytes(32))
        twin.key = tablet.key
        world.tablets.append(twin)
        world.officers[twin.name] = world.officers[tablet.name]
        world.note(f"{tablet.name} is cloned at line {len(tablet.log)}")


_STEPS: Final[tuple[tuple[Step, int], ...]] = (
    (write, 26),
    (write_wrong, 3),
    (void, 2),
    (answer, 2),
    (push, 16),
    (pull, 12),
    (sync, 14),
    (give_to_carrier, 4),
    (carrier_arrives, 4),
    (time_passes, 3),
    (clock_jumps, 2),
    (server_dies, 1),
    (clone, 2),
    (console.decide_one, 9),
    (console.look_at_waiting, 3),
    (console.revoke, 1),
    (console.reassign, 2),
    (console.release, 1),
)


# --- one seed ---------------------------------------------------------------------------------


async def run(seed: int, steps: int = STEPS, say: Say = lambda _: None) -> Finished:
    """The whole life of one world. Raises BrokenPromise at the first promise not kept."""
    world = make_world(seed, say)
    try:
        await _live(world, steps)
        await _make_peace(world)
        found = world.evidence()
        return Finished(seed, steps, world.counts, len(found.lines), len(found.documents))
    finally:
        tear_down(world)


async def _live(world: World, steps: int) -> None:
    kinds, weights = zip(*_STEPS, strict=True)
    for number in range(1, steps + 1):
        step = world.rng.choices(kinds, weights)[0]
        world.say(f"-- {number} {step.__name__}")
        await step(world)
        world.check_step()
        if number % _FULL_CHECK_EVERY == 0:
            world.check_all()


async def _make_peace(world: World) -> None:
    """Faults stop, everybody syncs: everything is in, everybody sees the same (P4)."""
    world.say("-- peace")
    for tablet in world.tablets:
        await _hand_all_in(world, tablet)
    await console.settle_forks(world)
    readers = [tablet for tablet in world.tablets if tablet.device not in world.revoked]
    for tablet in readers:
        limit = world.rng.choice((3, 50))
        is_done = await network.read_pages(world, tablet, limit=limit)
        is_done = is_done or await network.read_pages(world, tablet, limit=limit)
        checks.require("P4", is_kept=is_done, what=f"{tablet.name} cannot read to the end")
    world.check_all()
    world.check_file()
    found = world.evidence()
    checks.replicas_converge(readers, found)
    checks.what_waits_has_a_reason(found)
    shown = await console.everything_waiting(world)
    waiting = {(row.log, row.seq) for row in checks.waiting_rows(found)}
    checks.require("P6", is_kept=shown == waiting, what=f"waits unseen: {waiting ^ shown}")


async def _hand_all_in(world: World, tablet: ModelTablet) -> None:
    left = tablet.outbox()
    if left:
        bundle = Bundle((tablet.piece(left[0], len(tablet.log)),))
        await network.deliver(world, tablet, bundle, Fate.ARRIVES)
    left = tablet.outbox()
    checks.require("P7", is_kept=not left, what=f"{tablet.name} cannot hand in {left}")


__all__ = ["STEPS", "BrokenPromise", "Finished", "run"]
