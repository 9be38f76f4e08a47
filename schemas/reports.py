"""A report as a person with the right to it reads it, and the lines that prove it (P11)."""

from typing import Any

from schemas.base import WireModel
from schemas.types import Identifier, Many, Sha256, Timestamp


class HistoryLine(WireModel):
    """One line about the report: its bytes as sent, its place in the log, what became of it."""

    log: str
    seq: int
    hash: Sha256
    prev: Sha256
    received_at: Timestamp
    carrier: str
    clock_offset_ms: int | None
    verdict: dict[str, Any]
    text: str


class History(WireModel):
    """Every line about a report in the order the node took them in, with its fields' witnesses."""

    report: Identifier
    revision: int
    witnesses: dict[str, Many[dict[str, Any]]]
    lines: Many[HistoryLine]
