"""The feed's tables: entries and their chain, what readers hold, what was delivered to whom.

Also the agencies' word on release and the duplicates' look-up keys: consumers of the journal keep
their own state here and never write into the journal's tables.
"""

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from backend.db.tables.base import TableModel


class ConsumerRow(TableModel, table=True):
    """How far a consumer of the journal has come."""

    __tablename__ = "consumer"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    name: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


class FeedStateRow(TableModel, table=True):
    """The head of the chain. One row; ``only`` keeps a second one out."""

    __tablename__ = "feed_state"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor
    __table_args__ = (CheckConstraint("only = 1", name="one_row"),)

    only: int = Field(default=1, primary_key=True)
    size: int = Field(sa_type=BigInteger)
    chain: str


class FeedEntryRow(TableModel, table=True):
    """One entry. Never changed, never deleted."""

    __tablename__ = "feed_entry"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor
    __table_args__ = (Index("ix_feed_entry_report_position", "report", "position"),)

    position: int = Field(primary_key=True, sa_type=BigInteger)
    report: str
    action: str
    audience: str
    """Codes of its readers, sorted, parted by spaces."""
    hash: str
    chain: str
    body: bytes = Field(sa_type=LargeBinary)
    published_at: int = Field(sa_type=BigInteger)


class FeedReportRow(TableModel, table=True):
    """What the readers of a report hold now."""

    __tablename__ = "feed_report"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    report: str = Field(primary_key=True)
    first_position: int = Field(sa_type=BigInteger)
    """Its first entry: of two tellings of one event the one told first goes on (F8)."""
    position: int = Field(sa_type=BigInteger)
    """Its newest telling."""
    entry: str
    audience: str
    content_hash: str
    ends_on: str | None = Field(default=None, index=True)
    """The first day on which it is withdrawn by itself."""


class FeedEdgeRow(TableModel, table=True):
    """From a report to one that it names, twin or link: what moves one may move the other."""

    __tablename__ = "feed_edge"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    source: str = Field(primary_key=True)
    target: str = Field(primary_key=True, index=True)
    kind: str = Field(primary_key=True)


class FeedRecheckRow(TableModel, table=True):
    """A report to look at again though nothing touched it: a policy or a link of it moved."""

    __tablename__ = "feed_recheck"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    report: str = Field(primary_key=True)
    asked: int = Field(sa_type=BigInteger)
    """How often; a request that came while the report was looked at is not lost."""


class FeedCheckpointRow(TableModel, table=True):
    """A signed head. One for each run that appended anything."""

    __tablename__ = "feed_checkpoint"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    size: int = Field(primary_key=True, sa_type=BigInteger)
    chain: str
    note: str
    signed_at: int = Field(sa_type=BigInteger)


class FeedReaderRow(TableModel, table=True):
    """How far a subscriber has come."""

    __tablename__ = "feed_reader"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    subscriber: str = Field(primary_key=True, foreign_key="subscriber.id")
    delivered: int = Field(default=0, sa_type=BigInteger)
    delivered_at: int | None = Field(default=None, sa_type=BigInteger)
    acknowledged: int = Field(default=0, sa_type=BigInteger)
    acknowledged_at: int | None = Field(default=None, sa_type=BigInteger)


class FeedDeliveryRow(TableModel, table=True):
    """The ledger: entries handed to a subscriber for the first time, and when."""

    __tablename__ = "feed_delivery"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    subscriber: str = Field(primary_key=True, foreign_key="subscriber.id")
    first: int = Field(primary_key=True, sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    delivered_at: int = Field(sa_type=BigInteger)


class AgencyPolicyRow(TableModel, table=True):
    """What an agency demands before its reports leave it. No row: an administrator's release."""

    __tablename__ = "agency_policy"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    agency: str = Field(primary_key=True)
    release_requires_approval: bool


class DuplicateKeyRow(TableModel, table=True):
    """A block that a report is looked up by when another one may tell the same event."""

    __tablename__ = "duplicate_key"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    key: str = Field(primary_key=True)
    report: str = Field(primary_key=True, index=True)
