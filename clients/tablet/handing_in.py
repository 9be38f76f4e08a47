"""Hands the outbox in: in batches, until a receipt covers each line, past what the node refuses.

    served      the receipt is verified and kept                           next batch, twice as long
    lost        ask what became of it (R3), then send half as much, once   or end for today
    fault       the same three times, then by halves to the single line    which is shown and passed
    refused     by halves to the single line                               which is shown and passed

A receipt is believed only when the node's key signed it over this bundle (R1). Two single lines
refused in a row mean that the node is ill, not the lines: the sync ends and nothing is lost.
"""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from clients.http import Answer, Lost, Refusal, Reply, Request
from clients.tablet.asking import Asker, is_fault
from clients.tablet.events import SyncReport
from clients.tablet.identity import NodeIdentity
from clients.tablet.outbox import BATCH_LINES_MAX, Batch
from clients.tablet.parts import Parts
from clients.wire import Object, PushAnswer, read_push_answer

PUSH: Final = "/v1/sync/push"
BUNDLE_TYPE: Final = "application/x-ndjson"

NOTHING: Final = b"\n"
"""A bundle without a line."""

FAULTS_MAX: Final = 3
"""Faults of the node over one bundle before it is halved."""

REFUSED_IN_A_ROW_MAX: Final = 2
"""Single lines refused one after the other before the node is thought ill."""

_ENDS_THE_SYNC: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(slots=True)
class _Progress:
    after: int = 0
    """Lines up to here were dealt with in this sync."""
    lines_max: int = BATCH_LINES_MAX
    lost_in_a_row: int = 0
    refused_in_a_row: int = 0
    is_searching: bool = False
    """A bundle that the node fails over is being halved down to the line that does it."""


class HandingIn:
    """One sync's pushes."""

    __slots__ = ("_asker", "_node", "_parts", "_progress", "_refused_before", "_report", "orders")

    def __init__(self, parts: Parts, node: NodeIdentity, asker: Asker, report: SyncReport) -> None:
        self._parts = parts
        self._node = node
        self._asker = asker
        self._report = report
        self._progress = _Progress()
        self._refused_before = parts.outbox.refused()
        self.orders: list[Object] = []
        """What the node told the tablet to do; a revoked tablet hears it only here."""

    async def run(self) -> bool:
        """Hand in what can be; True when every line was dealt with, taken or shown."""
        if not await self._ask_after_lost():
            return False
        progress = self._progress
        while (
            batch := self._parts.outbox.next_batch(progress.after, progress.lines_max)
        ) is not None:
            if not await self._hand_in(batch):
                return False
        progress.refused_in_a_row = 0
        for first, last in self._refused_before:
            if last > self._parts.receipts.stored and not await self._hand_in(
                self._parts.outbox.batch(first, last)
            ):
                return False
        return True

    async def knock(self) -> None:
        """Hand in nothing, to hear the orders: a tablet that may read nothing may still do this."""
        nothing = Batch(0, -1, NOTHING, hashlib.sha256(NOTHING).hexdigest())
        request = Request("POST", PUSH, content=NOTHING, media_type=BUNDLE_TYPE)
        answer = self._read(nothing, await self._asker.ask(request))
        if isinstance(answer, PushAnswer):
            self.orders.extend(answer.orders)

    async def _hand_in(self, batch: Batch) -> bool:
        self._parts.outbox.begin(batch, "push")
        request = Request("POST", PUSH, content=batch.content, media_type=BUNDLE_TYPE)
        answer = self._read(batch, await self._asker.ask(request))
        if isinstance(answer, PushAnswer):
            return self._take(batch, answer)
        if isinstance(answer, Lost):
            return await self._after_loss(batch, answer)
        return await self._after_refusal(batch, answer)

    async def _ask_after_lost(self) -> bool:
        """What became of the bundle whose answer never came (R3); False when nobody answers."""
        batch = self._parts.outbox.unanswered()
        if batch is None:
            return True
        answer = self._read(batch, await self._asker.ask(Request("GET", f"{PUSH}/{batch.bundle}")))
        if isinstance(answer, PushAnswer):
            return self._take(batch, answer)
        if isinstance(answer, Refusal) and answer.status == HTTPStatus.NOT_FOUND:
            self._parts.outbox.forget(batch)
            return True
        self._report.note_answer("outbox", answer)
        return False

    def _read(self, batch: Batch, answer: Answer) -> PushAnswer | Refusal | Lost:
        if not isinstance(answer, Reply):
            return answer
        read = read_push_answer(
            answer.content,
            device=self._parts.identity.device,
            node=self._node.node_id,
            signing_key=self._node.signing_key,
            bundle=batch.bundle,
        )
        return Lost("no-receipt") if read is None else read

    def _take(self, batch: Batch, answer: PushAnswer) -> bool:
        progress = self._progress
        with self._parts.file.transaction():
            was = self._parts.receipts.epoch
            outcome = self._parts.receipts.receive(answer)
            if was not in {None, self._parts.receipts.epoch}:
                self._parts.replica.forget_verdicts(self._parts.receipts.stored)
            self._parts.replica.put_verdicts(answer.verdicts)
        self.orders.extend(answer.orders)
        progress.after = batch.last
        progress.lost_in_a_row = 0
        if outcome == "quarantined":
            reasons = [each.reason for each in answer.segments if each.outcome == outcome]
            self._refuse(batch, f"quarantined: {reasons[0] if reasons else None}", "never")
            return progress.refused_in_a_row < REFUSED_IN_A_ROW_MAX
        progress.refused_in_a_row = 0
        if not progress.is_searching:
            progress.lines_max = min(progress.lines_max * 2, BATCH_LINES_MAX)
        self._report.lines_handed_in += batch.lines_count
        return True

    async def _after_loss(self, batch: Batch, lost: Lost) -> bool:
        """One more try with half as much: a short message may get through where a long did not."""
        progress = self._progress
        progress.lost_in_a_row += 1
        if progress.lost_in_a_row > 1:
            self._report.note_answer("outbox", lost)
            return False
        progress.lines_max = max(batch.lines_count // 2, 1)
        return await self._ask_after_lost()

    async def _after_refusal(self, batch: Batch, refusal: Refusal) -> bool:
        progress = self._progress
        if refusal.status in _ENDS_THE_SYNC or (refusal.retry == "later" and not is_fault(refusal)):
            self._report.note_answer("outbox", refusal)
            return False
        if is_fault(refusal):
            faults = self._parts.outbox.note_fault(batch)
            if faults < FAULTS_MAX and not progress.is_searching:
                await self._asker.pause(faults)
                return True
        if batch.lines_count > 1:
            progress.is_searching = True
            progress.lines_max = batch.lines_count // 2
            self._parts.outbox.forget(batch)
            return True
        self._refuse(batch, refusal.slug, refusal.retry)
        return progress.refused_in_a_row < REFUSED_IN_A_ROW_MAX

    def _refuse(self, batch: Batch, reason: str, retry: str) -> None:
        """Show these lines to a person and go past them: they block nothing (P6)."""
        self._parts.outbox.refuse(batch, reason)
        lines = f"{batch.first}" if batch.lines_count == 1 else f"{batch.first}-{batch.last}"
        self._report.note(f"line {lines}", reason, retry)
        progress = self._progress
        progress.after = batch.last
        progress.refused_in_a_row += 1
        progress.is_searching = False
        progress.lines_max = BATCH_LINES_MAX
