"""The publisher over a real database: what is appended, when, for whom; and after a crash."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event

from backend.db import feed
from backend.keys import verify
from backend.services.publish import Pen, Publisher, PublisherConflict, append, key_name, origin
from sync.chain import Checkpoint, read_note
from sync.ids import Revision
from sync.report import FieldState, Report
from tests.feed_node import HERB, READY, SHARED, FeedNode
from tests.feed_reports import report, uuid, witness
from tests.running_node import FakeClock, RunningNode

DAY_MS = 24 * 3_600_000


@pytest.fixture
def world(node: RunningNode) -> FeedNode:
    return FeedNode(node.inside)


def changed(one: Report, **fields: Any) -> Report:
    """The report at its next revision; ``a__b`` stands for the path ``/a/b``."""
    states = {
        "/" + name.replace("__", "/"): FieldState(value, (witness(),))
        for name, value in fields.items()
    }
    revision = Revision(one.revision + 1)
    return replace(one, revision=revision, fields={**one.fields, **states})


async def test_f1_a_submitted_released_shared_report_is_published(world: FeedNode):
    one = report(1, READY)
    await world.put(one)
    await world.publish()
    assert await world.told() == []

    await world.release(one)
    await world.publish()

    assert await world.told() == [("publish", "1", "TJ UZ")]
    assert (await world.held_by("TJ")).keys() == {"1"}
    assert await world.held_by("KZ") == {}


@pytest.mark.parametrize(
    "fields",
    [
        {**READY, "/submitted": None},
        {**READY, "/submitted": False},
        {**HERB, "/submitted": True},
        {**READY, "/handling/classification": "secret"},
        {**READY, "/handling/tlp": "red"},
        {**READY, "/voided": {"reason": "an exercise"}},
        {**READY, "/handling/expires_on": "2020-01-31"},
    ],
)
async def test_f1_what_is_not_ready_makes_no_entry(world: FeedNode, fields: dict):
    one = report(1, fields)
    await world.put(one)
    await world.release(one)

    await world.publish()

    assert await world.told() == []


async def test_f1_an_agency_may_do_without_approval_and_still_withhold(world: FeedNode):
    await world.node.database.write(
        lambda c: feed.set_policy(c, "KG-CNS", release_requires_approval=False)
    )
    one, other = report(1, READY), report(2, READY, agency="KG-BG")
    await world.put(one, other)
    await world.publish()
    assert await world.told() == [("publish", "1", "TJ UZ")]

    await world.say(one, "withhold")
    await world.publish()

    assert (await world.told())[1:] == [("withdraw", "1", "TJ UZ")]


async def test_f2_a_correction_replaces_and_a_withdrawal_takes_back(world: FeedNode):
    one = report(1, READY)
    await world.put(one)
    await world.release(one)
    await world.publish()

    corrected = changed(one, summary="two sacks")
    await world.put(corrected)
    await world.publish()
    assert (await world.held_by("TJ"))["1"]["summary"] == "two sacks"

    await world.put(changed(corrected, voided={"reason": "an exercise"}))
    await world.publish()

    assert await world.told() == [
        ("publish", "1", "TJ UZ"),
        ("correct", "1", "TJ UZ"),
        ("withdraw", "1", "TJ UZ"),
    ]
    assert await world.held_by("TJ") == {}


async def test_f2_what_says_nothing_new_makes_no_entry(world: FeedNode):
    one = report(1, READY)
    await world.put(one)
    await world.release(one)
    await world.publish()

    await world.put(changed(one, narrative="a name", notes="a note"))
    await world.publish()
    await world.publish()

    assert await world.told() == [("publish", "1", "TJ UZ")]


async def test_f2_lowering_the_release_list_withdraws_from_who_loses_it(world: FeedNode):
    one = report(1, READY)
    await world.put(one)
    await world.release(one)
    await world.publish()

    await world.put(changed(one, handling__release__TJ=None, handling__release__KZ=True))
    await world.publish()

    assert (await world.told())[1:] == [("withdraw", "1", "TJ"), ("correct", "1", "KZ UZ")]
    held = {code: (await world.held_by(code)).keys() for code in ("TJ", "UZ", "KZ")}
    assert held == {"TJ": set(), "UZ": {"1"}, "KZ": {"1"}}


async def test_p10_who_lost_a_report_is_not_given_its_older_texts(world: FeedNode):
    one = report(1, READY)
    await world.put(one)
    await world.release(one)
    await world.publish()
    await world.put(changed(one, handling__release__TJ=None))
    await world.publish()

    for_tj = [(e.action, e.body_for("TJ") is not None) for e in await world.entries()]

    assert for_tj == [("publish", False), ("withdraw", True), ("correct", False)]


async def test_a_report_ends_on_its_day_without_anybody_touching_it(
    world: FeedNode, clock: FakeClock
):
    one = report(1, {**READY, "/handling/expires_on": "2020-02-02"})
    await world.put(one)
    await world.release(one)
    await world.publish()
    clock.advance(DAY_MS)
    await world.publish()
    assert await world.told() == [("publish", "1", "TJ UZ")]

    clock.advance(DAY_MS)
    await world.publish()
    await world.publish()

    assert (await world.told())[1:] == [("withdraw", "1", "TJ UZ")]


# --- the same event ---------------------------------------------------------------------------


async def both_published(world: FeedNode) -> tuple[Report, Report]:
    one = report(1, READY)
    other = report(2, {**READY, "/handling/release/KZ": True}, agency="KG-GKNB", team="team-2")
    await world.put(one, other)
    await world.release(one, other)
    await world.publish()
    return one, other


def twins(one: Report, other: Report) -> tuple[Report, Report]:
    return (
        replace(one, twins=(other.id,), revision=Revision(one.revision + 1)),
        replace(other, twins=(one.id,), revision=Revision(other.revision + 1)),
    )


async def test_f8_the_same_event_reaches_each_reader_once_and_credits_both(world: FeedNode):
    one, other = await both_published(world)
    assert await world.told() == [("publish", "1", "TJ UZ"), ("publish", "2", "KZ TJ UZ")]

    await world.put(*twins(one, other))
    await world.publish()

    for_tj, for_kz = await world.held_by("TJ"), await world.held_by("KZ")
    assert for_tj.keys() == {"1"}
    assert for_kz.keys() == {"2"}
    assert for_tj["1"]["agencies"]["credited"] == ["KG-CNS", "KG-GKNB"]
    assert for_kz["2"]["agencies"]["credited"] == ["KG-CNS", "KG-GKNB"]


async def test_f8_the_withdrawal_points_to_the_report_that_tells_it_now(world: FeedNode):
    one, other = await both_published(world)
    await world.put(*twins(one, other))
    await world.publish()

    taken_back = [e for e in await world.entries() if e.action == "withdraw"]

    assert [sorted(entry.audience) for entry in taken_back] == [["TJ", "UZ"]]
    assert b'"reason":"same-event"' in taken_back[0].body
    assert f'"same_event":"{uuid(1)}"'.encode() in taken_back[0].body


async def test_f8_twins_told_apart_again_are_two_reports_again(world: FeedNode):
    one, other = await both_published(world)
    paired = twins(one, other)
    await world.put(*paired)
    await world.publish()

    parted = [replace(each, twins=(), revision=Revision(each.revision + 1)) for each in paired]
    await world.put(parted[0])
    await world.put(parted[1])
    await world.publish()

    for_tj = await world.held_by("TJ")
    assert for_tj.keys() == {"1", "2"}
    assert for_tj["1"]["agencies"]["credited"] == ["KG-CNS"]


async def test_f8_a_twin_known_from_one_side_only_is_enough(world: FeedNode):
    one, other = await both_published(world)

    await world.put(twins(one, other)[1])
    await world.publish()

    assert (await world.held_by("TJ")).keys() == {"1"}


async def test_f8_the_twin_takes_over_when_the_first_is_voided(world: FeedNode):
    one, other = await both_published(world)
    paired = twins(one, other)
    await world.put(*paired)
    await world.publish()

    await world.put(changed(paired[0], voided={"reason": "filed by mistake"}))
    await world.publish()

    assert (await world.held_by("TJ")).keys() == {"2"}


# --- links ------------------------------------------------------------------------------------


async def test_a_link_appears_when_its_report_is_published_and_goes_with_it(world: FeedNode):
    link = {f"/links/{uuid(9)}": {"report": uuid(2), "kind": "backtracking"}}
    one, other = report(1, {**READY, **link}), report(2, READY)
    await world.put(one, other)
    await world.release(one)
    await world.publish()
    assert "links" not in (await world.held_by("TJ"))["1"]

    await world.release(other)
    await world.publish()
    held = await world.held_by("TJ")
    assert held["1"]["links"] == [{"report": uuid(2), "kind": "backtracking"}]

    await world.put(changed(other, handling__release__UZ=None))
    await world.publish()
    assert "links" not in (await world.held_by("TJ"))["1"]


# --- the chain --------------------------------------------------------------------------------


async def test_f4_every_run_that_appends_signs_its_head(world: FeedNode):
    await both_published(world)
    entries = await world.entries()

    newest = await world.node.database.read(feed.newest_checkpoint)

    assert newest is not None
    read = read_note(
        newest.note,
        name=key_name(world.node),
        public_key=world.node.keys.signing_public,
        verify=verify,
    )
    assert read == Checkpoint(origin(world.node), len(entries), entries[-1].chain)
    assert origin(world.node).endswith(world.node.identity.epoch)


async def test_p9_two_publishers_cannot_append_on_one_head(world: FeedNode):
    one, other = report(1, READY), report(2, READY)
    await world.put(one)
    await world.release(one)
    second = Publisher(world.node)
    stale = await world.node.database.read(lambda c: second._plan(c, world.node.now()))
    await world.publish()
    await world.put(other)
    pen = Pen(world.node, world.node.now(), b"secret")

    with pytest.raises(PublisherConflict):
        await world.node.database.write(lambda c: append(c, stale, pen))

    assert await world.told() == [("publish", "1", "TJ UZ")]


class _KilledError(Exception):
    """The process died between two statements."""


async def test_p9_killed_between_any_two_statements_it_does_the_same_again(world: FeedNode):
    """Goal: no gap, no double, whatever statement of an append is the last one that ran.

    Method: the append of three changes (a publication, a correction, a lowered list) is killed
    before its first statement, its second and so on, until it runs to its end.
    """
    one, other = await both_published(world)
    third = report(3, {**SHARED, **HERB})
    await world.put(
        changed(one, summary="two sacks"), changed(other, handling__release__TJ=None), third
    )
    await world.release(third)
    before = await world.told()

    kills, statements = 0, 1
    while statements:
        budget = kills
        try:
            await _publish_with(world, budget)
            statements = 0
        except _KilledError:
            kills += 1
            assert await world.told() == before

    assert kills > 8
    assert (await world.told())[len(before) :] == [
        ("correct", "1", "TJ UZ"),
        ("withdraw", "2", "TJ"),
        ("correct", "2", "KZ UZ"),
        ("publish", "3", "TJ UZ"),
    ]


async def _publish_with(world: FeedNode, statements: int) -> None:
    """Publish, but die before the next statement of the append after so many."""
    node, publisher = world.node, world.publisher
    plan = await node.database.read(lambda c: publisher._plan(c, node.now()))

    def work(connection: Connection) -> None:
        left = statements

        def count(*_: object) -> None:
            nonlocal left
            if left == 0:
                raise _KilledError
            left -= 1

        event.listen(connection, "before_cursor_execute", count)
        try:
            append(connection, plan, Pen(node, node.now(), b"secret"))
        finally:
            event.remove(connection, "before_cursor_execute", count)

    await node.database.write(work)


async def test_many_reports_are_published_in_several_short_runs(world: FeedNode):
    await world.node.database.write(
        lambda c: feed.set_policy(c, "KG-CNS", release_requires_approval=False)
    )
    reports = [report(n, {**SHARED, **HERB}) for n in range(1, 8)]
    await world.put(*reports)
    world.publisher.reports_max = 3

    runs = [await world.publisher.run() for _ in range(4)]

    assert [run.entries for run in runs] == [3, 3, 1, 0]
    assert [number for _, number, _ in await world.told()] == [str(n) for n in range(1, 8)]
