"""A conflict's life at the console: its owner sees it, and settles what was seen (M13, P10)."""

import asyncio

import pytest

from tests.builders import uid
from tests.journal_scene import (
    GROSS,
    PLACE,
    REPORT,
    ROAD,
    Pen,
    Reader,
    Scene,
    by,
    conflicts,
    decide,
    deliver,
    kg,
    open_scene,
    parked,
    sides,
    write_and_push,
)
from tests.problem_documents import slug
from tests.running_node import RunningNode


async def contested(node: RunningNode) -> tuple[Scene, Pen, Pen]:
    """One wrote 276 kg and the other 274 kg."""
    scene = await open_scene(node)
    one, other = await scene.pens(2)
    await write_and_push(one, REPORT, {GROSS: (None, kg("276"))})
    await write_and_push(other, REPORT, {GROSS: (None, kg("274"))})
    return scene, one, other


async def test_m13_settling_needs_the_version_that_was_seen(node: RunningNode):
    scene, _, other = await contested(node)
    seen = await scene.only_conflict()
    await write_and_push(other, REPORT, {GROSS: (kg("274"), kg("275"))})
    at = f"/v1/conflicts/{seen['id']}/settle"
    body = {"value": kg("276"), "reason": "The act."}
    client = scene.console.client

    missing = await client.post(at, json=body)
    wrong = await client.post(at, json=body, headers={"If-Match": "*"})
    stale = await scene.decide("settle", seen, value=kg("276"))
    weak = await client.post(at, json=body, headers={"If-Match": 'W/"2"'})

    assert (slug(missing), slug(wrong)) == ("precondition-required", "invalid-request")
    assert (slug(stale), stale.json()["current_version"]) == ("precondition-failed", 2)
    assert weak.json()["life"] == "settled"


async def test_m13_a_settled_value_reaches_everybody_with_the_node_as_its_witness(
    node: RunningNode,
):
    scene, one, other = await contested(node)

    settled = await scene.decide("settle", await scene.only_conflict(), value=kg("275"))

    assert settled.status_code == 200
    assert settled.json()["resolution"]["value"] == kg("275")
    assert sides(settled.json()) == (kg("276"), [kg("274")])
    for pen in (one, other):
        reader = Reader(pen)
        await reader.pull()
        assert reader.fields() == {GROSS: kg("275")}
        assert (reader.reports[REPORT]["contested"], reader.reports[REPORT]["conflicts"]) == (
            {},
            [],
        )
    (witness,) = (await scene.history())["witnesses"][GROSS]
    assert (witness["device"], witness["seq"]) == (node.inside.identity.id, 1)
    assert witness["author"] == scene.console.person.id


async def test_m13_two_administrators_at_once_settle_once(node: RunningNode):
    scene, _, _ = await contested(node)
    conflict = await scene.only_conflict()

    answers = await asyncio.gather(
        *(scene.decide("settle", conflict, value=kg(amount)) for amount in ("274", "275", "276"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    (done,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await scene.report())["fields"] == {GROSS: done["resolution"]["value"]}


async def test_m13_a_settlement_is_reopened_and_the_sides_stand_again(node: RunningNode):
    scene, one, other = await contested(node)
    settled = await scene.decide("settle", await scene.only_conflict(), value=kg("274"))

    reopened = await scene.decide("reopen", settled.json())
    twice = await scene.decide("reopen", reopened.json())

    conflict = reopened.json()
    assert (conflict["life"], sides(conflict)) == ("open", (kg("274"), [kg("276")]))
    assert by(conflict["candidates"][0]) == [(one.id, 1)]
    assert (await scene.report())["contested"] == {GROSS: conflict["id"]}
    assert slug(twice) == "state-conflict"
    again = await scene.decide("settle", conflict, value=kg("276"))
    assert again.json()["life"] == "settled"
    assert (await scene.report())["fields"] == {GROSS: kg("276")}
    assert other.head == 1


async def test_m13_the_author_is_asked_and_answers_by_push(node: RunningNode):
    scene, one, _ = await contested(node)
    asked = await scene.decide("ask", await scene.only_conflict(), reason="Which scales?")
    reader = Reader(one)
    await reader.pull()
    (shown,) = reader.reports[REPORT]["conflicts"]
    seq = one.answer(REPORT, shown["id"], kg("276"), "The scales at the post.")

    answer = await deliver(one, one.segment(seq, seq))

    conflict = await scene.only_conflict()
    assert (asked.json()["life"], shown["life"], conflict["life"]) == ("asked", "asked", "answered")
    assert answer.verdicts[2]["verdict"] == "applied"
    (said,) = conflict["answers"]
    assert (said["value"], said["reason"]) == (kg("276"), "The scales at the post.")
    assert (said["by"]["device"], said["by"]["seq"]) == (one.id, 2)
    assert (await scene.report())["fields"] == {GROSS: kg("276")}


async def test_m13_an_answer_after_the_settlement_is_kept_and_reopens_nothing(node: RunningNode):
    scene, one, _ = await contested(node)
    conflict = await scene.only_conflict()
    await scene.decide("settle", conflict, value=kg("274"))
    seq = one.answer(REPORT, conflict["id"], kg("276"))

    await deliver(one, one.segment(seq, seq))

    (kept,) = await scene.conflicts(life="settled")
    assert [said["value"] for said in kept["answers"]] == [kg("276")]
    assert (await scene.report())["conflicts"] == []


async def test_m13_an_answer_behind_the_line_that_ended_its_conflict_reopens_nothing(
    node: RunningNode,
):
    """In one bundle: the side is given up, and the question about it answered."""
    scene, _, other = await contested(node)
    conflict = await scene.only_conflict()
    first = other.edit(REPORT, {GROSS: (kg("274"), kg("276"))})
    other.answer(REPORT, conflict["id"], kg("276"))

    await deliver(other, other.segment(first))

    assert await scene.conflicts() == []
    (kept,) = await scene.conflicts(life="settled")
    assert (kept["resolution"]["how"], len(kept["answers"])) == ("agreed", 1)
    assert (await scene.report())["conflicts"] == []


async def test_an_answer_to_no_conflict_is_parked(node: RunningNode):
    scene, one, _ = await contested(node)
    one.answer(REPORT, uid(4), kg("276"))
    one.answer(uid(5), (await scene.only_conflict())["id"], kg("276"))

    answer = await deliver(one, one.segment())

    assert answer.verdicts[2] == answer.verdicts[3] == parked("unknown-conflict")


@pytest.mark.parametrize(
    "value", ["276 kg", 276, 27.5, {"amount": 276, "unit": "kg"}, [1], {"amount": "1"}, True]
)
async def test_m13_a_settled_value_must_fit_its_field(node: RunningNode, value: object):
    scene, _, _ = await contested(node)
    conflict = await scene.only_conflict()

    response = await scene.decide("settle", conflict, value=value)

    assert slug(response) == "invalid-request"
    assert response.json()["errors"][0]["pointer"] == "/value"
    assert await scene.only_conflict() == conflict


@pytest.mark.parametrize(
    "literal", ["1e400", "NaN", "9" * 16, "9" * 5_000, '"\\ud800"', '{"a":1,"a":2}']
)
async def test_j1_a_settled_value_is_as_strict_json_as_a_tablets(node: RunningNode, literal: str):
    scene = await open_scene(node)
    one, other = await scene.pens(2)
    await write_and_push(one, REPORT, {"/outcome/arrests": (None, 1)})
    await write_and_push(other, REPORT, {"/outcome/arrests": (None, 2)})
    conflict = await scene.only_conflict()

    response = await scene.console.client.post(
        f"/v1/conflicts/{conflict['id']}/settle",
        content=f'{{"value":{literal},"reason":"x"}}',
        headers={"If-Match": '"1"', "Content-Type": "application/json"},
    )

    assert response.status_code in {400, 422}, response.text
    assert await scene.only_conflict() == conflict


async def test_m13_a_field_may_be_settled_to_be_empty(node: RunningNode):
    scene, _, _ = await contested(node)

    settled = await scene.decide("settle", await scene.only_conflict(), value=None)

    assert settled.json()["life"] == "settled"
    assert (await scene.report())["fields"] == {}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2_001])
async def test_m13_a_decision_has_a_reason(node: RunningNode, reason: str):
    scene, _, _ = await contested(node)

    response = await scene.decide(
        "settle", await scene.only_conflict(), value=kg("276"), reason=reason
    )

    assert slug(response) == "invalid-request"


async def test_m9_a_proposal_for_a_field_that_moved_must_be_seen_again(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    await write_and_push(pen, REPORT, {PLACE: (None, "Osh")})
    foreigner = Pen(await node.tablet(await node.console("KG-GKNB")))
    await write_and_push(foreigner, REPORT, {PLACE: ("Osh", "Batken")}, seen=1)
    seen = await scene.only_conflict()
    await write_and_push(pen, REPORT, {PLACE: ("Osh", "Talas")})

    stale = await scene.decide("settle", seen, value="Batken")

    assert slug(stale) == "precondition-failed"
    assert sides(await scene.only_conflict()) == ("Talas", ["Batken"])


async def test_p10_another_agencys_administrator_sees_and_settles_nothing(node: RunningNode):
    scene, _, _ = await contested(node)
    conflict = await scene.only_conflict()
    other = await node.console("KG-GKNB")
    at = f"/v1/conflicts/{conflict['id']}"

    answers = [
        await other.client.get(at),
        await decide(other, "settle", conflict, value=kg("1")),
        await decide(other, "ask", conflict),
        await decide(other, "reopen", conflict),
        await other.client.get(f"/v1/reports/{REPORT}"),
        await other.client.get(f"/v1/reports/{REPORT}/history"),
        await other.client.post(
            f"/v1/reports/{REPORT}/release",
            json={"decision": "release", "reason": "x"},
            headers={"If-Match": '"2"'},
        ),
    ]

    assert [slug(answer) for answer in answers] == ["not-found"] * 7
    assert await conflicts(other) == []
    assert await conflicts(other, report=REPORT) == []
    assert await scene.only_conflict() == conflict


async def test_p10_a_conflict_follows_its_report_to_a_new_owner(node: RunningNode):
    """Settling who owns the report hands over what is still open about it."""
    scene, one, other = await contested(node)
    successor = await node.console("KG-GKNB")
    owner = "/agencies/owner"
    await write_and_push(one, REPORT, {owner: (None, "KG-GKNB")})
    handed_over = await conflicts(successor)
    await write_and_push(other, REPORT, {owner: (None, "KG-CNS")})
    about_owner = next(each for each in await conflicts(successor) if each["path"] == owner)

    settled = await decide(successor, "settle", about_owner, value="KG-CNS")

    assert [each["path"] for each in handed_over] == [GROSS]
    assert settled.status_code == 200, settled.text
    assert settled.json()["owner"] == "KG-CNS"
    assert await conflicts(successor) == []
    assert [each["path"] for each in await scene.conflicts()] == [GROSS]


async def test_conflicts_are_listed_by_page_kind_life_and_report(node: RunningNode):
    scene = await open_scene(node)
    one, other = await scene.pens(2)
    reports = [uid(20 + index) for index in range(5)]
    for report in reports:
        node.clock.advance(1_000)
        await write_and_push(one, report, {ROAD: (None, "km 1")})
        await write_and_push(other, report, {ROAD: (None, "km 2")})

    client, items, after = scene.console.client, [], None
    while True:
        asked = {"limit": 2} | ({"after": after} if after else {})
        page = (await client.get("/v1/conflicts", params=asked)).json()
        items += page["items"]
        after = page["next"]
        if after is None:
            break
    await scene.decide("settle", items[0], value="km 1")

    assert [item["report"] for item in items] == reports
    assert [each["report"] for each in await scene.conflicts(life="settled")] == reports[:1]
    assert [each["report"] for each in await scene.conflicts(report=reports[3])] == [reports[3]]
    assert await scene.conflicts(kind="proposal") == []
    assert len(await scene.conflicts()) == 4
