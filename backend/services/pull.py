"""Serves what a device may see: reports that moved, what left, its verdicts and orders.

Everything of one page is read on one snapshot, so that the cursor it returns covers exactly what
the page holds (P5). Stored documents are spliced, not rebuilt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import orjson
from sqlalchemy import Connection

from backend.clock import Instant, to_text
from backend.db import author_store, log_store, orders, reference, report_store
from backend.db.author_store import Author
from backend.db.report_store import ReportDocument
from backend.node import Node
from backend.services.document import splice
from schemas import problems
from schemas.forms.jsonschema import form_index
from schemas.problems import Problem
from sync.cursor import Cursor, read_cursor, scope_digest, write_cursor
from sync.ids import DeviceId, Position, ReportId
from sync.scope import Scope, device_scope, scopes_for

PAGE_REPORTS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What a device says when it pulls. ``head`` is the last line of its own log."""

    cursor: str | None
    limit: int
    head: int
    wants_digest: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """A device as a reader: it sees by its newest assignment, acknowledged or not (S2)."""

    author: Author
    scopes: frozenset[Scope]

    @property
    def device(self) -> DeviceId:
        return self.author.device


def get_reader(connection: Connection, device: str) -> Reader:
    author = author_store.load_authors(connection, [device])[device]
    return Reader(author, scopes_for(author.device, author.assignments[-1]))


async def pull(node: Node, device: str, asked: PullRequest) -> bytes:
    """One page as the JSON bytes of the answer."""
    now = node.now()
    return await node.database.read(lambda c: _page(c, node, device, asked, now))


def _page(
    connection: Connection, node: Node, device: str, asked: PullRequest, now: Instant
) -> bytes:
    reader = get_reader(connection, device)
    after = _position(asked.cursor, node, reader)
    head = report_store.head(connection)
    moved = report_store.inbox_page(connection, reader.scopes, after=after, limit=asked.limit)
    is_more = len(moved) == asked.limit and moved[-1].position < head
    upto = moved[-1].position if is_more else head
    reports = [entry.report for entry in moved if entry.report]
    seen = report_store.visible(connection, reader.scopes, reports)
    documents = report_store.documents(connection, reports)
    found = [each for each in documents if each.id in seen]
    left = [each.id for each in documents if each.id not in seen]
    digest = None
    if not is_more and (moved or asked.wants_digest):
        digest = digest_of(connection, reader)
    log = log_store.find_log(connection, device)
    parts = {
        "cursor": write_cursor(Cursor(node.identity.epoch, reader.device, upto)),
        "more": is_more,
        "epoch": node.identity.epoch,
        "at": to_text(now),
        "stored": 0 if log is None else log.stored_through,
        "left": left,
        "digest": digest,
        "verdicts": _verdicts(connection, reader, after=after, upto=upto),
        **_standing(connection, reader.author),
    }
    return _answer(parts, found)


def _standing(connection: Connection, author: Author) -> dict[str, object]:
    """What a tablet is told in every pull besides reports: its orders, its place, what is newer."""
    newest = author.assignments[-1]
    return {
        "orders": [
            {"id": each.id, "kind": each.kind, "from_seq": each.from_seq, "reason": each.reason}
            for each in orders.list_open(connection, author.device)
        ],
        "assignment": {
            "ordinal": len(author.assignments),
            "agency": newest.agency,
            "team": newest.team or None,
            "post": newest.post,
        },
        "reference": reference.newest_version(connection),
        "forms": _forms_digest(),
    }


@cache
def _forms_digest() -> str:
    """Names the set of published forms, as its index does; it changes with the program only."""
    return str(form_index()["digest"])


def _answer(parts: dict[str, object], found: Sequence[ReportDocument]) -> bytes:
    spliced = b",".join(
        splice(
            each.document,
            published=each.published,
            is_evidence_complete=each.is_evidence_complete,
        )
        for each in found
    )
    return b'%b,"reports":[%b]}' % (orjson.dumps(parts)[:-1], spliced)


def _position(cursor: str | None, node: Node, reader: Reader) -> int:
    """Where to go on; a cursor of another epoch or reader is sent to the manifest (S5)."""
    if cursor is None:
        return 0
    place = read_cursor(cursor)
    if place is None or place.epoch != node.identity.epoch or place.reader != reader.device:
        raise Problem(
            problems.CURSOR_STALE,
            "The cursor is from another epoch, or another reader's.",
            epoch=node.identity.epoch,
            manifest="/v1/sync/manifest",
        )
    return place.position


def _verdicts(
    connection: Connection, reader: Reader, *, after: int, upto: int
) -> list[dict[str, object]]:
    """What became of the device's own lines whose reports passed by within the positions."""
    reports = report_store.passed_by(
        connection, device_scope(reader.device), after=after, upto=upto
    )
    if not reports:
        return []
    return [
        {"device": reader.device, "seq": seq, "report": report, **orjson.loads(verdict)}
        for seq, report, verdict in log_store.verdicts_about(connection, reader.device, reports)
    ]


def digest_of(connection: Connection, reader: Reader) -> str:
    """What the device should hold, in one hash (S3)."""
    revisions: dict[str, int] = {}
    after = ""
    while page := report_store.manifest(
        connection, reader.scopes, after=after, limit=PAGE_REPORTS_MAX
    ):
        revisions |= {str(report): int(revision) for report, revision in page}
        after = page[-1][0]
    return scope_digest(revisions)


@dataclass(frozen=True, slots=True)
class ManifestPage:
    """Reports in scope with their revisions. ``cursor`` goes on from before the first page."""

    epoch: str
    cursor: str
    reports: list[tuple[ReportId, int]]
    next: str | None


async def manifest(node: Node, device: str, *, after: str, limit: int) -> ManifestPage:
    """A page of what the device should hold, by report id (S5)."""

    def work(connection: Connection) -> ManifestPage:
        reader = get_reader(connection, device)
        head = report_store.head(connection)
        page = report_store.manifest(connection, reader.scopes, after=after, limit=limit)
        return ManifestPage(
            epoch=node.identity.epoch,
            cursor=write_cursor(Cursor(node.identity.epoch, reader.device, Position(head))),
            reports=[(report, int(revision)) for report, revision in page],
            next=page[-1][0] if len(page) == limit else None,
        )

    return await node.database.read(work)


async def fetch(node: Node, device: str, reports: Sequence[ReportId]) -> bytes:
    """The documents of these reports that the device may see; the others are left out (P10)."""

    def work(connection: Connection) -> bytes:
        reader = get_reader(connection, device)
        seen = report_store.visible(connection, reader.scopes, reports)
        found = [each for each in report_store.documents(connection, reports) if each.id in seen]
        return _answer({"epoch": node.identity.epoch}, found)

    return await node.database.read(work)
