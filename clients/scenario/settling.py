"""Act 5: administrators look at what waits for a person, and decide, each with a reason."""

from collections.abc import Mapping
from typing import Any, Final

from clients.scenario.console import Console, RefusedError
from clients.scenario.field import ACID, CANNABIS, FEBRUARY, HASHISH, MARIJUANA
from clients.scenario.second_agency import SECOND_TELLING, find_duplicate
from clients.scenario.setting import CUSTOMS, LEAD
from clients.scenario.sheet import amount_path, substance_path
from clients.scenario.stage import Stage
from sync.log import hash_of

_STALE: Final = "precondition-failed"


async def look(stage: Stage) -> None:
    """Everything that waits is there before anybody decides."""
    stage.tell("Administrators look at the conflict, the questions and the parked change")
    await _look_at_weight(stage)
    await _look_at_questions(stage)
    await _look_at_parked(stage)


async def settle(stage: Stage) -> None:
    """The weight, both questions, the parked line and the duplicate."""
    stage.tell("The conflict, the questions, the parked change and the duplicate are settled")
    await _settle_weight(stage)
    await _answer_questions(stage)
    await _set_parked_aside(stage)
    await _settle_duplicate(stage)
    left: list[Mapping[str, Any]] = []
    for agency, console in stage.consoles.items():
        if agency != "operator":
            left += await console.every("/v1/conflicts")
            left += await console.every("/v1/waiting")
    stage.ledger.equal("P6", "Nothing waits for a person any more", len(left), 0)


async def _weight(stage: Stage) -> Mapping[str, Any]:
    filed = stage.filed[FEBRUARY]
    path = amount_path(filed.keys, HASHISH)
    return await _only(stage.consoles[LEAD], filed.report, "field", path)


async def _only(console: Console, report: str, kind: str, path: str) -> Mapping[str, Any]:
    found = [each for each in await console.conflicts(report, kind=kind) if each["path"] == path]
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} conflicts of kind {kind} about {path}, expected one")
    return found[0]


async def _look_at_weight(stage: Stage) -> None:
    """Both weights stand, each with its authors; equal amounts in two units are one side."""
    conflict = await _weight(stage)
    sides = [conflict["accepted"], *conflict["candidates"]]
    names = {member.device: name for name, member in stage.members.items()}
    found = sorted(sorted(names[by["device"]] for by in side["by"]) for side in sides)
    stage.ledger.equal(
        "P3",
        "Both weights survive: one scale against two officers who agree",
        found,
        [["border", "cns"], ["customs"]],
    )
    reports = [member.documents()[conflict["report"]] for member in _team(stage)]
    contested = {tuple(report["contested"].values()) for report in reports}
    stage.ledger.equal(
        "P3", "Every tablet of the team sees the field contested", contested, {(conflict["id"],)}
    )


def _team(stage: Stage) -> list[Any]:
    return [stage.members[name] for name in ("cns", "customs", "border")]


async def _look_at_questions(stage: Stage) -> None:
    acid, cannabis = await _question(stage, ACID), await _question(stage, CANNABIS)
    stage.questions = {ACID: [acid], CANNABIS: [cannabis]}
    stage.ledger.equal(
        "P8",
        'The amount "1,320 kg." is asked about with both readings',
        (acid["life"], acid["accepted"]["value"]["entered"], acid["details"]["candidates"]),
        ("open", "1,320 kg.", ["1.32 kg", "1320 kg"]),
    )
    chosen = stage.facts.told.answers.cannabis.code
    stage.ledger.check(
        "P8",
        'The name "cannabis" is asked about and not mapped',
        f"candidates: {' '.join(cannabis['details']['candidates'])}",
        is_ok=cannabis["life"] == "open" and chosen in cannabis["details"]["candidates"],
    )
    document = await stage.consoles[LEAD].report(stage.filed[ACID].report)
    stage.ledger.equal(
        "P8", "Nothing is derived while the question is open", document["readings"], {}
    )


async def _question(stage: Stage, name: str) -> Mapping[str, Any]:
    filed = stage.filed[name]
    (item,) = filed.seizure.items
    if name == ACID:
        kind, path = "quantity", amount_path(filed.keys, item.id)
    else:
        kind, path = "substance", substance_path(filed.keys, item.id)
    return await _only(stage.consoles[LEAD], filed.report, kind, path)


async def _look_at_parked(stage: Stage) -> None:
    """P6: the bytes as sent, and what stood behind them in the log was applied."""
    waiting = await stage.consoles[CUSTOMS].every("/v1/waiting")
    tablet = stage.members["customs"].tablet
    hashes = {line.hash for line in tablet.log.between(1, tablet.log.last)}
    as_sent = [hash_of(line["text"].encode()) in hashes for line in waiting]
    stage.ledger.equal(
        "P6",
        "The malformed change is parked with a reason and the bytes as sent",
        ([line["verdict"]["reason"] for line in waiting], as_sent),
        (["wrong-type"], [True]),
    )
    document = await stage.consoles[LEAD].report(stage.filed[MARIJUANA].report)
    stage.ledger.check(
        "P6",
        "What was written after the malformed change is applied",
        f"revision {document['revision']}",
        is_ok=document["fields"].get("/tags/after-the-malformed-line") is True,
    )


async def _settle_weight(stage: Stage) -> None:
    """M13: who decides on a stale screen is refused and told so."""
    console, said = stage.consoles[LEAD], stage.facts.told.answers.weight
    seen = await _weight(stage)
    asked = await console.post(
        f"/v1/conflicts/{seen['id']}/ask", {"reason": "Which scale?"}, version=seen["version"]
    )
    value = {"entered": said.entered, "lang": said.lang}
    try:
        await console.settle(seen, value, said.reason)
        refused = ""
    except RefusedError as refusal:
        refused = refusal.slug
    stage.ledger.equal("P3", "A decision on a stale screen is refused", refused, _STALE)
    settled = await console.settle(asked, value, said.reason)
    stage.ledger.equal(
        "P3",
        "The conflict is settled with a value and a reason, its sides kept on record",
        (settled["life"], settled["resolution"]["how"], 1 + len(settled["candidates"])),
        ("settled", "decided", 2),
    )


async def _answer_questions(stage: Stage) -> None:
    """An answer stands beside the text and never in its place."""
    console, answers = stage.consoles[LEAD], stage.facts.told.answers
    acid, cannabis = await _question(stage, ACID), await _question(stage, CANNABIS)
    amount = {"amount": answers.acid.amount, "unit": answers.acid.unit}
    await console.settle(acid, amount, answers.acid.reason)
    await console.settle(cannabis, {"code": answers.cannabis.code}, answers.cannabis.reason)
    document = await console.report(stage.filed[ACID].report)
    stage.ledger.equal(
        "P8",
        "The answer stands beside the text, which is kept as written",
        (document["fields"][acid["path"]], document["readings"]),
        ({"entered": "1,320 kg.", "lang": "en"}, {acid["path"]: amount}),
    )


async def _set_parked_aside(stage: Stage) -> None:
    console = stage.consoles[CUSTOMS]
    for line in await console.every("/v1/waiting"):
        judged = await console.post(
            f"/v1/waiting/{line['log']}/{line['seq']}/set-aside",
            {"reason": stage.facts.told.answers.malformed.reason},
        )
        stage.ledger.equal(
            "P6",
            "The parked change is set aside by a person and stays as evidence",
            judged["verdict"]["verdict"],
            "set-aside",
        )


async def _settle_duplicate(stage: Stage) -> None:
    """Found and proposed with reasons; both reports stand as they were written."""
    found = await find_duplicate(stage)
    details = _details(found)
    reasons = [str(reason["slug"]) for reason in details.get("reasons", ())]
    stage.ledger.check(
        "P3",
        "The second telling is proposed as the same event, with reasons, and not merged",
        f"score {details.get('score')}: {', '.join(reasons) or 'nothing was proposed'}",
        is_ok=found is not None and bool(reasons),
    )
    if found is None:
        return
    before = [await _fields(stage, name) for name in (FEBRUARY, SECOND_TELLING)]
    console = stage.consoles[found["agency"]]
    await console.settle(found, value=True, reason=stage.facts.told.answers.duplicate.reason)
    after = [await _fields(stage, name) for name in (FEBRUARY, SECOND_TELLING)]
    first, second = stage.filed[FEBRUARY], stage.filed[SECOND_TELLING]
    twins = (await stage.console_of(first).report(first.report))["twins"]
    stage.ledger.check(
        "P3",
        "The same event is linked; both agencies' values stay as they wrote them",
        f"twins of the first telling: {len(twins)}",
        is_ok=before == after and list(twins) == [second.report],
    )


async def _fields(stage: Stage, name: str) -> Mapping[str, Any]:
    filed = stage.filed[name]
    return (await stage.console_of(filed).report(filed.report))["fields"]


def _details(found: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What was found alike, as the administrator reads it."""
    return {} if found is None else found["details"] or {}
