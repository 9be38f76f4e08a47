"""Reference data as tablets fetch it: the newest body of each row, under the version it came in."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from backend.db.tables.base import TableModel


class ReferenceRow(TableModel, table=True):
    """One row of one reference table."""

    __tablename__ = "reference_row"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    table_name: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger, index=True)
    """Grows over all tables: a tablet asks for what is above the last it has."""
    body: str
    """JSON, as it is served."""
    is_retired: bool
    """Gone from the file: kept, because old reports name it."""
