"""Act 7: what can only be said at the end, over everything that every tablet wrote."""

import json
from collections.abc import Mapping
from typing import Any, Final

from clients.scenario.crew import enlist
from clients.scenario.evidence import Evidence, gather, reports_of, written_lines
from clients.scenario.field import FEBRUARY, HEROIN, OLD_FORM
from clients.scenario.second_agency import SECOND_TELLING, check_converged
from clients.scenario.setting import LEAD, YEARS_OFF, place
from clients.scenario.sheet import NARRATIVE
from clients.scenario.stage import Stage

LATE: Final = "newcomer"
_MS_A_DAY: Final = 24 * 3_600_000


async def check_everything(stage: Stage) -> None:
    """Every line once, every value witnessed, every tablet alike, nothing where it must not be."""
    stage.tell("Every line, witness and reader is checked against the promises")
    for _ in range(2):
        for member in stage.members.values():
            await member.sync_all()
    evidence = await gather(stage, reports_of(stage))
    _check_lines(stage, evidence)
    _check_witnesses(stage, evidence)
    await _check_old_tablet(stage, evidence)
    await _check_newcomer(stage)
    _check_scope(stage)
    await _check_recall(stage)
    _check_log(stage)


def _check_lines(stage: Stage, evidence: Evidence) -> None:
    """P2: by stick, by network, twice, through drops and a kill: each line is there once."""
    written = written_lines(stage)
    wrong = [line for line in written if evidence.lines[line] != 1]
    stage.ledger.check(
        "P2",
        "Every line that any tablet wrote is at the node exactly once, byte for byte",
        f"{len(written)} lines written, {len(wrong)} missing or doubled",
        is_ok=bool(written) and not wrong,
    )


def _check_witnesses(stage: Stage, evidence: Evidence) -> None:
    """P11: each accepted value names signed lines that are on record, and they speak of it."""
    values = unproved = 0
    for history in evidence.histories.values():
        texts = {(line["log"], line["seq"]): line["text"] for line in history["lines"]}
        for path, witnesses in history["witnesses"].items():
            values += 1
            said = [texts.get((each["device"], each["seq"])) for each in witnesses]
            unproved += not (said and all(text is not None for text in said) and path)
    stage.ledger.check(
        "P11",
        "Every value of every report has a witness in a signed log",
        f"{values} values, {unproved} without a line that proves them",
        is_ok=values > 0 and not unproved,
    )


async def _check_old_tablet(stage: Stage, evidence: Evidence) -> None:
    """P7: the oldest form and a clock that is years off; T1: its times are kept as data."""
    heroin = stage.filed[HEROIN]
    lines = evidence.histories[heroin.report]["lines"]
    mine = [line for line in lines if line["log"] == stage.members["border"].device]
    forms = {json.loads(line["text"])["form"] for line in mine}
    document = await stage.consoles[LEAD].report(heroin.report)
    methods = [path for path in document["fields"] if path.startswith("/detection/method")]
    stage.ledger.equal(
        "P7",
        "A report in an old form version is taken in and read in the newest",
        (sorted(forms), document["form"], methods),
        (
            [OLD_FORM],
            "seizure/2",
            [f"/detection/methods/{heroin.seizure.detection}"],
        ),
    )
    _check_clock(stage, mine)


def _check_clock(stage: Stage, lines: list[Mapping[str, Any]]) -> None:
    """The offset is measured where the tablet itself syncs, and unknown where a courier came."""
    border = stage.members["border"].device
    own = [line["clock_offset_ms"] for line in lines if line["carrier"] == border]
    carried = [line["clock_offset_ms"] for line in lines if line["carrier"] != border]
    days = [0 if offset is None else abs(offset) // _MS_A_DAY for offset in own]
    stage.ledger.check(
        "P7",
        "A tablet whose clock is years off delivers; the offset is on record where it was measured",
        f"{max(days, default=0)} days off on {len(own)} lines it sent, "
        f"unknown on {len(carried)} that were carried",
        is_ok=bool(days)
        and min(days) >= abs(YEARS_OFF.days) - 1
        and all(offset is None for offset in carried),
    )


async def _check_newcomer(stage: Stage) -> None:
    """P5: who reads from the start holds what those hold who followed their cursor throughout."""
    stage.members[LATE] = await enlist(place(stage, LEAD), LATE)
    await stage.members[LATE].sync_all()
    check_converged(stage, "a new tablet that starts from nothing", "cns", LATE, promise="P5")


def _check_scope(stage: Stage) -> None:
    """P10: the second agency reads its own report and the one it takes part in."""
    held = set(stage.members["gknb"].documents())
    expected = {stage.filed[name].report for name in (FEBRUARY, SECOND_TELLING)}
    stage.ledger.check(
        "P10",
        "A tablet holds the reports of its scope and no other",
        f"the second agency's tablet holds {len(held)} reports",
        is_ok=held == expected,
    )


async def _check_recall(stage: Stage) -> None:
    """F7: who holds the withdrawn entry, and whether the withdrawal reached them."""
    found = await stage.consoles[LEAD].get(f"/v1/feed/holders/{stage.exercise}")
    holders = [_holder(each) for each in found["holders"]]
    stage.ledger.equal(
        "P9", "The recall list names who was given what was withdrawn", holders, [("CARICC", True)]
    )


def _holder(holder: Mapping[str, Any]) -> tuple[str, bool]:
    return holder["code"], bool(holder["withdrawal_delivered"])


def _check_log(stage: Stage) -> None:
    """P10: the server's own log lines hold nothing of any report."""
    log = stage.server.installation.log.read_text(errors="replace")
    secrets = [NARRATIVE, "Officer of", *(each.seizure.title for each in stage.filed.values())]
    secrets += [item.entered for each in stage.filed.values() for item in each.seizure.items]
    found = [secret for secret in secrets if secret in log]
    stage.ledger.equal("P10", "The server's log holds nothing of any report", found, [])
