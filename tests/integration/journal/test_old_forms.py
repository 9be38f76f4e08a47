"""Old tablets still deliver: every form version ever published is taken in and converted (P7)."""

from tests.journal_scene import (
    PLACE,
    REPORT,
    ROAD,
    Reader,
    applied,
    deliver,
    open_scene,
    sides,
)
from tests.running_node import RunningNode

METHOD = "/detection/method"
OLD = "seizure/1"


def methods(*codes: str) -> dict[str, bool]:
    return {f"/detection/methods/{code}": True for code in codes}


async def test_p7_a_report_of_an_old_form_is_held_in_the_new_one(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {METHOD: (None, "search"), ROAD: (None, "km 12")}, form=OLD)
    pen.edit(REPORT, {METHOD: ("search", "dog")}, form=OLD)

    answer = await deliver(pen, pen.segment())

    report = await scene.report()
    assert answer.verdicts == {1: applied(1), 2: applied(2)}
    assert report["form"] == "seizure/2"
    assert report["fields"] == {ROAD: "km 12", **methods("dog")}
    lines = (await scene.history())["lines"]
    assert [line["text"] for line in lines] == [raw.decode() for raw in pen.lines]


async def test_p7_old_and_new_tablets_write_one_report(node: RunningNode):
    scene = await open_scene(node)
    old, new = await scene.pens(2)
    new.edit(REPORT, {"/detection/methods/dog": (None, True), PLACE: (None, "Osh road")})
    old.edit(REPORT, {METHOD: (None, "search"), PLACE: (None, "Batken road")}, form=OLD)
    await deliver(new, new.segment())

    answer = await deliver(old, old.segment())

    report = await scene.report()
    assert answer.verdicts[1]["verdict"] == "contested"
    assert report["fields"] == {PLACE: "Osh road", **methods("dog", "search")}
    assert sides(await scene.only_conflict()) == ("Osh road", ["Batken road"])
    reader = Reader(old)
    await reader.pull()
    assert reader.reports[REPORT]["form"] == "seizure/2"


async def test_p7_an_old_tablet_corrects_what_it_wrote_before_the_new_form(node: RunningNode):
    scene = await open_scene(node)
    old, new = await scene.pens(2)
    old.edit(REPORT, {METHOD: (None, "search")}, form=OLD)
    await deliver(old, old.segment())
    new.edit(REPORT, {"/detection/methods/dog": (None, True)}, seen=1)
    await deliver(new, new.segment())
    old.edit(REPORT, {METHOD: ("search", "other")}, form=OLD)

    await deliver(old, old.segment(2, 2))

    assert (await scene.report())["fields"] == methods("dog", "other")


async def test_p7_a_line_of_a_form_this_node_does_not_know_yet_is_kept(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")}, form="seizure/99")

    answer = await deliver(pen, pen.segment())

    assert answer.stored == {pen.id: 1}
    parked = {"verdict": "parked", "reason": "unknown-form", "path": None}
    assert answer.verdicts == {1: parked}
    assert await scene.act(pen.id, 1) == parked
    assert await scene.waiting() == {(pen.id, 1): parked}
