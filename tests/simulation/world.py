"""A world from one seed: tablets, officers, administrators, carriers, a node.

Everything that happens is chosen by one generator, so a seed and a number of steps are a replay.
"""

import hashlib
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from backend.actors import PersonActor, Role
from backend.clock import Instant
from backend.db import devices, teams
from backend.db.devices import NewDevice, Place
from backend.db.engine import open_read_only
from backend.db.teams import Team
from backend.services import fsck
from backend.services.fsck import Place as FilePlace
from tests.simulation import checks, evidence
from tests.simulation.evidence import Assigned, Evidence
from tests.simulation.officer import AGENCIES, POSTS, Officer
from tests.simulation.server import Server, SimulatedClock, scratch_folder
from tests.simulation.tablet import BrokenPromise, Bundle, ModelTablet

YEAR_MS: Final = 365 * 24 * 3_600_000
_CLOCK_MIN_MS: Final = 5 * YEAR_MS
_CLOCK_MAX_MS: Final = 120 * YEAR_MS


@dataclass
class Parcel:
    """A bundle in somebody's pocket."""

    carrier: ModelTablet
    bundle: Bundle


@dataclass
class World:
    """What is true outside the node."""

    seed: int
    rng: random.Random
    clock: SimulatedClock
    server: Server
    tablets: list[ModelTablet]
    officers: dict[str, list[Officer]]
    administrators: dict[str, PersonActor]
    teams: list[Team]
    say: Callable[[str], None]
    parcels: list[Parcel] = field(default_factory=list[Parcel])
    handed_in: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Hash -> bytes of every line that reached the node in a request it answered or committed."""
    counts: dict[str, int] = field(default_factory=dict[str, int])
    revoked: set[str] = field(default_factory=set[str])
    places: dict[str, Assigned] = field(default_factory=dict[str, Assigned])
    """Where each device stands by the administrators' word."""

    def note(self, what: str, kind: str = "") -> None:
        counted = kind or what.partition(" ")[2]
        self.counts[counted] = self.counts.get(counted, 0) + 1
        self.say(what)

    def officer(self, tablet: ModelTablet) -> Officer:
        return self.rng.choice(self.officers[tablet.name])

    def evidence(self) -> Evidence:
        return evidence.gather(self.server.file)

    def remember(self, raw: bytes) -> None:
        """These bytes reached the node, and it said so or had committed them."""
        for line in _lines_in(raw):
            self.handed_in[hashlib.sha256(line).hexdigest()] = line

    def hashes_in(self, raw: bytes) -> list[str]:
        return [hashlib.sha256(line).hexdigest() for line in _lines_in(raw)]

    def is_revoked_now(self, device: str) -> bool:
        """What the node itself holds, after an answer that never came."""
        return device in self.evidence().revoked

    def close(self) -> None:
        self.server.stop()

    # --- the cheap checks of every step -------------------------------------------------------

    def check_step(self) -> None:
        stored = evidence.hashes(self.server.file)
        checks.acknowledged_is_stored(self.tablets, stored)
        checks.stored_once(stored)

    def check_all(self) -> None:
        self.check_step()
        found = self.evidence()
        checks.every_line_is_somewhere(found, self.handed_in)
        checks.logs_are_whole(found)
        checks.revoked_is_kept_apart(found)
        checks.nothing_is_lost(found)
        checks.proposals_are_kept(found)
        checks.every_value_has_a_witness(found)

    def check_file(self) -> None:
        """What ``khabar fsck`` finds in the file, which is nothing."""
        place = FilePlace(self.server.file.parent, self.server.keys.signing_public)
        with open_read_only(f"sqlite:///{self.server.file}") as connection:
            found = fsck.examine(connection, self.server.node.rulebook, place).violations
        what = "; ".join(f"{each.subject}: {each.detail}" for each in found[:3])
        if found:
            raise BrokenPromise(f"{found[0].promise} fsck: {what}")

    # --- time ---------------------------------------------------------------------------------

    def pass_time(self) -> None:
        self.clock.now_ms += self.rng.choice((1_000, 60_000, 3_600_000, 86_400_000))

    def jump_clock(self) -> None:
        """Years, both ways: the node's own clock or a tablet's."""
        years = self.rng.choice((-30, -5, -1, 1, 5, 50))
        if self.rng.random() < 0.3:
            moved = self.clock.now_ms + years * YEAR_MS
            self.clock.now_ms = min(max(moved, _CLOCK_MIN_MS), _CLOCK_MAX_MS)
            self.note(f"node clock jumps {years} years")
        else:
            tablet = self.rng.choice(self.tablets)
            tablet.skew_ms = years * YEAR_MS
            self.note(f"{tablet.name} clock is {years} years off")


def _lines_in(raw: bytes) -> list[bytes]:
    lines = raw.split(b"\n")
    return [line for line in lines if line and not line.startswith(b'{"seal":')]


def make_world(seed: int, say: Callable[[str], None]) -> World:
    """A world at its beginning: everybody enrolled, nothing written."""
    rng = random.Random(seed)
    clock = SimulatedClock()
    server = Server(scratch_folder(), clock, seed)
    ids = server.node.ids
    agencies = AGENCIES[: rng.randint(2, 3)]
    administrators = {
        agency: PersonActor(ids.uuid(), agency, frozenset({Role.ADMINISTRATOR}), f"A. {agency}")
        for agency in agencies
    }
    made = [
        _team(server, ids.uuid(), agencies[: rng.randint(1, 2)]) for _ in range(rng.randint(1, 2))
    ]
    tablets = [
        _tablet(server, rng, number, agencies, made) for number in range(1, rng.randint(3, 8) + 1)
    ]
    officers = {
        tablet.name: [Officer(ids.uuid(), rng) for _ in range(rng.randint(1, 2))]
        for tablet in tablets
    }
    world = World(seed, rng, clock, server, tablets, officers, administrators, made, say)
    found = world.evidence().assignments
    world.places = {device: held[-1] for device, held in found.items()}
    return world


def _team(server: Server, name: str, agencies: tuple[str, ...]) -> Team:
    team = Team(name, "Osh mobile team", agencies[0], tuple(sorted(agencies)), is_active=True)
    server.node.database.write_blocking(lambda c: teams.add_team(c, team, Instant(0)))
    return team


def _tablet(
    server: Server,
    rng: random.Random,
    number: int,
    agencies: tuple[str, ...],
    made: list[Team],
) -> ModelTablet:
    tablet = ModelTablet(f"T{number}", server.node.ids.uuid(), rng.randbytes(32))
    agency = rng.choice(agencies)
    place = Place(agency, team_for(rng, agency, made), rng.choice((None, None, *POSTS)))
    new = NewDevice(
        tablet.device,
        tablet.name,
        tablet.key.public_key().public_bytes_raw(),
        place,
        Instant(0),
        server.node.identity.id,
    )
    assert server.node.database.write_blocking(lambda c: devices.add(c, new))
    return tablet


def team_for(rng: random.Random, agency: str, made: list[Team]) -> str | None:
    open_to = [team.id for team in made if agency in team.agencies]
    return rng.choice(open_to) if open_to and rng.random() < 0.8 else None


def tear_down(world: World) -> None:
    world.close()
    shutil.rmtree(world.server.root)
