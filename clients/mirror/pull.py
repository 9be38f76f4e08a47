"""One round with one node: pull what is new, prove it by the node's signed head, take it in.

    kept      pages that follow what is here, whatever the node signs later
    proved    up to a head that verifies under the key pinned at the first meeting
    applied   proved entries alone make the state

A node that contradicts itself (two heads that disagree, a chain that breaks, another key) raises an
alarm: nothing is overwritten, nothing of it is applied, and the next round looks again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from clients import keys
from clients.clock import Clock, to_text
from clients.mirror import store
from clients.mirror.file import Alarm, Feed, FeedKey, KnownNode, MirrorFile
from clients.mirror.link import PAGE_ENTRIES, Failed, FeedPage, NodeFacts, NodeLink
from sync.chain import Checkpoint, Link, entry_hash, first_break, read_note

Standing = Literal["current", "unreachable", "alarm"]

ORIGIN: Final = "khabar/"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is with one node, for whoever watches."""

    url: str
    node: str
    position: int
    size: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a round with one node ended."""

    url: str
    node: str | None
    standing: Standing
    reason: str | None
    position: int
    """Entries that are proved and in the state."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that must not be, and where."""

    kind: str
    position: int
    detail: str


Watch: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a person knows of a node before it is met. None: believed at the first meeting."""

    signing_key: bytes | None = None


class Round:
    """One round with the node at ``url``."""

    def __init__(self, file: MirrorFile, url: str, link: NodeLink, clock: Clock) -> None:
        self._file = file
        self._url = url
        self._link = link
        self._clock = clock
        self.page_entries = PAGE_ENTRIES

    async def run(self, watch: Watch, expected: Expected = Expected()) -> Outcome:
        facts = await self._link.describe()
        if isinstance(facts, Failed):
            known = store.node_at(self._file, self._url)
            return Outcome(self._url, known, "unreachable", facts.reason, 0)
        key = FeedKey(facts.id, facts.epoch)
        wrong = self._stranger(facts, expected)
        if wrong is not None:
            return self._alarm(key, wrong)
        store.meet(self._file, facts, self._url)
        node = store.find_node(self._file, facts.id)
        assert node is not None
        return await self._follow(node, key, watch)

    def _stranger(self, facts: NodeFacts, expected: Expected) -> Wrong | None:
        """Another node than the one that was here, or the same with another key."""
        before = store.node_at(self._file, self._url)
        if before is not None and before != facts.id:
            return Wrong("other-node", 0, f"{self._url} was {before} and now says {facts.id}")
        known = store.find_node(self._file, facts.id)
        pinned = known.signing_key if known is not None else expected.signing_key
        if pinned is not None and pinned != facts.signing_key:
            said = f"{keys.to_text(facts.signing_key)} instead of {keys.to_text(pinned)}"
            return Wrong("key-changed", 0, said)
        return None

    async def _follow(self, node: KnownNode, key: FeedKey, watch: Watch) -> Outcome:
        note = await self._link.checkpoint()
        if isinstance(note, Failed):
            return self._lost(key, note)
        head = read_head(note, node, key)
        if isinstance(head, Wrong):
            return self._alarm(key, head)
        if head.size < max((each.size for each in store.checkpoints(self._file, key)), default=0):
            return self._lost(key, Failed("head-behind"))  # a copy that lags, or a node rolled back
        store.keep_checkpoint(self._file, key, head, note)
        feed = await self._pull(store.get_feed(self._file, key), head, watch)
        if isinstance(feed, Failed):
            return self._lost(key, feed)
        wrong = feed if isinstance(feed, Wrong) else self._contradiction(key, head)
        if wrong is not None:
            return self._alarm(key, wrong)
        assert isinstance(feed, Feed)
        return await self._take_in(node, store.prove(self._file, feed, head.size), watch)

    async def _pull(self, feed: Feed, head: Checkpoint, watch: Watch) -> Feed | Failed | Wrong:
        """Pages until the signed head is covered."""
        while feed.size < head.size:
            watch(Progress(self._url, feed.key.node, feed.size, head.size))
            page = await self._link.page(feed.cursor, self.page_entries)
            if isinstance(page, Failed):
                return page
            wrong = misfit(feed, page)
            if wrong is not None:
                return wrong
            if not page.links:
                said = f"the signed head counts {head.size}, the pages end at {feed.size}"
                return Wrong("entries-missing", feed.size + 1, said)
            feed = store.append(self._file, feed, page.links, page.cursor)
        return feed

    def _contradiction(self, key: FeedKey, head: Checkpoint) -> Wrong | None:
        """A head that disagrees with what the same node gave or signed before."""
        held = store.chain_at(self._file, key, head.size) if head.size else head.chain
        if held != head.chain:
            return Wrong("fork", head.size, f"the node signs {head.chain}, its entries gave {held}")
        for other in store.checkpoints(self._file, key):
            chain = store.chain_at(self._file, key, other.size) if other.size else other.chain
            if chain is not None and chain != other.chain:
                return Wrong("fork", other.size, f"the node also signed {other.chain}")
        return None

    async def _take_in(self, node: KnownNode, feed: Feed, watch: Watch) -> Outcome:
        while (after := store.apply(self._file, feed)) != feed:
            feed = after
        watch(Progress(self._url, node.id, feed.applied, feed.applied))
        if node.epoch != feed.key.epoch:
            self._change_epoch(node, feed)
        if feed.cursor is not None:
            failed = await self._link.acknowledge(feed.cursor)
            if failed is not None:
                return self._lost(feed.key, failed)
        return Outcome(self._url, node.id, "current", None, feed.applied)

    def _change_epoch(self, node: KnownNode, feed: Feed) -> None:
        """The node was restored from a backup: its old feed stays here, beside the new one."""
        if node.epoch is not None:
            old = store.get_feed(self._file, FeedKey(node.id, node.epoch))
            common = store.in_common(self._file, old.key, feed.key)
            if common < old.size:
                said = f"{old.size - common} entries of epoch {node.epoch} are not in the new one"
                self._keep(feed.key, Wrong("restored", common + 1, said))
        store.follow_epoch(self._file, feed.key)

    def _lost(self, key: FeedKey, failed: Failed) -> Outcome:
        applied = store.get_feed(self._file, key).applied
        return Outcome(self._url, key.node, "unreachable", failed.reason, applied)

    def _alarm(self, key: FeedKey, wrong: Wrong) -> Outcome:
        self._keep(key, wrong)
        applied = store.get_feed(self._file, key).applied
        return Outcome(self._url, key.node, "alarm", f"{wrong.kind}: {wrong.detail}", applied)

    def _keep(self, key: FeedKey, wrong: Wrong) -> None:
        alarm = Alarm(key, wrong.kind, wrong.position, wrong.detail)
        store.raise_alarm(self._file, alarm, to_text(self._clock.now()))


def read_head(note: str, node: KnownNode, key: FeedKey) -> Checkpoint | Wrong:
    """The signed head, if this node signed it for this feed."""
    name = f"{ORIGIN}{node.id}"
    head = read_note(note, name=name, public_key=node.signing_key, verify=verify_raw)
    if head is None:
        return Wrong("signature-wrong", 0, "the head does not verify under the pinned key")
    if head.origin != f"{name}/{key.epoch}":
        return Wrong("other-feed", head.size, f"the head is of {head.origin}")
    return head


def verify_raw(public_key: bytes, message: bytes, signature: bytes) -> bool:
    return keys.verify(keys.to_text(public_key), message, keys.to_text(signature))


def misfit(feed: Feed, page: FeedPage) -> Wrong | None:
    """Why a page does not follow what is here, at its first bad position."""
    broken = first_break(feed.chain, feed.size, page.links)
    if broken is None:
        return None
    index = broken - feed.size - 1
    link = page.links[index]
    if link.position != broken:
        return Wrong("out-of-order", broken, f"position {link.position} stands where {broken} must")
    if _is_text_wrong(link):
        return Wrong("text-altered", broken, "the text does not have the hash it came with")
    # The entry is whole in itself, so it is what stands before it that differs at the node.
    kind = "fork" if index == 0 and feed.size else "chain-broken"
    return Wrong(kind, broken, "the chain does not follow from the entry before")


def _is_text_wrong(link: Link) -> bool:
    return link.body is not None and entry_hash(link.body) != link.hash
