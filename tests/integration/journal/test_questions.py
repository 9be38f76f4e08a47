"""What an officer wrote that has two meanings: asked about, never guessed (P8, M14)."""

import pytest

from tests.journal_scene import (
    ITEM,
    REPORT,
    SUBSTANCE,
    Pen,
    Reader,
    Scene,
    applied,
    deliver,
    open_scene,
    write_and_push,
)
from tests.problem_documents import slug
from tests.running_node import RunningNode

QUANTITY = f"/items/{ITEM}/quantity"
THOUSANDS = {"entered": "1,320 kg.", "lang": "en"}
SLANG = {"entered": "анаша", "lang": "ru"}


async def asked(node: RunningNode, path: str, value: object) -> tuple[Scene, Pen]:
    scene = await open_scene(node)
    pen = await scene.pen()
    answer = await write_and_push(pen, REPORT, {path: (None, value)})
    assert answer.verdicts == {1: applied(1)}
    return scene, pen


async def test_m14_an_amount_with_two_readings_is_taken_and_asked_about(node: RunningNode):
    scene, pen = await asked(node, QUANTITY, THOUSANDS)

    question = await scene.only_conflict()
    report = await scene.report()
    assert (question["kind"], question["path"]) == ("quantity", QUANTITY)
    assert question["accepted"]["value"] == THOUSANDS
    assert sorted(question["details"]["candidates"]) == ["1.32 kg", "1320 kg"]
    assert (report["fields"], report["contested"]) == ({QUANTITY: THOUSANDS}, {})
    reader = Reader(pen)
    await reader.pull()
    assert [each["id"] for each in reader.reports[REPORT]["conflicts"]] == [question["id"]]


async def test_m14_the_answer_is_stored_beside_the_text(node: RunningNode):
    scene, pen = await asked(node, QUANTITY, THOUSANDS)

    settled = await scene.decide(
        "settle", await scene.only_conflict(), value={"amount": "1320", "unit": "kg"}
    )

    report = await scene.report()
    assert settled.json()["resolution"]["how"] == "decided"
    assert report["fields"] == {QUANTITY: THOUSANDS}
    assert report["readings"] == {QUANTITY: {"amount": "1320", "unit": "kg"}}
    assert report["conflicts"] == []
    reader = Reader(pen)
    await reader.pull()
    assert reader.reports[REPORT]["readings"] == report["readings"]


async def test_m14_a_newer_value_ends_the_question_and_its_answer(node: RunningNode):
    scene, pen = await asked(node, QUANTITY, THOUSANDS)

    answer = await write_and_push(
        pen, REPORT, {QUANTITY: (THOUSANDS, {"entered": "1320 kg", "lang": "en"})}
    )

    (ended,) = await scene.conflicts(life="settled")
    assert answer.verdicts == {2: applied(2)}
    assert ended["resolution"]["how"] == "superseded"
    assert await scene.conflicts() == []


async def test_m14_an_answered_question_is_asked_again_when_reopened(node: RunningNode):
    scene, _ = await asked(node, QUANTITY, THOUSANDS)
    said = {"amount": "1.32", "unit": "kg"}
    settled = await scene.decide("settle", await scene.only_conflict(), value=said)

    reopened = await scene.decide("reopen", settled.json())

    assert reopened.json()["life"] == "open"
    assert (await scene.report())["readings"] == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        "1320",
        1320,
        1320.5,
        True,
        {},
        {"amount": "many", "unit": "kg"},
        {"amount": "1320"},
        {"amount": 1320, "unit": "kg"},
    ],
)
async def test_m14_what_answers_nothing_settles_nothing(node: RunningNode, value: object):
    scene, _ = await asked(node, QUANTITY, THOUSANDS)
    question = await scene.only_conflict()

    response = await scene.decide("settle", question, value=value)

    assert slug(response) == "invalid-request"
    assert await scene.only_conflict() == question


async def test_m14_it_cannot_be_known_is_an_answer(node: RunningNode):
    scene, _ = await asked(node, QUANTITY, THOUSANDS)

    settled = await scene.decide("settle", await scene.only_conflict(), value={"not_known": True})

    assert settled.json()["life"] == "settled"
    assert (await scene.report())["readings"] == {QUANTITY: {"not_known": True}}


async def test_m14_slang_with_two_meanings_is_asked_about_and_settled_by_a_code(
    node: RunningNode,
):
    scene, _ = await asked(node, SUBSTANCE, SLANG)
    question = await scene.only_conflict()

    unfit = await scene.decide("settle", question, value={"code": "NO-SUCH"})
    settled = await scene.decide("settle", question, value={"code": "CAN-RESIN"})

    assert question["kind"] == "substance"
    assert question["details"]["reason"] == "ambiguous-name"
    assert {"CAN-HERB", "CAN-RESIN"} <= set(question["details"]["candidates"])
    assert slug(unfit) == "invalid-request"
    assert settled.json()["life"] == "settled"
    report = await scene.report()
    assert report["fields"] == {SUBSTANCE: SLANG}
    assert report["readings"] == {SUBSTANCE: {"code": "CAN-RESIN"}}


async def test_m14_slang_replaced_by_a_laboratorys_word_is_asked_no_more(node: RunningNode):
    scene, pen = await asked(node, SUBSTANCE, SLANG)

    await write_and_push(pen, REPORT, {SUBSTANCE: (SLANG, {"code": "CAN-HERB"})})

    assert await scene.conflicts() == []
    assert (await scene.report())["fields"] == {SUBSTANCE: {"code": "CAN-HERB"}}


async def test_p8_text_nobody_can_read_is_kept_and_asked_about(node: RunningNode):
    scene, _ = await asked(node, QUANTITY, {"entered": "немного", "lang": "ru"})

    question = await scene.only_conflict()

    assert question["details"]["candidates"] == []
    assert (await scene.report())["fields"][QUANTITY]["entered"] == "немного"


async def test_m14_a_question_inside_an_event_is_about_the_events_member(node: RunningNode):
    weighing = f"/weighings/{ITEM}"
    value = {"at": "2020-02-01T14:00:00+06:00", "gross": THOUSANDS}
    scene, _ = await asked(node, weighing, value)

    settled = await scene.decide(
        "settle", await scene.only_conflict(), value={"amount": "1320", "unit": "kg"}
    )

    assert settled.json()["path"] == f"{weighing}/gross"
    assert (await scene.report())["readings"] == {
        f"{weighing}/gross": {"amount": "1320", "unit": "kg"}
    }


async def test_m14_the_author_may_answer_the_question_offline(node: RunningNode):
    scene, pen = await asked(node, QUANTITY, THOUSANDS)
    question = await scene.only_conflict()
    await scene.decide("ask", question)
    seq = pen.answer(REPORT, question["id"], {"amount": "1320", "unit": "kg"}, "One lorry full.")

    await deliver(pen, pen.segment(seq, seq))

    answered = await scene.only_conflict()
    assert answered["life"] == "answered"
    assert [(said["value"], said["reason"]) for said in answered["answers"]] == [
        ({"amount": "1320", "unit": "kg"}, "One lorry full.")
    ]
