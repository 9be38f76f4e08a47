"""Bytes that prove nothing (L5, L8), logs that may not decide (L9), revoked devices (P7)."""

import base64

import pytest

from sync.log import GENESIS
from tests.builders import uid
from tests.journal_scene import (
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
    push,
)
from tests.problem_documents import slug
from tests.running_node import RunningNode, Tablet, TabletAuth

REVOKED = held("device-revoked", "administrator")


def wrong_signature(pen: Pen) -> bytes:
    return pen.segment(signature=base64.b64encode(b"x" * 64).decode())


def touched_line(pen: Pen) -> bytes:
    return pen.segment().replace(b"km 2", b"km 9", 1)


def broken_link(pen: Pen) -> bytes:
    pen.write(prev="ab" * 32, set={ROAD: {"was": "km 3", "now": "km 4"}})
    return pen.segment()


def first_line_with_a_past(pen: Pen) -> bytes:
    stray = Pen(pen.tablet)
    stray.write(prev="ab" * 32, set={ROAD: {"was": None, "now": "km 4"}})
    return stray.segment()


def line_of_another_place(pen: Pen) -> bytes:
    pen.write(seq=9, set={ROAD: {"was": "km 3", "now": "km 4"}})
    return pen.segment()


def line_of_another_device(pen: Pen) -> bytes:
    pen.write(device=uid(77), set={ROAD: {"was": "km 3", "now": "km 4"}})
    return pen.segment()


def too_few_lines(pen: Pen) -> bytes:
    return b"\n".join([*pen.lines[1:], pen.seal()]) + b"\n"


def oversize_line(pen: Pen) -> bytes:
    pen.edit(REPORT, {PLACE: (None, "x" * 256 * 1024)})
    return pen.segment()


REFUSALS = {
    "wrong-signature": wrong_signature,
    "wrong-head": lambda pen: pen.segment(head="0" * 64),
    "broken-link": broken_link,
    "other-log": line_of_another_place,
    "line-count": too_few_lines,
    "line-too-long": oversize_line,
}
MORE_REFUSALS = {
    "a touched line": (touched_line, "broken-link"),
    "a first line with a past": (first_line_with_a_past, "broken-link"),
    "a line of another device": (line_of_another_device, "other-log"),
}


async def refused(scene: Scene, pen: Pen, raw: bytes, reason: str) -> None:
    """The whole segment is kept and nothing of it is taken in; the next one is."""
    answer = await deliver(pen, raw)

    assert (answer.outcomes, answer.reasons, answer.names) == (["quarantined"], [reason], [])
    assert answer.stored == {pen.id: 0}
    (kept,) = await scene.quarantine()
    assert (kept["reason"], kept["device"], kept["carrier"]) == (reason, pen.id, pen.id)
    assert kept["size_bytes"] == len(raw)
    assert await scene.waiting() == {}
    assert (await Reader(pen).page())["reports"] == []
    good = Pen(pen.tablet)
    good.fill(1)
    assert (await deliver(pen, raw, good.segment())).outcomes == ["quarantined", "stored"]
    assert len(await scene.quarantine()) == 1


@pytest.mark.parametrize("reason", REFUSALS)
async def test_l5_a_segment_is_proved_whole_or_kept_in_quarantine(node: RunningNode, reason: str):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(3)

    await refused(scene, pen, REFUSALS[reason](pen), reason)


@pytest.mark.parametrize("fault", MORE_REFUSALS)
async def test_l8_what_was_touched_or_moved_proves_nothing(node: RunningNode, fault: str):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(3)
    spoil, reason = MORE_REFUSALS[fault]

    await refused(scene, pen, spoil(pen), reason)


async def test_l8_lines_without_a_seal_are_kept(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(2)

    answer = await deliver(pen, b"\n".join(pen.lines) + b"\n")

    assert answer.body["segments"] == [
        {"device": None, "first": 0, "last": 0, "outcome": "quarantined", "reason": "no-seal"}
    ]
    assert answer.stored == {}
    assert [piece["reason"] for piece in await scene.quarantine()] == ["no-seal"]


@pytest.mark.parametrize(
    "seal",
    [
        b'{"seal":{}}',
        b'{"seal":1}',
        b'{"seal":',
        b'{"seal":{"seal":{"seal":' + b"[" * 5_000,
        b'{"seal":"\xff\xfe"}',
    ],
)
async def test_l8_a_seal_that_is_none_is_kept(node: RunningNode, seal: bytes):
    pen = await (await open_scene(node)).pen()
    pen.fill(1)

    answer = await deliver(pen, pen.lines[0] + b"\n" + seal + b"\n")

    assert answer.reasons == ["unreadable-seal"]


async def test_l3_a_seal_over_more_lines_than_allowed_is_kept(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    for _ in range(5_001):
        pen.append(b'{"prev":"' + GENESIS.encode() + b'"}')

    answer = await deliver(pen, pen.segment())

    assert answer.reasons == ["segment-size"]
    assert answer.stored == {pen.id: 0}


async def unknown_pen(node: RunningNode) -> Pen:
    """A tablet with a key of its own that nobody enrolled."""
    key, device = node.new_key(), node.ids.uuid()
    auth = TabletAuth(device, node.inside.identity.id, key)
    return Pen(Tablet(device, key, {}, node.new_client(auth=auth)))


async def test_l8_an_unknown_devices_log_is_taken_in_once_it_is_enrolled(node: RunningNode):
    scene = await open_scene(node)
    courier, stranger = await scene.pen(), await unknown_pen(node)
    stranger.fill(2)
    answer = await deliver(courier, stranger.segment())
    (piece,) = await scene.quarantine()
    retry = f"/v1/quarantine/{piece['hash']}/retry"
    too_early = await scene.console.client.post(retry)

    code = await node.code(scene.console, team=scene.team)
    request = node.enrolment_request(code, stranger.tablet.key, stranger.id)
    assert (await node.client.post("/v1/enrolments", json=request)).status_code == 201
    taken = await scene.console.client.post(retry)

    assert (answer.reasons, answer.stored) == (["unknown-device"], {stranger.id: 0})
    assert too_early.json()["segments"][0]["outcome"] == "quarantined"
    assert taken.json()["segments"] == [
        {"device": stranger.id, "first": 1, "last": 2, "outcome": "stored"}
    ]
    assert await scene.quarantine() == []
    assert (await scene.report())["fields"] == {ROAD: "km 2"}
    assert {line["carrier"] for line in (await scene.history())["lines"]} == {courier.id}


async def test_an_unknown_device_carries_nothing(node: RunningNode):
    stranger = await unknown_pen(node)
    stranger.fill(1)

    assert slug(await push(stranger, stranger.segment())) == "not-authenticated"


async def test_l8_quarantined_bytes_are_set_aside_with_a_reason(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    await deliver(pen, b"nothing\n")
    (piece,) = await scene.quarantine()
    at = f"/v1/quarantine/{piece['hash']}"

    bare = await scene.console.client.post(f"{at}/set-aside", json={})
    done = await scene.console.client.post(f"{at}/set-aside", json={"reason": "A courier's test."})

    assert slug(bare) == "invalid-request"
    assert done.status_code == 204
    assert await scene.quarantine() == []


async def test_p10_another_agencys_quarantine_and_waiting_lines_are_not_there(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {"/no/such": (None, "x")})
    await deliver(pen, pen.segment(), b"nothing\n")
    (piece,) = await scene.quarantine()
    other = await open_scene(node, "KG-GKNB")
    client = other.console.client

    answers = [
        await client.post(f"/v1/quarantine/{piece['hash']}/retry"),
        await client.post(f"/v1/quarantine/{piece['hash']}/set-aside", json={"reason": "x"}),
        await client.post(f"/v1/waiting/{pen.id}/1/retry"),
        await client.post(f"/v1/waiting/{pen.id}/1/set-aside", json={"reason": "x"}),
    ]

    assert [slug(answer) for answer in answers] == ["not-found"] * 4
    assert (await other.quarantine(), await other.waiting()) == ([], {})


async def test_l9_a_decision_in_a_devices_log_is_parked(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    about = {"report": REPORT, "op": "decide", "reason": "I decide."}
    pen.write(**about, decision="settle", conflict=uid(5), value="x")
    pen.write(**about, decision="release", conflict=None, value=None)

    answer = await deliver(pen, pen.segment())

    assert answer.stored == {pen.id: 3}
    assert answer.verdicts == {
        1: applied(1),
        2: parked("op-not-allowed"),
        3: parked("op-not-allowed"),
    }


async def test_l9_a_decision_is_a_sealed_line_of_the_nodes_log(node: RunningNode):
    scene = await open_scene(node)
    pens = await scene.pens(2)
    for index, pen in enumerate(pens):
        pen.edit(REPORT, {PLACE: (None, f"place {index}")})
        await deliver(pen, pen.segment())
    await scene.decide("ask", await scene.only_conflict())
    await scene.decide("settle", await scene.only_conflict(), value="place 1")

    own = [line for line in (await scene.history())["lines"] if line["log"] == node_id(node)]

    assert [(line["seq"], line["verdict"]) for line in own] == [(1, applied(3)), (2, applied(4))]
    assert [own[0]["prev"], own[1]["prev"]] == [GENESIS, own[0]["hash"]]
    assert '"decision":"settle"' in own[1]["text"]
    assert f'"author":"{scene.console.person.id}"' in own[1]["text"]


def node_id(node: RunningNode) -> str:
    return node.inside.identity.id


# --- revoked ----------------------------------------------------------------------------------


async def revoke(scene: Scene, pen: Pen) -> None:
    response = await scene.console.client.post(
        f"/v1/devices/{pen.id}/revoke", json={"reason": "Lost on the Osh road."}
    )
    assert response.status_code == 200, response.text


async def test_p7_a_revoked_tablet_hands_in_its_log_and_an_administrator_lets_it_in(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    await deliver(pen, pen.segment())
    pen.fill(2)
    await revoke(scene, pen)

    answer = await deliver(pen, pen.segment(2, 3))

    assert (answer.outcomes, answer.stored) == (["stored"], {pen.id: 3})
    assert answer.verdicts == {2: REVOKED, 3: REVOKED}
    assert await scene.waiting() == {(pen.id, 2): REVOKED, (pen.id, 3): REVOKED}
    assert (await scene.report())["fields"] == {ROAD: "km 1"}
    assert await scene.act(pen.id, 2) == applied(2)
    assert await scene.waiting() == {(pen.id, 3): REVOKED}
    assert await scene.act(pen.id, 3) == applied(3)
    assert (await scene.report())["fields"] == {ROAD: "km 3"}


async def test_p7_a_revoked_tablets_lines_may_be_set_aside(node: RunningNode):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.fill(1)
    await revoke(scene, pen)
    await deliver(courier, pen.segment())

    verdict = await scene.act(pen.id, 1, "set-aside", reason="Written by the finder.")
    again = await scene.console.client.post(f"/v1/waiting/{pen.id}/1/retry")

    assert verdict == {"verdict": "set-aside", "reason": "Written by the finder."}
    assert slug(again) == "state-conflict"
    assert (await Reader(courier).page())["reports"] == []


async def test_r5_a_revoked_tablet_reads_nothing_but_its_receipts_and_orders(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    await scene.console.client.post(f"/v1/devices/{pen.id}/wipe", json={"reason": "Lost."})
    await revoke(scene, pen)

    answer = await deliver(pen, pen.segment())
    reads = [
        await pen.client.get("/v1/sync/pull"),
        await pen.client.get("/v1/sync/manifest"),
        await pen.client.post("/v1/sync/reports", json={"reports": [REPORT]}),
    ]
    found = await pen.client.get(f"/v1/sync/push/{answer.receipt['bundle']}")

    assert [slug(read) for read in reads] == ["device-revoked"] * 3
    assert [order["kind"] for order in answer.body["orders"]] == ["wipe"]
    assert found.json()["verdicts"] == answer.body["verdicts"]


async def test_p7_what_a_revoked_courier_carries_for_others_is_taken_in(node: RunningNode):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.fill(1)
    await revoke(scene, courier)

    answer = await deliver(courier, pen.segment())

    assert answer.outcomes == ["stored"]
    assert (await scene.report())["fields"] == {ROAD: "km 1"}
