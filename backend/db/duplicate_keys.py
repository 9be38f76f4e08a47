"""The blocks that reports are looked up by when another one may tell the same event."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, func, select

from backend.db.tables.base import table_of
from backend.db.tables.feed import DuplicateKeyRow
from backend.db.tables.journal import ReportRow
from backend.db.upsert import insert_new
from sync.ids import ReportId

_key = table_of(DuplicateKeyRow)
_report = table_of(ReportRow)


def put_keys(connection: Connection, keys: Mapping[ReportId, frozenset[str]]) -> None:
    """Replace the blocks of these reports; none takes a report out."""
    connection.execute(delete(_key).where(_key.c.report.in_(sorted(keys))))
    rows = [
        {"key": key, "report": report}
        for report, of_report in sorted(keys.items())
        for key in sorted(of_report)
    ]
    insert_new(connection, _key, rows)


def sharing_blocks(
    connection: Connection, report: ReportId, keys: Iterable[str], *, limit: int
) -> list[ReportId]:
    """Other reports in these blocks, those with most blocks in common first."""
    query = (
        select(_key.c.report)
        .where(_key.c.key.in_(sorted(keys)), _key.c.report != report)
        .group_by(_key.c.report)
        .order_by(func.count().desc(), _key.c.report)
        .limit(limit)
    )
    return [ReportId(row.report) for row in connection.execute(query)]


def revisions(connection: Connection, reports: Iterable[ReportId]) -> dict[ReportId, int]:
    """The revision each of these reports stands at."""
    query = select(_report.c.id, _report.c.revision).where(_report.c.id.in_(sorted(reports)))
    return {ReportId(row.id): row.revision for row in connection.execute(query)}
