"""The finder of duplicates over a real journal: one conflict a pair, opened once, decided once."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from backend.db import conflict_store, report_store
from backend.db.conflict_store import StoredConflict
from backend.services.duplicates import DuplicateFinder, pair_id
from sync.ids import ReportId, Revision
from sync.report import FieldState, Report
from tests.feed_node import FeedNode
from tests.feed_reports import item, report, uuid, witness
from tests.running_node import RunningNode

FIRST = {
    "/submitted": True,
    "/event/at": "2020-02-01T14:00:00+06:00",
    "/place/country": "KG",
    "/place/region": "KG-O",
}


def cns() -> Report:
    goods = {**item(1, "CAN-RESIN", "276 кг"), **item(2, "AMPHETAMINE", "4 кг 620 гр")}
    return report(1, {**FIRST, **goods}, agency="KG-CNS")


def gknb(**more: object) -> Report:
    goods = {**item(3, "CAN-RESIN", "274 кг"), **item(4, "METHAMPHETAMINE", "3,5 кг")}
    fields = {**FIRST, "/event/at": "2020-02-06T00:00:00+06:00", **goods, **more}
    return report(2, fields, agency="KG-GKNB", team="team-2")


PAIR = pair_id(ReportId(uuid(1)), ReportId(uuid(2)))


class Finder:
    def __init__(self, world: FeedNode) -> None:
        self.world = world
        self.finder = DuplicateFinder(world.node)

    async def find(self) -> None:
        while await self.finder.step():
            pass

    async def pair(self) -> StoredConflict | None:
        database = self.world.node.database
        return await database.read(lambda c: conflict_store.find_conflict(c, PAIR))


@pytest.fixture
def finder(node: RunningNode) -> Finder:
    return Finder(FeedNode(node.inside))


async def test_the_pair_is_put_before_the_owner_of_the_later_report_with_reasons(finder: Finder):
    await finder.world.put(cns())
    await finder.find()
    await finder.world.put(gknb())
    await finder.find()

    found = await finder.pair()

    assert found is not None
    assert (found.owner, found.conflict.report) == ("KG-GKNB", uuid(2))
    assert (found.conflict.kind, found.conflict.life) == ("duplicate", "open")
    details = found.conflict.details
    assert isinstance(details, dict)
    assert details["other"] == uuid(1)
    assert details["reasons"][0] == {
        "slug": "near-amount",
        "points": 33,
        "values": {"group": "cannabis", "ratio": "0.993", "one": "276 kg", "other": "274 kg"},
    }


async def test_the_reports_keep_what_they_say(finder: Finder):
    await finder.world.put(cns(), gknb())
    await finder.find()

    def stored(connection: Connection) -> dict[ReportId, Report]:
        return report_store.get_reports(connection, [cns().id, gknb().id])

    reports = await finder.world.node.database.read(stored)

    assert reports[cns().id] == cns()
    assert reports[gknb().id].fields == gknb().fields
    assert reports[gknb().id].conflicts.keys() == {PAIR}


async def test_a_pair_that_came_in_one_push_is_found(finder: Finder):
    await finder.world.put(cns(), gknb())

    await finder.find()

    assert await finder.pair() is not None


async def test_looking_again_opens_nothing_again(finder: Finder):
    await finder.world.put(cns(), gknb())
    await finder.find()
    first = await finder.pair()

    await finder.world.put(replace(cns(), revision=Revision(2)))
    await finder.find()
    await finder.find()

    assert await finder.pair() == first


async def test_what_a_person_told_apart_is_not_proposed_again(node: RunningNode, finder: Finder):
    await finder.world.put(cns(), gknb())
    await finder.find()
    console = await node.console("KG-GKNB")
    answer = await console.client.post(
        f"/v1/conflicts/{PAIR}/settle",
        json={"value": False, "reason": "another operation"},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text

    await finder.world.put(replace(cns(), revision=Revision(2)))
    await finder.find()

    found = await finder.pair()
    assert found is not None
    assert found.conflict.life == "settled"


async def test_f8_what_a_person_called_one_event_becomes_one_entry(
    node: RunningNode, finder: Finder
):
    shared = {"/handling/release/TJ": True}
    one = report(1, {**{p: s.value for p, s in cns().fields.items()}, **shared})
    other = gknb(**shared)
    await finder.world.put(one, other)
    await finder.world.release(one, other)
    await finder.find()
    await finder.world.publish()
    console = await node.console("KG-GKNB")

    answer = await console.client.post(
        f"/v1/conflicts/{PAIR}/settle",
        json={"value": True, "reason": "one operation"},
        headers={"If-Match": '"1"'},
    )
    await finder.world.publish()

    assert answer.status_code == 200, answer.text
    held = await finder.world.held_by("TJ")
    assert held.keys() == {"1"}
    assert held["1"]["agencies"]["credited"] == ["KG-CNS", "KG-GKNB"]


async def test_a_report_that_is_not_signed_off_is_not_compared(finder: Finder):
    await finder.world.put(cns(), gknb(**{"/submitted": None}))

    await finder.find()

    assert await finder.pair() is None


async def test_a_voided_report_leaves_its_blocks(finder: Finder):
    voided = FieldState({"reason": "an exercise"}, (witness(),))
    await finder.world.put(cns())
    await finder.find()
    await finder.world.put(
        replace(cns(), revision=Revision(2), fields={**cns().fields, "/voided": voided})
    )
    await finder.find()

    await finder.world.put(gknb())
    await finder.find()

    assert await finder.pair() is None
