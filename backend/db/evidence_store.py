"""Reads which attachments are whole: a report's evidence is complete when all it lists are."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from backend.db.tables.attachments import AttachmentRow
from backend.db.tables.base import table_of

_attachment = table_of(AttachmentRow)


def whole_among(connection: Connection, names: Iterable[str]) -> frozenset[str]:
    """The attachments among these (SHA-256) that the node holds whole."""
    query = select(_attachment.c.sha256).where(_attachment.c.sha256.in_(sorted(names)))
    return frozenset(row.sha256 for row in connection.execute(query))
