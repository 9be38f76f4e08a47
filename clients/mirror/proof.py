"""Proves a feed from its first entry on, in a mirror's file or straight from a node.

Names the first position that is bad, and whether the signed heads agree with the entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clients.mirror import store
from clients.mirror.file import Feed, FeedKey, KnownNode, MirrorFile, StoredCheckpoint
from clients.mirror.link import Failed, FeedPage, NodeFacts, NodeLink
from clients.mirror.pull import Wrong, misfit, read_head
from sync.chain import CHAIN_START, Checkpoint, Link, entry_hash, extend


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. ``broken_at`` is None when the feed is whole."""

    feed: FeedKey
    size: int
    heads: int
    """Signed heads that agree with the entries."""
    broken_at: int | None = None
    reason: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def prove_file(file: MirrorFile) -> list[Proof]:
    """Every feed in the file, entry by entry."""
    nodes = {node.id: node for node in store.list_nodes(file)}
    return [_prove_stored(file, feed, nodes[feed.key.node]) for feed in store.list_feeds(file)]


def _prove_stored(file: MirrorFile, feed: Feed, node: KnownNode) -> Proof:
    heads: dict[int, list[StoredCheckpoint]] = {}
    for each in store.checkpoints(file, feed.key):
        heads.setdefault(each.size, []).append(each)
    chain, position, agreeing = CHAIN_START, 0, 0
    for link in store.links(file, feed.key):
        position += 1
        chain = extend(chain, link.hash)
        here = heads.get(position, [])
        reason = _fault(link, position, chain) or _disagreement(here, chain, node, feed.key)
        if reason is not None:
            return Proof(feed.key, feed.size, agreeing, position, reason)
        agreeing += len(here)
    if position != feed.size:
        position += 1
        return Proof(feed.key, feed.size, agreeing, position, f"entry {position} is missing")
    return Proof(feed.key, feed.size, agreeing)


def _fault(link: Link, position: int, chain: str) -> str | None:
    if link.position != position:
        return f"entry {position} is missing"
    if link.body is not None and entry_hash(link.body) != link.hash:
        return "the text does not have its hash"
    return None if link.chain == chain else "the chain does not follow"


def _disagreement(
    heads: Sequence[StoredCheckpoint], chain: str, node: KnownNode, key: FeedKey
) -> str | None:
    """Why a signed head of this place does not vouch for the entries before it."""
    for each in heads:
        head = read_head(each.note, node, key)
        if isinstance(head, Wrong):
            return head.detail
        if (head.size, head.chain) != (each.size, chain):
            return "a signed head disagrees with the entries"
    return None


async def prove_node(link: NodeLink, facts: NodeFacts, limit: int) -> Proof | Failed:
    """A node's feed as this reader gets it, from the start, kept nowhere."""
    key = FeedKey(facts.id, facts.epoch)
    note = await link.checkpoint()
    if isinstance(note, Failed):
        return note
    node = KnownNode(facts.id, "", facts.name, facts.signing_key, facts.epoch)
    head = read_head(note, node, key)
    if isinstance(head, Wrong):
        return Proof(key, 0, 0, head.position, head.detail)
    feed = Feed(key)
    while feed.size < head.size:
        page = await link.page(feed.cursor, limit)
        if isinstance(page, Failed):
            return page
        wrong = misfit(feed, page) or _short(feed, page, head)
        if wrong is not None:
            return Proof(key, feed.size, 0, wrong.position, wrong.detail)
        last = page.links[-1]
        feed = Feed(key, last.position, last.chain, page.cursor)
    return Proof(key, head.size, 1)


def _short(feed: Feed, page: FeedPage, head: Checkpoint) -> Wrong | None:
    """A page that ends before the signed head does, or that the head does not vouch for."""
    if not page.links:
        return Wrong("entries-missing", feed.size + 1, "the pages end before the signed head")
    signed = [each for each in page.links if each.position == head.size]
    if signed and signed[0].chain != head.chain:
        return Wrong("fork", head.size, "the signed head disagrees with the entries")
    return None
