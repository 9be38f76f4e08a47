"""What the mirror does with its file: meet a node, keep a page, prove it, take it in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from clients.mirror.file import (
    Alarm,
    Feed,
    FeedKey,
    KnownNode,
    MirrorBusyError,
    MirrorFile,
    StoredCheckpoint,
)
from clients.mirror.link import NodeFacts
from sync.chain import Checkpoint, Link
from sync.strictjson import parse

_FEED_COLUMNS: Final = "node, epoch, size, chain, cursor, proved, applied"
APPLY_ENTRIES: Final = 500
"""Entries taken into the state under one COMMIT."""


def find_node(file: MirrorFile, node: str) -> KnownNode | None:
    sql = "SELECT id, url, name, signing_key, epoch FROM node WHERE id = ?"
    return next((KnownNode(*row) for row in file.rows(sql, node)), None)


def node_at(file: MirrorFile, url: str) -> str | None:
    """The node that was last met at this address."""
    return next((row[0] for row in file.rows("SELECT id FROM node WHERE url = ?", url)), None)


def list_nodes(file: MirrorFile) -> list[KnownNode]:
    sql = "SELECT id, url, name, signing_key, epoch FROM node ORDER BY id"
    return [KnownNode(*row) for row in file.rows(sql)]


def meet(file: MirrorFile, facts: NodeFacts, url: str) -> None:
    """Remember a node at the first meeting, key and all; later only where it is and its name."""
    with file.transaction() as connection:
        connection.execute(
            "INSERT INTO node (id, url, name, signing_key) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET url = excluded.url, name = excluded.name",
            (facts.id, url, facts.name, facts.signing_key),
        )


def get_feed(file: MirrorFile, key: FeedKey) -> Feed:
    """A feed as far as it is here; one never met is empty."""
    sql = f"SELECT {_FEED_COLUMNS} FROM feed WHERE node = ? AND epoch = ?"  # noqa: S608 — a constant
    for row in file.rows(sql, key.node, key.epoch):
        return Feed(key, *row[2:])
    return Feed(key)


def list_feeds(file: MirrorFile) -> list[Feed]:
    sql = f"SELECT {_FEED_COLUMNS} FROM feed ORDER BY node, epoch"  # noqa: S608 — a constant
    return [Feed(FeedKey(row[0], row[1]), *row[2:]) for row in file.rows(sql)]


def chain_at(file: MirrorFile, key: FeedKey, position: int) -> str | None:
    """The chain after the entry at ``position``; None where there is none."""
    sql = "SELECT chain FROM entry WHERE node = ? AND epoch = ? AND position = ?"
    return next((row[0] for row in file.rows(sql, key.node, key.epoch, position)), None)


def links(file: MirrorFile, key: FeedKey, *, after: int = 0) -> Iterator[Link]:
    """The stored entries in order, one after the other."""
    sql = (
        "SELECT position, hash, chain, body FROM entry "
        "WHERE node = ? AND epoch = ? AND position > ? ORDER BY position"
    )
    return (Link(*row) for row in file.rows(sql, key.node, key.epoch, after))


def checkpoints(file: MirrorFile, key: FeedKey) -> list[StoredCheckpoint]:
    sql = "SELECT size, chain, note FROM checkpoint WHERE node = ? AND epoch = ? ORDER BY size"
    return [StoredCheckpoint(*row) for row in file.rows(sql, key.node, key.epoch)]


def keep_checkpoint(file: MirrorFile, key: FeedKey, checkpoint: Checkpoint, note: str) -> None:
    """Every head a node ever signed is kept: two that disagree prove the fork."""
    with file.transaction() as connection:
        connection.execute(
            "INSERT INTO checkpoint (node, epoch, size, chain, note) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            (key.node, key.epoch, checkpoint.size, checkpoint.chain, note),
        )


def append(file: MirrorFile, feed: Feed, new: Sequence[Link], cursor: str) -> Feed:
    """Keep a page that follows what is here, and where to go on from, in one step."""
    after = replace(
        feed,
        size=new[-1].position if new else feed.size,
        chain=new[-1].chain if new else feed.chain,
        cursor=cursor,
    )
    with file.transaction() as connection:
        if get_feed(file, feed.key) != feed:
            raise MirrorBusyError(feed.key.node)
        for link in new:
            report, action = _about(link.body)
            connection.execute(
                "INSERT INTO entry (node, epoch, position, hash, chain, report, action, body) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    feed.key.node,
                    feed.key.epoch,
                    link.position,
                    link.hash,
                    link.chain,
                    report,
                    action,
                    link.body,
                ),
            )
        _put_feed(file, after)
    return after


def _about(body: bytes | None) -> tuple[str | None, str | None]:
    """The report and the action of a text; none of a text that is not one of ours."""
    value = None if body is None else parse(body)
    if not isinstance(value, Mapping):
        return None, None
    match value:
        case {"report": str(report), "action": "publish" | "correct" | "withdraw" as action}:
            return report, str(action)
        case _:
            return None, None


def prove(file: MirrorFile, feed: Feed, size: int) -> Feed:
    """A signed head covers the feed up to ``size``."""
    after = replace(feed, proved=max(feed.proved, size))
    with file.transaction():
        if get_feed(file, feed.key) != feed:
            raise MirrorBusyError(feed.key.node)
        _put_feed(file, after)
    return after


def _put_feed(file: MirrorFile, feed: Feed) -> None:
    file.execute(
        f"INSERT INTO feed ({_FEED_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 — a constant
        "ON CONFLICT (node, epoch) DO UPDATE SET size = excluded.size, chain = excluded.chain, "
        "cursor = excluded.cursor, proved = excluded.proved, applied = excluded.applied",
        feed.key.node,
        feed.key.epoch,
        feed.size,
        feed.chain,
        feed.cursor,
        feed.proved,
        feed.applied,
    )


def apply(file: MirrorFile, feed: Feed) -> Feed:
    """Take the next proved entries into the state; unchanged when all are in."""
    last = min(feed.proved, feed.applied + APPLY_ENTRIES)
    if last == feed.applied:
        return feed
    after = replace(feed, applied=last)
    with file.transaction():
        if get_feed(file, feed.key) != feed:
            raise MirrorBusyError(feed.key.node)
        sql = (
            "SELECT report, position, action, body FROM entry WHERE node = ? AND epoch = ? "
            "AND position > ? AND position <= ? AND report IS NOT NULL ORDER BY position"
        )
        key = feed.key
        for row in list(file.rows(sql, key.node, key.epoch, feed.applied, last)):
            _apply_entry(file, key, *row)
        _put_feed(file, after)
    return after


def _apply_entry(
    file: MirrorFile, key: FeedKey, report: str, position: int, action: str, body: bytes | None
) -> None:
    """A withdrawal also takes the texts it is about out of the evidence; their hashes stay."""
    if body is None:
        return
    file.execute(
        "INSERT INTO state (node, epoch, report, position, action, body) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (node, epoch, report) DO UPDATE SET "
        "position = excluded.position, action = excluded.action, body = excluded.body",
        key.node,
        key.epoch,
        report,
        position,
        action,
        body,
    )
    if action == "withdraw":
        file.execute(
            "UPDATE entry SET body = NULL WHERE report = ? AND node = ? AND action != 'withdraw' "
            "AND (epoch != ? OR position < ?)",
            report,
            key.node,
            key.epoch,
            position,
        )


def follow_epoch(file: MirrorFile, key: FeedKey) -> None:
    """From now on the state of this node is the one of this epoch."""
    with file.transaction() as connection:
        connection.execute("UPDATE node SET epoch = ? WHERE id = ?", (key.epoch, key.node))


def in_common(file: MirrorFile, one: FeedKey, other: FeedKey) -> int:
    """Up to which position two feeds are the same: a chain that is equal has an equal past."""
    low, high = 0, min(get_feed(file, one).size, get_feed(file, other).size)
    while low < high:
        middle = (low + high + 1) // 2
        if chain_at(file, one, middle) == chain_at(file, other, middle):
            low = middle
        else:
            high = middle - 1
    return low


def raise_alarm(file: MirrorFile, alarm: Alarm, at: str) -> None:
    """Keep the first sight of each alarm."""
    with file.transaction() as connection:
        connection.execute(
            "INSERT INTO alarm (node, epoch, kind, position, detail, raised_at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (alarm.feed.node, alarm.feed.epoch, alarm.kind, alarm.position, alarm.detail, at),
        )


def list_alarms(file: MirrorFile) -> list[Alarm]:
    sql = "SELECT node, epoch, kind, position, detail FROM alarm ORDER BY raised_at, node, position"
    return [Alarm(FeedKey(row[0], row[1]), *row[2:]) for row in file.rows(sql)]


@dataclass(frozen=True, slots=True)
class Current:
    """What a node's feed says of one report now."""

    node: str
    report: str
    action: str
    body: bytes


def current_state(file: MirrorFile) -> Iterator[Current]:
    """Every report of every node by the epoch it follows, withdrawn ones with their withdrawal."""
    sql = (
        "SELECT state.node, state.report, state.action, state.body FROM state "
        "JOIN node ON node.id = state.node AND node.epoch = state.epoch "
        "ORDER BY state.node, state.report"
    )
    return (Current(*row) for row in file.rows(sql))
