"""Insert-or-else, which SQLite and PostgreSQL spell the same and SQLAlchemy does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_new(connection: Connection, table: Table, rows: Values | Sequence[Values]) -> int:
    """Insert what no constraint forbids and leave the rest as it stands; how many went in.

    The constraint is the check: looking before inserting races with the next request.
    """
    statement = _insert(connection, table).on_conflict_do_nothing()
    return connection.execute(statement, _as_list(rows)).rowcount if rows else 0


def upsert(
    connection: Connection, table: Table, rows: Values | Sequence[Values], *, key: Sequence[str]
) -> None:
    """Insert, or set every other given column of the row with this ``key``."""
    given = _as_list(rows)
    if not given:
        return
    statement = _insert(connection, table)
    changed = {
        name: getattr(statement.excluded, name) for name in given[0] if name not in frozenset(key)
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=changed), given
    )


def _as_list(rows: Values | Sequence[Values]) -> list[dict[str, Any]]:
    return [dict(rows)] if isinstance(rows, Mapping) else [dict(row) for row in rows]
