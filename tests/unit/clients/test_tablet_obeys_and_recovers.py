"""Orders, restored nodes, drift: what a tablet does when the node says otherwise."""

import sqlite3
from pathlib import Path

import pytest

from clients.tablet.events import Trouble
from clients.tablet.identity import NotReadyError
from clients.tablet.tablet import Tablet
from tests.unit.clients.fake_node import FakeNode, lines_of, problem
from tests.unit.clients.tablets import enrolled, sync, world
from tests.unit.clients.test_tablet_survives_a_kill import (
    DyingConnection,
    KilledError,
    statements_of_opening,
)

PLACE = "/place/text"
ORDER = "0192f0c1-0000-7000-8000-0000000000e1"


async def written(node: FakeNode, count: int, *, seed: int = 1, folder=":memory:") -> Tablet:
    tablet = await enrolled(node, folder, seed=seed)
    write(tablet, count)
    return tablet


def write(tablet: Tablet, count: int) -> None:
    report = tablet.new_report("seizure")
    for number in range(count):
        tablet.write(report, {PLACE: f"km {number}"})


def order(node: FakeNode, tablet: Tablet, kind: str, from_seq: int | None = None) -> None:
    said = {"id": ORDER, "kind": kind, "from_seq": from_seq, "reason": "told so"}
    node.orders.setdefault(tablet.identity.device, []).append(said)


async def test_p1_a_node_restored_from_a_backup_is_handed_again_what_it_lost():
    node = FakeNode()
    tablet = await written(node, 3)
    await sync(tablet, node)
    backup = node.backup()
    write(tablet, 4)
    await sync(tablet, node)
    node.restore(backup, "6a3d")

    told = await sync(tablet, node)

    assert told.troubles == []
    assert told.lines_handed_in == 4
    assert (tablet.receipts.stored, tablet.receipts.epoch) == (7, "6a3d")
    assert len(lines_of(node, tablet.identity.device)) == 7
    assert tablet.replica.revisions() == {r: d["revision"] for r, d in node.data.reports.items()}


async def test_a_push_that_meets_the_restored_node_first_ends_the_same():
    node = FakeNode()
    tablet = await written(node, 3)
    await sync(tablet, node)
    backup = node.backup()
    write(tablet, 4)
    await sync(tablet, node)
    node.restore(backup, "6a3d")
    write(tablet, 2)

    await sync(tablet, node)
    told = await sync(tablet, node)

    assert told.troubles == []
    assert (tablet.receipts.stored, tablet.receipts.lines_count) == (9, 0)
    assert len(lines_of(node, tablet.identity.device)) == 9


async def test_s3_drift_is_noticed_and_only_what_differs_is_fetched():
    node = FakeNode()
    node.page = 3
    author, reader = await enrolled(node, seed=1), await enrolled(node, seed=2)
    for _ in range(8):
        write(author, 1)
    for tablet in (author, reader):
        await sync(tablet, node)
    lost, changed, *_ = reader.replica.revisions()
    with reader.file.transaction():
        reader.file.run("DELETE FROM report WHERE id = ?", lost)
        reader.file.run("UPDATE report SET revision = 77 WHERE id = ?", changed)
    node.seen.clear()

    told = await sync(reader, node)

    assert told.is_repaired
    assert (told.reports_taken, told.troubles) == (2, [])
    assert reader.replica.revisions() == {r: d["revision"] for r, d in node.data.reports.items()}


async def test_s5_a_stale_cursor_leads_through_the_manifest_and_touches_no_unsent_work():
    node = FakeNode()
    tablet = await written(node, 2)
    await sync(tablet, node)
    with tablet.file.transaction():
        tablet.file.put({"cursor": "gone.0"})
    write(tablet, 1)
    node.fail(lambda r: problem("internal", 500, "later") if r.url.path.endswith("push") else None)

    told = await sync(tablet, node)

    assert told.is_repaired
    assert tablet.receipts.lines_count == 1
    assert tablet.replica.revisions() == {r: d["revision"] for r, d in node.data.reports.items()}


async def test_a_node_without_end_does_not_hold_a_tablet_for_ever():
    node = FakeNode()
    tablet = await written(node, 1)
    await sync(tablet, node)

    def always_more(request):
        if request.url.path != "/v1/sync/pull":
            return None
        said = node.serve(request)
        body = {**said.json(), "more": True}
        return type(said)(200, json=body)

    node.fail(always_more)

    told = await sync(tablet, node)

    assert told.troubles == [Trouble("pull", "no-end", "later")]


async def test_s8_a_wipe_waits_until_the_outbox_has_been_handed_in():
    node = FakeNode()
    tablet = await written(node, 2)
    order(node, tablet, "wipe")
    await sync(tablet, node)
    assert node.finished == [(ORDER, "done")]

    other = await written(node, 2, seed=2)
    order(node, other, "wipe")
    node.fail(lambda r: problem("storage-unavailable", 503, "later", retry_after_ms=900_000)
              if r.url.path.endswith("push") else None)  # fmt: skip
    told = await sync(other, node)

    assert not told.is_wiped
    assert other.log.last == 2
    node.faults.clear()
    assert (await sync(other, node)).is_wiped
    assert len(lines_of(node, other.identity.device)) == 2


async def test_a_wiped_tablet_holds_nothing_and_can_do_nothing():
    node = FakeNode()
    tablet = await written(node, 2)
    order(node, tablet, "wipe")

    await sync(tablet, node)

    assert (tablet.log.last, tablet.replica.revisions()) == (0, {})
    with pytest.raises(NotReadyError):
        await sync(tablet, node)


async def test_s8_killed_at_any_statement_of_a_wipe_it_is_carried_out_and_confirmed(tmp_path: Path):
    node = FakeNode()
    tablet = await written(node, 2, folder=tmp_path)
    device = tablet.identity.device
    order(node, tablet, "wipe")
    tablet.file.close()
    opening = statements_of_opening(tmp_path)
    is_wiped = False

    for lives in range(opening, opening + 300, 2):
        try:
            victim = Tablet.open(
                tmp_path, world=world(), connect=lambda at, left=lives: DyingConnection(at, left)
            )
            is_wiped |= (await sync(victim, node)).is_wiped
        except NotReadyError:
            break
        except (KilledError, sqlite3.OperationalError):
            continue

    assert set(node.finished) == {(ORDER, "done")}
    assert len(lines_of(node, device)) == 2, "what was on the tablet reached the node first"
    survivor = Tablet.open(tmp_path, world=world())
    assert survivor.log.last == 0
    with pytest.raises(NotReadyError):
        _ = survivor.identity.key


async def test_an_order_of_a_newer_node_is_shown_to_a_person():
    node = FakeNode()
    tablet = await written(node, 1)
    order(node, tablet, "dance")

    told = await sync(tablet, node)

    assert told.troubles == [Trouble(f"order {ORDER}", "unknown-order", "never")]


async def test_s2_a_tablet_says_at_once_that_it_knows_of_its_new_place():
    node = FakeNode()
    tablet = await written(node, 3)
    await sync(tablet, node)
    node.assignment = 2
    node.said_assignments.clear()

    await sync(tablet, node)

    assert node.said_assignments == [("1", 3), ("2", 3)]


async def test_a_tablet_put_back_from_an_older_copy_says_so():
    node = FakeNode()
    tablet = await written(node, 2)
    await sync(tablet, node)
    device = tablet.identity.device
    node.data.lines[device][3] = b"what the newer copy wrote"

    told = await sync(tablet, node)

    assert told.troubles == [Trouble("log", "older-than-the-node", "never")]
