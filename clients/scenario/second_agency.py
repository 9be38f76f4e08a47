"""Act 4: an agency outside the team files the same event; then everybody syncs."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from clients.scenario.field import FEBRUARY
from clients.scenario.setting import SECOND
from clients.scenario.sheet import amounts_of
from clients.scenario.stage import Stage

SECOND_TELLING: Final = "feb-2020-second"
DUPLICATE_S_MAX: Final = 20
"""The search for duplicates follows the journal; it is not part of a push."""

_POLL_S: Final = 0.1
_NOT_THE_REPORT: Final = frozenset({"published", "evidence"})
"""Members that move without a new revision of the report."""


async def file_second_telling(stage: Stage) -> None:
    stage.tell("A second agency files the same event as it announced it")
    filed = stage.file(SECOND_TELLING, "gknb")
    tablet = stage.members["gknb"].tablet
    tablet.write(filed.report, amounts_of(filed.seizure, filed.keys))
    await stage.members["gknb"].sync_all()


async def everybody_syncs(stage: Stage) -> None:
    """The border guard hands in over the network what the courier brought before."""
    stage.tell("Everybody syncs; what came by stick comes again over the network")
    for _ in range(2):
        for member in stage.members.values():
            await member.sync_all()
    left = {name: each.tablet.receipts.lines_count for name, each in stage.members.items()}
    stage.ledger.equal("P7", "Every tablet has a receipt for everything", set(left.values()), {0})
    check_converged(stage, "the three tablets of the team")


def check_converged(stage: Stage, who: str, *names: str, promise: str = "P4") -> None:
    """Equal documents on every tablet of the team, or on those named."""
    holders = names or ("cns", "customs", "border")
    held = [_comparable(stage.members[name].documents()) for name in holders]
    common = set(held[0]).intersection(*held[1:])
    differing = [name for name in common if any(each[name] != held[0][name] for each in held)]
    shared = {filed.report for filed in stage.filed.values() if filed.member != "gknb"}
    stage.ledger.check(
        promise,
        f"The same state of every report on {who}",
        f"{len(common)} reports in common, {len(differing)} differ",
        is_ok=not differing and shared <= common,
    )


def _comparable(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        report: {name: value for name, value in body.items() if name not in _NOT_THE_REPORT}
        for report, body in documents.items()
    }


async def find_duplicate(stage: Stage) -> Mapping[str, Any] | None:
    """The candidate about the two tellings, wherever it was routed; None if none came in time."""
    reports = {stage.filed[name].report for name in (FEBRUARY, SECOND_TELLING)}
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DUPLICATE_S_MAX
    while True:
        for agency in (SECOND, "KG-CNS"):
            for found in await stage.consoles[agency].every("/v1/conflicts", {"kind": "duplicate"}):
                if found["report"] in reports:
                    return {**found, "agency": agency}
        if loop.time() >= deadline:
            return None
        await asyncio.sleep(_POLL_S)
