"""The tables, one module an area; importing this package fills the metadata."""

from backend.db.tables import node
from backend.db.tables.base import metadata, table_of

__all__ = ["metadata", "node", "table_of"]
