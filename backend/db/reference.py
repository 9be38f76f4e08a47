"""Reference rows as tablets fetch them: each at its newest, numbered in the order they changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, func, select

from backend.db.tables.base import table_of
from backend.db.tables.reference import ReferenceRow
from backend.db.upsert import upsert
from schemas.reference_set import ReferenceSet

_row = table_of(ReferenceRow)
_NEWEST: Final = select(func.max(_row.c.version))
"""Asked in every pull: one step into an index, and the statement is built once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as stored; ``body`` is JSON and is served as these bytes."""

    table_name: str
    code: str
    version: int
    body: str
    is_retired: bool


def load(connection: Connection, reference: ReferenceSet) -> int:
    """Make the stored rows those of ``reference``; how many changed.

    Only what differs gets a number, above all numbers before: a tablet fetches the difference.
    What is gone is marked, not deleted. Loading the same set again changes nothing.
    """
    stored = {
        (row.table_name, row.code): (row.body, row.is_retired)
        for row in connection.execute(select(_row))
    }
    newest = newest_version(connection)
    changed = [
        {**change, "version": newest + number}
        for number, change in enumerate(_changes(stored, reference), start=1)
    ]
    upsert(connection, _row, changed, key=["table_name", "code"])
    return len(changed)


def newest_version(connection: Connection) -> int:
    return connection.execute(_NEWEST).scalar() or 0


def list_since(connection: Connection, since: int, *, limit: int) -> list[Row]:
    """Rows that changed after ``since``, in order."""
    rows = connection.execute(
        select(_row).where(_row.c.version > since).order_by(_row.c.version).limit(limit)
    )
    return [Row(row.table_name, row.code, row.version, row.body, row.is_retired) for row in rows]


def _changes(
    stored: dict[tuple[str, str], tuple[str, bool]], reference: ReferenceSet
) -> Iterator[dict[str, Any]]:
    given = {
        (table, code): orjson.dumps(dict(body), option=orjson.OPT_SORT_KEYS).decode()
        for table, rows in sorted(reference.tables.items())
        for code, body in sorted(rows.items())
    }
    for (table, code), body in given.items():
        if stored.get((table, code)) != (body, False):
            yield {"table_name": table, "code": code, "body": body, "is_retired": False}
    for (table, code), (body, is_retired) in sorted(stored.items()):
        if (table, code) not in given and not is_retired:
            yield {"table_name": table, "code": code, "body": body, "is_retired": True}
