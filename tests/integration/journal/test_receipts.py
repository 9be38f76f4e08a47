"""What a push answers, when it may be believed, and how a lost answer is found again."""

import hashlib

import pytest
from sqlalchemy import Connection

from backend.clock import to_text
from tests.journal_scene import (
    PLACE,
    REPORT,
    applied,
    believed,
    deliver,
    open_scene,
    parked,
    push,
)
from tests.problem_documents import slug
from tests.running_node import RunningNode


async def test_r1_a_receipt_names_node_epoch_bundle_instant_and_what_is_stored(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    pen.edit(REPORT, {PLACE: ("Osh road", "Osh road, km 12")})

    answer = await deliver(pen, pen.segment())

    assert answer.receipt == {
        "node": node.inside.identity.id,
        "epoch": node.inside.identity.epoch,
        "bundle": hashlib.sha256(pen.segment()).hexdigest(),
        "at": to_text(node.clock.now()),
        "stored": {pen.id: 2},
        "verdicts": answer.receipt["verdicts"],
    }
    assert answer.body["segments"] == [
        {"device": pen.id, "first": 1, "last": 2, "outcome": "stored"}
    ]
    assert answer.verdicts == {1: applied(1), 2: applied(2)}


async def test_r1_verdicts_are_for_the_carriers_own_lines_only(node: RunningNode):
    scene = await open_scene(node)
    author, courier = await scene.pens(2)
    author.edit(REPORT, {PLACE: (None, "Osh road")})
    courier.edit(REPORT, {PLACE: (None, "Osh road")})

    answer = await deliver(courier, author.segment(), courier.segment())

    assert answer.stored == {author.id: 1, courier.id: 1}
    assert [each["device"] for each in answer.body["verdicts"]] == [courier.id]
    assert answer.verdicts == {1: {"verdict": "agreed", "revision": 2}}


async def test_r1_the_compressed_bundle_is_receipted_by_the_hash_of_what_it_holds(
    node: RunningNode,
):
    import gzip  # noqa: PLC0415 — beside its one use

    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")})

    response = await push(pen, gzip.compress(pen.segment()), Content_Encoding="gzip")

    assert believed(pen, pen.segment(), response).stored == {pen.id: 1}


async def test_r2_a_failing_commit_acknowledges_nothing_and_the_resend_is_fresh(node: RunningNode):
    """The COMMIT itself fails, by a constraint that SQLite checks only there."""
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    await node.inside.database.write(_break_commits)

    refused = await push(pen, pen.segment())
    await node.inside.database.write(_mend_commits)
    seen_between = await pen.client.get("/v1/sync/pull")
    resent = await deliver(pen, pen.segment())

    assert slug(refused) == "storage-unavailable"
    assert (seen_between.json()["reports"], seen_between.json()["stored"]) == ([], 0)
    assert resent.names == ["applied"]


def _break_commits(connection: Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE probe (only REFERENCES node (only) DEFERRABLE INITIALLY DEFERRED)"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER break_commit AFTER INSERT ON bundle"
        " BEGIN INSERT INTO probe VALUES (99); END"
    )


def _mend_commits(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TRIGGER break_commit")


async def test_r3_a_lost_answer_is_found_by_the_bundles_hash(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    pen.edit(REPORT, {"/no/such/path": (None, "x")})
    first = await deliver(pen, pen.segment())

    response = await pen.client.get(f"/v1/sync/push/{first.receipt['bundle']}")

    again = believed(pen, pen.segment(), response)
    assert again.verdicts == {1: applied(1), 2: parked("unknown-path", "/no/such/path")}
    assert again.body["segments"] == first.body["segments"]
    assert again.stored == first.stored


async def test_r3_a_bundle_is_found_by_its_carrier_alone(node: RunningNode):
    scene = await open_scene(node)
    pen, other = await scene.pens(2)
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    answer = await deliver(pen, pen.segment())

    response = await other.client.get(f"/v1/sync/push/{answer.receipt['bundle']}")

    assert slug(response) == "not-found"


async def test_r3_a_branchs_lost_answer_tells_the_branchs_verdicts(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    clone = pen.copy()
    pen.edit(REPORT, {PLACE: ("Osh road", "Batken road")})
    clone.edit(REPORT, {PLACE: ("Osh road", "Talas road")})
    await deliver(pen, pen.segment())
    answer = await deliver(clone, clone.segment())

    response = await clone.client.get(f"/v1/sync/push/{answer.receipt['bundle']}")

    assert believed(clone, clone.segment(), response).verdicts == answer.verdicts


async def test_r4_a_bad_line_among_good_ones_harms_none_of_them(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")})
    pen.write(set={ROAD_OF_NOWHERE: {"was": None, "now": "x"}})
    pen.append(pen_line_that_is_no_json(pen.header()["prev"]))
    pen.edit(REPORT, {PLACE: ("Osh road", "Osh road, km 12")})

    answer = await deliver(pen, pen.segment())

    assert answer.outcomes == ["stored"]
    assert answer.stored == {pen.id: 4}
    assert answer.verdicts == {
        1: applied(1),
        2: parked("unknown-path", ROAD_OF_NOWHERE),
        3: parked("not-json"),
        4: applied(2),
    }


ROAD_OF_NOWHERE = "/road/of/nowhere"


def pen_line_that_is_no_json(prev: str) -> bytes:
    return b'{"prev":"' + prev.encode() + b'", nothing'


@pytest.mark.parametrize("raw", [b"", b"\n\n"], ids=["empty", "blank"])
async def test_r4_a_bundle_of_nothing_is_a_receipt_about_nothing(node: RunningNode, raw: bytes):
    pen = await (await open_scene(node)).pen()

    answer = await deliver(pen, raw)

    assert (answer.body["segments"], answer.stored) == ([], {})
