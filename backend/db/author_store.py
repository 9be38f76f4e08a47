"""Reads devices as authors of changes: their keys, their standing, where they were assigned."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from backend.db.tables.base import table_of
from backend.db.tables.devices import AssignmentRow, DeviceRow
from sync.ids import AgencyCode, DeviceId, Seq, TeamId
from sync.scope import Assignment

_device = table_of(DeviceRow)
_assignment = table_of(AssignmentRow)


@dataclass(frozen=True, slots=True)
class Author:
    """A device as the judge of its lines needs it."""

    device: DeviceId
    name: str
    public_key: bytes
    revoked_at: int | None
    assignments: tuple[Assignment, ...]

    @property
    def agency(self) -> AgencyCode:
        """The agency whose administrators answer for the device now."""
        return self.assignments[-1].agency


def devices_of_agency(connection: Connection, agency: str) -> list[str]:
    """The devices an agency answers for now, revoked ones included."""
    query = select(_device.c.id).where(_device.c.agency == agency).order_by(_device.c.id)
    return [row.id for row in connection.execute(query)]


def load_authors(connection: Connection, devices: Iterable[str]) -> dict[str, Author]:
    """The enrolled devices among these, with their assignments, oldest first."""
    wanted = sorted(set(devices))
    held: dict[str, list[Assignment]] = {}
    query = select(_assignment).where(_assignment.c.device.in_(wanted))
    for row in connection.execute(query.order_by(_assignment.c.device, _assignment.c.ordinal)):
        assignment = Assignment(
            None if row.from_seq is None else Seq(row.from_seq),
            AgencyCode(row.agency),
            TeamId(row.team or ""),
            row.post,
        )
        held.setdefault(row.device, []).append(assignment)
    rows = connection.execute(select(_device).where(_device.c.id.in_(wanted)))
    return {
        row.id: Author(
            DeviceId(row.id),
            row.name,
            row.public_key,
            row.revoked_at,
            tuple(held.get(row.id, ())),
        )
        for row in rows
    }
