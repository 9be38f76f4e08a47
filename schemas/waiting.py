"""What is held, parked or in quarantine, as an administrator sees it."""

from typing import Any

from schemas.base import WireModel
from schemas.types import Identifier, Many, Sha256, Timestamp


class WaitingLine(WireModel):
    """A line that waits, with its bytes as sent (as text where they are UTF-8, else base64)."""

    log: str
    seq: int
    report: Identifier | None
    received_at: Timestamp
    carrier: str
    verdict: dict[str, Any]
    text: str | None
    base64: str | None


class WaitingLines(WireModel):
    items: Many[WaitingLine]
    next: str | None


class Judged(WireModel):
    """What became of the line now."""

    verdict: dict[str, Any]


class QuarantinedBytes(WireModel):
    """Bytes that prove nothing: why, who brought them, which device they name."""

    hash: Sha256
    reason: str
    device: str | None
    carrier: str
    received_at: Timestamp
    size_bytes: int


class Quarantine(WireModel):
    items: Many[QuarantinedBytes]
    next: Sha256 | None


class RetriedBytes(WireModel):
    """What became of each piece when the bytes were taken in again."""

    segments: Many[dict[str, Any]]
