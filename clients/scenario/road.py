"""The road between tablets and the node: a TCP relay that drops a connection where it is told to.

    request   after so many bytes of a push's body: the node never has it
    answer    before the first byte of the answer: the node has it, the tablet does not know
    handed    when the whole push has gone out: nobody knows

A dropped connection is reset, as a network does that goes away.
"""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from clients.scenario.process import HOST

PUSH: Final = b"POST /v1/sync/push"
_CHUNK_BYTES: Final = 64 * 1024
_LENGTH: Final = re.compile(rb"(?im)^content-length:\s*(\d+)\s*$")
_HEAD_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Drop:
    """Where the next push is cut, and what happens in that moment."""

    where: Literal["request", "answer", "handed"]
    body_bytes: int = 0
    """Of a ``request``: how many bytes of its body still pass."""
    then: Callable[[], None] | None = None


@dataclass(slots=True)
class _Passage:
    """One connection of a tablet through the road."""

    down: StreamWriter
    up: StreamWriter
    drop: Drop | None = None
    passed: int = 0
    limit: int | None = None
    """Bytes of the request that pass before the cut; None when it is cut at the answer."""

    def cut(self) -> None:
        for writer in (self.down, self.up):
            writer.transport.abort()
        if self.drop is not None and self.drop.then is not None:
            self.drop.then()


@dataclass(slots=True)
class Road:
    """The relay. Tablets are told its address as the node's."""

    node_port: int
    drops: list[str] = field(default_factory=list[str])
    """What was dropped, in order."""
    port: int = 0
    _armed: Drop | None = None
    _server: asyncio.Server | None = None
    _pumps: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def drop_next_push(self, drop: Drop) -> None:
        self._armed = drop

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            node_reader, node_writer = await asyncio.open_connection(HOST, self.node_port)
        except OSError:
            writer.transport.abort()
            return
        passage = _Passage(writer, node_writer)
        for pump in (self._pump_up(reader, passage), self._pump_down(node_reader, passage)):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump_up(self, reader: StreamReader, passage: _Passage) -> None:
        try:
            while chunk := await reader.read(_CHUNK_BYTES):
                if self._armed is not None and chunk.startswith(PUSH):
                    chunk = await _whole_head(reader, chunk)
                    passage.drop, self._armed = self._armed, None
                    passage.limit = _limit(passage.drop, chunk)
                room = len(chunk) if passage.limit is None else passage.limit - passage.passed
                passage.passed += min(room, len(chunk))
                passage.up.write(chunk[:room])
                await passage.up.drain()
                if passage.limit is not None and passage.passed >= passage.limit:
                    self._note(passage)
                    return
        except OSError:
            pass
        passage.up.close()

    async def _pump_down(self, reader: StreamReader, passage: _Passage) -> None:
        try:
            while chunk := await reader.read(_CHUNK_BYTES):
                if passage.drop is not None and passage.drop.where == "answer":
                    self._note(passage)
                    return
                passage.down.write(chunk)
                await passage.down.drain()
        except OSError:
            pass
        passage.down.close()

    def _note(self, passage: _Passage) -> None:
        assert passage.drop is not None
        self.drops.append(passage.drop.where)
        passage.cut()


async def _whole_head(reader: StreamReader, chunk: bytes) -> bytes:
    while _HEAD_END not in chunk:
        more = await reader.read(_CHUNK_BYTES)
        if not more:
            break
        chunk += more
    return chunk


def _limit(drop: Drop, head: bytes) -> int | None:
    """How many bytes of the request pass."""
    if drop.where == "answer":
        return None
    head_bytes = head.index(_HEAD_END) + len(_HEAD_END)
    found = _LENGTH.search(head[:head_bytes])
    body_bytes = int(found[1]) if found is not None else 0
    return head_bytes + (body_bytes if drop.where == "handed" else min(drop.body_bytes, body_bytes))
