"""Two tablets, one report: what agrees, what is applied, what a person must decide."""

import pytest

from tests.builders import uid
from tests.journal_scene import (
    GROSS,
    ITEM,
    PLACE,
    REPORT,
    ROAD,
    SUBSTANCE,
    Pen,
    Reader,
    Scene,
    applied,
    by,
    conflicts,
    deliver,
    kg,
    open_scene,
    sides,
    visiting_pen,
    write_and_push,
)
from tests.running_node import RunningNode

STRUCK = f"/items/{ITEM}/struck"
WEIGHING = f"/weighings/{uid(3)}"
NOT_KNOWN = {"not_known": True}


async def pair(node: RunningNode) -> tuple[Scene, Pen, Pen]:
    scene = await open_scene(node)
    one, other = await scene.pens(2)
    return scene, one, other


async def fields(scene: Scene) -> dict[str, object]:
    return (await scene.report())["fields"]


async def test_m1_a_field_that_is_not_changed_is_not_touched(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})

    await write_and_push(other, REPORT, {PLACE: ("Batken", "Batken"), ROAD: (None, "km 1")})

    assert await fields(scene) == {PLACE: "Osh road", ROAD: "km 1"}
    assert await scene.conflicts() == []


async def test_m2_the_same_value_makes_the_second_writer_a_witness(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})

    answer = await write_and_push(other, REPORT, {PLACE: (None, "Osh road")})

    assert answer.verdicts == {1: {"verdict": "agreed", "revision": 2}}
    witnesses = (await scene.history())["witnesses"][PLACE]
    assert [(each["device"], each["seq"]) for each in witnesses] == [(one.id, 1), (other.id, 1)]


async def test_m3_who_saw_the_value_may_replace_it(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})
    reader = Reader(other)
    await reader.pull()

    answer = await write_and_push(
        other,
        REPORT,
        {PLACE: ("Osh road", "Osh road, km 12")},
        seen=reader.reports[REPORT]["revision"],
    )

    assert answer.verdicts == {1: applied(2)}
    assert await fields(scene) == {PLACE: "Osh road, km 12"}
    witnesses = (await scene.history())["witnesses"][PLACE]
    assert [(each["device"], each["seq"]) for each in witnesses] == [(other.id, 1)]


async def test_m3_a_second_witness_that_was_not_seen_keeps_its_value(node: RunningNode):
    """Why all witnesses must be known: the colleague independently wrote what is replaced."""
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})
    await write_and_push(other, REPORT, {PLACE: (None, "Osh road")})

    answer = await write_and_push(one, REPORT, {PLACE: ("Osh road", "Batken")}, seen=1)

    assert answer.verdicts[2]["verdict"] == "contested"
    assert sides(await scene.only_conflict()) == ("Osh road", ["Batken"])


async def test_m3_a_client_that_names_another_base_overwrites_no_colleague(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})

    answer = await write_and_push(other, REPORT, {PLACE: ("Talas", "Batken")}, seen=1)

    assert answer.verdicts[1]["verdict"] == "contested"
    assert await fields(scene) == {PLACE: "Osh road"}


async def test_m4_two_weights_written_without_sight_of_each_other_are_contested(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {GROSS: (None, kg("276")), ROAD: (None, "km 1")})

    answer = await write_and_push(other, REPORT, {GROSS: (None, kg("274")), PLACE: (None, "Osh")})

    conflict = await scene.only_conflict()
    assert answer.verdicts == {
        1: {"verdict": "contested", "revision": 2, "conflicts": [conflict["id"]]}
    }
    assert sides(conflict) == (kg("276"), [kg("274")])
    assert (by(conflict["accepted"]), by(conflict["candidates"][0])) == (
        [(one.id, 1)],
        [(other.id, 1)],
    )
    report = await scene.report()
    assert report["contested"] == {GROSS: conflict["id"]}
    assert report["fields"] == {GROSS: kg("276"), ROAD: "km 1", PLACE: "Osh"}


async def test_m5_union_keeps_what_both_put_in(node: RunningNode):
    scene, one, other = await pair(node)
    places = "/concealment/places"
    await write_and_push(one, REPORT, {f"{places}/fuel_tank": (None, True)})
    await write_and_push(other, REPORT, {f"{places}/spare_wheel": (None, True)})

    assert await fields(scene) == {f"{places}/fuel_tank": True, f"{places}/spare_wheel": True}
    assert await scene.conflicts() == []


async def test_m5_events_are_only_added(node: RunningNode):
    scene, one, other = await pair(node)
    weighed = {"at": "2020-02-01T14:00:00+06:00", "gross": kg("276")}
    again = {"at": "2020-02-01T18:00:00+06:00", "gross": kg("274"), "corrects": uid(3)}
    await write_and_push(one, REPORT, {WEIGHING: (None, weighed)})
    await write_and_push(other, REPORT, {f"/weighings/{uid(4)}": (None, again)})

    changed = await write_and_push(one, REPORT, {WEIGHING: (weighed, again)}, seen=2)

    assert changed.verdicts[2] == {
        "verdict": "parked",
        "reason": "event-is-immutable",
        "path": WEIGHING,
    }
    assert await fields(scene) == {WEIGHING: weighed, f"/weighings/{uid(4)}": again}


async def test_m5_narratives_are_woven_and_only_touching_edits_contested(node: RunningNode):
    scene, one, other = await pair(node)
    base = "The lorry was stopped.\nIt was searched.\nNothing was found."
    mine = base.replace("The lorry", "The blue lorry")
    theirs = base.replace("Nothing was found.", "A hidden tank was found.")
    await write_and_push(one, REPORT, {"/narrative": (None, base)})
    await write_and_push(one, REPORT, {"/narrative": (base, mine)}, seen=1)
    await write_and_push(other, REPORT, {"/narrative": (base, theirs)}, seen=1)

    woven = mine.replace("Nothing was found.", "A hidden tank was found.")
    assert await fields(scene) == {"/narrative": woven}
    assert await scene.conflicts() == []

    touching = base.replace("Nothing was found.", "Two tanks were found.")
    await write_and_push(await scene.pen(), REPORT, {"/narrative": (base, touching)}, seen=1)
    assert sides(await scene.only_conflict()) == (woven, [touching])


async def test_m6_m7_a_contested_field_is_frozen_and_each_moves_only_its_own_side(
    node: RunningNode,
):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {GROSS: (None, kg("276"))})
    await write_and_push(other, REPORT, {GROSS: (None, kg("274"))})

    await write_and_push(other, REPORT, {GROSS: (kg("274"), kg("275"))})

    assert sides(await scene.only_conflict()) == (kg("276"), [kg("275")])
    assert await fields(scene) == {GROSS: kg("276")}


async def test_m8_a_conflict_whose_sides_agree_closes_by_itself_on_record(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {GROSS: (None, kg("276"))})
    await write_and_push(other, REPORT, {GROSS: (None, kg("274"))})

    answer = await write_and_push(other, REPORT, {GROSS: (kg("274"), kg("276"))}, seen=2)

    (closed,) = await scene.conflicts(life="settled")
    assert answer.verdicts[2]["verdict"] == "agreed"
    assert await scene.conflicts() == []
    assert (closed["resolution"]["how"], closed["resolution"]["value"]) == ("agreed", kg("276"))
    assert (await scene.report())["contested"] == {}


async def test_m9_another_agencys_edit_waits_in_the_owners_queue(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    await write_and_push(pen, REPORT, {PLACE: (None, "Osh road")})
    foreigner = await visiting_pen(node, "KG-GKNB")

    answer = await write_and_push(foreigner, REPORT, {PLACE: ("Osh road", "Batken")}, seen=1)

    proposal = await scene.only_conflict()
    assert answer.verdicts == {1: {"verdict": "proposed", "conflicts": [proposal["id"]]}}
    assert (proposal["kind"], sides(proposal)) == ("proposal", ("Osh road", ["Batken"]))
    assert await fields(scene) == {PLACE: "Osh road"}
    other = await node.console("KG-GKNB")
    assert await conflicts(other) == []

    settled = await scene.decide("settle", proposal, value="Batken")
    assert settled.json()["life"] == "settled"
    assert await fields(scene) == {PLACE: "Batken"}


async def test_m9_a_joint_agency_and_the_same_team_merge(node: RunningNode):
    scene = await open_scene(node, "KG-CNS", "KG-GKNB")
    pen = await scene.pen()
    mate = await visiting_pen(node, "KG-GKNB", team=scene.team)
    joint = await visiting_pen(node, "KG-MIA")
    await write_and_push(
        pen, REPORT, {PLACE: (None, "Osh"), "/agencies/participating/KG-MIA": (None, True)}
    )

    first = await write_and_push(mate, REPORT, {ROAD: (None, "km 1")})
    second = await write_and_push(joint, REPORT, {"/operation/name": (None, "Channel")})

    assert (first.verdicts, second.verdicts) == ({1: applied(2)}, {1: applied(3)})


@pytest.mark.parametrize("void_first", [True, False], ids=["void first", "edit first"])
async def test_m10_a_void_against_an_unseen_edit_is_a_conflict_in_both_orders(
    node: RunningNode, *, void_first: bool
):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})
    void = one.void(REPORT, seen=1)
    edit = other.edit(REPORT, {ROAD: (None, "km 12")}, seen=1)
    order = [(one, one.segment(void, void)), (other, other.segment(edit, edit))]

    answers = [
        await deliver(pen, segment) for pen, segment in (order if void_first else order[::-1])
    ]

    conflict = await scene.only_conflict()
    assert (conflict["kind"], conflict["path"]) == ("void-vs-edit", "/voided")
    assert [next(iter(answer.verdicts.values()))["verdict"] for answer in answers] == [
        "applied",
        "contested",
    ]
    voided = {"reason": "Filed twice."}
    values = [sides(conflict)[0], *sides(conflict)[1]]
    assert sorted(values, key=str) == sorted([voided, None], key=str)
    assert (await fields(scene))[ROAD] == "km 12"


async def test_m10_a_struck_part_against_an_unseen_edit_is_a_conflict(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {GROSS: (None, kg("276"))})
    await write_and_push(other, REPORT, {GROSS: (kg("276"), kg("274"))}, seen=1)

    await write_and_push(one, REPORT, {STRUCK: (None, {"reason": "Counted twice."})}, seen=1)

    assert (await scene.only_conflict())["path"] == STRUCK
    assert (await fields(scene))[GROSS] == kg("274")


async def test_m10_a_void_by_who_saw_everything_is_applied(node: RunningNode):
    scene, one, other = await pair(node)
    await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})
    seq = other.void(REPORT, seen=1)

    answer = await deliver(other, other.segment(seq, seq))

    assert answer.verdicts == {1: applied(2)}
    assert (await fields(scene))["/voided"] == {"reason": "Filed twice."}
    reader = Reader(one)
    await reader.pull()
    assert reader.fields()["/voided"] == {"reason": "Filed twice."}


EQUAL = {
    "1 kg and 1000 g": (GROSS, kg("1"), kg("1000", unit="g")),
    "1.0 and 1": (GROSS, kg("1.0"), kg("1")),
    "as written": (
        f"/items/{ITEM}/quantity",
        {"entered": "8 кг. 268 гр", "lang": "ru"},
        {"amount": "8.268", "unit": "kg"},
    ),
    "a name and its code": (
        SUBSTANCE,
        {"entered": "Heroin", "lang": "en"},
        {"code": "HEROIN"},
    ),
    "two languages": (
        SUBSTANCE,
        {"entered": "гашиш", "lang": "ru"},
        {"entered": "Hashish", "lang": "en"},
    ),
    "one instant in two zones": (
        "/event/at",
        "2020-02-01T14:00:00+06:00",
        "2020-02-01T08:00:00Z",
    ),
    "a plate in two alphabets": (f"/vehicles/{ITEM}/plate", "01 KG 777 ABC", "01kg777авс"),
    "not known": (GROSS, NOT_KNOWN, NOT_KNOWN),
}


@pytest.mark.parametrize("case", EQUAL)
async def test_m11_equal_values_never_conflict(node: RunningNode, case: str):
    scene, one, other = await pair(node)
    path, mine, theirs = EQUAL[case]
    await write_and_push(one, REPORT, {path: (None, mine)})

    answer = await write_and_push(other, REPORT, {path: (None, theirs)})

    assert answer.verdicts == {1: {"verdict": "agreed", "revision": 2}}
    assert await scene.conflicts() == []
    assert await fields(scene) == {path: mine}


DIFFERENT = {
    "missing and not known": (GROSS, NOT_KNOWN, kg("0")),
    "zero and a gram": (GROSS, kg("0"), kg("1", unit="g")),
    "gross and net": (GROSS, kg("1"), kg("1", basis="net")),
    "exactly and more than": (GROSS, kg("22"), kg("22", qualifier="gt")),
}


@pytest.mark.parametrize("case", DIFFERENT)
async def test_m11_what_is_not_equal_conflicts(node: RunningNode, case: str):
    scene, one, other = await pair(node)
    path, mine, theirs = DIFFERENT[case]
    await write_and_push(one, REPORT, {path: (None, mine)})

    await write_and_push(other, REPORT, {path: (None, theirs)})

    assert sides(await scene.only_conflict()) == (mine, [theirs])


async def test_p4_tablets_hold_the_same_whatever_order_their_logs_came_in(node: RunningNode):
    scene = await open_scene(node)
    pens = await scene.pens(3)
    for index, pen in enumerate(pens):
        pen.edit(REPORT, {GROSS: (None, kg(str(270 + index))), PLACE: (None, "Osh road")})
        pen.edit(REPORT, {f"/concealment/places/{'fuel_tank' if index else 'wall'}": (None, True)})
    for pen in (pens[2], pens[0], pens[1]):
        await deliver(pen, pen.segment())

    readers = [Reader(pen) for pen in pens]
    for reader in readers:
        await reader.pull(limit=1)

    assert readers[0].reports == readers[1].reports == readers[2].reports
    assert sides(await scene.only_conflict()) == (kg("272"), [kg("270"), kg("271")])
