"""A reader of the feed with nothing but HTTP and the proofs: it believes no entry it cannot chain.

Small on purpose: the regional mirror does the same with a database behind it, and the two are
compared.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx

from clients.clock import SystemClock, epoch_ms
from clients.ids import IdSource
from clients.keys import SEED_BYTES, DeviceKey, from_text, to_text, verify
from clients.scenario.console import Console, RefusedError
from clients.tokens import subscriber_token
from sync.chain import CHAIN_START, Checkpoint, Link, first_break, read_note

PAGE_ENTRIES: Final = 5
"""Small pages, so that there are several."""

PAGES_MAX: Final = 1_000


@dataclass(slots=True)
class Subscriber:
    """One subscriber's key and everything it was served."""

    code: str
    id: str
    key: DeviceKey
    url: str
    ids: IdSource
    node: Mapping[str, Any]
    links: list[Link] = field(default_factory=list[Link])
    cursor: str | None = None
    checkpoint: Checkpoint | None = None

    @classmethod
    async def register(
        cls, operator: Console, code: str, ids: IdSource, *, key: DeviceKey | None = None
    ) -> "Subscriber":
        """Let the operator of the node enter a key, one of its own when none is given."""
        key = key or DeviceKey(ids.secret(SEED_BYTES))
        made = await operator.post(
            "/v1/subscribers",
            {"name": f"Reader {code}", "code": code, "public_key": key.public_text},
        )
        node = await operator.get("/v1/node")
        return cls(code, made["id"], key, str(operator.client.base_url), ids, node)

    async def pull(self) -> None:
        """Follow the cursor to the end, then fetch the signed head."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            for _ in range(PAGES_MAX):
                page = (await self._ask(client, "/v1/feed", self._place())).json()
                self.links += [_link(entry) for entry in page["entries"]]
                self.cursor = page["cursor"]
                if not page["more"]:
                    break
            note = (await self._ask(client, "/v1/feed/checkpoint", {})).text
        self.checkpoint = self._read(note)

    def _place(self) -> dict[str, str]:
        place = {"limit": str(PAGE_ENTRIES)}
        return place if self.cursor is None else {**place, "cursor": self.cursor}

    async def _ask(
        self, client: httpx.AsyncClient, path: str, params: Mapping[str, str]
    ) -> httpx.Response:
        token = subscriber_token(
            self.key,
            code=self.id,
            node=str(self.node["id"]),
            now_ms=epoch_ms(SystemClock().now()),
            token_id=self.ids.uuid(),
        )
        response = await client.get(
            path, params=params, headers={"Authorization": f"Bearer {token}"}
        )
        if not response.is_success:
            raise RefusedError(f"GET {path}", response)
        return response

    def _read(self, note: str) -> Checkpoint | None:
        key = from_text(str(self.node["signing_key"])) or b""

        def genuine(public: bytes, message: bytes, signature: bytes) -> bool:
            return verify(to_text(public), message, to_text(signature))

        return read_note(note, name=f"khabar/{self.node['id']}", public_key=key, verify=genuine)

    @property
    def is_proved(self) -> bool:
        """Every entry follows the one before, and the signed head closes the last."""
        head = self.checkpoint
        return (
            head is not None
            and first_break(CHAIN_START, 0, self.links) is None
            and head.size == len(self.links)
            and head.chain == (self.links[-1].chain if self.links else CHAIN_START)
        )

    def is_forgery_found(self) -> bool:
        """Change one letter of one text, or leave one entry out: both must be told."""
        at = next((i for i, link in enumerate(self.links) if link.body is not None), None)
        if at is None:
            return False
        body = self.links[at].body or b""
        forged = replace(self.links[at], body=body.replace(b'"v":1', b'"v":2'))
        changed = [*self.links[:at], forged, *self.links[at + 1 :]]
        shortened = [*self.links[:at], *self.links[at + 1 :]]
        return all(first_break(CHAIN_START, 0, each) is not None for each in (changed, shortened))

    def bodies(self) -> list[dict[str, Any]]:
        """The texts this subscriber may read, in the order of the feed."""
        return [json.loads(link.body) for link in self.links if link.body is not None]

    def held(self) -> dict[str, dict[str, Any]]:
        """What stands: report to its newest text, without what was withdrawn."""
        standing: dict[str, dict[str, Any]] = {}
        for body in self.bodies():
            standing.pop(body["report"], None)
            if body["action"] != "withdraw":
                standing[body["report"]] = body
        return standing

    def actions(self) -> dict[str, int]:
        """How many entries of each action this subscriber could read."""
        counted: dict[str, int] = {}
        for body in self.bodies():
            counted[body["action"]] = counted.get(body["action"], 0) + 1
        return counted


def _link(entry: Mapping[str, Any]) -> Link:
    body = entry["body"]
    return Link(
        entry["position"],
        entry["hash"],
        entry["chain"],
        None if body is None else str(body).encode(),
    )
