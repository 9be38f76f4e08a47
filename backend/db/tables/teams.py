"""Mobile teams and the officers who write on their tablets."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from backend.db.tables.base import TableModel


class TeamRow(TableModel, table=True):
    """A mobile team."""

    __tablename__ = "team"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    name: str
    lead_agency: str = Field(index=True)
    is_active: bool
    created_at: int = Field(sa_type=BigInteger)


class TeamAgencyRow(TableModel, table=True):
    """An agency whose officers are in the team; the leading one is among them."""

    __tablename__ = "team_agency"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    team: str = Field(primary_key=True, foreign_key="team.id")
    agency: str = Field(primary_key=True, index=True)


class OfficerRow(TableModel, table=True):
    """An author of changes. Several share a tablet; none signs in to the node."""

    __tablename__ = "officer"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    name: str
    agency: str = Field(index=True)
    is_active: bool
    created_at: int = Field(sa_type=BigInteger)
