"""Stores the feed: entries and head, what readers hold of each report, what to look at again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, delete, select

from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.feed import (
    AgencyPolicyRow,
    ConsumerRow,
    FeedCheckpointRow,
    FeedEdgeRow,
    FeedEntryRow,
    FeedRecheckRow,
    FeedReportRow,
    FeedStateRow,
)
from backend.db.tables.journal import ReportRow
from backend.db.upsert import insert_new, upsert
from backend.feed.entries import Audience, Live
from sync.chain import CHAIN_START
from sync.ids import ReportId

_report = table_of(ReportRow)
_consumer = table_of(ConsumerRow)
_state = table_of(FeedStateRow)
_entry = table_of(FeedEntryRow)
_standing = table_of(FeedReportRow)
_edge = table_of(FeedEdgeRow)
_recheck = table_of(FeedRecheckRow)
_checkpoint = table_of(FeedCheckpointRow)
_policy = table_of(AgencyPolicyRow)

EdgeKind = Literal["twin", "link"]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain."""

    size: int = 0
    chain: str = CHAIN_START


@dataclass(frozen=True, slots=True)
class Standing:
    """What the readers of a report hold, and since which entry there has been one."""

    live: Live
    first_position: int
    position: int
    ends_on: str | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry with its place in the chain."""

    position: int
    report: ReportId
    action: str
    audience: Audience
    hash: str
    chain: str
    body: bytes
    published_at: Instant


@dataclass(frozen=True, slots=True)
class SignedHead:
    head: Head
    note: str
    signed_at: Instant


def write_audience(audience: Iterable[str]) -> str:
    return " ".join(sorted(audience))


def read_audience(text: str) -> Audience:
    return frozenset(text.split())


# --- how far ----------------------------------------------------------------------------------


def consumed(connection: Connection, consumer: str) -> int:
    """The journal position up to which a consumer is done."""
    query = select(_consumer.c.position).where(_consumer.c.name == consumer)
    return connection.execute(query).scalar_one_or_none() or 0


def set_consumed(connection: Connection, consumer: str, position: int) -> None:
    upsert(connection, _consumer, {"name": consumer, "position": position}, key=["name"])


def head(connection: Connection) -> Head:
    row = connection.execute(select(_state)).one_or_none()
    return Head() if row is None else Head(row.size, row.chain)


def set_head(connection: Connection, new: Head) -> None:
    upsert(connection, _state, {"only": 1, "size": new.size, "chain": new.chain}, key=["only"])


# --- entries ----------------------------------------------------------------------------------


def append(connection: Connection, entries: Sequence[StoredEntry]) -> None:
    """Add entries. A position that is taken is a bug: two publishers ran at once."""
    rows = [
        {
            "position": entry.position,
            "report": entry.report,
            "action": entry.action,
            "audience": write_audience(entry.audience),
            "hash": entry.hash,
            "chain": entry.chain,
            "body": entry.body,
            "published_at": entry.published_at,
        }
        for entry in entries
    ]
    if rows:
        connection.execute(_entry.insert(), rows)


@dataclass(frozen=True, slots=True)
class PageEntry:
    """An entry as a page is made of it: with who may read its report now."""

    position: int
    action: str
    audience: Audience
    audience_now: Audience
    hash: str
    chain: str
    body: bytes

    def body_for(self, code: str) -> bytes | None:
        """The text for one reader. Whoever lost a report is not given its older texts again."""
        is_reader = code in self.audience
        is_lost = self.action != "withdraw" and code not in self.audience_now
        return self.body if is_reader and not is_lost else None


def page(connection: Connection, after: int, *, limit: int) -> list[PageEntry]:
    """The entries after a position, in order."""
    query = (
        select(_entry, _standing.c.audience.label("audience_now"))
        .outerjoin(_standing, _standing.c.report == _entry.c.report)
        .where(_entry.c.position > after)
        .order_by(_entry.c.position)
        .limit(limit)
    )
    return [
        PageEntry(
            row.position,
            row.action,
            read_audience(row.audience),
            read_audience(row.audience_now or ""),
            row.hash,
            row.chain,
            row.body,
        )
        for row in connection.execute(query)
    ]


def entries_of(connection: Connection, report: ReportId) -> list[StoredEntry]:
    """Every entry of a report, oldest first."""
    query = select(_entry).where(_entry.c.report == report).order_by(_entry.c.position)
    return [
        StoredEntry(
            row.position,
            ReportId(row.report),
            row.action,
            read_audience(row.audience),
            row.hash,
            row.chain,
            row.body,
            Instant(row.published_at),
        )
        for row in connection.execute(query)
    ]


def put_checkpoint(connection: Connection, signed: SignedHead) -> None:
    row = {
        "size": signed.head.size,
        "chain": signed.head.chain,
        "note": signed.note,
        "signed_at": signed.signed_at,
    }
    upsert(connection, _checkpoint, row, key=["size"])


def newest_checkpoint(connection: Connection) -> SignedHead | None:
    query = select(_checkpoint).order_by(_checkpoint.c.size.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return SignedHead(Head(row.size, row.chain), row.note, Instant(row.signed_at))


# --- what readers hold ------------------------------------------------------------------------


def standings(connection: Connection, reports: Iterable[ReportId]) -> dict[ReportId, Standing]:
    """What readers hold of these reports; one that never had an entry is left out."""
    query = select(_standing).where(_standing.c.report.in_(sorted(set(reports))))
    return {
        ReportId(row.report): Standing(
            Live(read_audience(row.audience), row.content_hash, row.entry),
            row.first_position,
            row.position,
            row.ends_on,
        )
        for row in connection.execute(query)
    }


def put_standings(connection: Connection, moved: Mapping[ReportId, Standing]) -> None:
    rows = [
        {
            "report": report,
            "first_position": standing.first_position,
            "position": standing.position,
            "entry": standing.live.entry,
            "audience": write_audience(standing.live.audience),
            "content_hash": standing.live.content_hash,
            "ends_on": standing.ends_on,
        }
        for report, standing in sorted(moved.items())
    ]
    upsert(connection, _standing, rows, key=["report"])


def ending_by(connection: Connection, day: str, *, limit: int) -> list[ReportId]:
    """Reports that somebody still holds although their last day has passed."""
    query = (
        select(_standing.c.report)
        .where(_standing.c.ends_on <= day, _standing.c.audience != "")
        .order_by(_standing.c.report)
        .limit(limit)
    )
    return [ReportId(row.report) for row in connection.execute(query)]


# --- what moves together ----------------------------------------------------------------------

Edges = Mapping[ReportId, frozenset[tuple[ReportId, EdgeKind]]]
"""Source -> the reports it names, and how."""

_IDS_AT_ONCE: Final = 500


def put_edges(connection: Connection, edges: Edges) -> None:
    """Replace what these reports name."""
    connection.execute(delete(_edge).where(_edge.c.source.in_(sorted(edges))))
    rows = [
        {"source": source, "target": target, "kind": kind}
        for source, targets in sorted(edges.items())
        for target, kind in sorted(targets)
    ]
    insert_new(connection, _edge, rows)


def naming(connection: Connection, target: ReportId, kind: EdgeKind) -> list[ReportId]:
    """The reports that named ``target`` when they were last looked at."""
    query = select(_edge.c.source).where(_edge.c.target == target, _edge.c.kind == kind)
    return [ReportId(row.source) for row in connection.execute(query.order_by(_edge.c.source))]


def named_by(connection: Connection, source: ReportId, kind: EdgeKind) -> list[ReportId]:
    """The reports that ``source`` named when it was last looked at."""
    query = select(_edge.c.target).where(_edge.c.source == source, _edge.c.kind == kind)
    return [ReportId(row.target) for row in connection.execute(query.order_by(_edge.c.target))]


def paired(connection: Connection, reports: Iterable[ReportId]) -> frozenset[ReportId]:
    """Those of these reports that named a twin, or were named as one."""
    wanted = sorted(set(reports))
    is_twin = _edge.c.kind == "twin"
    query = select(_edge.c.source, _edge.c.target).where(
        is_twin, _edge.c.source.in_(wanted) | _edge.c.target.in_(wanted)
    )
    return frozenset(ReportId(end) for row in connection.execute(query) for end in row)


# --- what to look at again --------------------------------------------------------------------


def rechecks(connection: Connection, *, limit: int) -> dict[ReportId, int]:
    """Reports to look at although nothing touched them, and how often that was asked."""
    query = select(_recheck).order_by(_recheck.c.report).limit(limit)
    return {ReportId(row.report): row.asked for row in connection.execute(query)}


def ask_recheck(connection: Connection, reports: Iterable[ReportId]) -> None:
    wanted = sorted(set(reports))
    for begin in range(0, len(wanted), _IDS_AT_ONCE):
        some = wanted[begin : begin + _IDS_AT_ONCE]
        query = select(_recheck).where(_recheck.c.report.in_(some))
        asked = {row.report: row.asked for row in connection.execute(query)}
        rows = [{"report": report, "asked": asked.get(report, 0) + 1} for report in some]
        upsert(connection, _recheck, rows, key=["report"])


def done_rechecks(connection: Connection, done: Mapping[ReportId, int]) -> None:
    """Forget what was looked at, unless it was asked for once more meanwhile."""
    for report, asked in sorted(done.items()):
        connection.execute(
            delete(_recheck).where(_recheck.c.report == report, _recheck.c.asked == asked)
        )


# --- release policy ---------------------------------------------------------------------------


def requires_approval(connection: Connection, agency: str) -> bool:
    """Whether the agency's reports wait for an administrator. Yes, unless it said otherwise."""
    query = select(_policy.c.release_requires_approval).where(_policy.c.agency == agency)
    said = connection.execute(query).scalar_one_or_none()
    return True if said is None else bool(said)


def set_policy(connection: Connection, agency: str, *, release_requires_approval: bool) -> None:
    row = {"agency": agency, "release_requires_approval": release_requires_approval}
    upsert(connection, _policy, row, key=["agency"])


def submitted_by(connection: Connection, agency: str) -> list[ReportId]:
    """The submitted reports an agency owns: those its policy is about."""
    query = select(_report.c.id).where(_report.c.owner == agency, _report.c.is_submitted)
    return [ReportId(row.id) for row in connection.execute(query)]
