"""What a tablet sends and takes in when everything goes well."""

import json

from sync.log import Segment, split_bundle
from tests.unit.clients.fake_node import FakeNode, lines_of
from tests.unit.clients.tablets import OFFICER, enrolled, new_tablet, sync

PLACE = "/place/text"


async def test_a_line_says_what_was_touched_and_what_was_seen():
    tablet = new_tablet()
    report = tablet.new_report("seizure")

    line = tablet.write(report, {PLACE: "Сары-Таш"})

    assert line is not None
    assert json.loads(line.bytes_as_sent) == {
        "v": 1,
        "device": tablet.identity.device,
        "seq": 1,
        "prev": "0" * 64,
        "author": OFFICER,
        "report": report,
        "form": "seizure/2",
        "op": "edit",
        "seen": 0,
        "set": {PLACE: {"was": None, "now": "Сары-Таш"}},
        "at": "2020-02-01T14:03:11+06:00",
        "uptime_ms": 81231000,
    }


async def test_p1_lines_count_as_handed_in_when_their_receipt_is_verified():
    node = FakeNode()
    tablet = await enrolled(node)
    report = tablet.new_report("seizure")
    lines = [tablet.write(report, {PLACE: f"km {number}"}) for number in range(3)]

    told = await sync(tablet, node)

    assert told.troubles == []
    assert (told.lines_handed_in, tablet.receipts.stored, tablet.receipts.lines_count) == (3, 3, 0)
    assert lines_of(node, tablet.identity.device) == [x.bytes_as_sent for x in lines if x]


async def test_a_colleagues_report_arrives_and_is_edited_with_what_was_seen():
    node = FakeNode()
    author, reader = await enrolled(node, seed=1), await enrolled(node, seed=2)
    report = author.new_report("seizure")
    author.write(report, {PLACE: "Сары-Таш"})
    await sync(author, node)
    await sync(reader, node)

    line = reader.write(report, {PLACE: "Иркештам", "/notes": "снег"})

    assert line is not None
    said = json.loads(line.bytes_as_sent)
    assert (said["seen"], said["form"]) == (1, "seizure/2")
    assert said["set"] == {
        "/notes": {"was": None, "now": "снег"},
        PLACE: {"was": "Сары-Таш", "now": "Иркештам"},
    }


async def test_p4_tablets_hold_the_same_after_everyone_has_synced():
    node = FakeNode()
    node.page = 2
    tablets = [await enrolled(node, seed=seed) for seed in (1, 2, 3)]
    for tablet in tablets:
        for number in range(3):
            report = tablet.new_report("seizure")
            tablet.write(report, {PLACE: f"{tablet.identity.name} km {number}"})
    for tablet in (*tablets, *tablets):
        assert (await sync(tablet, node)).troubles == []

    digests = {tablet.replica.digest() for tablet in tablets}

    assert len(digests) == 1
    assert tablets[0].replica.revisions() == {
        r: d["revision"] for r, d in node.data.reports.items()
    }


async def test_nothing_is_written_when_nothing_differs_from_what_the_officer_saw():
    tablet = new_tablet()
    report = tablet.new_report("seizure")
    tablet.write(report, {PLACE: "Ош"})

    assert tablet.write(report, {PLACE: "Ош"}) is None
    assert tablet.log.last == 1


async def test_l3_a_long_outbox_goes_in_batches_that_each_prove_themselves():
    node = FakeNode()
    tablet = await enrolled(node)
    report = tablet.new_report("seizure")
    for number in range(1_203):
        tablet.write(report, {PLACE: f"km {number}"})

    await sync(tablet, node)

    runs = [
        (piece.seal.first, piece.seal.last)
        for raw in node.pushed
        for piece in split_bundle(raw)
        if isinstance(piece, Segment)
    ]
    assert runs == [(1, 500), (501, 1000), (1001, 1203)]


async def test_s4_a_report_that_left_the_scope_is_given_up_and_unsent_work_on_it_is_not():
    node = FakeNode()
    author, reader = await enrolled(node, seed=1), await enrolled(node, seed=2)
    report = author.new_report("seizure")
    author.write(report, {PLACE: "Ош"})
    await sync(author, node)
    await sync(reader, node)
    node.hidden.add(report)
    node.data.moves.append(report)
    reader.write(report, {"/notes": "видел"})

    told = await sync(reader, node)

    assert told.reports_left == 1
    assert reader.replica.report(report) is None
    assert lines_of(node, reader.identity.device) != []
