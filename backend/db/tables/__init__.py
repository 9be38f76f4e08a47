"""The tables, one module an area; importing this package fills the metadata."""

from backend.db.tables import (
    attachments,
    audit,
    devices,
    feed,
    journal,
    node,
    people,
    reference,
    teams,
)
from backend.db.tables.base import metadata, table_of

__all__ = [
    "attachments",
    "audit",
    "devices",
    "feed",
    "journal",
    "metadata",
    "node",
    "people",
    "reference",
    "table_of",
    "teams",
]
