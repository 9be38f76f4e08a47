"""Writes the receipt of a push: the signed text a device believes, never an HTTP status (R1)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.clock import Instant, to_text
from backend.keys import NodeKeys, key_text
from sync.strictjson import dumps


@dataclass(frozen=True, slots=True)
class Receipt:
    """``text`` as signed, and the base64 of its Ed25519 signature."""

    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a receipt says: up to which line each log in the bundle is stored without a gap."""

    node: str
    epoch: str
    bundle: str
    at: Instant
    stored: Mapping[str, int]
    verdicts: Sequence[Mapping[str, Any]]


def write_receipt(said: Acknowledged, keys: NodeKeys) -> Receipt:
    """Sign what was committed. Called after the transaction, never before (R2)."""
    lines = [
        "khabar-receipt-v1",
        f"node {said.node}",
        f"epoch {said.epoch}",
        f"bundle {said.bundle}",
        f"at {to_text(said.at)}",
        *(f"stored {device} {seq}" for device, seq in sorted(said.stored.items())),
        f"verdicts {verdicts_hash(said.verdicts)}",
    ]
    text = "".join(f"{line}\n" for line in lines)
    return Receipt(text, key_text(keys.sign(text.encode())))


def verdicts_hash(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of the array written with sorted keys and no spaces."""
    return hashlib.sha256(dumps(list(verdicts))).hexdigest()
