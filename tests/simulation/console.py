"""What administrators do: settle, ask, reopen, retry, set aside, revoke, reassign, release."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from backend.actors import PersonActor
from backend.db.devices import Place
from backend.services import decide, manage_devices, waiting
from backend.services.decide import Asked, ReleaseAsked
from schemas.problems import Problem
from sync.changes import DecisionKind
from sync.ids import ConflictId, ReportId, Seq
from tests.simulation import checks
from tests.simulation.faults import DiskFailed, Killed
from tests.simulation.network import plan_fault
from tests.simulation.officer import POSTS
from tests.simulation.world import World, team_for

_FOREIGN: Final = 0.06
_STALE: Final = 0.12
_FAULTY: Final = 0.10


async def _attempt(world: World, what: str, act: Callable[[], Awaitable[Any]]) -> bool:
    """Do it on a node that may fail over it; True when it was done."""
    if world.rng.random() < _FAULTY:
        plan_fault(world)
    try:
        with world.server.may_die():
            await act()
    except (Killed, DiskFailed) as death:
        world.note(f"{what}: {type(death).__name__}")
        return False
    except Problem as problem:
        world.note(f"{what}: refused, {problem.kind.slug}")
        return False
    world.note(what)
    return True


async def decide_one(world: World) -> None:
    """Settle, ask or reopen one conflict, sometimes on a stale screen or of another agency."""
    found = world.evidence()
    known = sorted(found.conflicts)
    if not known:
        return
    name = world.rng.choice(known)
    conflict = found.conflicts[name]
    owner = world.administrators.get(conflict["owner"])
    is_foreign = world.rng.random() < _FOREIGN
    if is_foreign:
        owner = next(p for a, p in world.administrators.items() if a != conflict["owner"])
    if owner is None:
        return
    is_settled = conflict["life"] == "settled"
    decision: DecisionKind = (
        "reopen" if is_settled else world.rng.choice(("settle",) * 4 + ("ask",))
    )
    if is_settled and world.rng.random() < 0.6:
        return
    is_stale = world.rng.random() < _STALE
    asked = Asked(
        decision=decision,
        value=choose_value(world, conflict) if decision == "settle" else None,
        reason="both officers were asked",
        version=conflict["version"] - is_stale,
        person=owner,
    )
    is_done = await _decide(world, name, asked)
    if is_foreign:
        checks.require("P10", is_kept=not is_done, what="another agency decided a conflict")
    if is_stale:
        checks.require("P3", is_kept=not is_done, what="a stale decision was taken (M13)")


async def _decide(world: World, name: str, asked: Asked) -> bool:
    what = f"{asked.person.agency} decides: {asked.decision}"
    return await _attempt(
        world, what, lambda: decide.decide(world.server.node, ConflictId(name), asked)
    )


def choose_value(world: World, conflict: dict[str, Any]) -> Any:
    """One of the sides, or what a question of that kind is answered with."""
    match conflict["kind"]:
        case "quantity":
            return world.rng.choice(
                ({"amount": "1.320", "unit": "kg"}, {"amount": "1320", "unit": "kg"})
            )
        case "substance":
            return {"not_known": True}
        case "fork" | "duplicate":
            return world.rng.random() < 0.6
        case _:
            return world.rng.choice(conflict["sides"])


async def settle_forks(world: World) -> None:
    """At the end somebody looks at every branch that still waits."""
    found = world.evidence()
    for name, conflict in sorted(found.conflicts.items()):
        if conflict["kind"] == "fork" and conflict["life"] != "settled":
            person = world.administrators[conflict["owner"]]
            asked = Asked(
                "settle", choose_value(world, conflict), "seen", conflict["version"], person
            )
            await _decide(world, name, asked)


async def look_at_waiting(world: World) -> None:
    """Retry one waiting line of one agency, or set it aside."""
    person = world.rng.choice(tuple(world.administrators.values()))
    page = await waiting.list_waiting(world.server.node, person, after=("", 0), limit=50)
    if not page.lines:
        return
    line = world.rng.choice(page.lines)
    log, seq = line.log, line.seq
    if world.rng.random() < 0.7:
        act = _retry(world, person, log, seq)
        await _attempt(world, f"{person.agency} retries {log[-4:]}/{seq}", act)
    else:
        act = _set_aside(world, person, log, seq)
        await _attempt(world, f"{person.agency} sets aside {log[-4:]}/{seq}", act)


def _retry(world: World, person: PersonActor, log: str, seq: Seq) -> Callable[[], Awaitable[Any]]:
    return lambda: waiting.retry(world.server.node, person, log, seq)


def _set_aside(
    world: World, person: PersonActor, log: str, seq: Seq
) -> Callable[[], Awaitable[Any]]:
    return lambda: waiting.set_aside(world.server.node, person, log, seq, "not to be used")


async def revoke(world: World) -> None:
    """One tablet in three worlds is enough to be stolen."""
    tablet = world.rng.choice(world.tablets)
    person = world.administrators[world.places[tablet.device].agency]
    if len(world.revoked) >= 1:
        return
    node = world.server.node
    if await _attempt(
        world,
        f"{tablet.name} is revoked",
        lambda: manage_devices.revoke(node, person, tablet.device, "stolen"),
    ) or world.is_revoked_now(tablet.device):
        world.revoked.add(tablet.device)


async def reassign(world: World) -> None:
    """Another team, post or agency."""
    tablet = world.rng.choice(world.tablets)
    if tablet.device in world.revoked:
        return
    person = world.administrators[world.places[tablet.device].agency]
    agency = world.rng.choice(tuple(world.administrators))
    place = Place(
        agency, team_for(world.rng, agency, world.teams), world.rng.choice((None, *POSTS))
    )
    node = world.server.node
    await _attempt(
        world,
        f"{tablet.name} goes to {agency}",
        lambda: manage_devices.reassign(node, person, tablet.device, place),
    )
    world.places[tablet.device] = world.evidence().assignments[tablet.device][-1]


async def release(world: World) -> None:
    """An administrator says whether a report may leave the agency."""
    found = world.evidence()
    if not found.documents:
        return
    name = world.rng.choice(sorted(found.documents))
    document = found.documents[name]
    person = world.administrators.get(document["owner"])
    if person is None:
        return
    word: DecisionKind = world.rng.choice(("release", "withhold"))
    asked = ReleaseAsked(word, "looked at", document["revision"], person)
    node = world.server.node
    await _attempt(
        world, f"{person.agency}: {word}", lambda: decide.release(node, ReportId(name), asked)
    )


async def everything_waiting(world: World) -> set[tuple[str, int]]:
    """(log, seq) of all that the administrators together are shown."""
    shown: set[tuple[str, int]] = set()
    for person in world.administrators.values():
        after: tuple[str, int] | None = ("", 0)
        while after is not None:
            page = await waiting.list_waiting(world.server.node, person, after=after, limit=20)
            shown |= {(line.log, int(line.seq)) for line in page.lines}
            after = page.next
    return shown
