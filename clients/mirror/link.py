"""Asks one node for its feed: who it is, its signed head, its pages; says what was stored.

Nothing is believed here; ``pull`` proves it. Nothing raises: what went wrong is ``Failed``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from clients.clock import epoch_ms
from clients.http import Answer, Lost, NodeClient, Refusal, Reply, Request
from clients.keys import DeviceKey, from_text
from clients.tokens import subscriber_token
from clients.wire import read_object
from clients.world import World
from sync.chain import Link
from sync.ids import is_sha256, is_uuid
from sync.strictjson import Json, dumps
from sync.values import instant_ms

PAGE_ENTRIES: Final = 500
"""Entries asked for at once: about a megabyte, stored before the next is asked for."""

_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Failed:
    """Why the node could not be asked. ``cursor-stale`` is the one that changes what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What a node says about itself."""

    id: str
    name: str
    epoch: str
    signing_key: bytes


@dataclass(frozen=True, slots=True)
class FeedPage:
    links: tuple[Link, ...]
    cursor: str
    more: bool


Facts: TypeAlias = NodeFacts | Failed


class NodeLink:
    """The way to one node, as the subscriber that its operators know by ``code``."""

    def __init__(self, client: NodeClient, world: World, key: DeviceKey, *, code: str) -> None:
        self._client = client
        self._world = world
        self._key = key
        self._code = code
        self._node = ""
        self._offset_ms = 0

    async def describe(self) -> Facts:
        """Who the node is. Its clock is taken for the tokens that follow (T2)."""
        answer = await self._client.send(Request("GET", "/v1/node"), {})
        if not isinstance(answer, Reply):
            return _failed(answer)
        body = read_object(answer.content)
        now_ms = instant_ms(str(body.get("server_time", "")))
        key = from_text(str(body.get("signing_key", "")))
        if not is_uuid(body.get("id")) or now_ms is None or key is None or len(key) != _KEY_BYTES:
            return Failed("unreadable")
        self._node = str(body["id"])
        self._offset_ms = now_ms - epoch_ms(self._world.clock.now())
        return NodeFacts(self._node, str(body.get("name", "")), str(body.get("epoch", "")), key)

    async def checkpoint(self) -> str | Failed:
        answer = await self._ask(Request("GET", "/v1/feed/checkpoint", is_json_expected=False))
        if not isinstance(answer, Reply):
            return _failed(answer)
        return answer.content.decode(errors="replace")

    async def page(self, cursor: str | None, limit: int = PAGE_ENTRIES) -> FeedPage | Failed:
        params = {"limit": str(limit)}
        if cursor is not None:
            params["cursor"] = cursor
        answer = await self._ask(Request("GET", "/v1/feed", params=params))
        if not isinstance(answer, Reply):
            return _failed(answer)
        page = _read_page(read_object(answer.content))
        return Failed("unreadable") if page is None else page

    async def acknowledge(self, cursor: str) -> Failed | None:
        content = dumps({"cursor": cursor})
        answer = await self._ask(Request("POST", "/v1/feed/ack", content=content))
        return None if isinstance(answer, Reply) else _failed(answer)

    async def _ask(self, request: Request) -> Answer:
        token = subscriber_token(
            self._key,
            code=self._code,
            node=self._node,
            now_ms=epoch_ms(self._world.clock.now()) + self._offset_ms,
            token_id=self._world.ids.uuid(),
        )
        return await self._client.send(request, {"Authorization": f"Bearer {token}"})


def _failed(answer: Refusal | Lost) -> Failed:
    return Failed(answer.slug if isinstance(answer, Refusal) else answer.reason)


def _read_page(body: Mapping[str, Json]) -> FeedPage | None:
    entries, cursor, more = body.get("entries"), body.get("cursor"), body.get("more")
    if not isinstance(entries, list) or not isinstance(cursor, str) or not isinstance(more, bool):
        return None
    links = [_read_link(entry) for entry in entries]
    whole = tuple(link for link in links if link is not None)
    return FeedPage(whole, cursor, more) if len(whole) == len(links) else None


def _read_link(entry: Json) -> Link | None:
    if not isinstance(entry, Mapping):
        return None
    position, body = entry.get("position"), entry.get("body")
    if not isinstance(position, int) or isinstance(position, bool):
        return None
    if not is_sha256(entry.get("hash")) or not is_sha256(entry.get("chain")):
        return None
    if body is not None and not isinstance(body, str):
        return None
    text = None if body is None else body.encode()
    return Link(position, str(entry["hash"]), str(entry["chain"]), text)
