"""Who decided or read what, in a chain that shows when a line is taken out or changed."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from backend.db.tables.base import TableModel


class AuditRow(TableModel, table=True):
    """One decision, or one read of a person's data."""

    __tablename__ = "audit"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    position: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    at: int = Field(sa_type=BigInteger)
    agency: str = Field(index=True)
    """Whose matter it is: administrators of this agency see the line."""
    actor_kind: str
    actor: str
    action: str
    subject: str
    detail: str
    """JSON, as it was hashed."""
    prev: str
    hash: str


class AuditHeadRow(TableModel, table=True):
    """The last line's place and hash. Updating it first keeps two writers from one place."""

    __tablename__ = "audit_head"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor
    __table_args__ = (CheckConstraint("only = 1", name="one_row"),)

    only: int = Field(default=1, primary_key=True)
    position: int = Field(sa_type=BigInteger)
    hash: str
