"""What a node tells a tablet to do: hand in again, or wipe itself (S8).

A wipe follows the handing-in: the log goes first, then everything a finder could read, then the
word that it is done, and the key last, because that word is sent with it. Killed anywhere in
between, the tablet goes on where it was.
"""

from collections.abc import Iterable
from typing import Final

from clients.http import Reply, Request
from clients.tablet.asking import Asker
from clients.tablet.events import SyncReport
from clients.tablet.parts import Parts
from clients.tablet.replica import Object
from sync.strictjson import dumps

ORDER_RECEIPT: Final = "/v1/devices/current/orders/{order}/receipt"

_CLEARED: Final = (
    "report", "conflict", "verdict", "draft", "attachment_piece", "attachment", "carried",
    "handing_in", "seal", "log_line", "officer", "reference_row", "reference_name", "form",
)  # fmt: skip
_STATE_KEPT: Final = (
    "device", "name", "node_url", "private_key", "node_id", "signing_key", "sealing_key",
    "token_offset_ms", "wipe", "is_cleared",
)  # fmt: skip


class Orders:
    """The orders of one sync."""

    __slots__ = ("_asker", "_parts", "_report")

    def __init__(self, parts: Parts, asker: Asker, report: SyncReport) -> None:
        self._parts = parts
        self._asker = asker
        self._report = report

    async def obey(self, orders: Iterable[Object]) -> bool:
        """Take the orders in; True when the outbox has to be gone through once more."""
        is_resending = False
        seen: set[str] = set()
        for order in orders:
            kind, order_id = order.get("kind"), order.get("id")
            if not isinstance(order_id, str) or order_id in seen:
                continue
            seen.add(order_id)
            if kind == "wipe":
                with self._parts.file.transaction():
                    self._parts.file.put({"wipe": order_id})
            elif kind == "resend-from":
                is_resending |= await self._resend(order_id, order.get("from_seq"))
            else:
                self._report.note(f"order {order_id}", "unknown-order", "never")
        return is_resending

    async def _resend(self, order: str, from_seq: object) -> bool:
        if not isinstance(from_seq, int) or from_seq < 1:
            await self._say(order, "failed")
            return False
        with self._parts.file.transaction():
            self._parts.receipts.hand_in_again(from_seq - 1)
        await self._say(order, "done")
        return True

    @property
    def wipe(self) -> str | None:
        """The wipe that is under way."""
        return self._parts.file.get("wipe")

    @property
    def is_cleared(self) -> bool:
        return self._parts.file.get("is_cleared") is not None

    async def carry_out_wipe(self) -> None:
        """Clear the tablet, say so, forget the key. The outbox has been handed in."""
        order = self.wipe
        assert order is not None, "only a wipe that was ordered"
        if not self.is_cleared:
            self._clear()
        if await self._say(order, "done"):
            with self._parts.file.transaction():
                self._parts.identity.forget_key()
            self._report.is_wiped = True

    def _clear(self) -> None:
        with self._parts.file.transaction():
            for table in _CLEARED:
                self._parts.file.run(f"DELETE FROM {table}")  # noqa: S608 — names of our own tables
            kept = ", ".join("?" * len(_STATE_KEPT))
            self._parts.file.run(f"DELETE FROM state WHERE key NOT IN ({kept})", *_STATE_KEPT)  # noqa: S608 — only marks
            self._parts.file.put({"is_cleared": "yes"})
        # What was deleted is overwritten (secure_delete); now it leaves the write-ahead log too.
        self._parts.file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._parts.file.connection.execute("VACUUM")

    async def _say(self, order: str, outcome: str) -> bool:
        """Confirm an order by a receipt of ours; an order unconfirmed comes again."""
        request = Request(
            "POST",
            ORDER_RECEIPT.format(order=order),
            content=dumps({"outcome": outcome}),
            is_json_expected=False,
        )
        answer = await self._asker.ask(request)
        if not isinstance(answer, Reply):
            self._report.note_answer(f"order {order}", answer)
        return isinstance(answer, Reply)
