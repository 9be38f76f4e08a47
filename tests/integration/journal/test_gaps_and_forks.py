"""What is missing is waited for in plain sight (L6); what differs is kept twice (L7)."""

from tests.journal_scene import (
    PLACE,
    REPORT,
    ROAD,
    Pen,
    Scene,
    applied,
    deliver,
    held,
    open_scene,
    parked,
)
from tests.problem_documents import slug
from tests.running_node import RunningNode

FORKED = held("fork", "administrator")


def gap(first: int, last: int, log: str) -> dict[str, str]:
    return held("gap", f"lines {first} to {last} of {log}")


async def roads(scene: Scene) -> str:
    return (await scene.report())["fields"][ROAD]


def diverged(pen: Pen, at: int, count: int) -> Pen:
    """A clone that agrees up to line ``at`` and then wrote ``count`` lines of its own."""
    clone = pen.copy(at)
    for index in range(count):
        clone.edit(REPORT, {PLACE: (f"clone {index}" if index else None, f"clone {index + 1}")})
    return clone


async def test_l6_lines_beyond_a_gap_are_held_and_say_what_they_wait_for(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(8)
    await deliver(pen, pen.segment(1, 2))

    answer = await deliver(pen, pen.segment(5, 6))

    assert answer.outcomes == ["held"]
    assert answer.stored == {pen.id: 2}
    assert answer.verdicts == {5: gap(3, 4, pen.id), 6: gap(3, 4, pen.id)}
    assert await scene.waiting() == {(pen.id, seq): gap(3, 4, pen.id) for seq in (5, 6)}
    assert await roads(scene) == "km 2"


async def test_l6_each_run_names_the_gap_before_it_as_gaps_are_filled(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(9)
    await deliver(pen, pen.segment(8, 9))
    await deliver(pen, pen.segment(4, 5))

    two_gaps = await scene.waiting()
    await deliver(pen, pen.segment(6, 6))
    narrower = await scene.waiting()
    await deliver(pen, pen.segment(1, 3))
    one_gap = await scene.waiting()

    assert two_gaps == {
        (pen.id, 4): gap(1, 3, pen.id),
        (pen.id, 5): gap(1, 3, pen.id),
        (pen.id, 8): gap(6, 7, pen.id),
        (pen.id, 9): gap(6, 7, pen.id),
    }
    assert narrower[pen.id, 8] == gap(7, 7, pen.id)
    assert one_gap == {(pen.id, 8): gap(7, 7, pen.id), (pen.id, 9): gap(7, 7, pen.id)}
    assert await roads(scene) == "km 6"


async def test_l6_another_carrier_fills_the_gap_and_all_is_applied_in_order(node: RunningNode):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.fill(6)
    await deliver(pen, pen.segment(4, 6))

    answer = await deliver(courier, pen.segment(1, 3))

    assert (answer.outcomes, answer.stored) == (["stored"], {pen.id: 6})
    assert await scene.waiting() == {}
    lines = {line["seq"]: line for line in (await scene.history())["lines"]}
    assert {seq: line["verdict"] for seq, line in lines.items()} == {
        seq: applied(seq) for seq in range(1, 7)
    }
    assert lines[2]["carrier"] == courier.id
    assert lines[5]["carrier"] == pen.id


async def test_l6_a_parked_line_is_no_gap(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {"/no/such": (None, "x")})
    other = pen.edit(REPORT, {ROAD: (None, "km 1")})

    answer = await deliver(pen, pen.segment())

    assert answer.stored == {pen.id: 2}
    assert answer.verdicts[1] == parked("unknown-path", "/no/such")
    assert answer.verdicts[other]["reason"] == "depends-on-line"


async def test_l7_a_gap_that_is_filled_with_another_history_makes_the_tail_a_branch(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.fill(1)
    clone = diverged(pen, 1, 5)
    pen.fill(5)
    await deliver(pen, pen.segment(1, 1))
    await deliver(pen, pen.segment(5, 6))

    answer = await deliver(courier, clone.segment(2, 4))

    branch = f"{pen.id}~1"
    assert (answer.outcomes, answer.stored) == (["stored"], {pen.id: 4})
    assert await scene.waiting() == {(branch, 5): FORKED, (branch, 6): FORKED}
    assert (await scene.only_conflict())["kind"] == "fork"
    assert (await scene.report())["fields"] == {ROAD: "km 1", PLACE: "clone 3"}


async def test_l7_a_run_that_fills_a_gap_and_contradicts_the_tail_is_kept_whole(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 5)
    pen.fill(5)
    await deliver(pen, pen.segment(1, 1))
    await deliver(pen, pen.segment(5, 6))

    answer = await deliver(pen, clone.segment(2, 6))

    branch = f"{pen.id}~1"
    assert (answer.outcomes, answer.stored) == (["stored"], {pen.id: 6})
    assert await scene.waiting() == {(branch, 5): FORKED, (branch, 6): FORKED}
    assert (await deliver(pen, pen.segment(5, 6))).names == ["duplicate"] * 2


async def test_l7_a_run_that_fills_a_gap_and_forks_inside_the_tail_is_split(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(4)
    clone = diverged(pen, 4, 2)
    pen.fill(2)
    await deliver(pen, pen.segment(1, 1))
    await deliver(pen, pen.segment(4, 6))

    answer = await deliver(pen, clone.segment(2, 6))

    assert (answer.outcomes, answer.stored) == (["forked"], {pen.id: 6})
    assert answer.verdicts == {
        2: applied(2),
        3: applied(3),
        4: held("gap", f"lines 2 to 3 of {pen.id}"),
        5: FORKED,
        6: FORKED,
    }
    assert await roads(scene) == "km 6"
    found = await pen.client.get(f"/v1/sync/push/{answer.receipt['bundle']}")
    now = {each["seq"]: each["verdict"] for each in found.json()["verdicts"]}
    assert now == {2: "applied", 3: "applied", 4: "applied", 5: "held", 6: "held"}


async def test_l7_two_runs_beyond_a_gap_that_contradict_each_other_are_both_kept(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 5)
    pen.fill(5)
    await deliver(pen, pen.segment(5, 6))

    answer = await deliver(pen, clone.segment(4, 5))
    await deliver(pen, pen.segment(1, 4))

    assert answer.outcomes == ["forked"]
    assert await scene.waiting() == {(f"{pen.id}~1", seq): FORKED for seq in (4, 5)}
    assert await roads(scene) == "km 6"


async def test_l7_p2_a_tail_beyond_a_gap_goes_along_when_its_history_turns_out_a_branch(
    node: RunningNode,
):
    """The clone's line 4 came first and was held; what leads to it is no line of the main log."""
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 3)
    pen.fill(1)
    await deliver(pen, pen.segment(1, 1))
    await deliver(pen, clone.segment(4, 4))
    await deliver(pen, pen.segment(2, 2))

    answer = await deliver(pen, clone.segment(2, 4))

    branch = f"{pen.id}~1"
    assert (answer.outcomes, answer.stored) == (["forked"], {pen.id: 2})
    assert await scene.waiting() == {(branch, seq): FORKED for seq in (2, 3, 4)}
    assert answer.names == ["held", "held", "duplicate"]


async def test_l7_the_same_number_with_other_bytes_is_kept_beside_the_first(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 2)
    pen.fill(2)
    await deliver(pen, pen.segment())

    answer = await deliver(pen, clone.segment())

    assert (answer.outcomes, answer.stored) == (["forked"], {pen.id: 3})
    assert answer.verdicts == {1: applied(1), 2: FORKED, 3: FORKED}
    assert (await deliver(pen, clone.segment())).names == ["duplicate"] * 3
    conflict = await scene.only_conflict()
    assert conflict["details"] == {"device": pen.id, "name": "Osh-3", "line": 2}
    assert (conflict["kind"], conflict["report"]) == ("fork", None)
    assert (await scene.report())["fields"] == {ROAD: "km 3"}


async def test_l7_a_fork_within_one_bundle_is_seen(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 1)
    pen.fill(1)

    answer = await deliver(pen, pen.segment(), clone.segment())

    assert answer.outcomes == ["stored", "forked"]
    assert await scene.waiting() == {(f"{pen.id}~1", 2): FORKED}


async def test_l7_both_branches_go_on_however_far_ahead_of_the_other(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 6)
    pen.fill(1)
    await deliver(pen, pen.segment())
    await deliver(pen, clone.segment(1, 3))

    ahead = await deliver(pen, clone.segment(4, 5))
    pen.fill(2)
    first = await deliver(pen, pen.segment(3, 4))
    further = await deliver(pen, clone.segment(6, 7))

    branch = f"{pen.id}~1"
    assert (ahead.outcomes, further.outcomes) == (["forked"], ["forked"])
    assert (first.outcomes, first.stored) == (["stored"], {pen.id: 4})
    assert first.verdicts == {3: applied(3), 4: applied(4)}
    assert await scene.waiting() == {(branch, seq): FORKED for seq in range(2, 8)}
    assert len(await scene.conflicts()) == 1


async def test_l7_a_branch_that_began_beyond_a_gap_is_joined_with_what_led_to_it(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 5)
    pen.fill(5)
    await deliver(pen, pen.segment(1, 1))
    await deliver(pen, pen.segment(5, 6))
    await deliver(pen, clone.segment(2, 6))

    late = await deliver(pen, pen.segment())

    branch = f"{pen.id}~1"
    assert late.outcomes == ["forked"]
    assert late.names == ["duplicate", "held", "held", "held", "duplicate", "duplicate"]
    assert await scene.waiting() == {(branch, seq): FORKED for seq in range(2, 7)}
    await scene.decide("settle", await scene.only_conflict(), value=True)
    assert (await scene.report())["fields"] == {ROAD: "km 6", PLACE: "clone 5"}


async def test_l7_a_branch_taken_in_merges_like_another_tablets_log(node: RunningNode):
    """It knew what stood before the fork, and nothing that was written on the other branch."""
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {ROAD: (None, "km 1")})
    clone = pen.copy()
    pen.edit(REPORT, {ROAD: ("km 1", "km 2")})
    clone.edit(REPORT, {ROAD: ("km 1", "km 7")})
    clone.edit(REPORT, {PLACE: (None, "clone")})
    await deliver(pen, pen.segment())
    await deliver(pen, clone.segment())

    settled = await scene.decide("settle", await scene.only_conflict(), value=True)
    clone.edit(REPORT, {PLACE: ("clone", "clone, later")})
    after = await deliver(pen, clone.segment(4, 4))

    assert settled.json()["life"] == "settled"
    contested = await scene.only_conflict()
    assert (contested["path"], contested["accepted"]["value"]) == (ROAD, "km 2")
    assert [side["value"] for side in contested["candidates"]] == ["km 7"]
    assert (await scene.report())["fields"] == {ROAD: "km 2", PLACE: "clone, later"}
    assert after.outcomes == ["forked"]
    assert await scene.waiting() == {}


async def test_l7_a_branch_set_aside_stays_as_evidence_only(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 2)
    pen.fill(1)
    await deliver(pen, pen.segment())
    await deliver(pen, clone.segment())
    conflict = await scene.only_conflict()

    settled = await scene.decide("settle", conflict, value=False, reason="A test tablet.")
    again = await scene.decide("settle", settled.json(), value=True)

    assert slug(again) == "state-conflict"
    assert await scene.waiting() == {}
    lines = (await scene.history())["lines"]
    aside = {(line["log"], line["seq"]): line["verdict"] for line in lines if "~" in line["log"]}
    assert aside == {
        (f"{pen.id}~1", seq): {"verdict": "set-aside", "reason": "A test tablet."} for seq in (2, 3)
    }
    assert (await scene.report())["fields"] == {ROAD: "km 2"}


async def test_l7_the_administrator_may_ask_before_deciding_about_a_fork(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    clone = diverged(pen, 1, 1)
    pen.fill(1)
    await deliver(pen, pen.segment())
    await deliver(pen, clone.segment())

    asked = await scene.decide("ask", await scene.only_conflict())
    wrong = await scene.decide("settle", asked.json(), value="yes")
    settled = await scene.decide("settle", asked.json(), value=True)

    assert (asked.json()["life"], asked.json()["version"]) == ("asked", 2)
    assert slug(wrong) == "invalid-request"
    assert settled.json()["resolution"]["value"] is True
    assert (await scene.report())["fields"] == {ROAD: "km 2", PLACE: "clone 1"}
