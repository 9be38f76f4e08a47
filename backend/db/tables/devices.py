"""Tablets: how they come in, where they stand, what they are told; and the feed's subscribers."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from backend.db.tables.base import TableModel


class EnrolmentCodeRow(TableModel, table=True):
    """A one-time code. It keeps who used it, so that a lost answer can be given again."""

    __tablename__ = "enrolment_code"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    code_hash: str = Field(unique=True)
    agency: str = Field(index=True)
    team: str | None = Field(foreign_key="team.id")
    post: str | None
    created_by: str
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    used_by: str | None
    """The device it enrolled."""
    used_at: int | None = Field(sa_type=BigInteger)


class DeviceRow(TableModel, table=True):
    """A tablet: its key, where it is assigned now, and what was last heard of it."""

    __tablename__ = "device"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    name: str
    public_key: bytes
    """Ed25519, 32 bytes; never changes."""
    agency: str = Field(index=True)
    team: str | None = Field(foreign_key="team.id", index=True)
    post: str | None
    enrolled_at: int = Field(sa_type=BigInteger)
    revoked_at: int | None = Field(sa_type=BigInteger)
    revoked_by: str | None
    revoked_reason: str | None
    last_contact_at: int | None = Field(sa_type=BigInteger)
    log_seq: int | None = Field(sa_type=BigInteger)
    """Last line of its log, as the tablet reports it."""
    log_head: str | None
    clock_offset_ms: int | None = Field(sa_type=BigInteger)
    """Server time minus the tablet's, at the last contact."""
    app_version: str | None
    storage_left_bytes: int | None = Field(sa_type=BigInteger)


class AssignmentRow(TableModel, table=True):
    """Where a tablet stood from a line of its log on."""

    __tablename__ = "assignment"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    device: str = Field(primary_key=True, foreign_key="device.id")
    ordinal: int = Field(primary_key=True)
    from_seq: int | None = Field(sa_type=BigInteger)
    """First line written under it; NULL until the tablet has said that it knows."""
    agency: str
    team: str | None = Field(foreign_key="team.id")
    post: str | None
    assigned_by: str
    assigned_at: int = Field(sa_type=BigInteger)


class DeviceOrderRow(TableModel, table=True):
    """What a tablet is told to do, until it says that it did."""

    __tablename__ = "device_order"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    device: str = Field(foreign_key="device.id", index=True)
    kind: str
    from_seq: int | None = Field(sa_type=BigInteger)
    reason: str
    ordered_by: str
    ordered_at: int = Field(sa_type=BigInteger)
    done_at: int | None = Field(sa_type=BigInteger)
    outcome: str | None


class SubscriberRow(TableModel, table=True):
    """A regional centre or a member state that pulls the feed."""

    __tablename__ = "subscriber"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    name: str
    code: str = Field(unique=True)
    """What release lists name it by: a country or a centre."""
    public_key: bytes
    is_active: bool
    created_at: int = Field(sa_type=BigInteger)
