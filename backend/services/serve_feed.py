"""Serves the feed to one subscriber: pages, the signed head, what it stored.

The ledger is written before a page leaves: what it does not hold was never handed out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import Connection

from backend.actors import SubscriberActor
from backend.db import feed, feed_readers
from backend.db.feed import PageEntry
from backend.node import Node
from backend.services.publish import signed
from schemas import problems
from schemas.problems import Problem
from sync.cursor import Cursor, read_cursor, write_cursor
from sync.ids import Position

PAGE_ENTRIES_MAX: Final = 1_000
PAGE_ENTRIES_USUAL: Final = 200

_FEED: Final = "feed"
"""The reader of a feed cursor: a page is the same place for everybody."""


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of one page. A full one never changes, but for what is withdrawn meanwhile."""

    body: bytes
    is_full: bool

    @property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]


async def page(node: Node, actor: SubscriberActor, *, cursor: str | None, limit: int) -> Page:
    """The entries after a cursor, in order; those not for this reader as their hash (F5)."""
    after = position_of(node, cursor)

    def work(connection: Connection) -> tuple[list[PageEntry], int, int]:
        known = feed_readers.progress(connection, actor.id).delivered
        return feed.page(connection, after, limit=limit), feed.head(connection).size, known

    entries, size, known = await node.database.read(work)
    if after > size:
        raise _stale(node)
    last = entries[-1].position if entries else after
    if last > known:
        now = node.now()
        await node.database.write(lambda c: feed_readers.record_delivery(c, actor.id, last, now))
    is_full = len(entries) == limit
    return Page(_page_bytes(node, entries, last, actor.code, is_full=is_full), is_full)


def _page_bytes(
    node: Node, entries: Sequence[PageEntry], last: int, code: str, *, is_full: bool
) -> bytes:
    """``more`` is said of a full page whatever comes after, or it would change with the next."""
    return orjson.dumps(
        {
            "entries": [
                {
                    "position": entry.position,
                    "hash": entry.hash,
                    "chain": entry.chain,
                    "body": None if text is None else text.decode(),
                }
                for entry in entries
                for text in (entry.body_for(code),)
            ],
            "cursor": write_cursor(Cursor(node.identity.epoch, _FEED, Position(last))),
            "more": is_full,
        }
    )


def position_of(node: Node, cursor: str | None) -> int:
    """Where a cursor stands; one of another life of the data set leads nowhere."""
    if cursor is None:
        return 0
    place = read_cursor(cursor)
    if place is None or place.reader != _FEED or place.epoch != node.identity.epoch:
        raise _stale(node)
    return place.position


def _stale(node: Node) -> Problem:
    return Problem(
        problems.CURSOR_STALE,
        "The cursor is from another life of this feed: start without one.",
        epoch=node.identity.epoch,
        manifest="/v1/feed",
    )


async def checkpoint(node: Node) -> str:
    """The newest signed head (F4)."""
    newest = await node.database.read(feed.newest_checkpoint)
    return newest.note if newest is not None else signed(feed.Head(), node, node.now()).note


async def acknowledge(node: Node, actor: SubscriberActor, cursor: str) -> int:
    """The subscriber stored everything up to the cursor; how far it ever said."""
    position, now = position_of(node, cursor), node.now()

    def work(connection: Connection) -> int:
        if position > feed.head(connection).size:
            raise _stale(node)
        return feed_readers.record_acknowledgement(connection, actor.id, position, now)

    return await node.database.write(work)
