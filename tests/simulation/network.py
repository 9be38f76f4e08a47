"""Requests of tablets, and what a bad network and a dying server make of them."""

from enum import StrEnum
from typing import Any

from backend.services.push import PushAnswer
from schemas import problems
from schemas.problems import Problem
from tests.simulation import checks, evidence
from tests.simulation.faults import DiskFailed, Fault, Killed
from tests.simulation.server import Revoked
from tests.simulation.tablet import BrokenPromise, Bundle, ModelTablet, read_receipt
from tests.simulation.world import Parcel, World


class Fate(StrEnum):
    """What becomes of one request."""

    ARRIVES = "arrives"
    LOST = "lost on the way"
    ANSWER_LOST = "answer lost"
    TWICE = "arrives twice"
    DAMAGED = "damaged on the way"
    CAPTIVE = "a captive portal answers"
    SERVER = "the server has a fault"


_FATES = (
    (Fate.ARRIVES, 55),
    (Fate.LOST, 7),
    (Fate.ANSWER_LOST, 9),
    (Fate.TWICE, 7),
    (Fate.DAMAGED, 4),
    (Fate.CAPTIVE, 2),
    (Fate.SERVER, 16),
)


def choose_fate(world: World) -> Fate:
    fates, weights = zip(*_FATES, strict=True)
    return world.rng.choices(fates, weights)[0]


def plan_fault(world: World) -> None:
    """The next write fails, somewhere."""
    world.server.plan.fault = world.rng.choice(tuple(Fault))
    world.server.plan.statement = world.rng.randint(1, 14)


async def deliver(
    world: World, carrier: ModelTablet, bundle: Bundle, fate: Fate = Fate.ARRIVES
) -> PushAnswer | None:
    """Hand a bundle in; the answer, if the carrier gets one, is believed by the carrier."""
    world.note(f"{carrier.name} pushes: {fate.value}")
    if fate is Fate.LOST:
        return None
    if fate is Fate.CAPTIVE:
        _disbelieve_portal(world)
        return None
    if fate is Fate.SERVER:
        plan_fault(world)
    raw = _damaged(world, bundle.raw) if fate is Fate.DAMAGED else bundle.raw
    answer = await _push(world, carrier, raw)
    if answer is not None and fate is Fate.TWICE:
        answer = await _push(world, carrier, raw)
    if answer is None and fate is Fate.SERVER and world.rng.random() < 0.5:
        answer = await world.server.find_push(carrier.device, raw)  # R3
    if answer is None or fate in {Fate.ANSWER_LOST, Fate.DAMAGED}:
        return None
    identity = world.server.node.identity
    key = world.server.keys.signing_public
    carrier.believe(bundle, answer, node=identity.id, node_key=key)
    return answer


async def _push(world: World, carrier: ModelTablet, raw: bytes) -> PushAnswer | None:
    """One request; None when the server died over it or failed."""
    known = {hashed for _, hashed in evidence.hashes(world.server.file)}
    before = evidence.head(world.server.file)
    fault = world.server.plan.fault
    try:
        with world.server.may_die():
            said = carrier.spoken(world.clock.now_ms)
            answer = await world.server.push(carrier.device, raw, said)
    except (Killed, DiskFailed) as death:
        world.note(f"{type(death).__name__}: {fault}")
        if fault is Fault.DIES_AFTER_COMMIT:
            world.remember(raw)
        return None
    world.remember(raw)
    _answered_as_before(world, raw, answer, known, before)
    return answer


def _answered_as_before(
    world: World, raw: bytes, answer: PushAnswer, known: set[str], before: int
) -> None:
    """P2: what was stored before is answered as such, and changes nothing."""
    resent = {hashed for hashed in world.hashes_in(raw) if hashed in known}
    if resent == set(world.hashes_in(raw)):
        is_still = evidence.head(world.server.file) == before
        checks.require("P2", is_kept=is_still, what="a resend moved the journal")
        for verdict in answer.verdicts:
            is_first = verdict["verdict"] == "duplicate"
            checks.require("P2", is_kept=is_first, what=f"a resend was judged anew: {verdict}")


def _damaged(world: World, raw: bytes) -> bytes:
    """Cut short, or one byte changed."""
    at = world.rng.randrange(len(raw))
    if world.rng.random() < 0.5:
        return raw[:at]
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _disbelieve_portal(world: World) -> None:
    """R1: a page of HTML with status 200 is no receipt."""
    try:
        read_receipt("<html>Sign in</html>", "", world.server.keys.signing_public)
    except BrokenPromise:
        return
    raise BrokenPromise("P1 a captive portal was believed")


# --- reading ----------------------------------------------------------------------------------


async def read_pages(world: World, tablet: ModelTablet, *, limit: int, pages: int = 1_000) -> bool:
    """Follow the cursor for so many pages; True when the end was reached."""
    for _ in range(pages):
        page = await _page(world, tablet, limit)
        if page is None:
            return False
        if not page["more"]:
            return _read_to_the_end(world, tablet, page)
    return False


async def _page(world: World, tablet: ModelTablet, limit: int) -> dict[str, Any] | None:
    said = tablet.spoken(world.clock.now_ms)
    try:
        with world.server.may_die():
            page = await world.server.pull(tablet.device, tablet.cursor, limit, said)
    except Revoked:
        checks.require(
            "P10", is_kept=tablet.device in world.revoked, what="refused without revocation"
        )
        return None
    except (Killed, DiskFailed):
        return None
    except Problem as problem:
        if problem.kind is not problems.CURSOR_STALE:
            raise
        await mend(world, tablet)
        return None
    is_revoked = tablet.device in world.revoked
    checks.require("P10", is_kept=not is_revoked, what=f"{tablet.name} reads though revoked")
    checks.nothing_foreign(page, world.places[tablet.device], tablet.device)
    tablet.take(page)
    return page


def _read_to_the_end(world: World, tablet: ModelTablet, page: dict[str, Any]) -> bool:
    checks.replica_is_current(tablet, world.evidence())
    is_same = page["digest"] in {None, tablet.digest()}
    checks.require("P4", is_kept=is_same, what=f"{tablet.name} computes another digest")
    return True


async def mend(world: World, tablet: ModelTablet) -> None:
    """S5: the manifest, what differs from it, and its cursor."""
    world.note(f"{tablet.name} mends from the manifest")
    revisions: dict[str, int] = {}
    after, cursor = "", None
    while after is not None:
        page = await world.server.manifest(tablet.device, after)
        cursor = cursor or page.cursor
        revisions.update(page.reports)
        after = page.next
    differing = [report for report in revisions if tablet.seen(report) != revisions[report]]
    answer = await world.server.fetch(tablet.device, [*differing, *_others(world)])
    checks.nothing_foreign(answer, world.places[tablet.device], tablet.device)
    assert cursor is not None
    tablet.mend(revisions, answer["reports"], cursor)


def _others(world: World) -> list[str]:
    """P10: ids that a curious tablet might ask for."""
    known = sorted({line.report for each in world.tablets for line in each.log if line.report})
    return known[:3]


# --- parcels ----------------------------------------------------------------------------------


def hand_over(world: World, carrier: ModelTablet, bundle: Bundle) -> None:
    """A stick changes hands; it may come late, twice, or never."""
    world.note(f"{carrier.name} carries a parcel")
    world.parcels.append(Parcel(carrier, bundle))
