"""One tablet asks one node: who it is, what is told about the tablet, and how long it is patient.

Corrects the clock of its tokens when the node says the time (docs/protocol.md T2), never that of
its records. Backs off where the node asks to, and gives up for this sync before the battery does.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from clients.clock import epoch_ms
from clients.http import Answer, NodeClient, Refusal, Request
from clients.tablet.file import TabletFile
from clients.tablet.identity import Identity
from clients.tablet.receipts import Receipts
from clients.tokens import device_token
from clients.world import World

APP_VERSION: Final = "khabar-tablet/0.1"

ATTEMPTS_MAX: Final = 4
"""How often one request is sent while the node says ``later``."""

PAUSE_MS: Final = 1_000
"""The first pause; each further one is twice as long."""

PAUSE_MS_MAX: Final = 60_000
"""A longer wait belongs to the next sync: the officer has a car to search."""


class Asker:
    """Sends requests in the name of one tablet."""

    __slots__ = ("_client", "_file", "_identity", "_is_compressing", "_receipts", "_world")

    def __init__(
        self,
        client: NodeClient,
        world: World,
        file: TabletFile,
        identity: Identity,
        receipts: Receipts,
    ) -> None:
        self._client = client
        self._world = world
        self._file = file
        self._identity = identity
        self._receipts = receipts
        self._is_compressing = True

    async def ask(self, request: Request) -> Answer:
        """Send until it is served, refused for good, lost, or patience ends."""
        mended: set[str] = set()
        attempt = 0
        while True:
            attempt += 1
            answer = await self._client.send(self._prepared(request), self._headers())
            if not isinstance(answer, Refusal):
                return answer
            if self._mend(answer, mended):
                continue
            pause_ms = self._pause_ms(answer, attempt)
            if pause_ms is None:
                return answer
            await self._world.pause(pause_ms)

    def _prepared(self, request: Request) -> Request:
        return request if self._is_compressing else replace(request, is_compressible=False)

    def _mend(self, refusal: Refusal, mended: set[str]) -> bool:
        """Change what the refusal is about; each thing once a request, so that nothing loops."""
        if refusal.slug in mended:
            return False
        mended.add(refusal.slug)
        match refusal.slug:
            case "clock-off":
                return self._correct_clock(refusal.body.get("server_time_ms"))
            case "not-authenticated":
                return True
            case "unsupported-encoding":
                self._is_compressing = False
                return True
            case _:
                return False

    def _correct_clock(self, server_time_ms: object) -> bool:
        if not isinstance(server_time_ms, int):
            return False
        offset = server_time_ms - epoch_ms(self._world.clock.now())
        with self._file.transaction():
            self._file.put({"token_offset_ms": offset})
        return True

    def _pause_ms(self, refusal: Refusal, attempt: int) -> int | None:
        """How long to wait before the next attempt; None when this sync should not make one."""
        if refusal.retry != "later" or is_fault(refusal) or attempt >= ATTEMPTS_MAX:
            return None
        asked = refusal.retry_after_ms
        if asked is None:
            asked = self._growing_ms(attempt)
        return asked if asked <= PAUSE_MS_MAX else None

    async def pause(self, attempt: int) -> None:
        """Leave the node alone for a while, longer after each attempt."""
        await self._world.pause(self._growing_ms(attempt))

    def _growing_ms(self, attempt: int) -> int:
        """Half of it by chance, so that a hundred tablets do not come back together."""
        half = (PAUSE_MS << attempt) // 2
        return half + half * self._world.ids.secret(1)[0] // 255

    def _headers(self) -> Mapping[str, str]:
        headers = {
            "Accept": "application/json, application/problem+json",
            "Authorization": f"Bearer {self._token()}",
            "Khabar-App": APP_VERSION,
            "Khabar-Clock": self._world.clock.now().isoformat(timespec="milliseconds"),
            "Khabar-Outbox": str(self._receipts.lines_count),
        }
        left = self._world.storage_left()
        return headers if left is None else {**headers, "Khabar-Storage-Left": str(left)}

    def _token(self) -> str:
        offset = timedelta(milliseconds=int(self._file.get("token_offset_ms") or 0))
        node = self._identity.node
        return device_token(
            self._identity.key,
            device=self._identity.device,
            node="" if node is None else node.node_id,
            now_ms=epoch_ms(self._world.clock.now()) + offset // timedelta(milliseconds=1),
            token_id=self._world.ids.uuid(),
        )


def is_fault(refusal: Refusal) -> bool:
    """The node's own mistake: sent again as it is, it may well be made again."""
    return refusal.status == HTTPStatus.INTERNAL_SERVER_ERROR
