"""Publishes: follows the journal and appends to the feed, never within a push.

Two steps. The plan is made on one snapshot and costs what it costs; the append is one short
transaction that holds everything or nothing: entries, chain, what readers hold, the signed head and
how far the publisher has come. Killed between any two statements, it does the same again.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field

from sqlalchemy import Connection

from backend.clock import Instant, to_datetime
from backend.db import feed, reference, report_store
from backend.db.catalogue import load_catalogue
from backend.db.feed import Head, SignedHead, Standing, StoredEntry
from backend.feed.catalogue import Catalogue
from backend.feed.entries import Draft, Live, content_hash, write_entry
from backend.node import Node
from backend.services.plan_feed import CONSUMER, Basis, Change, Plan, make_plan
from sync.chain import Checkpoint, entry_hash, extend, write_note
from sync.ids import ReportId

_SALT_BYTES = 16


class PublisherConflict(Exception):  # noqa: N818 — names what was found
    """Somebody else appended since the plan was made: nothing was written."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did."""

    entries: int
    is_more: bool


@dataclass(slots=True)
class Publisher:
    """Follows the journal for one node. Runs of one publisher never overlap."""

    node: Node
    reports_max: int = 200
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _catalogue: tuple[int, Catalogue] | None = None

    name: str = CONSUMER

    async def step(self) -> bool:
        """One run; whether another should follow at once."""
        return (await self.run()).is_more

    async def run(self) -> Run:
        async with self._alone:  # on PostgreSQL an advisory lock stands here as well
            now = self.node.now()
            plan = await self.node.database.read(lambda c: self._plan(c, now))
            if plan.is_idle:
                return Run(0, is_more=False)
            secret = self.node.ids.secret(_SALT_BYTES)
            entries = await self.node.database.write(
                lambda c: append(c, plan, Pen(self.node, now, secret))
            )
        return Run(entries, is_more=plan.is_more or bool(plan.to_recheck))

    def _plan(self, connection: Connection, now: Instant) -> Plan:
        version = reference.newest_version(connection)
        if self._catalogue is None or self._catalogue[0] != version:
            self._catalogue = version, load_catalogue(connection)
        today = to_datetime(now).date()
        basis = Basis(self.node.rulebook.tables, self._catalogue[1], today, self.reports_max)
        return make_plan(connection, basis)


@dataclass(frozen=True, slots=True)
class Pen:
    """With what entries are written: the node's name and key, the instant, what nobody guesses."""

    node: Node
    now: Instant
    secret: bytes

    def salt(self, position: int) -> str:
        return hashlib.sha256(self.secret + str(position).encode()).hexdigest()[: 2 * _SALT_BYTES]


@dataclass(slots=True)
class _Tape:
    """The entries of one append, each chained to the one before."""

    head: Head
    pen: Pen
    entries: list[StoredEntry] = field(default_factory=list[StoredEntry])

    def add(self, draft: Draft, report: ReportId) -> tuple[int, str]:
        """The position and the id of the new entry."""
        position, node = self.head.size + 1, self.pen.node.identity.id
        entry = write_entry(draft, node=node, at_ms=self.pen.now, salt=self.pen.salt(position))
        hashed = entry_hash(entry.body)
        self.head = Head(position, extend(self.head.chain, hashed))
        self.entries.append(
            StoredEntry(
                position=position,
                report=report,
                action=entry.action,
                audience=entry.audience,
                hash=hashed,
                chain=self.head.chain,
                body=entry.body,
                published_at=self.pen.now,
            )
        )
        return position, entry.id


def append(connection: Connection, plan: Plan, pen: Pen) -> int:
    """Write what was planned, on exactly what it was planned on; the number of entries."""
    tape = _Tape(feed.head(connection), pen)
    if tape.head != plan.head or feed.consumed(connection, CONSUMER) != plan.consumed_before:
        raise PublisherConflict
    standings = {change.target.report: _write(change, tape) for change in plan.changes}
    feed.append(connection, tape.entries)
    feed.put_standings(connection, standings)
    feed.put_edges(connection, plan.edges)
    feed.done_rechecks(connection, plan.rechecked)
    feed.ask_recheck(connection, plan.to_recheck)
    for report, standing in sorted(standings.items()):
        report_store.set_published(connection, report, standing.position)
    if tape.entries:
        feed.set_head(connection, tape.head)
        feed.put_checkpoint(connection, signed(tape.head, pen.node, pen.now))
    feed.set_consumed(connection, CONSUMER, plan.consumed)
    return len(tape.entries)


def _write(change: Change, tape: _Tape) -> Standing:
    """Write a report's drafts; what its readers hold afterwards."""
    target, before = change.target, change.standing
    told = None if before is None else (before.position, before.live.entry)
    first = tape.head.size + 1 if before is None else before.first_position
    held = "" if before is None else before.live.content_hash
    for draft in change.drafts:
        written = tape.add(draft, target.report)
        if draft.action != "withdraw":
            told = written
    if target.content is not None:
        held = content_hash(target.content)
    assert told is not None, "nothing is withdrawn that was never told"
    live = Live(target.audience, held, told[1])
    return Standing(live, first, told[0], change.ends_on)


def signed(head: Head, node: Node, now: Instant) -> SignedHead:
    """The head under the node's key, as a C2SP signed note (F4).

    The epoch is part of the origin: a restored node may not sign what contradicts its past, so its
    feed is another feed from then on.
    """
    note = write_note(
        Checkpoint(origin(node), head.size, head.chain),
        name=key_name(node),
        public_key=node.keys.signing_public,
        sign=node.keys.sign,
    )
    return SignedHead(head, note, now)


def origin(node: Node) -> str:
    return f"khabar/{node.identity.id}/{node.identity.epoch}"


def key_name(node: Node) -> str:
    return f"khabar/{node.identity.id}"
