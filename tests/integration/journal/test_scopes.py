"""Who is given which report, and what happens when that changes (S1, S2, S4, P10)."""

from backend.db import devices
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
    open_scene,
    report_id,
    visiting_pen,
    write_and_push,
)
from tests.running_node import RunningNode

BORDER_POINT = "/place/border_point"
POST, OTHER_POST = "KG-KZ-AKJOL", "KG-KZ-TOKMOK"
LEAD = "/agencies/lead"
JOINT = "/agencies/participating/KG-GKNB"


async def sees(pen: Pen) -> set[str]:
    reader = Reader(pen)
    await reader.pull()
    assert reader.digest in {None, digest_of(reader.revisions)}
    return set(reader.reports)


async def reassign(scene: Scene, pen: Pen, **place: str | None) -> None:
    body = {"agency": "KG-CNS", "team": None, "post": None} | place
    response = await scene.console.client.post(f"/v1/devices/{pen.id}/reassign", json=body)
    assert response.status_code == 200, response.text


async def test_s1_a_report_is_seen_by_its_team_its_agencies_and_its_post(node: RunningNode):
    scene = await open_scene(node, "KG-CNS", "KG-MIA")
    author = await scene.pen()
    await write_and_push(author, REPORT, {LEAD: (None, "KG-GKNB"), BORDER_POINT: (None, POST)})
    readers = {
        "the author": author,
        "the agency, another team": await scene.pen(team=None),
        "the team, another agency": await visiting_pen(node, "KG-MIA", team=scene.team),
        "the leading agency": await visiting_pen(node, "KG-GKNB"),
        "the post": await visiting_pen(node, "KG-BG", post=POST),
        "another post": await visiting_pen(node, "KG-BG", post=OTHER_POST),
        "another agency": await visiting_pen(node, "KG-MIA"),
    }

    found = {name: await sees(pen) for name, pen in readers.items()}

    nothing = {"another post", "another agency"}
    assert found == {name: set() if name in nothing else {REPORT} for name in readers}


async def test_s4_a_report_that_leaves_a_scope_is_named_in_left(node: RunningNode):
    scene = await open_scene(node)
    author = await scene.pen()
    await write_and_push(author, REPORT, {BORDER_POINT: (None, POST), JOINT: (None, True)})
    await write_and_push(author, report_id(1), {BORDER_POINT: (None, POST)})
    at_post = Reader(await visiting_pen(node, "KG-MIA", post=POST))
    at_other = Reader(await visiting_pen(node, "KG-MIA", post=OTHER_POST))
    partner = Reader(await visiting_pen(node, "KG-GKNB"))
    for reader in (at_post, at_other, partner):
        await reader.pull()
    assert (len(at_post.reports), len(at_other.reports), len(partner.reports)) == (2, 0, 1)

    await write_and_push(author, REPORT, {BORDER_POINT: (POST, OTHER_POST), JOINT: (True, None)})
    for reader in (at_post, at_other, partner):
        await reader.pull(1)

    assert (at_post.left, set(at_post.reports)) == ([REPORT], {report_id(1)})
    assert (at_other.left, set(at_other.reports)) == ([], {REPORT})
    assert (partner.left, partner.reports) == ([REPORT], {})
    assert at_post.digest == digest_of(at_post.revisions)
    assert partner.digest == digest_of({})


async def test_s4_a_report_that_comes_back_is_delivered_again(node: RunningNode):
    scene = await open_scene(node)
    author = await scene.pen()
    partner = Reader(await visiting_pen(node, "KG-GKNB"))
    await write_and_push(author, REPORT, {JOINT: (None, True)})
    await partner.pull()
    await write_and_push(author, REPORT, {JOINT: (True, None)})
    await partner.pull()

    await write_and_push(author, REPORT, {JOINT: (None, True)})
    await partner.pull()

    assert partner.left == [REPORT]
    assert partner.deliveries == [(REPORT, 1), (REPORT, 3)]


async def test_s4_a_reader_who_never_saw_it_is_not_told_that_it_left(node: RunningNode):
    scene = await open_scene(node)
    author = await scene.pen()
    await write_and_push(author, REPORT, {PLACE: (None, "Osh road")})
    stranger = Reader(await visiting_pen(node, "KG-GKNB"))

    await write_and_push(author, REPORT, {PLACE: ("Osh road", "Batken")})
    await stranger.pull()

    assert (stranger.left, stranger.reports) == ([], {})


async def test_s4_a_reassigned_tablet_is_given_the_new_and_told_of_the_old(node: RunningNode):
    """One pull that goes on from its cursor: no reset, and the digest agrees."""
    scene = await open_scene(node)
    author, moving = await scene.pens(2)
    other = await open_scene(node, "KG-GKNB")
    stays = await other.pen()
    await write_and_push(author, REPORT, {PLACE: (None, "Osh road")})
    await write_and_push(author, report_id(1), {JOINT: (None, True)})
    await write_and_push(stays, report_id(2), {PLACE: (None, "Batken")})
    reader = Reader(moving)
    await reader.pull()
    assert set(reader.reports) == {REPORT, report_id(1)}

    await reassign(scene, moving, agency="KG-GKNB", team=None)
    pages = await reader.pull(1)

    assert reader.left == [REPORT]
    assert set(reader.reports) == {report_id(1), report_id(2)}
    assert reader.digest == digest_of(reader.revisions)
    assert pages[0]["assignment"] == {
        "ordinal": 2,
        "agency": "KG-GKNB",
        "team": None,
        "post": None,
    }


async def test_s4_lines_written_before_the_tablet_knew_belong_where_it_stood(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(report_id(1), {PLACE: (None, "before")})
    await reassign(scene, pen, agency="KG-GKNB")
    pen.edit(report_id(2), {PLACE: (None, "not told yet")})
    await Reader(pen).page(assignment=1)
    pen.edit(report_id(3), {PLACE: (None, "told, not yet said back")})
    await Reader(pen).page(assignment=2)
    pen.edit(report_id(4), {PLACE: (None, "knows")})

    await deliver(pen, pen.segment())

    found = await node.inside.database.read(
        lambda c: {row.id: row.owner for row in c.exec_driver_sql("SELECT id, owner FROM report")}
    )
    assert found == {
        report_id(1): "KG-CNS",
        report_id(2): "KG-CNS",
        report_id(3): "KG-CNS",
        report_id(4): "KG-GKNB",
    }


async def test_s4_a_clone_with_a_shorter_log_moves_no_line_to_a_new_place(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    clone = pen.copy()
    pen.fill(2)
    await deliver(pen, pen.segment())
    await reassign(scene, pen, agency="KG-GKNB")

    await Reader(clone).page(assignment=2)

    history = await node.inside.database.read(lambda c: devices.assignments(c, pen.id))
    assert [(each.place.agency, each.from_seq) for each in history] == [
        ("KG-CNS", 1),
        ("KG-GKNB", 3),
    ]


async def test_s4_the_own_verdicts_follow_a_tablet_to_its_new_place(node: RunningNode):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    reader = Reader(pen)
    await reader.pull()
    pen.fill(1)
    await reassign(scene, pen, agency="KG-GKNB")

    await deliver(courier, pen.segment())
    await reader.pull()

    assert reader.verdicts == {1: applied(1)}
    assert reader.reports == {}


async def test_p10_a_person_reads_only_reports_of_the_own_agencys_scope(node: RunningNode):
    scene = await open_scene(node)
    author = await scene.pen()
    await write_and_push(author, REPORT, {ROAD: (None, "km 1")})
    other = await node.console("KG-GKNB")
    at = f"/v1/reports/{REPORT}"
    before = await other.client.get(at)
    await write_and_push(author, REPORT, {JOINT: (None, True)})
    joint = await other.client.get(at)
    await write_and_push(author, REPORT, {JOINT: (True, None)})
    after = await other.client.get(at)

    assert [before.status_code, joint.status_code, after.status_code] == [404, 200, 404]
    assert joint.json() == {**await scene.report(), "revision": 2, "fields": joint.json()["fields"]}


async def test_p10_a_foreign_proposal_shows_its_author_nothing_of_the_report(node: RunningNode):
    scene = await open_scene(node)
    author = await scene.pen()
    await write_and_push(author, REPORT, {PLACE: (None, "Osh road")})
    foreigner = await visiting_pen(node, "KG-GKNB")

    answer = await write_and_push(foreigner, REPORT, {PLACE: (None, "Batken")})
    reader = Reader(foreigner)
    await reader.pull()

    assert "Osh" not in str(answer.body)
    assert reader.reports == {}
    assert reader.verdicts[1]["verdict"] == "proposed"
