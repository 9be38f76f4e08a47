"""The node itself: who it is, and which life of the data set this is."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from backend.db.tables.base import TableModel


class NodeRow(TableModel, table=True):
    """One row. ``only`` keeps a second one out."""

    __tablename__ = "node"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor
    __table_args__ = (CheckConstraint("only = 1", name="one_row"),)

    only: int = Field(default=1, primary_key=True)
    id: str
    """UUID; the device id of the node's own log."""
    name: str
    country: str
    generation: int
    """Counts the restores from a backup."""
    epoch_random: str
    """Tells two restores of one backup apart; part of every cursor."""
    created_at: int = Field(sa_type=BigInteger)
