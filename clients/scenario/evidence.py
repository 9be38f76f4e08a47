"""What the node's own records prove: the signed lines behind every report, against the tablets'."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from clients.scenario.console import Console, RefusedError
from clients.scenario.stage import Stage
from sync.log import hash_of

LineKey: TypeAlias = tuple[str, int, str]
"""Device, number, hash of the bytes."""


@dataclass(slots=True)
class Evidence:
    """The histories of reports as administrators read them."""

    lines: Counter[LineKey] = field(default_factory=Counter[LineKey])
    histories: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    def has(self, device: str, seq: int) -> bool:
        return any(key[:2] == (device, seq) for key in self.lines)


async def gather(stage: Stage, reports: Iterable[str]) -> Evidence:
    """Every line the node holds about these reports; each report once, from who may read it."""
    evidence = Evidence()
    for report in reports:
        history = await _history(stage, report)
        if history is None:
            continue
        evidence.histories[report] = history
        for line in history["lines"]:
            genuine = hash_of(line["text"].encode()) == line["hash"]
            evidence.lines[line["log"], line["seq"], line["hash"] if genuine else "forged"] += 1
    return evidence


async def _history(stage: Stage, report: str) -> Mapping[str, Any] | None:
    for agency, console in stage.consoles.items():
        if agency == "operator":
            continue
        found = await _read(console, report)
        if found is not None:
            return found
    return None


async def _read(console: Console, report: str) -> Mapping[str, Any] | None:
    try:
        return await console.get(f"/v1/reports/{report}/history")
    except RefusedError as refusal:
        if refusal.slug != "not-found":
            raise
        return None


def reports_of(stage: Stage) -> list[str]:
    filed = [each.report for each in stage.filed.values()]
    return [*filed, stage.exercise] if stage.exercise else list(filed)


def acknowledged_lines(stage: Stage) -> list[LineKey]:
    """Every line of which a tablet holds a receipt."""
    return [
        (member.device, int(line.seq), line.hash)
        for member in stage.members.values()
        for line in member.tablet.log.between(1, member.tablet.receipts.stored)
    ]


def written_lines(stage: Stage) -> list[LineKey]:
    """Every line any tablet ever wrote."""
    return [
        (member.device, int(line.seq), line.hash)
        for member in stage.members.values()
        for line in member.tablet.log.between(1, member.tablet.log.last)
    ]
