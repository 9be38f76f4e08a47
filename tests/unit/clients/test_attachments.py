"""Photos: on a lane of their own, resumed where they stopped, freed only when confirmed."""

import hashlib
import io
import json

import httpx
import pytest

from clients.tablet.attachments import PIECE_BYTES, UnsuitableError
from tests.unit.clients.fake_node import FakeNode, problem
from tests.unit.clients.tablets import enrolled, sync

PHOTO = bytes(range(256)) * (PIECE_BYTES // 256 * 2) + b"tail"
NAME = hashlib.sha256(PHOTO).hexdigest()


async def tablet_with_photo(node: FakeNode):
    tablet = await enrolled(node)
    report = tablet.new_report("seizure")
    tablet.write(report, {"/place/text": "Ош"})
    tablet.attachments.attach(report, io.BytesIO(PHOTO), "image/jpeg", {"name": "seal.jpg"})
    return tablet


def patches(node: FakeNode) -> int:
    return sum(method == "PATCH" for method, _ in node.seen)


async def test_a_photo_is_listed_in_a_line_and_arrives_whole():
    node = FakeNode()
    tablet = await tablet_with_photo(node)

    told = await sync(tablet, node)

    line = tablet.log.line(2)
    assert line is not None
    assert json.loads(line.bytes_as_sent)["set"] == {
        f"/attachments/{NAME}": {
            "was": None,
            "now": {"name": "seal.jpg", "media_type": "image/jpeg", "bytes": len(PHOTO)},
        }
    }
    assert (told.attachments_sent, node.files) == (1, {NAME: PHOTO})


async def test_a_cut_upload_goes_on_where_it_stopped():
    node = FakeNode()
    tablet = await tablet_with_photo(node)

    def cut_after_two(request: httpx.Request):
        return httpx.ReadError("cut") if request.method == "PATCH" and patches(node) > 2 else None

    node.fail(cut_after_two)
    told = await sync(tablet, node)
    assert [trouble.reason for trouble in told.troubles] == ["dropped"]
    node.faults.clear()
    node.seen.clear()

    told = await sync(tablet, node)

    assert (told.attachments_sent, patches(node)) == (1, 1)
    assert node.files == {NAME: PHOTO}


async def test_a_file_the_node_knows_is_not_sent_again():
    node = FakeNode()
    node.files[NAME] = PHOTO
    tablet = await tablet_with_photo(node)

    told = await sync(tablet, node)

    assert (told.attachments_sent, patches(node)) == (1, 0)


async def test_an_upload_the_node_gave_up_is_begun_anew():
    node = FakeNode()
    tablet = await tablet_with_photo(node)
    tablet.attachments.move(NAME, "queued", upload="/v1/attachments/uploads/gone", reason=None)

    told = await sync(tablet, node)

    assert (told.attachments_sent, node.files) == (1, {NAME: PHOTO})


async def test_a_refused_photo_is_shown_and_the_report_is_in():
    node = FakeNode()
    tablet = await tablet_with_photo(node)
    node.fail(lambda r: problem("not-permitted", 403, "never") if "attach" in r.url.path else None)

    told = await sync(tablet, node)

    found = tablet.attachments.find(NAME)
    assert found is not None
    assert (found.stage, found.reason) == ("refused", "not-permitted")
    assert tablet.receipts.lines_count == 0
    assert [trouble.retry for trouble in told.troubles] == ["never"]


async def test_nothing_is_freed_before_the_hash_is_confirmed():
    node = FakeNode()
    tablet = await tablet_with_photo(node)

    assert tablet.attachments.free_space() == 0
    await sync(tablet, node)
    assert tablet.attachments.free_space() == len(PHOTO)
    assert tablet.attachments.piece(NAME, 0) == b""


async def test_one_photo_in_two_reports_is_kept_and_sent_once():
    node = FakeNode()
    tablet = await tablet_with_photo(node)
    other = tablet.new_report("checkpoint")
    tablet.attachments.attach(other, io.BytesIO(PHOTO), "image/jpeg", {"name": "again.jpg"})

    told = await sync(tablet, node)

    assert (told.attachments_sent, tablet.log.last) == (1, 3)


async def test_an_empty_file_is_no_attachment_and_leaves_nothing_behind():
    tablet = await enrolled(FakeNode())
    report = tablet.new_report("seizure")

    with pytest.raises(UnsuitableError):
        tablet.attachments.attach(report, io.BytesIO(b""), "image/jpeg", {})

    assert (tablet.log.last, tablet.attachments.queued()) == (0, [])
