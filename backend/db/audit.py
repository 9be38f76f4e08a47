"""The audit log: each line holds the hash of the one before, so that none can go unseen.

A service appends in the transaction of the deed itself: what is not recorded did not happen.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, select, update

from backend.clock import Instant
from backend.db.tables.audit import AuditHeadRow, AuditRow
from backend.db.tables.base import table_of
from backend.db.upsert import insert_new

_audit = table_of(AuditRow)
_head = table_of(AuditHeadRow)

BEGINNING: Final = hashlib.sha256(b"khabar-audit-v1\n").hexdigest()
"""What stands before the first line."""

Detail = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Deed:
    """A decision, or a read of a person's data. ``agency`` is whose matter it is."""

    agency: str
    actor_kind: str
    actor: str
    action: str
    subject: str
    at: Instant
    detail: Detail = field(default_factory=dict[str, str | int | bool | None])


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A recorded deed in its place."""

    position: int
    deed: Deed
    prev: str
    hash: str


def append(connection: Connection, deed: Deed) -> AuditLine:
    """Record ``deed`` after the last line. Holds the log's head until the transaction ends."""
    insert_new(connection, _head, {"only": 1, "position": 0, "hash": BEGINNING})
    taken = connection.execute(
        update(_head)
        .values(position=_head.c.position + 1)
        .returning(_head.c.position, _head.c.hash)
    ).one()
    detail = orjson.dumps(dict(deed.detail), option=orjson.OPT_SORT_KEYS).decode()
    row = {
        **{name: value for name, value in asdict(deed).items() if name != "detail"},
        "detail": detail,
        "position": taken.position,
        "prev": taken.hash,
    }
    digest = line_hash(row)
    connection.execute(_audit.insert().values(**row, hash=digest))
    connection.execute(update(_head).values(hash=digest))
    return AuditLine(taken.position, deed, taken.hash, digest)


def line_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over the line's members as JSON with sorted keys, ``hash`` itself left out."""
    content = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def list_newest(
    connection: Connection, agency: str, *, before: int | None, limit: int
) -> list[AuditLine]:
    """Lines of one agency, newest first, below ``before``."""
    query = select(_audit).where(_audit.c.agency == agency)
    if before is not None:
        query = query.where(_audit.c.position < before)
    rows = connection.execute(query.order_by(_audit.c.position.desc()).limit(limit))
    return [_line(row) for row in rows]


def find_break(connection: Connection) -> int | None:
    """Position of the first line that is missing or not as it was written; None when all stand."""
    expected, prev = 1, BEGINNING
    names = _audit.columns.keys()
    for found in connection.execute(select(_audit).order_by(_audit.c.position)):
        row = dict(zip(names, found, strict=True))
        if row["position"] != expected or row["prev"] != prev or row["hash"] != line_hash(row):
            return expected
        expected, prev = expected + 1, row["hash"]
    head = connection.execute(select(_head.c.position, _head.c.hash)).one_or_none()
    stands = head is None or (head.position, head.hash) == (expected - 1, prev)
    return None if stands else expected


def _line(row: Row[Any]) -> AuditLine:
    deed = Deed(
        agency=row.agency,
        actor_kind=row.actor_kind,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        at=Instant(row.at),
        detail=orjson.loads(row.detail),
    )
    return AuditLine(row.position, deed, row.prev, row.hash)
