"""Act 6: signed off, released, published; then corrected and withdrawn; read by two subscribers."""

import asyncio
from collections.abc import Callable
from typing import Final

from clients.scenario import centre
from clients.scenario.centre import CENTRE
from clients.scenario.field import FEBRUARY, HEROIN
from clients.scenario.second_agency import SECOND_TELLING
from clients.scenario.setting import LEAD, OPERATOR, SECOND
from clients.scenario.sheet import NARRATIVE, shared_with
from clients.scenario.stage import Stage
from clients.scenario.subscriber import Subscriber
from sync.strictjson import Json

NEIGHBOUR: Final = "KZ"
SHARED_WITH_NEIGHBOUR: Final = "hashish-2020"
FEED_S_MAX: Final = 30
"""The feed follows the journal; it is not part of a push or a release."""

_POLL_S: Final = 0.1


async def sign_off(stage: Stage) -> None:
    """Officers say that reports are done and with whom they may be shared; nothing leaves yet."""
    stage.tell("Reports are signed off; nothing leaves before an administrator releases it")
    for agency in (LEAD, SECOND):
        console = stage.consoles[agency]
        response = await console.client.put(
            "/v1/release-policy", json={"release_requires_approval": True}
        )
        response.raise_for_status()
    _write_exercise(stage)
    for name, filed in stage.filed.items():
        if filed.seizure.is_submitted:
            readers = (CENTRE, NEIGHBOUR) if name == SHARED_WITH_NEIGHBOUR else (CENTRE,)
            member = "gknb" if filed.member == "gknb" else "cns"
            stage.members[member].tablet.write(filed.report, shared_with(*readers))
    for member in stage.members.values():
        await member.sync_all()
    operator = stage.consoles[OPERATOR]
    for code, key in ((CENTRE, centre.new_key(stage)), (NEIGHBOUR, None)):
        stage.subscribers[code] = await Subscriber.register(operator, code, stage.ids, key=key)
    await stage.subscribers[CENTRE].pull()
    stage.ledger.equal(
        "P10",
        "Nothing is in the feed before it is released",
        len(stage.subscribers[CENTRE].links),
        0,
    )


def _write_exercise(stage: Stage) -> None:
    """A report that should never leave, signed off by mistake."""
    said, tablet = stage.facts.told.made_up.exercise, stage.members["cns"].tablet
    stage.exercise = tablet.new_report("seizure")
    item = stage.ids.uuid()
    values: dict[str, Json] = {
        "/event/at": "2020-12-20T10:00:00+06:00",
        "/event/title": said.title,
        "/place/country": "KG",
        "/agencies/owner": LEAD,
        "/agencies/lead": LEAD,
        "/summary": said.summary,
        f"/items/{item}/substance": {"code": said.code},
        f"/items/{item}/quantity": {"entered": said.entered, "lang": said.lang},
        **shared_with(CENTRE),
    }
    tablet.write(stage.exercise, values)


async def publish(stage: Stage) -> None:
    """Administrators release; the feed publishes; both subscribers read."""
    stage.tell("Reports are released and published; the regional centre reads")
    for filed in stage.filed.values():
        if filed.seizure.is_submitted:
            await stage.console_of(filed).release(filed.report, "Checked against the text.")
    await stage.consoles[LEAD].release(stage.exercise, "Released by mistake.")
    expected = _published(stage) | {stage.exercise}
    reader = stage.subscribers[CENTRE]
    await _until(reader, lambda: expected <= reader.held().keys())
    stage.ledger.check(
        "P9",
        "What was released is published, and nothing else",
        f"{len(reader.held())} of {len(expected)} reports",
        is_ok=reader.held().keys() == expected,
    )
    centre.check_first_pull(stage, await centre.pull(stage))
    credited = reader.held().get(stage.filed[FEBRUARY].report, {}).get("agencies", {})
    stage.ledger.check(
        "P9",
        "The event that two agencies told is one entry that credits both",
        f"credited: {' '.join(credited.get('credited', []))}",
        is_ok={LEAD, SECOND} <= set(credited.get("credited", []))
        and stage.filed[SECOND_TELLING].report not in reader.held(),
    )


def _published(stage: Stage) -> set[str]:
    """Reports that stand in the feed: submitted ones, of the two tellings the first."""
    return {
        filed.report
        for name, filed in stage.filed.items()
        if filed.seizure.is_submitted and name != SECOND_TELLING
    }


async def _until(subscriber: Subscriber, is_there: Callable[[], bool]) -> None:
    """Read until something is there; what is missing then is for the check to tell."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + FEED_S_MAX
    await subscriber.pull()
    while not is_there() and loop.time() < deadline:
        await asyncio.sleep(_POLL_S)
        await subscriber.pull()


async def correct_and_withdraw(stage: Stage) -> None:
    """A region was wrong, and an exercise went out: one is corrected, the other withdrawn."""
    stage.tell("A correction and a withdrawal follow")
    heroin = stage.filed[HEROIN]
    border, cns = stage.members["border"], stage.members["cns"]
    await border.sync_all()
    border.tablet.write(heroin.report, {"/place/region": heroin.seizure.region})
    await border.sync_all()
    cns.tablet.void(stage.exercise, stage.facts.told.made_up.exercise.reason)
    await cns.sync_all()
    reader = stage.subscribers[CENTRE]

    def is_done() -> bool:
        held = reader.held()
        place = held.get(heroin.report, {}).get("place", {})
        return place.get("region") == heroin.seizure.region and stage.exercise not in held

    await _until(reader, is_done)
    done = [reader.actions().get(action, 0) for action in ("publish", "correct", "withdraw")]
    stage.ledger.check(
        "P9",
        "The correction and the withdrawal reached the centre",
        "entries: {} publish, {} correct, {} withdraw".format(*done),
        is_ok=is_done() and done[1] >= 1 and done[2] >= 1,
    )
    await stage.subscribers[NEIGHBOUR].pull()
    centre.check_last_pull(stage, await centre.pull(stage))


def check_feed(stage: Stage) -> None:
    """What can be proved about the feed, by who may read all of it and by who may not."""
    whole, neighbour = stage.subscribers[CENTRE], stage.subscribers[NEIGHBOUR]
    for reader in (whole, neighbour):
        stage.ledger.check(
            "P9",
            f"Chain and signed checkpoint verify for {reader.code}",
            f"{len(reader.links)} entries, {len(reader.bodies())} readable",
            is_ok=reader.is_proved and bool(reader.links),
        )
    stage.ledger.check(
        "P9",
        "A changed letter and a missing entry are both found",
        "tried on the centre's copy",
        is_ok=whole.is_forgery_found(),
    )
    stage.ledger.equal(
        "P10",
        "A subscriber reads what is shared with it and the hash of the rest",
        set(neighbour.held()),
        {stage.filed[SHARED_WITH_NEIGHBOUR].report},
    )
    texts = b"\n".join(link.body or b"" for link in (*whole.links, *neighbour.links)).decode()
    secrets = {
        "narratives": NARRATIVE in texts,
        "a report not submitted": stage.filed["online-2019"].report in texts,
    }
    found = [name for name, is_there in secrets.items() if is_there]
    stage.ledger.equal("P10", "Nothing that must stay is in the feed", found, [])
