"""Act 2: the team files what the texts tell, first together, then each alone without a network."""

from typing import Final

from clients.scenario.road import Drop
from clients.scenario.sheet import amount_of, amount_path, amounts_of
from clients.scenario.stage import Stage

FEBRUARY: Final = "feb-2020"
HASHISH: Final = "hashish"
HEROIN: Final = "heroin-2020"
ACID: Final = "acid-2020"
CANNABIS: Final = "cannabis-2020"
MARIJUANA: Final = "marijuana-2020"
OLD_FORM: Final = "seizure/1"

CUT_AT_BODY_BYTES: Final = 200
"""Into the first line of a push and not past it."""


async def file_february(stage: Stage) -> None:
    """The lead begins the report; the connection drops before the node has it; it gets through."""
    stage.tell("1 February 2020 is filed; the connection drops before the server has it")
    cns = stage.members["cns"]
    filed = stage.file(FEBRUARY, "cns")
    amounts = amounts_of(filed.seizure, filed.keys)
    amounts.pop(amount_path(filed.keys, HASHISH))  # weighed by three officers, later
    cns.tablet.write(filed.report, amounts)
    stage.road.drop_next_push(Drop("request", CUT_AT_BODY_BYTES))
    report = await cns.sync_all()
    stage.ledger.check(
        "P2",
        "A push cut before the server had it is sent again and taken in once",
        f"dropped at: {stage.road.drops}; troubles left: {len(report.troubles)}",
        is_ok=stage.road.drops == ["request"] and report.is_complete,
    )
    for name in ("customs", "border"):
        await stage.members[name].sync_all()
    held = {name: filed.report in stage.members[name].documents() for name in ("customs", "border")}
    stage.ledger.equal(
        "P4", "Colleagues of the team hold the report", held, {"customs": True, "border": True}
    )


def write_offline(stage: Stage) -> None:
    """Nobody sees what the others write from here until each syncs."""
    stage.tell("Three tablets write without a network, two of them another weight")
    _weigh(stage)
    _november_and_december(stage)
    _type_a_word_for_a_number(stage)


def _weigh(stage: Stage) -> None:
    """One field, three officers: the published weight, the same in grams, and another scale."""
    filed, made_up = stage.filed[FEBRUARY], stage.facts.told.made_up
    path = amount_path(filed.keys, HASHISH)
    item = next(item for item in filed.seizure.items if item.id == HASHISH)
    stage.members["cns"].tablet.write(filed.report, {path: amount_of(item), "/tags/cns": True})
    for name, written in (("customs", made_up.other_scale), ("border", made_up.same_in_grams)):
        stage.members[name].tablet.write(
            filed.report,
            {path: {"entered": written.entered, "lang": written.lang}, f"/tags/{name}": True},
        )


def _november_and_december(stage: Stage) -> None:
    """Five totals and one operation without a seizure; one in the form of an old tablet."""
    for name, member, form in (
        ("online-2019", "cns", "seizure"),
        ("hashish-2020", "cns", "seizure"),
        (ACID, "cns", "seizure"),
        (CANNABIS, "customs", "seizure"),
        (MARIJUANA, "customs", "seizure"),
        (HEROIN, "border", OLD_FORM),
    ):
        filed = stage.file(name, member, form=form)
        amounts = amounts_of(filed.seizure, filed.keys)
        if amounts:
            stage.members[member].tablet.write(filed.report, amounts)
    heroin = stage.filed[HEROIN]
    wrong = stage.facts.told.made_up.wrong_region.region
    stage.members["border"].tablet.write(heroin.report, {"/place/region": wrong})


def _type_a_word_for_a_number(stage: Stage) -> None:
    """A change that fits no form, with another behind it."""
    filed, wrong = stage.filed[MARIJUANA], stage.facts.told.made_up.malformed
    tablet = stage.members["customs"].tablet
    (key,) = filed.keys.values()
    tablet.write(filed.report, {f"/items/{key}/{wrong.path}": wrong.value})
    tablet.write(filed.report, {"/tags/after-the-malformed-line": True})
