"""Exactly once: whatever is sent again, in whatever overlap and order, by whomever (P2)."""

import asyncio
from collections.abc import Callable

import pytest

from tests.journal_scene import (
    PLACE,
    REPORT,
    ROAD,
    Pen,
    Scene,
    applied,
    deliver,
    open_scene,
    write_and_push,
)
from tests.running_node import RunningNode


async def journal(scene: Scene) -> dict[str, object]:
    """Everything a resend must leave as it is."""
    history = await scene.history()
    return {
        "report": await scene.report(),
        "lines": [(line["log"], line["seq"], line["verdict"]) for line in history["lines"]],
        "witnesses": history["witnesses"],
        "conflicts": await scene.conflicts(),
        "waiting": await scene.waiting(),
        "quarantine": await scene.quarantine(),
    }


async def three_lines(scene: Scene) -> Pen:
    """One applied, one contested against a colleague, one parked; handed in."""
    pen, colleague = await scene.pens(2)
    await write_and_push(colleague, REPORT, {PLACE: (None, "Batken road")})
    pen.edit(REPORT, {ROAD: (None, "km 12")})
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    pen.edit(REPORT, {"/no/such": (None, "x")})
    await deliver(pen, pen.segment())
    return pen


OVERLAPS: dict[str, Callable[[Pen], list[bytes]]] = {
    "whole": lambda pen: [pen.segment()],
    "the beginning": lambda pen: [pen.segment(1, 2)],
    "the end": lambda pen: [pen.segment(2, 3)],
    "the middle": lambda pen: [pen.segment(2, 2)],
    "line by line, backwards": lambda pen: [pen.segment(seq, seq) for seq in (3, 2, 1)],
    "overlapping": lambda pen: [pen.segment(1, 2), pen.segment(2, 3)],
    "twice in one bundle": lambda pen: [pen.segment(), pen.segment()],
}


@pytest.mark.parametrize("overlap", OVERLAPS)
async def test_p2_a_resend_changes_nothing_and_tells_the_first_verdicts(
    node: RunningNode, overlap: str
):
    scene = await open_scene(node)
    pen = await three_lines(scene)
    before = await journal(scene)

    answer = await deliver(pen, *OVERLAPS[overlap](pen))

    assert await journal(scene) == before
    assert set(answer.names) == {"duplicate"}
    assert set(answer.outcomes) == {"stored"}
    assert answer.stored == {pen.id: 3}
    lines = (await scene.history())["lines"]
    verdicts = {line["seq"]: line["verdict"] for line in lines if line["log"] == pen.id}
    assert answer.verdicts == {seq: verdicts[seq] for seq in answer.verdicts}


@pytest.mark.parametrize("overlap", ["twice in one bundle", "overlapping"])
async def test_p2_a_first_delivery_that_overlaps_itself_is_taken_once(
    node: RunningNode, overlap: str
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(3)

    answer = await deliver(pen, *OVERLAPS[overlap](pen))

    assert answer.verdicts == {1: applied(1), 2: applied(2), 3: applied(3)}
    assert sorted(answer.names) == ["applied"] * 3 + ["duplicate"] * (len(answer.names) - 3)
    assert len((await scene.history())["lines"]) == 3


async def test_p2_segments_of_one_bundle_may_stand_in_any_order(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(6)

    answer = await deliver(pen, pen.segment(5, 6), pen.segment(3, 4), pen.segment(1, 2))

    assert answer.outcomes == ["held", "held", "stored"]
    assert answer.stored == {pen.id: 6}
    assert await scene.waiting() == {}
    assert (await scene.report())["fields"][ROAD] == "km 6"


async def test_p2_another_carrier_brings_the_same_and_nothing_happens_twice(node: RunningNode):
    scene = await open_scene(node)
    pen = await three_lines(scene)
    courier = await scene.pen()
    before = await journal(scene)

    answer = await deliver(courier, pen.segment())

    assert await journal(scene) == before
    assert (answer.outcomes, answer.names) == (["stored"], [])
    assert answer.stored == {pen.id: 3}


async def test_p2_resealing_old_lines_with_new_ones_adds_only_the_new(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(2)
    await deliver(pen, pen.segment())
    pen.fill(1)

    answer = await deliver(pen, pen.segment())

    assert answer.names == ["duplicate", "duplicate", "applied"]
    assert answer.verdicts[3] == applied(3)
    assert answer.stored == {pen.id: 3}


async def test_p2_one_bundle_handed_in_by_many_at_once_is_taken_once(node: RunningNode):
    scene = await open_scene(node)
    pen, *couriers = await scene.pens(5)
    pen.fill(4)

    answers = await asyncio.gather(
        *(deliver(carrier, pen.segment()) for carrier in (pen, pen, *couriers))
    )

    assert [answer.stored for answer in answers] == [{pen.id: 4}] * 6
    assert [answer.names for answer in answers].count(["applied"] * 4) <= 1
    assert answers[0].verdicts == answers[1].verdicts == {seq: applied(seq) for seq in range(1, 5)}
    history = await scene.history()
    assert [line["seq"] for line in history["lines"]] == [1, 2, 3, 4]
    assert history["revision"] == 4


async def test_p2_a_verdict_that_changed_since_is_told_as_it_is_now(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(2)
    first = await deliver(pen, pen.segment(2, 2))
    await deliver(pen, pen.segment(1, 1))

    again = await deliver(pen, pen.segment(2, 2))

    assert first.verdicts[2]["verdict"] == "held"
    assert again.body["verdicts"][0]["first"] == applied(2)
