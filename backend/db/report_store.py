"""Stores reports, the inboxes readers pull from, and the counter behind both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select, update

from backend.db.report_state import read_report, write_report
from backend.db.tables.base import table_of
from backend.db.tables.journal import CounterRow, InboxRow, ReportAttachmentRow, ReportRow
from backend.db.upsert import insert_new, upsert
from sync.forms import SUBMITTED
from sync.ids import Position, ReportId, Revision
from sync.report import Report, owner_of
from sync.scope import Scope

_report = table_of(ReportRow)
_inbox = table_of(InboxRow)
_counter = table_of(CounterRow)
_report_attachment = table_of(ReportAttachmentRow)

JOURNAL = Scope("journal")
"""The scope every report is in; no reader outside the node has it."""
_ATTACHMENT_PREFIX = "/attachments/"


@dataclass(frozen=True, slots=True)
class ReportAtPosition:
    """What a consumer of the journal reads: the report and where it stands."""

    report: Report
    position: Position
    published: Position | None
    is_evidence_complete: bool


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """What a reader gets, ready to be spliced into an answer."""

    id: ReportId
    revision: Revision
    document: bytes
    published: Position | None
    is_evidence_complete: bool


@dataclass(frozen=True, slots=True)
class InboxEntry:
    report: ReportId
    position: Position


def get_reports(connection: Connection, ids: Iterable[ReportId]) -> dict[ReportId, Report]:
    """The reports that are stored; others are left out."""
    query = select(_report.c.id, _report.c.state).where(_report.c.id.in_(list(ids)))
    return {ReportId(row.id): read_report(row.state) for row in connection.execute(query)}


def find_report(connection: Connection, report: ReportId) -> Report | None:
    return get_reports(connection, [report]).get(report)


def reports_after(connection: Connection, position: int, *, limit: int) -> list[ReportAtPosition]:
    """The reports touched after a position, oldest first: what the node's own consumers follow."""
    query = (
        select(_report, _inbox.c.position)
        .join(_inbox, _inbox.c.report == _report.c.id)
        .where(_inbox.c.scope == JOURNAL, _inbox.c.position > position)
        .order_by(_inbox.c.position)
        .limit(limit)
    )
    return [_at_position(row) for row in connection.execute(query).mappings()]


def find_at_position(connection: Connection, report: ReportId) -> ReportAtPosition | None:
    query = (
        select(_report, _inbox.c.position)
        .join(_inbox, _inbox.c.report == _report.c.id)
        .where(_inbox.c.scope == JOURNAL, _report.c.id == report)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _at_position(row)


def _at_position(row: RowMapping) -> ReportAtPosition:
    published = row["published"]
    return ReportAtPosition(
        read_report(row["state"]),
        Position(row["position"]),
        None if published is None else Position(published),
        row["is_evidence_complete"],
    )


def owner(connection: Connection, report: ReportId) -> str | None:
    """The agency that decides about a report."""
    query = select(_report.c.owner).where(_report.c.id == report)
    return connection.execute(query).scalar_one_or_none()


def take_positions(connection: Connection, count: int) -> Position:
    """Advance the counter by ``count`` and return the last position given (S6).

    The serialisation point: called as the last statement but the inbox rows that need it.
    """
    insert_new(connection, _counter, {"name": str(JOURNAL), "value": 0})
    statement = (
        update(_counter)
        .where(_counter.c.name == str(JOURNAL))
        .values(value=_counter.c.value + count)
        .returning(_counter.c.value)
    )
    return Position(connection.execute(statement).scalar_one())


def head(connection: Connection) -> Position:
    """The newest position given."""
    query = select(_counter.c.value).where(_counter.c.name == str(JOURNAL))
    return Position(connection.execute(query).scalar_one_or_none() or 0)


def put_reports(
    connection: Connection,
    reports: Sequence[tuple[Report, bytes]],
    *,
    complete: frozenset[ReportId],
) -> None:
    """Store reports with their documents. ``complete`` names those whose evidence is all here."""
    rows = [
        {
            "id": report.id,
            "form": report.form,
            "revision": report.revision,
            "owner": owner_of(report),
            "is_submitted": report.value(SUBMITTED) is True,
            "is_voided": report.is_voided,
            "is_evidence_complete": report.id in complete,
            "state": write_report(report),
            "document": document,
        }
        for report, document in reports
    ]
    upsert(connection, _report, rows, key=["id"])


def attachments_of(report: Report) -> frozenset[str]:
    """The SHA-256 names of the attachments a report lists."""
    return frozenset(
        path.removeprefix(_ATTACHMENT_PREFIX)
        for path, state in report.fields.items()
        if path.startswith(_ATTACHMENT_PREFIX) and state.value is not None
    )


def put_attachments(connection: Connection, listed: Mapping[ReportId, frozenset[str]]) -> None:
    rows = [
        {"report": report, "sha256": name} for report, names in listed.items() for name in names
    ]
    insert_new(connection, _report_attachment, rows)


def reports_listing(connection: Connection, sha256: str) -> list[ReportId]:
    query = select(_report_attachment.c.report).where(_report_attachment.c.sha256 == sha256)
    return [ReportId(row.report) for row in connection.execute(query)]


def put_inbox(
    connection: Connection, entries: Iterable[tuple[Scope, ReportId, Position, bool]]
) -> None:
    """Move reports forward in scopes; the flag says whether the report still belongs there."""
    rows = [
        {"scope": scope, "report": report, "position": position, "is_member": is_member}
        for scope, report, position, is_member in sorted(entries)
    ]
    upsert(connection, _inbox, rows, key=["scope", "report"])


def inbox_page(
    connection: Connection, scopes: Iterable[Scope], *, after: int, limit: int
) -> list[InboxEntry]:
    """The next reports in any of these scopes, each once, by position."""
    query = (
        select(_inbox.c.report, func.max(_inbox.c.position).label("position"))
        .where(_inbox.c.scope.in_(sorted(scopes)), _inbox.c.position > after)
        .group_by(_inbox.c.report)
        .order_by(func.max(_inbox.c.position))
        .limit(limit)
    )
    return [
        InboxEntry(ReportId(row.report), Position(row.position))
        for row in connection.execute(query)
    ]


def passed_by(connection: Connection, scope: Scope, *, after: int, upto: int) -> list[ReportId]:
    """The reports that moved in one scope within the positions."""
    query = select(_inbox.c.report).where(
        _inbox.c.scope == scope, _inbox.c.position > after, _inbox.c.position <= upto
    )
    return [ReportId(row.report) for row in connection.execute(query)]


def has_news(connection: Connection, scopes: Iterable[Scope], *, after: int) -> bool:
    """Whether anything in these scopes moved: the idle poll's only question."""
    query = select(_inbox.c.position).where(
        _inbox.c.scope.in_(sorted(scopes)), _inbox.c.position > after
    )
    return connection.execute(query.limit(1)).first() is not None


def visible(
    connection: Connection, scopes: Iterable[Scope], reports: Sequence[ReportId]
) -> frozenset[ReportId]:
    """Which of these reports are in one of the scopes now (P10)."""
    query = select(_inbox.c.report).where(
        _inbox.c.scope.in_(sorted(scopes)), _inbox.c.report.in_(reports), _inbox.c.is_member
    )
    return frozenset(ReportId(row.report) for row in connection.execute(query))


def documents(connection: Connection, reports: Sequence[ReportId]) -> list[ReportDocument]:
    """The documents of these reports, in the order asked for."""
    query = select(
        _report.c.id,
        _report.c.revision,
        _report.c.document,
        _report.c.published,
        _report.c.is_evidence_complete,
    ).where(_report.c.id.in_(reports))
    found = {row.id: row for row in connection.execute(query)}
    return [
        ReportDocument(
            report,
            Revision(found[report].revision),
            found[report].document,
            found[report].published,
            found[report].is_evidence_complete,
        )
        for report in reports
        if report in found
    ]


def manifest(
    connection: Connection, scopes: Iterable[Scope], *, after: str, limit: int
) -> list[tuple[ReportId, Revision]]:
    """A page of (report, revision) of everything in the scopes, by report id."""
    query = (
        select(_report.c.id, _report.c.revision)
        .where(
            _report.c.id.in_(
                select(_inbox.c.report).where(
                    _inbox.c.scope.in_(sorted(scopes)), _inbox.c.is_member
                )
            ),
            _report.c.id > after,
        )
        .order_by(_report.c.id)
        .limit(limit)
    )
    return [(ReportId(row.id), Revision(row.revision)) for row in connection.execute(query)]


def members(connection: Connection, scopes: Iterable[Scope]) -> frozenset[ReportId]:
    """Every report in the scopes now."""
    query = select(_inbox.c.report).where(_inbox.c.scope.in_(sorted(scopes)), _inbox.c.is_member)
    return frozenset(ReportId(row.report) for row in connection.execute(query))


def set_published(connection: Connection, report: ReportId, position: int) -> None:
    """Remember the newest feed entry of a report."""
    connection.execute(update(_report).where(_report.c.id == report).values(published=position))
