"""What all acts hold in common: the node and the road to it, people, tablets, reports, checks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from clients.ids import IdSource
from clients.scenario.console import Console
from clients.scenario.crew import Member
from clients.scenario.facts import Facts, Seizure
from clients.scenario.ledger import Ledger
from clients.scenario.process import Server
from clients.scenario.road import Road
from clients.scenario.sheet import new_keys, values_of
from clients.scenario.subscriber import Subscriber
from sync.ids import ReportId

NOT_WRITTEN: Final = ReportId("")

Tell = Callable[[str], None]
"""Told what is being done, for whoever watches."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account, with the password that was made for it."""

    username: str
    name: str
    agency: str
    roles: tuple[str, ...]
    password: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A seizure of the texts as a report: its id, and the key of each of its items."""

    seizure: Seizure
    report: ReportId
    keys: Mapping[str, str]
    member: str


@dataclass(slots=True)
class Stage:
    """The scenario while it is played."""

    facts: Facts
    folder: Path
    """Where tablets, sticks and the mirror lie."""
    server: Server
    road: Road
    ids: IdSource
    ledger: Ledger
    tell: Tell
    accounts: list[Account] = field(default_factory=list[Account])
    consoles: dict[str, Console] = field(default_factory=dict[str, Console])
    """By agency; the node operator's under ``operator``."""
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    team: str = ""
    filed: dict[str, Filed] = field(default_factory=dict[str, Filed])
    exercise: ReportId = NOT_WRITTEN
    subscribers: dict[str, Subscriber] = field(default_factory=dict[str, Subscriber])
    """By the code a release list names them by."""
    questions: dict[str, list[Mapping[str, Any]]] = field(
        default_factory=dict[str, list[Mapping[str, Any]]]
    )
    """Questions that were asked about each seizure's items, as they were first seen."""

    def file(self, name: str, member: str, *, form: str = "seizure") -> Filed:
        """Begin the report of one seizure on a tablet: everything but the amounts."""
        seizure = self.facts.seizure(name)
        tablet = self.members[member].tablet
        keys = new_keys(seizure, self.ids)
        filed = Filed(seizure, tablet.new_report(form), keys, member)
        tablet.write(filed.report, values_of(seizure, keys, is_old_form=form == "seizure/1"))
        self.filed[name] = filed
        return filed

    def console_of(self, filed: Filed) -> Console:
        return self.consoles[filed.seizure.owner]

    async def close(self) -> None:
        for console in self.consoles.values():
            await console.client.aclose()
        for member in self.members.values():
            member.tablet.file.close()
        await self.road.close()
        await self.server.stop()
