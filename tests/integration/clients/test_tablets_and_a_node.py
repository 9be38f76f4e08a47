"""Reference tablets and the real application agree on the wire."""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients.keys import verify
from clients.tablet.status import Stage
from tests.integration.clients.field import sync, tablet_of
from tests.running_node import RunningNode
from tests.unit.clients.tablets import StillClock

PLACE = "/place/text"


def documents(tablet):
    return {each.id: each.body for each in tablet.replica.reports()}


async def test_p1_a_push_of_the_reference_tablet_is_receipted_and_judged(node: RunningNode):
    console = await node.console()
    tablet = await tablet_of(node, console, seed=1)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "Сары-Таш"})
    tablet.write(report, {PLACE: "Иркештам"})

    told = await sync(tablet, node)

    assert told.troubles == []
    assert (tablet.receipts.stored, told.reports_taken) == (2, 1)
    assert tablet.view(report).fields == {PLACE: "Иркештам"}
    assert tablet.view(report).own == frozenset()
    assert {v.verdict for v in tablet.replica.verdicts(report).values()} == {"applied"}


async def test_p4_two_tablets_of_a_team_hold_the_same_after_both_have_synced(node: RunningNode):
    console = await node.console()
    team = await node.team(console)
    first = await tablet_of(node, console, seed=1, team=team)
    second = await tablet_of(node, console, seed=2, team=team)
    for tablet in (first, second):
        report = tablet.new_report("seizure")
        tablet.write(report, {PLACE: tablet.identity.name})

    for tablet in (first, second, first):
        assert (await sync(tablet, node)).troubles == []

    assert len(documents(first)) == 2
    assert documents(first) == documents(second)


async def test_p3_two_unseen_weights_are_both_on_both_tablets_until_someone_decides(
    node: RunningNode,
):
    console = await node.console()
    team = await node.team(console)
    first = await tablet_of(node, console, seed=1, team=team)
    second = await tablet_of(node, console, seed=2, team=team)
    report = first.new_report("seizure")
    path = f"/items/{first.world.ids.uuid()}/gross"
    first.write(report, {PLACE: "Ош"})
    await sync(first, node)
    await sync(second, node)
    first.write(report, {path: {"entered": "276 кг", "lang": "ru"}})
    second.write(report, {path: {"entered": "274 кг", "lang": "ru"}})

    for tablet in (first, second, first):
        await sync(tablet, node)

    for tablet in (first, second):
        view = tablet.view(report)
        assert view.fields[path] == {"entered": "276 кг", "lang": "ru"}
        assert list(view.contested) == [path]
        sides = [side["value"]["entered"] for side in view.conflicts[0]["candidates"]]
        assert sides == ["274 кг"]
        assert tablet.status().reports[0].stage is Stage.CONTESTED


async def test_an_answer_to_a_conflict_reaches_the_node(node: RunningNode):
    console = await node.console()
    team = await node.team(console)
    first = await tablet_of(node, console, seed=1, team=team)
    second = await tablet_of(node, console, seed=2, team=team)
    report = first.new_report("seizure")
    first.write(report, {PLACE: "Ош"})
    await sync(first, node)
    await sync(second, node)
    first.write(report, {"/event/title": "Операция"})
    second.write(report, {"/event/title": "Досмотр"})
    for tablet in (first, second):
        await sync(tablet, node)
    conflict = second.view(report).contested["/event/title"]

    second.answer(conflict, "Операция", "коллега прав")
    told = await sync(second, node)
    await sync(first, node)

    assert told.troubles == []
    (open_conflict,) = first.view(report).conflicts
    assert open_conflict["life"] == "answered"
    assert [said["value"] for said in open_conflict["answers"]] == ["Операция"]


async def test_p6_a_parked_line_is_shown_with_its_reason_and_blocks_nothing(node: RunningNode):
    console = await node.console()
    tablet = await tablet_of(node, console, seed=1)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "Ош"})
    tablet.write(report, {"/nowhere": "x"})
    tablet.write(report, {"/notes": "дальше"})

    await sync(tablet, node)

    view = tablet.view(report)
    assert view.fields == {PLACE: "Ош", "/notes": "дальше"}
    assert [(each.seq, each.reason) for each in view.refused] == [(2, "unknown-path")]
    assert tablet.status().reports[0].stage is Stage.PARKED


async def test_p7_an_old_form_version_is_pushed_and_seen_in_the_new_one(node: RunningNode):
    console = await node.console()
    tablet = await tablet_of(node, console, seed=1)
    report = tablet.new_report("seizure/1")
    tablet.write(report, {"/detection/method": "xray"})

    await sync(tablet, node)

    held = tablet.replica.report(report)
    assert held is not None
    assert held.form == "seizure/2"
    assert held.fields == {"/detection/methods/xray": True}
    assert tablet.view(report).fields == held.fields


@pytest.mark.parametrize("year", [1970, 2100])
async def test_t1_t2_a_clock_that_is_years_off_stops_nothing(node: RunningNode, year: int):
    console = await node.console()
    clock = StillClock(datetime(year, 1, 1, tzinfo=UTC))
    tablet = await tablet_of(node, console, seed=1, clock=clock)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "Ош"})

    told = await sync(tablet, node)

    assert told.troubles == []
    assert tablet.receipts.stored == 1


async def test_l7_a_cloned_tablets_lines_are_kept_on_a_branch_and_not_sent_for_ever(
    node: RunningNode, tmp_path: Path
):
    console = await node.console()
    tablet = await tablet_of(node, console, seed=1)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "Ош"})
    await sync(tablet, node)
    copied = tmp_path / "tablet.db"
    tablet.file.connection.execute("VACUUM INTO ?", (str(copied),))
    clone = type(tablet).open(tmp_path, world=tablet.world)
    tablet.write(report, {"/notes": "первый"})
    clone.write(report, {"/notes": "второй"})
    await sync(tablet, node)

    await sync(clone, node)
    again = await sync(clone, node)

    assert clone.receipts.lines_count == 0, "the node keeps the line, on a branch"
    assert again.lines_handed_in == 0
    assert clone.receipts.stored == 1, "and does not claim it for the log itself"


async def test_r6_a_courier_hands_in_what_it_cannot_read_and_keeps_the_proof(
    node: RunningNode, tmp_path: Path
):
    console = await node.console()
    author = await tablet_of(node, console, seed=1)
    driver = await tablet_of(node, console, seed=2)
    report = author.new_report("seizure")
    author.write(report, {PLACE: "Сары-Таш"})
    (file,) = author.export_bundle(tmp_path)
    assert "Сары-Таш".encode() not in file.read_bytes()
    driver.import_bundle(file)
    driver.import_bundle(file)

    told = await sync(driver, node)

    assert (told.troubles, told.bundles_carried) == ([], 1)
    (carried,) = driver.courier.all()
    assert carried.receipt is not None
    assert carried.signature is not None
    node_keys = driver.identity.require_node()
    assert verify(node_keys.signing_key, carried.receipt.encode(), carried.signature)
    assert f"stored {author.identity.device} 1\n" in carried.receipt
    assert author.receipts.bring_home(carried.receipt, carried.signature, node_keys)
    assert author.receipts.lines_count == 0


async def test_p2_a_bundle_carried_by_two_and_pushed_by_its_author_is_stored_once(
    node: RunningNode, tmp_path: Path
):
    console = await node.console()
    team = await node.team(console)
    author = await tablet_of(node, console, seed=1, team=team)
    drivers = [await tablet_of(node, console, seed=seed, team=team) for seed in (2, 3)]
    report = author.new_report("seizure")
    author.write(report, {PLACE: "Ош"})
    (file,) = author.export_bundle(tmp_path)
    for driver in drivers:
        driver.import_bundle(file)
        assert (await sync(driver, node)).troubles == []

    await sync(author, node)

    held = author.replica.report(report)
    assert held is not None
    assert held.revision == 1


async def test_a_photo_goes_on_its_own_lane_and_makes_the_evidence_complete(node: RunningNode):
    console = await node.console()
    tablet = await tablet_of(node, console, seed=1)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "Ош"})
    photo = bytes(range(256)) * 2_500
    tablet.attachments.attach(report, io.BytesIO(photo), "image/jpeg", {"name": "seal.jpg"})

    told = await sync(tablet, node)

    assert (told.troubles, told.attachments_sent) == ([], 1)
    found = tablet.attachments.find(hashlib.sha256(photo).hexdigest())
    assert found is not None
    assert found.stage == "confirmed"
    assert tablet.status().reports[0].stage is Stage.EVIDENCE_COMPLETE
    assert tablet.attachments.free_space() == len(photo)


async def test_s8_a_wipe_hands_the_outbox_in_clears_the_tablet_and_is_confirmed(
    node: RunningNode, tmp_path: Path
):
    console = await node.console()
    folder = tmp_path / "tablet"
    tablet = await tablet_of(node, console, seed=1, folder=folder)
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "Сары-Таш"})
    await sync(tablet, node)
    device = tablet.identity.device
    said = await console.client.post(f"/v1/devices/{device}/wipe", json={"reason": "lost"})
    assert said.status_code == 200
    tablet.write(report, {"/notes": "в последний момент"})

    told = await sync(tablet, node)

    assert (told.troubles, told.is_wiped) == ([], True)
    shown = (await console.client.get(f"/v1/devices/{device}")).json()
    assert [order["outcome"] for order in shown["orders"]] == ["done"]
    tablet.file.close()
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    assert device.encode() in kept
    assert "Сары-Таш".encode() not in kept
    assert "в последний момент".encode() not in kept


async def test_r5_s8_a_revoked_tablet_hands_in_reads_nothing_and_wipes_itself(node: RunningNode):
    console = await node.console()
    tablet = await tablet_of(node, console, seed=1)
    device = tablet.identity.device
    for deed in ("revoke", "wipe"):
        said = await console.client.post(f"/v1/devices/{device}/{deed}", json={"reason": "lost"})
        assert said.status_code == 200, said.text

    told = await sync(tablet, node)

    assert told.is_wiped
    assert [trouble.reason for trouble in told.troubles] == ["device-revoked"]


async def test_an_order_to_resend_hands_the_log_in_again(node: RunningNode):
    console = await node.console()
    tablet = await tablet_of(node, console, seed=1)
    report = tablet.new_report("seizure")
    for number in range(4):
        tablet.write(report, {PLACE: f"km {number}"})
    await sync(tablet, node)
    body = {"from_seq": 3, "reason": "a disk was lost"}
    await console.client.post(f"/v1/devices/{tablet.identity.device}/resend", json=body)

    told = await sync(tablet, node)

    assert (told.troubles, told.lines_handed_in) == ([], 2)
    assert tablet.receipts.stored == 4


async def test_s2_s4_a_moved_tablet_says_so_at_once_and_gives_up_what_it_may_no_longer_see(
    node: RunningNode,
):
    console, customs = await node.console("KG-CNS"), await node.console("KG-CUS")
    tablet = await tablet_of(node, console, seed=1)
    colleague = await tablet_of(node, customs, seed=2)
    mine, theirs = tablet.new_report("seizure"), colleague.new_report("seizure")
    tablet.write(mine, {PLACE: "Ош"})
    colleague.write(theirs, {PLACE: "Иркештам"})
    for each in (colleague, tablet):
        await sync(each, node)
    assert set(tablet.replica.revisions()) == {mine}
    device = tablet.identity.device
    place = {"agency": "KG-CUS", "team": None, "post": None}
    said = await console.client.post(f"/v1/devices/{device}/reassign", json=place)
    assert said.status_code == 200, said.text

    told = await sync(tablet, node)

    assert told.troubles == []
    assert (tablet.file.get("agency"), tablet.file.get("assignment")) == ("KG-CUS", "2")
    assert set(tablet.replica.revisions()) >= {theirs}
    shown = (await customs.client.get(f"/v1/devices/{device}")).json()
    assert [each["from_seq"] for each in shown["assignments"]] == [1, 2]
