"""Takes a bundle in: verify outside the transaction, store and judge inside it, then sign.

On return everything the receipt says is durable (P1); before that nothing was promised (R2).
"""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from backend import keys
from backend.db import author_store, log_store
from backend.db.log_store import StoredLine
from backend.node import Node
from backend.services.intake import Intake
from backend.services.receipts import Acknowledged, Receipt, write_receipt
from backend.services.take_in import Delivery, TakenSegment, take_in
from schemas import problems, verdicts
from schemas.problems import Problem
from sync.ids import is_uuid
from sync.log import ProvedSegment, Refused, Segment, bytes_of, prove, split_bundle

SEALED_MEDIA_TYPE = "application/vnd.khabar.bundle"
_SEALED_START = b"khabar-sealed-v1"
_SEALED_INFO = b"khabar-bundle-v1"
_SEALED_LINES = 3


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """The receipt, what became of each segment, and the carrier's own verdicts."""

    receipt: Receipt
    segments: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]


async def push(node: Node, raw: bytes, delivery: Delivery) -> PushAnswer:
    """Take in the bundle ``raw`` that a carrier delivers."""
    pieces = split_bundle(raw)
    proofs = await _prove_all(node, pieces)
    bundle = hashlib.sha256(raw).hexdigest()

    def work(connection: Connection) -> tuple[list[TakenSegment], dict[str, int]]:
        intake = Intake(connection, node.rulebook, delivery.received_at)
        taken = take_in(intake, proofs, delivery)
        intake.finish()
        log_store.put_bundle(
            connection,
            bundle=bundle,
            carrier=delivery.carrier,
            received_at=delivery.received_at,
            segments=orjson.dumps(
                [{**_segment_to_wire(each), "head": each.head} for each in taken]
            ),
        )
        return taken, _stored_through(connection, taken)

    taken, stored = await node.database.write(work)
    node.journal_moved()
    own = [
        verdict
        for each in taken
        if each.device == delivery.carrier
        for verdict in _verdicts_to_wire(each)
    ]
    return _answer(node, bundle, [_segment_to_wire(each) for each in taken], own, stored)


async def find_answer(node: Node, bundle: str, carrier: str) -> PushAnswer | None:
    """What would be answered now for a bundle this carrier delivered before (R3)."""

    def work(
        connection: Connection,
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, int]] | None:
        stored = log_store.find_bundle(connection, bundle=bundle, carrier=carrier)
        if stored is None:
            return None
        segments: list[dict[str, Any]] = orjson.loads(stored)
        own = [
            {"device": carrier, "seq": line.seq, "report": line.report}
            | verdicts.to_wire(line.verdict)
            for each in segments
            if each["device"] == carrier and each["head"] is not None
            for line in _lines_under(connection, each)
        ]
        for each in segments:
            del each["head"]
        devices = {each["device"] for each in segments if each["device"]}
        return segments, own, _through(connection, devices)

    found = await node.database.read(work)
    if found is None:
        return None
    segments, own, through = found
    return _answer(node, bundle, segments, own, through)


def _lines_under(connection: Connection, segment: dict[str, Any]) -> list[StoredLine]:
    """The lines of a segment that was taken in, wherever its log forked since."""
    first, last = segment["first"], segment["last"]
    log = log_store.find_holder(connection, segment["device"], seq=last, line_hash=segment["head"])
    if log is None:
        return []
    branched_at = log.branched_at or 1
    shared = (
        log_store.lines(connection, log.device, first=first, last=min(last, branched_at - 1))
        if first < branched_at
        else []
    )
    return [*shared, *log_store.lines(connection, log.name, first=first, last=last)]


def _answer(
    node: Node,
    bundle: str,
    segments: list[dict[str, Any]],
    own: list[dict[str, Any]],
    stored: dict[str, int],
) -> PushAnswer:
    said = Acknowledged(
        node=node.identity.id,
        epoch=node.identity.epoch,
        bundle=bundle,
        at=node.now(),
        stored=stored,
        verdicts=own,
    )
    return PushAnswer(write_receipt(said, node.keys), segments, own)


async def _prove_all(
    node: Node, pieces: Sequence[Segment | Refused]
) -> list[ProvedSegment | Refused]:
    """Signatures and links are checked in a thread, before the writer is asked for anything."""
    devices = {piece.seal.device for piece in pieces if isinstance(piece, Segment)}
    authors = await node.database.read(lambda c: author_store.load_authors(c, devices))
    public_keys = {name: author.public_key for name, author in authors.items()}
    return await asyncio.to_thread(
        lambda: [
            _prove(piece, public_keys) if isinstance(piece, Segment) else piece for piece in pieces
        ]
    )


def _prove(segment: Segment, public_keys: dict[str, bytes]) -> ProvedSegment | Refused:
    public_key = public_keys.get(segment.seal.device)
    if public_key is None:
        return Refused("unknown-device", bytes_of(segment), segment.seal.device)
    return prove(segment, public_key=public_key.hex(), verify=_verify)


def _verify(public_key: str, message: bytes, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return keys.verify(bytes.fromhex(public_key), message, raw)


def _segment_to_wire(taken: TakenSegment) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "device": taken.device,
        "first": taken.first,
        "last": taken.last,
        "outcome": taken.outcome,
    }
    return wire if taken.reason is None else {**wire, "reason": taken.reason}


def _verdicts_to_wire(taken: TakenSegment) -> list[dict[str, Any]]:
    return [
        {"device": line.device, "seq": line.seq, "report": line.change.report}
        | verdicts.to_wire(verdict)
        for line, verdict in taken.verdicts
    ]


def _stored_through(connection: Connection, taken: Sequence[TakenSegment]) -> dict[str, int]:
    return _through(connection, {each.device for each in taken if each.device})


def _through(connection: Connection, devices: set[str]) -> dict[str, int]:
    """How far each device's own log is stored without a gap; 0 for one that never was."""
    stored: dict[str, int] = {}
    for device in sorted(devices):
        log = log_store.find_log(connection, device)
        stored[device] = 0 if log is None else log.stored_through
    return stored


def open_sealed(node: Node, raw: bytes) -> bytes:
    """The bundle in a sealed file (R6), or a Problem that says why there is none."""
    start, *header = raw.split(b"\n", _SEALED_LINES)
    if start != _SEALED_START or len(header) != _SEALED_LINES:
        raise Problem(problems.BUNDLE_UNREADABLE, "This is no sealed bundle file.")
    sealed_to, named, ciphertext = header
    if not is_uuid(sealed_to.decode("ascii", "replace")):
        raise Problem(problems.BUNDLE_UNREADABLE, "This is no sealed bundle file.")
    if sealed_to.decode("ascii") != node.identity.id:
        raise Problem(problems.BUNDLE_UNREADABLE, "This bundle is sealed to another node.")
    try:
        bundle = node.keys.open_sealed(ciphertext, _SEALED_INFO)
    except (InvalidTag, ValueError) as error:
        raise Problem(problems.BUNDLE_UNREADABLE, "The sealed bundle is damaged.") from error
    if hashlib.sha256(bundle).hexdigest().encode() != named:
        # Taken in, its carrier could not believe the receipt and would hand it in for ever.
        raise Problem(problems.BUNDLE_UNREADABLE, "The sealed bundle is not the one it names.")
    return bundle
