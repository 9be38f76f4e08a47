"""How far the node holds this tablet's log: what receipts prove, and nothing else (R1).

What they cover lives in one number, ``stored``, of one epoch; lines that the node keeps beyond a
gap or on a branch are known by the receipts of their bundles. A restored node has another epoch:
of what it once held it has what it says now, and the rest is handed in again.
"""

from typing import Final

from clients.tablet.file import TabletFile
from clients.tablet.identity import NodeIdentity
from clients.tablet.log import DeviceLog
from clients.wire import PushAnswer, Receipt, SegmentOutcome, read_receipt
from sync.ids import DeviceId

_KEPT_APART: Final = ("held", "forked")
"""Outcomes of lines that the node keeps although ``stored`` does not reach them."""


class Receipts:
    """What one tablet was told, and may believe, about its own log."""

    __slots__ = ("_device", "_file", "_log")

    def __init__(self, file: TabletFile, device: DeviceId, log: DeviceLog) -> None:
        self._file = file
        self._device = device
        self._log = log

    @property
    def epoch(self) -> str | None:
        """The life of the node's data that ``stored`` speaks of."""
        return self._file.get("epoch")

    @property
    def stored(self) -> int:
        """The last line up to which a receipt says that the node holds this log."""
        return int(self._file.get("stored") or 0)

    @property
    def lines_count(self) -> int:
        """Lines that are on this tablet alone: no receipt covers them."""
        reached, kept = self.stored, 0
        for first, last in self.kept_apart():
            kept += max(0, last - max(first - 1, reached))
            reached = max(reached, last)
        return self._log.last - self.stored - kept

    def kept_apart(self) -> list[tuple[int, int]]:
        """Runs of lines that the node keeps although ``stored`` does not reach them."""
        return self._file.all(
            "SELECT first, last FROM handing_in WHERE epoch = ? AND outcome IN (?, ?)"
            " AND last > ? ORDER BY first",
            self.epoch,
            *_KEPT_APART,
            self.stored,
        )

    def receive(self, answer: PushAnswer) -> str:
        """Believe a receipt: remember what it covers. The outcome of the own lines in it."""
        outcome = self._outcome(answer.segments)
        with self._file.transaction():
            self._believe(answer.receipt, outcome)
        return outcome

    def bring_home(self, text: str, signature: str, node: NodeIdentity) -> bool:
        """Believe the receipt that a courier got for a file this tablet wrote.

        False for one that is not genuine, not for a bundle of this tablet, or of another epoch.
        """
        receipt = read_receipt(text, signature, node=node.node_id, signing_key=node.signing_key)
        if receipt is None or self.epoch not in {None, receipt.epoch}:
            return False
        known = self._file.one("SELECT last FROM handing_in WHERE bundle = ?", receipt.bundle)
        # Short of the last line it may be held, on a branch or in quarantine: nothing is proved.
        if known is None or receipt.stored.get(self._device, 0) < known[0]:
            return False
        with self._file.transaction():
            self._believe(receipt, "stored")
        return True

    def _believe(self, receipt: Receipt, outcome: str) -> None:
        self._file.run(
            "UPDATE handing_in SET epoch = ?, outcome = ?, receipt = ?, signature = ?,"
            " refusal = NULL WHERE bundle = ?",
            receipt.epoch,
            outcome,
            receipt.text,
            receipt.signature,
            receipt.bundle,
        )
        stored = receipt.stored.get(self._device, 0)
        self.enter_epoch(receipt.epoch, stored)
        self._advance(stored)

    def _advance(self, stored: int) -> None:
        """Move ``stored`` as far as the receipt says, over lines that receipts cover and no others.

        A clone of this tablet may have handed in other lines under the same numbers: what the node
        holds of those says nothing about ours.
        """
        reached = self.stored
        covered = self._file.all(
            "SELECT first, last FROM handing_in WHERE epoch = ? AND outcome IN ('stored', 'held')"
            " AND last > ? ORDER BY first",
            self.epoch,
            reached,
        )
        for first, last in covered:
            if first <= reached + 1:
                reached = max(reached, min(last, stored))
        if reached > self.stored:
            self._file.put({"stored": reached})

    def _outcome(self, segments: tuple[SegmentOutcome, ...]) -> str:
        """The worst that became of the own segments in a bundle."""
        mine = {each.outcome for each in segments if each.device == self._device}
        worse = ("quarantined", *_KEPT_APART)
        return next((outcome for outcome in worse if outcome in mine), "stored")

    def enter_epoch(self, epoch: str, stored: int) -> bool:
        """Another life of the node's data: of what it once held it has what it says now."""
        if epoch == self.epoch:
            return False
        self._file.put({"epoch": epoch, "stored": min(self.stored, stored)})
        return True

    def hand_in_again(self, after: int) -> bool:
        """The node holds less than its receipts said: everything past ``after`` goes out again."""
        if after >= self.stored and not self.kept_apart():
            return False
        self._file.put({"stored": min(after, self.stored)})
        self._file.run("UPDATE handing_in SET epoch = NULL WHERE last > ?", after)
        return True
