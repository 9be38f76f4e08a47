"""What a reader who follows the cursor is given: all of it, once, and nothing else (S3, S5, S7)."""

import base64

import pytest

from sync.cursor import Cursor, write_cursor
from sync.ids import Position
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
    digest_of,
    held,
    open_scene,
    report_id,
    visiting_pen,
    write_and_push,
)
from tests.problem_documents import slug
from tests.running_node import RunningNode


async def many(scene: Scene, count: int) -> tuple[Pen, Reader]:
    """An author of ``count`` reports, and a colleague's tablet that has pulled nothing yet."""
    author, colleague = await scene.pens(2)
    for number in range(count):
        author.edit(report_id(number), {ROAD: (None, f"km {number}")})
    await deliver(author, author.segment())
    return author, Reader(colleague)


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 11, 1000])
async def test_s7_pages_of_any_size_deliver_every_report_once(node: RunningNode, limit: int):
    author, reader = await many(await open_scene(node), 10)

    pages = await reader.pull(limit)

    assert sorted(reader.deliveries) == [(report_id(number), 1) for number in range(10)]
    assert [page["more"] for page in pages] == [True] * (len(pages) - 1) + [False]
    assert all(len(page["reports"]) <= limit for page in pages)
    assert len(pages) <= -(-10 // limit) + 1
    assert author.head == 10


async def test_s7_a_report_changed_many_times_is_sent_once_in_its_newest_state(node: RunningNode):
    scene = await open_scene(node)
    author, reader = await many(scene, 3)
    author.fill(2, report_id(9))
    for step in range(5):
        was = f"stop {step}" if step else "km 1"
        author.edit(report_id(1), {ROAD: (was, f"stop {step + 1}")})
    await deliver(author, author.segment(4))

    await reader.pull(1)

    assert reader.deliveries.count((report_id(1), 6)) == 1
    assert len(reader.deliveries) == 4


async def test_s7_an_idle_pull_is_empty_and_stays_where_it_was(node: RunningNode):
    _, reader = await many(await open_scene(node), 2)
    await reader.pull()
    before = (reader.cursor, len(reader.deliveries))

    page = await reader.page()

    assert (reader.cursor, len(reader.deliveries)) == before
    assert (page["reports"], page["left"], page["verdicts"], page["more"]) == ([], [], [], False)
    assert page["digest"] is None


async def test_s7_the_document_holds_what_a_tablet_needs(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    await write_and_push(pen, REPORT, {PLACE: (None, "Osh road"), ROAD: (None, None)})
    reader = Reader(pen)

    await reader.pull()

    assert reader.reports[REPORT] == {
        "id": REPORT,
        "form": "seizure/2",
        "revision": 1,
        "owner": "KG-CNS",
        "agency": "KG-CNS",
        "team": scene.team,
        "created_by": pen.id,
        "fields": {PLACE: "Osh road"},
        "readings": {},
        "contested": {},
        "conflicts": [],
        "twins": [],
        "evidence": "complete",
        "published": None,
    }


async def test_the_pull_says_how_far_the_own_log_is_stored(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(5)
    await deliver(pen, pen.segment(1, 2), pen.segment(4, 5))

    page = await Reader(pen).page()

    assert (page["stored"], page["epoch"]) == (2, node.inside.identity.epoch)
    assert page["assignment"] == {
        "ordinal": 1,
        "agency": "KG-CNS",
        "team": scene.team,
        "post": None,
    }


# --- verdicts ---------------------------------------------------------------------------------


async def test_verdicts_reach_their_author_alone_and_again_when_they_change(node: RunningNode):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.fill(2)
    await deliver(courier, pen.segment(2, 2))
    author, carrier = Reader(pen), Reader(courier)
    await author.pull()
    first = dict(author.verdicts)

    await deliver(courier, pen.segment(1, 1))
    await author.pull()
    await carrier.pull()

    assert first == {2: held("gap", f"lines 1 to 1 of {pen.id}")}
    assert author.verdicts == {1: applied(1), 2: applied(2)}
    assert carrier.verdicts == {}


async def test_s8_orders_come_with_every_pull_and_push_until_they_are_receipted(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    at = f"/v1/devices/{pen.id}/resend"
    given = await scene.console.client.post(at, json={"from_seq": 1, "reason": "Restored."})
    order = {
        "id": given.json()["id"],
        "kind": "resend-from",
        "from_seq": 1,
        "reason": "Restored.",
    }

    pulled = [(await Reader(pen).page())["orders"] for _ in range(2)]
    pushed = (await deliver(pen, pen.segment())).body["orders"]
    await pen.client.post(
        f"/v1/devices/current/orders/{order['id']}/receipt", json={"outcome": "done"}
    )
    after = (await Reader(pen).page())["orders"]

    assert [*pulled, pushed, after] == [[order], [order], [order], []]


# --- cursors ----------------------------------------------------------------------------------


def damaged(cursor: str) -> str:
    return ("A" if cursor[0] != "A" else "B") + cursor[1:]


async def refusal(pen: Pen, cursor: str) -> str:
    response = await pen.client.get("/v1/sync/pull", params={"cursor": cursor})
    assert response.json()["manifest"] == "/v1/sync/manifest"
    return slug(response)


async def test_s5_a_cursor_that_is_not_this_readers_own_leads_to_the_manifest(node: RunningNode):
    scene = await open_scene(node)
    author, reader = await many(scene, 2)
    await reader.pull()
    assert reader.cursor is not None
    own, epoch = reader.pen.id, node.inside.identity.epoch
    stale = {
        "another reader's": (author, reader.cursor),
        "damaged": (reader.pen, damaged(reader.cursor)),
        "cut": (reader.pen, reader.cursor[:-3]),
        "nonsense": (reader.pen, "nonsense"),
        "not ASCII": (reader.pen, "курсор"),
        "another epoch's": (reader.pen, write_cursor(Cursor("1-feed", own, Position(1)))),
        "forged without its check": (
            reader.pen,
            base64.urlsafe_b64encode(f'00000000["{epoch}","{own}",1]'.encode()).decode(),
        ),
    }

    found = {name: await refusal(pen, cursor) for name, (pen, cursor) in stale.items()}

    assert found == dict.fromkeys(stale, "cursor-stale")


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 1001}, {"head": -1}, {"limit": "x"}])
async def test_a_pull_out_of_bounds_is_refused(node: RunningNode, params: dict[str, str]):
    pen = await (await open_scene(node)).pen()

    assert slug(await pen.client.get("/v1/sync/pull", params=params)) == "invalid-request"


# --- manifest and digest ----------------------------------------------------------------------


async def manifest(pen: Pen, limit: int = 1000) -> tuple[dict[str, int], str]:
    """Every page, and the cursor of the first one."""
    revisions: dict[str, int] = {}
    cursor, after = "", None
    while True:
        params = {"limit": limit} | ({"after": after} if after else {})
        page = (await pen.client.get("/v1/sync/manifest", params=params)).json()
        revisions |= dict(page["reports"])
        cursor = cursor or page["cursor"]
        after = page["next"]
        if after is None:
            return revisions, cursor


async def fetch(pen: Pen, *reports: str) -> list[dict[str, object]]:
    response = await pen.client.post("/v1/sync/reports", json={"reports": reports})
    assert response.status_code == 200, response.text
    return response.json()["reports"]


@pytest.mark.parametrize("limit", [1, 3, 1000])
async def test_s5_the_manifest_repairs_what_differs_and_its_cursor_goes_on(
    node: RunningNode, limit: int
):
    scene = await open_scene(node)
    author, reader = await many(scene, 7)

    revisions, cursor = await manifest(reader.pen, limit)
    fetched = await fetch(reader.pen, *revisions)
    await write_and_push(author, report_id(3), {ROAD: ("km 3", "km 33")})
    reader.cursor = cursor
    await reader.pull()

    assert revisions == {report_id(number): 1 for number in range(7)}
    assert {each["id"]: each["revision"] for each in fetched} == revisions
    assert reader.deliveries == [(report_id(3), 2)]


async def test_p10_fetch_leaves_out_what_is_not_in_scope(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    await write_and_push(pen, REPORT, {PLACE: (None, "Osh road")})
    stranger = await visiting_pen(node, "KG-GKNB")

    assert await fetch(stranger, REPORT, uid(4)) == []
    assert [each["id"] for each in await fetch(pen, REPORT, uid(4))] == [REPORT]
    assert await manifest(stranger) == ({}, (await manifest(stranger))[1])


async def test_s5_a_fetch_of_more_than_a_page_is_refused_and_not_cut(node: RunningNode):
    pen = await (await open_scene(node)).pen()

    response = await pen.client.post(
        "/v1/sync/reports", json={"reports": [report_id(number) for number in range(1_001)]}
    )

    assert slug(response) == "invalid-request"


async def test_s3_the_digest_is_what_a_true_replica_computes(node: RunningNode):
    scene = await open_scene(node)
    author, reader = await many(scene, 5)
    await reader.pull(2)
    first = reader.digest
    expected = digest_of(reader.revisions)
    await write_and_push(author, report_id(3), {ROAD: ("km 3", "km 33")})
    await reader.pull(2)
    asked = await reader.page(digest="true")

    assert first == expected
    assert reader.digest == digest_of(reader.revisions) != first
    assert asked["digest"] == reader.digest
    assert digest_of((await manifest(reader.pen))[0]) == reader.digest


async def test_s3_an_empty_scope_has_a_digest_too(node: RunningNode):
    pen = await (await open_scene(node)).pen()

    page = await Reader(pen).page(digest="true")

    assert page["digest"] == digest_of({})
