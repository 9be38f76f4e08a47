"""Act 3: the work comes in by stick, over a road that drops, to a server that is killed."""

from pathlib import Path
from typing import Final

from clients.scenario.crew import Member
from clients.scenario.evidence import acknowledged_lines, gather, reports_of
from clients.scenario.field import FEBRUARY
from clients.scenario.road import Drop
from clients.scenario.setting import LEAD
from clients.scenario.stage import Stage

STICK: Final = "stick"


async def carry_by_courier(stage: Stage) -> None:
    """The border guard has no network: customs takes a sealed file along and hands it in.

    Customs' own push loses its answer after the server has stored it.
    """
    stage.tell("The border guard's work travels sealed on a stick; an answer is lost on the way")
    border, customs = stage.members["border"], stage.members["customs"]
    stick = stage.folder / STICK
    stick.mkdir(parents=True, exist_ok=True)
    (sealed,) = border.tablet.export_bundle(stick)
    customs.tablet.import_bundle(sealed)
    stage.road.drop_next_push(Drop("answer"))
    report = await customs.sync_all()
    stage.ledger.check(
        "P2",
        "A push whose answer was lost after it was stored gets its first verdicts",
        f"dropped at: {stage.road.drops}; troubles left: {len(report.troubles)}",
        is_ok=stage.road.drops == ["request", "answer"] and report.is_complete,
    )
    _check_sealed(stage, sealed)
    await _check_carried(stage, border, customs)


def _check_sealed(stage: Stage, sealed: Path) -> None:
    content = sealed.read_bytes()
    secrets = [b"HEROIN", b'"report"', stage.filed[FEBRUARY].report.encode()]
    found = [secret.decode() for secret in secrets if secret in content]
    stage.ledger.equal("P10", "A sealed bundle tells its carrier nothing", found, [])


async def _check_carried(stage: Stage, border: Member, customs: Member) -> None:
    """Who wrote is proved by the seal, whoever carried it."""
    history = await stage.consoles[LEAD].get(f"/v1/reports/{stage.filed[FEBRUARY].report}/history")
    names = {member.device: name for name, member in stage.members.items()}
    carriers = {names[line["carrier"]] for line in history["lines"] if line["log"] == border.device}
    stage.ledger.equal(
        "P11",
        "Lines that came by courier are their author's, and the carrier is on record",
        carriers,
        {customs.name},
    )


async def kill_under_a_push(stage: Stage) -> None:
    """SIGKILL in the moment a push has gone out; what was acknowledged before must be there."""
    stage.tell("The server is killed (SIGKILL) under a push and started again")
    cns = stage.members["cns"]
    stage.road.drop_next_push(Drop("handed", then=stage.server.kill))
    await cns.sync()
    await stage.server.ended()
    await stage.server.start()
    acknowledged = acknowledged_lines(stage)
    stored = (await gather(stage, reports_of(stage))).lines
    missing = [line for line in acknowledged if line not in stored]
    stage.ledger.check(
        "P1",
        "Every line with a receipt is there, byte for byte, after the server was killed",
        f"{len(acknowledged)} acknowledged lines, {len(missing)} missing; "
        f"kills: {stage.server.kills_count}",
        is_ok=stage.server.kills_count == 1 and len(acknowledged) > 0 and not missing,
    )
    report = await cns.sync_all()
    stage.ledger.check(
        "P2",
        "The push under which the server died is handed in again and complete",
        f"lines left on the tablet: {cns.tablet.receipts.lines_count}",
        is_ok=report.is_complete and not cns.tablet.receipts.lines_count,
    )
