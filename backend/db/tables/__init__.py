"""The tables, one module an area; importing this package fills the metadata."""

from backend.db.tables import journal, node
from backend.db.tables.base import metadata, table_of

__all__ = ["journal", "metadata", "node", "table_of"]
