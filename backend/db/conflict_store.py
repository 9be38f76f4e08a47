"""Stores what waits, or waited, for a person, and what was said about leaving the agency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from backend.clock import Instant
from backend.db.report_state import read_conflict, write_conflict
from backend.db.tables.base import table_of
from backend.db.tables.journal import ConflictRow, ReleaseRow
from backend.db.upsert import upsert
from sync.ids import AgencyCode, ConflictId, ReportId, Revision
from sync.report import Conflict

_conflict = table_of(ConflictRow)
_release = table_of(ReleaseRow)

NO_REPORT = ReportId("")
"""The report of a fork's conflict, which belongs to a device."""


@dataclass(frozen=True, slots=True)
class StoredConflict:
    conflict: Conflict
    owner: AgencyCode
    opened_at: Instant
    touched_at: Instant


@dataclass(frozen=True, slots=True)
class Release:
    """An administrator's word on whether a report may leave the agency."""

    report: ReportId
    line: int
    decision: str
    revision: Revision
    decided_at: Instant


def put_conflicts(
    connection: Connection,
    conflicts: Iterable[tuple[Conflict, AgencyCode]],
    *,
    now: Instant,
) -> None:
    """Insert or replace; the instant of opening is kept."""
    given = {conflict.id: (conflict, owner) for conflict, owner in conflicts}
    opened = _opened_at(connection, list(given))
    rows = [
        {
            "id": key,
            "report": conflict.report or None,
            "kind": conflict.kind,
            "path": conflict.path,
            "life": conflict.life,
            "version": conflict.version,
            "owner": owner,
            "opened_at": opened.get(key, now),
            "touched_at": now,
            "body": write_conflict(conflict),
        }
        for key, (conflict, owner) in sorted(given.items())
    ]
    upsert(connection, _conflict, rows, key=["id"])


def _opened_at(connection: Connection, ids: Sequence[ConflictId]) -> dict[ConflictId, Instant]:
    query = select(_conflict.c.id, _conflict.c.opened_at).where(_conflict.c.id.in_(ids))
    return {ConflictId(row.id): Instant(row.opened_at) for row in connection.execute(query)}


def find_conflict(connection: Connection, conflict: ConflictId) -> StoredConflict | None:
    query = select(_conflict).where(_conflict.c.id == conflict)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return StoredConflict(
        read_conflict(row["body"]),
        AgencyCode(row["owner"]),
        Instant(row["opened_at"]),
        Instant(row["touched_at"]),
    )


@dataclass(frozen=True, slots=True)
class ConflictFilter:
    """What a list of conflicts is narrowed to; empty means everything."""

    owner: AgencyCode | None = None
    lives: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    report: ReportId | None = None


def list_conflicts(
    connection: Connection, wanted: ConflictFilter, *, after: tuple[int, str], limit: int
) -> list[StoredConflict]:
    """A page, oldest first; ``after`` is the (opened_at, id) of the last one seen."""
    query = select(_conflict).where(
        (_conflict.c.opened_at > after[0])
        | ((_conflict.c.opened_at == after[0]) & (_conflict.c.id > after[1]))
    )
    if wanted.owner is not None:
        query = query.where(_conflict.c.owner == wanted.owner)
    if wanted.lives:
        query = query.where(_conflict.c.life.in_(wanted.lives))
    if wanted.kinds:
        query = query.where(_conflict.c.kind.in_(wanted.kinds))
    if wanted.report is not None:
        query = query.where(_conflict.c.report == wanted.report)
    query = query.order_by(_conflict.c.opened_at, _conflict.c.id).limit(limit)
    return [
        StoredConflict(
            read_conflict(row["body"]),
            AgencyCode(row["owner"]),
            Instant(row["opened_at"]),
            Instant(row["touched_at"]),
        )
        for row in connection.execute(query).mappings()
    ]


def count_open(connection: Connection) -> int:
    query = select(func.count()).select_from(_conflict).where(_conflict.c.life != "settled")
    return connection.execute(query).scalar_one()


def put_release(connection: Connection, release: Release) -> None:
    row = {
        "report": release.report,
        "line": release.line,
        "decision": release.decision,
        "revision": release.revision,
        "decided_at": release.decided_at,
    }
    upsert(connection, _release, row, key=["report", "line"])


def newest_release(connection: Connection, report: ReportId) -> Release | None:
    """The last word on a report, or None when nobody said anything yet."""
    query = select(_release).where(_release.c.report == report)
    row = connection.execute(query.order_by(_release.c.line.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return Release(
        ReportId(row.report),
        row.line,
        row.decision,
        Revision(row.revision),
        Instant(row.decided_at),
    )
