"""Tablets: enrolment codes, the devices, where they stood, what was last heard of them."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backend.actors import DeviceActor
from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.devices import AssignmentRow, DeviceRow, EnrolmentCodeRow
from backend.db.upsert import insert_new

_code = table_of(EnrolmentCodeRow)
_device = table_of(DeviceRow)
_assignment = table_of(AssignmentRow)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tablet stands."""

    agency: str
    team: str | None
    post: str | None


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A one-time code. ``used_by`` is the tablet it let in."""

    id: str
    code_hash: str
    place: Place
    created_by: str
    created_at: Instant
    expires_at: Instant
    used_by: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What a tablet says about itself at each pull and push."""

    log_seq: int | None
    log_head: str | None
    clock_offset_ms: int | None
    app_version: str | None
    storage_left_bytes: int | None


@dataclass(frozen=True, slots=True)
class Device:
    """A tablet. ``place`` is where it stands now; what it wrote before is in its assignments."""

    id: str
    name: str
    public_key: bytes
    place: Place
    enrolled_at: Instant
    revoked_at: Instant | None
    revoked_reason: str | None
    last_contact_at: Instant | None
    last_contact: Contact

    def as_actor(self) -> DeviceActor:
        place = self.place
        return DeviceActor(self.id, place.agency, place.team, place.post, self.revoked_at)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a tablet stood from line ``from_seq`` of its log on; None until it has said so."""

    ordinal: int
    from_seq: int | None
    place: Place
    assigned_by: str
    assigned_at: Instant


def add_code(connection: Connection, code: EnrolmentCode) -> None:
    row = {name: value for name, value in asdict(code).items() if name != "place"}
    connection.execute(_code.insert().values(**row, **asdict(code.place)))


def find_code(connection: Connection, code_hash: str) -> EnrolmentCode | None:
    row = connection.execute(select(_code).where(_code.c.code_hash == code_hash)).one_or_none()
    if row is None:
        return None
    place = Place(row.agency, row.team, row.post)
    created_at, expires_at = Instant(row.created_at), Instant(row.expires_at)
    return EnrolmentCode(
        row.id, row.code_hash, place, row.created_by, created_at, expires_at, row.used_by
    )


def use_code(connection: Connection, code: EnrolmentCode, device: str, now: Instant) -> bool:
    """Whether the code was still free and is this device's now."""
    taken = connection.execute(
        update(_code)
        .where(_code.c.id == code.id, _code.c.used_by.is_(None))
        .values(used_by=device, used_at=now)
    )
    return taken.rowcount == 1


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A tablet that is let in."""

    id: str
    name: str
    public_key: bytes
    place: Place
    enrolled_at: Instant
    assigned_by: str


def add(connection: Connection, new: NewDevice) -> bool:
    """Whether the tablet went in; not when its id is taken. Its first line is its first seq."""
    row = {
        "id": new.id,
        "name": new.name,
        "public_key": new.public_key,
        "enrolled_at": new.enrolled_at,
        **asdict(new.place),
    }
    if insert_new(connection, _device, row) == 0:
        return False
    first = Assignment(1, 1, new.place, new.assigned_by, new.enrolled_at)
    _add_assignment(connection, new.id, first)
    return True


def find(connection: Connection, device: str) -> Device | None:
    row = connection.execute(select(_device).where(_device.c.id == device)).one_or_none()
    return None if row is None else _of(row)


def list_devices(
    connection: Connection, agency: str, *, after: str | None, limit: int
) -> list[Device]:
    """Tablets that stand with ``agency`` now, in the order of their ids."""
    query = select(_device).where(_device.c.agency == agency).order_by(_device.c.id).limit(limit)
    if after is not None:
        query = query.where(_device.c.id > after)
    return [_of(row) for row in connection.execute(query)]


def revoke(connection: Connection, device: str, *, by: str, reason: str, now: Instant) -> bool:
    """Whether this revoked it; not when it was revoked before."""
    changed = connection.execute(
        update(_device)
        .where(_device.c.id == device, _device.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by, revoked_reason=reason)
    )
    return changed.rowcount == 1


def assign(connection: Connection, device: str, place: Place, *, by: str, now: Instant) -> int:
    """Put the tablet elsewhere, at once for what it reads; the new assignment's ordinal.

    What it wrote before it knew belongs to the assignment before: see ``acknowledge_assignment``.
    """
    ordinal = len(assignments(connection, device)) + 1
    connection.execute(update(_device).where(_device.c.id == device).values(**asdict(place)))
    _add_assignment(connection, device, Assignment(ordinal, None, place, by, now))
    return ordinal


def assignments(connection: Connection, device: str) -> tuple[Assignment, ...]:
    """All, oldest first."""
    rows = connection.execute(
        select(_assignment).where(_assignment.c.device == device).order_by(_assignment.c.ordinal)
    )
    return tuple(
        Assignment(
            row.ordinal,
            row.from_seq,
            Place(row.agency, row.team, row.post),
            row.assigned_by,
            Instant(row.assigned_at),
        )
        for row in rows
    )


def acknowledge_assignment(
    connection: Connection, device: str, *, ordinal: int, from_seq: int
) -> None:
    """The tablet knows: its lines from ``from_seq`` on are written under this assignment.

    Assignments it was given and relieved of unseen hold no line. A repeat changes nothing.
    """
    connection.execute(
        update(_assignment)
        .where(
            _assignment.c.device == device,
            _assignment.c.ordinal <= ordinal,
            _assignment.c.from_seq.is_(None),
        )
        .values(from_seq=from_seq)
    )


def record_contact(connection: Connection, device: str, contact: Contact, *, now: Instant) -> None:
    """What the tablet said just now; what it left out stays as it was."""
    said = {name: value for name, value in asdict(contact).items() if value is not None}
    connection.execute(
        update(_device).where(_device.c.id == device).values(last_contact_at=now, **said)
    )


def _add_assignment(connection: Connection, device: str, assignment: Assignment) -> None:
    row = {name: value for name, value in asdict(assignment).items() if name != "place"}
    connection.execute(
        _assignment.insert().values(device=device, **row, **asdict(assignment.place))
    )


def _of(row: Row[Any]) -> Device:
    return Device(
        id=row.id,
        name=row.name,
        public_key=row.public_key,
        place=Place(row.agency, row.team, row.post),
        enrolled_at=Instant(row.enrolled_at),
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
        last_contact_at=row.last_contact_at,
        last_contact=Contact(
            row.log_seq,
            row.log_head,
            row.clock_offset_ms,
            row.app_version,
            row.storage_left_bytes,
        ),
    )
