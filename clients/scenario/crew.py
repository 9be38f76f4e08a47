"""The tablets of the scenario and the officers who hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from clients.clock import Clock, SystemClock
from clients.scenario.console import Console
from clients.tablet.events import SyncReport
from clients.tablet.tablet import Tablet, system_world

SYNCS_MAX: Final = 6
"""A tablet that needs more than this to say everything is stuck."""


class OffClock:
    """A clock that somebody set wrong and that goes on from there."""

    def __init__(self, clock: Clock, offset: timedelta) -> None:
        self._clock = clock
        self._offset = offset

    def now(self) -> datetime:
        return self._clock.now() + self._offset

    def uptime_ms(self) -> int:
        return self._clock.uptime_ms()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tablet belongs, and who may let it in there."""

    folder: Path
    node_url: str
    console: Console
    team: str | None = None


@dataclass(slots=True)
class Member:
    """One tablet in one officer's hands."""

    name: str
    tablet: Tablet

    @property
    def device(self) -> str:
        return self.tablet.identity.device

    async def sync(self) -> SyncReport:
        """One sync over a fresh connection."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return await self.tablet.sync(client)

    async def sync_all(self) -> SyncReport:
        """Sync until nothing is left to say or to hear."""
        report = await self.sync()
        for _ in range(SYNCS_MAX - 1):
            if report.is_complete and not self.tablet.receipts.lines_count:
                break
            report = await self.sync()
        return report

    def documents(self) -> dict[str, Mapping[str, Any]]:
        """Every report this tablet holds, as the node sent it."""
        held = self.tablet.replica
        return {report: _document(self.tablet, report) for report in held.revisions()}


def _document(tablet: Tablet, report: Any) -> Mapping[str, Any]:
    found = tablet.replica.report(report)
    assert found is not None, "it is in the manifest of the replica"
    return found.body


async def enlist(place: Place, name: str, *, clock_offset: timedelta | None = None) -> Member:
    """Make a tablet, let it in with a one-time code and hand it to an officer."""
    folder = place.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    world = system_world(folder)
    if clock_offset is not None:
        world = replace(world, clock=OffClock(SystemClock(), clock_offset))
    tablet = Tablet.create(folder, name=name, node_url=place.node_url, world=world)
    officer = await place.console.post("/v1/officers", {"name": f"Officer of {name}"})
    code = await place.console.post("/v1/enrolment-codes", {"team": place.team, "post": None})
    async with httpx.AsyncClient(trust_env=False) as client:
        await tablet.enrol(client, code["code"])
    tablet.identity.sign_in(officer["id"], officer["name"])
    return Member(name, tablet)
