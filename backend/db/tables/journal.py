"""The journal's tables: logs, reports, what waits for a person, positions.

Instants are integer milliseconds UTC. Bodies are bytes this node wrote or received; nothing in
them is ever a float.
"""

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field

from backend.db.tables.base import TableModel


class LogRow(TableModel, table=True):
    """A log the node keeps: a device's, a branch of a forked one, or the node's own."""

    __tablename__ = "log"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    name: str = Field(primary_key=True)
    device: str = Field(index=True)
    stored_through: int = Field(default=0, sa_type=BigInteger)
    """The last line up to which nothing is missing."""
    newest: int = Field(default=0, sa_type=BigInteger)
    """The last line stored at all; greater when there is a gap."""
    branched_at: int | None = Field(default=None, sa_type=BigInteger)
    """For a branch: its first line; what stands before is the device's main log."""
    is_taken_in: bool = Field(default=True)
    """False for a branch until an administrator decides that it tells the truth too."""


class LineRow(TableModel, table=True):
    """One line of a log, with its bytes as sent and what became of it."""

    __tablename__ = "line"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor
    __table_args__ = (
        Index("ix_line_report", "report", "revision"),
        Index("ix_line_waiting", "log", "is_waiting"),
    )

    log: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    hash: str
    prev: str
    bytes_as_sent: bytes = Field(sa_type=LargeBinary)
    report: str | None = Field(default=None)
    received_at: int = Field(sa_type=BigInteger)
    carrier: str
    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)
    """Server clock less device clock at that sync; None when a courier carried it."""
    verdict: bytes = Field(sa_type=LargeBinary)
    revision: int | None = Field(default=None, sa_type=BigInteger)
    is_waiting: bool = Field(default=False)
    """Held or parked: a person or another line is needed."""


class SealRow(TableModel, table=True):
    """The seals that prove a log's lines; overlapping runs each keep theirs."""

    __tablename__ = "seal"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    log: str = Field(primary_key=True)
    last: int = Field(primary_key=True, sa_type=BigInteger)
    first: int = Field(primary_key=True, sa_type=BigInteger)
    bytes_as_sent: bytes = Field(sa_type=LargeBinary)


class ReportRow(TableModel, table=True):
    """A report: its state for the merge, its document for whoever may read it."""

    __tablename__ = "report"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    form: str
    revision: int = Field(sa_type=BigInteger)
    owner: str = Field(index=True)
    is_submitted: bool = Field(default=False)
    is_voided: bool = Field(default=False)
    is_evidence_complete: bool = Field(default=True)
    published: int | None = Field(default=None, sa_type=BigInteger)
    """Position of its newest feed entry."""
    state: bytes = Field(sa_type=LargeBinary)
    document: bytes = Field(sa_type=LargeBinary)


class InboxRow(TableModel, table=True):
    """Where a report stands in one scope: one row a pair, moved forward at each change (S7).

    The only rows written after the counter is taken. Scope ``journal`` holds every report, for the
    node's own consumers; a device's own scope passes by what must reach it, its verdicts included.
    """

    __tablename__ = "inbox"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor
    __table_args__ = (Index("ix_inbox_scope_position", "scope", "position"),)

    scope: str = Field(primary_key=True)
    report: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    is_member: bool = Field(default=True)
    """False once the report left this scope: readers are then told so, once (S4)."""


class CounterRow(TableModel, table=True):
    """The serialisation point: taken as the last statement before commit (S6)."""

    __tablename__ = "counter"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    name: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)


class ConflictRow(TableModel, table=True):
    """Something that waits, or waited, for a person."""

    __tablename__ = "conflict"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor
    __table_args__ = (Index("ix_conflict_owner_life", "owner", "life", "opened_at"),)

    id: str = Field(primary_key=True)
    report: str | None = Field(default=None, index=True)
    """None for a fork, which belongs to a device."""
    kind: str
    path: str
    life: str
    version: int
    owner: str
    """The agency whose administrators decide."""
    opened_at: int = Field(sa_type=BigInteger)
    touched_at: int = Field(sa_type=BigInteger)
    body: bytes = Field(sa_type=LargeBinary)


class ReleaseRow(TableModel, table=True):
    """What an administrator said about a report leaving the agency, newest line last."""

    __tablename__ = "release_decision"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    report: str = Field(primary_key=True)
    line: int = Field(primary_key=True, sa_type=BigInteger)
    """The line of the node's own log that holds the decision."""
    decision: str
    """``release`` or ``withhold``."""
    revision: int = Field(sa_type=BigInteger)
    """The report's revision that was decided on."""
    decided_at: int = Field(sa_type=BigInteger)


class QuarantineRow(TableModel, table=True):
    """Bytes that prove nothing, as sent (L8)."""

    __tablename__ = "quarantine"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    hash: str = Field(primary_key=True)
    reason: str
    device: str | None = Field(default=None)
    """The device the seal names, believed or not."""
    carrier: str
    received_at: int = Field(sa_type=BigInteger)
    bytes_as_sent: bytes = Field(sa_type=LargeBinary)
    set_aside: str | None = Field(default=None)
    """Why a person decided that nothing more is to be done with it."""


class BundleRow(TableModel, table=True):
    """A bundle that was taken in: enough to answer again for it (R3)."""

    __tablename__ = "bundle"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    hash: str = Field(primary_key=True)
    carrier: str = Field(primary_key=True)
    received_at: int = Field(sa_type=BigInteger)
    segments: bytes = Field(sa_type=LargeBinary)


class ReportAttachmentRow(TableModel, table=True):
    """Which report lists which attachment: who may read it, when evidence is complete."""

    __tablename__ = "report_attachment"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    report: str = Field(primary_key=True, foreign_key="report.id")
    sha256: str = Field(primary_key=True, index=True)
