"""Reads what entries and duplicates need of the reference tables, retired rows included.

Retired: an old report still names them, and what it says of them must not change.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from backend.db.tables.base import table_of
from backend.db.tables.reference import ReferenceRow
from backend.feed.catalogue import Catalogue, catalogue

_row = table_of(ReferenceRow)

_NEEDED: Final = ("border_points", "districts", "substance_schedules", "substances")


def load_catalogue(connection: Connection) -> Catalogue:
    """The catalogue as the node's own rows have it."""
    tables: dict[str, dict[str, Mapping[str, Any]]] = {name: {} for name in _NEEDED}
    query = select(_row.c.table_name, _row.c.code, _row.c.body).where(
        _row.c.table_name.in_(_NEEDED)
    )
    for row in connection.execute(query):
        tables[row.table_name][row.code] = orjson.loads(row.body)
    return catalogue(tables)
