"""What is known of attachments: which are whole, who sent them, which are on their way."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from backend.clock import Instant
from backend.db.tables.attachments import AttachmentHolderRow, AttachmentRow, UploadRow
from backend.db.tables.base import table_of
from backend.db.upsert import insert_new

_attachment = table_of(AttachmentRow)
_holder = table_of(AttachmentHolderRow)
_upload = table_of(UploadRow)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way."""

    id: str
    device: str
    sha256: str
    size_bytes: int
    created_at: Instant
    completed_at: Instant | None = None


def find_size(connection: Connection, sha256: str) -> int | None:
    """Size of a whole attachment; None when it is not here."""
    return connection.execute(
        select(_attachment.c.size_bytes).where(_attachment.c.sha256 == sha256)
    ).scalar()


def is_holder(connection: Connection, sha256: str, device: str) -> bool:
    """Whether this device sent every byte of it."""
    query = select(_holder.c.device).where(_holder.c.sha256 == sha256, _holder.c.device == device)
    return connection.execute(query).first() is not None


def add_upload(connection: Connection, upload: Upload) -> None:
    connection.execute(_upload.insert().values(**asdict(upload)))


def find_upload(connection: Connection, upload: str) -> Upload | None:
    row = connection.execute(select(_upload).where(_upload.c.id == upload)).one_or_none()
    return None if row is None else _of(row)


def find_upload_of(
    connection: Connection, *, device: str, sha256: str, size_bytes: int
) -> Upload | None:
    """What a device began or finished for the same file."""
    row = connection.execute(
        select(_upload)
        .where(
            _upload.c.device == device,
            _upload.c.sha256 == sha256,
            _upload.c.size_bytes == size_bytes,
        )
        .limit(1)
    ).one_or_none()
    return None if row is None else _of(row)


def count_open_uploads(connection: Connection, device: str) -> int:
    query = select(func.count()).where(_upload.c.device == device, _upload.c.completed_at.is_(None))
    return connection.execute(query).scalar_one()


def complete(connection: Connection, upload: Upload, now: Instant) -> bool:
    """The file is whole under its name; whether the node had not had it before."""
    row = {"sha256": upload.sha256, "size_bytes": upload.size_bytes, "completed_at": now}
    is_new = insert_new(connection, _attachment, row) == 1
    insert_new(connection, _holder, {"sha256": upload.sha256, "device": upload.device})
    connection.execute(update(_upload).where(_upload.c.id == upload.id).values(completed_at=now))
    return is_new


def drop_upload(connection: Connection, upload: str) -> None:
    connection.execute(delete(_upload).where(_upload.c.id == upload))


def drop_uploads_before(connection: Connection, instant: Instant) -> None:
    connection.execute(delete(_upload).where(_upload.c.created_at < instant))


def list_open_uploads(connection: Connection) -> list[Upload]:
    """All that are on their way: read once, at start."""
    rows = connection.execute(select(_upload).where(_upload.c.completed_at.is_(None)))
    return [_of(row) for row in rows]


def _of(row: Row[Any]) -> Upload:
    return Upload(
        row.id, row.device, row.sha256, row.size_bytes, Instant(row.created_at), row.completed_at
    )
