"""Who sees which report: it belongs to scopes, a reader holds scopes, one in common is enough.

Computed by the server alone; a device sends no filter (P10). docs/protocol.md S1 to S4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NewType

from sync.ids import AgencyCode, DeviceId, Seq, TeamId
from sync.report import Report, agencies_of

Scope = NewType("Scope", str)
"""``team:…``, ``agency:…``, ``post:…`` of a border crossing point, or ``device:…``."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a device belongs from line ``from_seq`` of its log on."""

    from_seq: Seq | None
    """None until the tablet has acknowledged it: till then its lines are the old one's."""
    agency: AgencyCode
    team: TeamId
    post: str | None = None


def assignment_at(assignments: Iterable[Assignment], seq: Seq) -> Assignment | None:
    """The assignment a line was written under, given oldest first; None before the first."""
    held: Assignment | None = None
    for assignment in assignments:
        if assignment.from_seq is not None and assignment.from_seq <= seq:
            held = assignment
    return held


def scopes_of(report: Report) -> frozenset[Scope]:
    """The scopes a report is in (S1): its team, its agencies, the border post it names."""
    found = {Scope(f"agency:{agency}") for agency in agencies_of(report)}
    if report.team:
        found.add(Scope(f"team:{report.team}"))
    post = report.value("/place/border_point")
    if isinstance(post, str):
        found.add(Scope(f"post:{post}"))
    return frozenset(found)


def scopes_for(device: DeviceId, assignment: Assignment) -> frozenset[Scope]:
    """The scopes a device reads by (S2). Its own holds what must reach it whatever its team."""
    found = {Scope(f"agency:{assignment.agency}"), device_scope(device)}
    if assignment.team:
        found.add(Scope(f"team:{assignment.team}"))
    if assignment.post is not None:
        found.add(Scope(f"post:{assignment.post}"))
    return frozenset(found)


def device_scope(device: DeviceId) -> Scope:
    """A device's own scope: no report is in it; what must reach the device passes there."""
    return Scope(f"device:{device}")


def may_see(reader: frozenset[Scope], report: Report) -> bool:
    return not reader.isdisjoint(scopes_of(report))
