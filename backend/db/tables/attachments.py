"""Photos and films: what is whole, what is on its way, who may see it."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from backend.db.tables.base import TableModel


class AttachmentRow(TableModel, table=True):
    """A whole file, named by its content. The row is written after the file is safe."""

    __tablename__ = "attachment"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    sha256: str = Field(primary_key=True)
    size_bytes: int = Field(sa_type=BigInteger)
    completed_at: int = Field(sa_type=BigInteger)


class AttachmentHolderRow(TableModel, table=True):
    """Who sent every byte of it, and so may read it again."""

    __tablename__ = "attachment_holder"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    sha256: str = Field(primary_key=True, foreign_key="attachment.sha256")
    device: str = Field(primary_key=True, foreign_key="device.id")


class UploadRow(TableModel, table=True):
    """A file on its way. How much of it is here is the length of its part on disk."""

    __tablename__ = "upload"  # pyright: ignore[reportAssignmentType] — SQLModel declares a descriptor

    id: str = Field(primary_key=True)
    device: str = Field(foreign_key="device.id", index=True)
    sha256: str
    size_bytes: int = Field(sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger, index=True)
    completed_at: int | None = Field(sa_type=BigInteger)
