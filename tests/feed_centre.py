"""A regional centre: a mirror in front of real nodes, with somebody in between who may lie."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from backend.actors import Role
from clients.http import NodeClient
from clients.keys import DeviceKey
from clients.mirror import store
from clients.mirror.file import MirrorFile
from clients.mirror.link import NodeLink
from clients.mirror.proof import Proof, prove_file
from clients.mirror.pull import Expected, Outcome, Progress, Round
from clients.world import World
from tests.feed_node import number_of
from tests.running_node import RunningNode
from tests.unit.clients.tablets import CountedIds, Pauses, StillClock

URL = "http://node.test"
SEED = b"c" * 32
CODE = "CARICC"

Tamper = Callable[[httpx.Request, Any], Any]
"""What a dishonest node makes of an answer's JSON or text before it goes out."""


class TamperedTransport(httpx.AsyncBaseTransport):
    """A real node, and somebody who changes what it says."""

    def __init__(self, node: RunningNode, tamper: Tamper) -> None:
        self._inner = httpx.ASGITransport(node.app)
        self._tamper = tamper

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        raw = b"".join([part async for part in response.stream])
        headers = {"content-type": response.headers["content-type"]}
        request.headers["accept-encoding"] = "identity"
        if "json" in headers["content-type"]:
            raw = json.dumps(self._tamper(request, json.loads(raw))).encode()
        else:
            raw = self._tamper(request, raw.decode()).encode()
        return httpx.Response(response.status_code, headers=headers, content=raw)


def honest(_: httpx.Request, answer: Any) -> Any:
    return answer


class Centre:
    """A mirror of one or more nodes, under one code and one key."""

    def __init__(self, path: Path | str = ":memory:", **options: Any) -> None:
        self.file = MirrorFile(path, **options)
        self.key = DeviceKey(SEED)
        self.watched: list[Progress] = []
        self.page_entries = 2

    def link(self, node: RunningNode, tamper: Tamper = honest) -> NodeLink:
        http = httpx.AsyncClient(
            transport=TamperedTransport(node, tamper), headers={"Accept-Encoding": "identity"}
        )
        world = World(StillClock(), CountedIds(7), Pauses())
        return NodeLink(NodeClient(http, URL), world, self.key, code=CODE)

    async def pull(
        self, node: RunningNode, tamper: Tamper = honest, *, url: str = URL, **expected: Any
    ) -> Outcome:
        turn = Round(self.file, url, self.link(node, tamper), StillClock())
        turn.page_entries = self.page_entries
        return await turn.run(self.watched.append, Expected(**expected))

    def held(self) -> dict[str, str]:
        """Number of each report in the state -> the action that made it so."""
        return {number_of(each.report): each.action for each in store.current_state(self.file)}

    def alarms(self) -> list[tuple[str, int]]:
        return [(alarm.kind, alarm.position) for alarm in store.list_alarms(self.file)]

    def proofs(self) -> list[Proof]:
        return prove_file(self.file)


async def let_in(node: RunningNode) -> None:
    """Make the centre a subscriber of this node."""
    operator = await node.console(roles=(Role.OPERATOR,))
    answer = await operator.client.post(
        "/v1/subscribers",
        json={"name": "Centre", "code": CODE, "public_key": DeviceKey(SEED).public_text},
    )
    assert answer.status_code == 201, answer.text
