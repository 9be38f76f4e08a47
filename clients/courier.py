"""Carries colleagues' bundles: takes ``.khabar`` files in, hands them in, keeps the proof.

A carrier authenticates as itself; who wrote what is proved by the seals inside. A sealed file stays
unreadable to its carrier (docs/protocol.md R6). Handing one in twice changes nothing (P2).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from clients import bundles
from clients.clock import Clock, to_text
from clients.http import Answer, Lost, Refusal, Reply, Request
from clients.tablet.asking import Asker
from clients.tablet.events import SyncReport
from clients.tablet.file import TabletFile
from clients.tablet.identity import Identity, NodeIdentity
from clients.wire import PushAnswer, read_push_answer

PUSH: Final = "/v1/sync/push"
_MEDIA_TYPES: Final = {
    "sealed": "application/vnd.khabar.bundle",
    "plain": "application/x-ndjson",
}


class NotABundleError(ValueError):
    """The file is no bundle, is damaged, or is sealed to another node."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One bundle on its way in somebody's pocket. ``id`` is the hash of its bytes as a file."""

    id: str
    kind: Literal["sealed", "plain"]
    bundle: str
    """The hash of what it holds, which a receipt must name (R1); a sealed file tells it (R6)."""
    content: bytes
    taken_at: str
    refusal: str | None
    receipt: str | None
    signature: str | None


class Courier:
    """The bundles one tablet carries for others."""

    __slots__ = ("_clock", "_file", "_identity")

    def __init__(self, file: TabletFile, identity: Identity, clock: Clock) -> None:
        self._file = file
        self._identity = identity
        self._clock = clock

    def take(self, path: Path) -> Carried:
        """Carry the bundle in a file. Taking the same one twice carries it once."""
        found = bundles.read_file(path)
        if found is None:
            raise NotABundleError(f"{path.name} is not a bundle, or it is damaged")
        node = self._identity.node
        if found.node is not None and node is not None and found.node != node.node_id:
            raise NotABundleError(f"{path.name} is sealed to another node: {found.node}")
        digest = hashlib.sha256(found.content).hexdigest()
        with self._file.transaction():
            self._file.run(
                "INSERT OR IGNORE INTO carried (id, kind, bundle, content, taken_at)"
                " VALUES (?, ?, ?, ?, ?)",
                digest,
                found.kind,
                found.bundle,
                found.content,
                to_text(self._clock.now()),
            )
        return next(each for each in self.all() if each.id == digest)

    def all(self) -> list[Carried]:
        rows = self._file.all(
            "SELECT id, kind, bundle, content, taken_at, refusal, receipt, signature"
            " FROM carried ORDER BY taken_at, id"
        )
        return [Carried(*row) for row in rows]

    def undelivered(self) -> list[Carried]:
        return [each for each in self.all() if each.receipt is None]

    async def hand_in(self, asker: Asker, node: NodeIdentity, report: SyncReport) -> None:
        """Hand in what is carried, each on its own: one that is refused keeps no other back."""
        for carried in self.undelivered():
            request = Request(
                "POST",
                PUSH,
                content=carried.content,
                media_type=_MEDIA_TYPES[carried.kind],
                is_compressible=carried.kind == "plain",
            )
            answer = await asker.ask(request)
            read = self._read(carried, answer, node)
            if read is not None:
                self._keep_proof(carried, read)
                report.bundles_carried += 1
                continue
            report.note_answer(f"bundle {carried.id[:12]}", answer)
            if isinstance(answer, Refusal) and answer.retry == "never":
                self._refuse(carried, answer.slug)
            elif isinstance(answer, Lost):
                return

    def _read(self, carried: Carried, answer: Answer, node: NodeIdentity) -> PushAnswer | None:
        if not isinstance(answer, Reply):
            return None
        return read_push_answer(
            answer.content,
            device=self._identity.device,
            node=node.node_id,
            signing_key=node.signing_key,
            bundle=carried.bundle,
        )

    def _keep_proof(self, carried: Carried, answer: PushAnswer) -> None:
        """The receipt stays for good; the bundle itself is no longer needed."""
        with self._file.transaction():
            self._file.run(
                "UPDATE carried SET receipt = ?, signature = ?, refusal = NULL,"
                " content = x'' WHERE id = ?",
                answer.receipt.text,
                answer.receipt.signature,
                carried.id,
            )

    def _refuse(self, carried: Carried, reason: str) -> None:
        with self._file.transaction():
            self._file.run("UPDATE carried SET refusal = ? WHERE id = ?", reason, carried.id)
