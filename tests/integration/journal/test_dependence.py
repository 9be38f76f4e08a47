"""What depends on a line that waits is held; retry or setting the line aside frees it (M12)."""

from tests.builders import uid
from tests.journal_scene import (
    OTHER_REPORT,
    PLACE,
    REPORT,
    ROAD,
    Pen,
    Reader,
    Scene,
    applied,
    deliver,
    held,
    open_scene,
    parked,
    write_and_push,
)
from tests.running_node import RunningNode


def behind(seq: int, pen: Pen) -> dict[str, str]:
    return held("depends-on-line", f"line {seq} of {pen.id}")


async def bad_beginning(node: RunningNode) -> tuple[Scene, Pen]:
    """A report whose first line is unfit, a second that builds on it, and another report."""
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road"), "/no/such": (None, "x")})
    pen.edit(REPORT, {ROAD: (None, "km 1")})
    pen.edit(OTHER_REPORT, {ROAD: (None, "km 5")})
    answer = await deliver(pen, pen.segment())
    assert answer.verdicts == {
        1: parked("unknown-path", "/no/such"),
        2: behind(1, pen),
        3: applied(1),
    }
    return scene, pen


async def test_m12_a_report_whose_first_line_is_parked_waits_with_it(node: RunningNode):
    scene, pen = await bad_beginning(node)

    reader = Reader(pen)
    await reader.pull()

    assert reader.reports.keys() == {OTHER_REPORT}
    assert reader.verdicts[2] == behind(1, pen)
    assert len(await scene.waiting()) == 2


async def test_m12_setting_the_parked_line_aside_frees_what_waited(node: RunningNode):
    scene, pen = await bad_beginning(node)

    await scene.act(pen.id, 1, "set-aside", reason="Written for a test.")

    assert await scene.waiting() == {}
    assert (await scene.report())["fields"] == {ROAD: "km 1"}
    reader = Reader(pen)
    await reader.pull()
    assert reader.verdicts == {
        1: {"verdict": "set-aside", "reason": "Written for a test."},
        2: applied(1),
        3: applied(1),
    }


async def test_m12_a_retry_in_vain_changes_nothing(node: RunningNode):
    scene, pen = await bad_beginning(node)
    before = await scene.waiting()

    assert await scene.act(pen.id, 1) == parked("unknown-path", "/no/such")
    assert await scene.act(pen.id, 2) == behind(1, pen)

    assert await scene.waiting() == before


async def test_m12_only_the_same_field_of_the_same_report_depends(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {ROAD: (None, "km 1")})
    pen.edit(REPORT, {PLACE: (None, "Osh\u0007 road")})
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    pen.edit(REPORT, {ROAD: ("km 1", "km 2")})
    pen.edit(OTHER_REPORT, {PLACE: (None, "Talas")})

    answer = await deliver(pen, pen.segment())

    assert answer.verdicts == {
        1: applied(1),
        2: parked("control-character", PLACE),
        3: behind(2, pen),
        4: applied(2),
        5: applied(1),
    }


async def test_m12_a_chain_of_dependence_is_freed_in_order(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh\u0007 road")})
    pen.edit(REPORT, {PLACE: ("Osh\u0007 road", "Osh road")})
    pen.edit(REPORT, {PLACE: ("Osh road", "Osh road, km 12")})
    await deliver(pen, pen.segment())

    await scene.act(pen.id, 1, "set-aside", reason="A slip of the finger.")

    assert await scene.waiting() == {}
    assert (await scene.report())["fields"] == {PLACE: "Osh road, km 12"}


async def test_m12_a_dependent_line_that_comes_later_is_held_too(node: RunningNode):
    scene, pen = await bad_beginning(node)
    seq = pen.edit(REPORT, {ROAD: ("km 1", "km 2")})

    answer = await deliver(pen, pen.segment(seq, seq))

    assert answer.verdicts[4]["reason"] == "depends-on-line"
    await scene.act(pen.id, 1, "set-aside", reason="Written for a test.")
    assert (await scene.report())["fields"] == {ROAD: "km 2"}


async def test_m12_an_edit_of_a_report_that_is_not_here_yet_waits_for_it(node: RunningNode):
    """The colleague saw it on the author's tablet, and syncs first."""
    scene = await open_scene(node)
    author, colleague = await scene.pens(2)
    author.edit(REPORT, {PLACE: (None, "Osh road")})
    first = await write_and_push(colleague, REPORT, {ROAD: (None, "km 1")}, seen=1)

    await deliver(author, author.segment())

    assert first.verdicts == {1: held("report-unknown", f"report {REPORT}")}
    assert await scene.waiting() == {}
    assert (await scene.report())["fields"] == {PLACE: "Osh road", ROAD: "km 1"}
    assert (await scene.report())["created_by"] == author.id
    reader = Reader(colleague)
    await reader.pull()
    assert reader.verdicts == {1: applied(2)}


async def test_m12_creating_the_report_frees_lines_that_free_others(node: RunningNode):
    scene = await open_scene(node)
    author, one, two = await scene.pens(3)
    author.edit(REPORT, {PLACE: (None, "Osh road")})
    one.edit(REPORT, {ROAD: (None, "km 1")}, seen=1)
    one.edit(REPORT, {ROAD: ("km 1", "km 2")}, seen=1)
    two.edit(REPORT, {"/operation/name": (None, "Channel")}, seen=1)
    await deliver(one, one.segment())
    await deliver(two, two.segment())
    assert len(await scene.waiting()) == 3

    await deliver(author, author.segment())

    assert await scene.waiting() == {}
    assert (await scene.report())["fields"] == {
        PLACE: "Osh road",
        ROAD: "km 2",
        "/operation/name": "Channel",
    }


async def test_m12_a_void_of_a_report_that_waits_waits_too(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {"/no/such": (None, "x")})
    pen.void(REPORT, seen=0)

    answer = await deliver(pen, pen.segment())

    assert answer.verdicts[2] == behind(1, pen)
    assert await scene.act(pen.id, 1, "set-aside", reason="x") == {
        "verdict": "set-aside",
        "reason": "x",
    }
    assert (await scene.report())["fields"]["/voided"] == {"reason": "Filed twice."}


async def test_m12_an_answer_about_a_report_nobody_has_is_parked_and_harms_nothing(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.answer(REPORT, uid(5), "x")
    pen.edit(REPORT, {ROAD: (None, "km 1")})

    answer = await deliver(pen, pen.segment())

    assert answer.verdicts[1] == parked("unknown-conflict")
    assert answer.verdicts[2] in (applied(1), behind(1, pen))
