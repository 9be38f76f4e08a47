"""Bodies no node should swallow, and clocks no node should believe (T1, T2)."""

import gzip
import sys
import zlib

import pytest

from sync.limits import BUNDLE_BYTES_MAX
from sync.values import instant_ms
from tests.journal_scene import PLACE, REPORT, Reader, applied, deliver, open_scene, push
from tests.problem_documents import slug
from tests.running_node import RunningNode

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    mebibyte = b"\n" * 1024 * 1024
    parts = [packer.compress(mebibyte) for _ in range(BUNDLE_BYTES_MAX // len(mebibyte) + 1)]
    return b"".join([*parts, packer.flush()])


def zstd_bomb() -> bytes:
    return zstd.compress(b"\n" * (BUNDLE_BYTES_MAX + 1))


@pytest.mark.parametrize(("encoding", "bomb"), [("gzip", gzip_bomb), ("zstd", zstd_bomb)])
async def test_a_bomb_is_refused_before_it_is_unpacked(node: RunningNode, encoding, bomb):
    pen = await (await open_scene(node)).pen()
    packed = bomb()
    assert len(packed) < 64 * 1024

    response = await push(pen, packed, Content_Encoding=encoding)

    assert slug(response) == "body-too-large"
    assert response.json()["bytes_max"] == BUNDLE_BYTES_MAX


async def test_an_oversize_bundle_is_refused_whole_and_says_the_bound(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)

    response = await push(pen, pen.segment() + b"x" * BUNDLE_BYTES_MAX)

    assert slug(response) == "body-too-large"
    assert response.json()["bytes_max"] == BUNDLE_BYTES_MAX
    assert (await Reader(pen).page())["stored"] == 0


@pytest.mark.parametrize(
    ("headers", "raw", "expected"),
    [
        ({"Content_Encoding": "gzip"}, b"no gzip", "body-encoding"),
        ({"Content_Encoding": "gzip"}, gzip.compress(b"half", mtime=0)[:-6], "body-encoding"),
        ({"Content_Encoding": "zstd"}, b"no zstd", "body-encoding"),
        ({"Content_Encoding": "br"}, b"brotli", "unsupported-encoding"),
        ({"media_type": "application/json"}, b"{}", "unsupported-media-type"),
        ({"media_type": "text/plain"}, b"", "unsupported-media-type"),
    ],
)
async def test_r4_only_an_envelope_that_cannot_be_read_is_refused(
    node: RunningNode, headers: dict[str, str], raw: bytes, expected: str
):
    pen = await (await open_scene(node)).pen()

    assert slug(await push(pen, raw, **headers)) == expected


async def test_zstd_is_welcome(node: RunningNode):
    pen = await (await open_scene(node)).pen()
    pen.fill(3)

    response = await push(pen, zstd.compress(pen.segment()), Content_Encoding="zstd")

    assert [each["outcome"] for each in response.json()["segments"]] == ["stored"]


async def test_lines_beyond_the_bound_of_one_bundle_are_kept_and_not_believed(node: RunningNode):
    """What follows the last line that is looked at is one piece of bytes without a seal."""
    pen = await (await open_scene(node)).pen()
    pen.fill(1)

    answer = await deliver(pen, b"x\n" * 20_001, pen.segment())

    assert answer.reasons == ["no-seal"]
    assert answer.stored == {}


CLOCKS = ["1970-01-01T00:00:00Z", "2100-12-31T23:59:59+06:00"]


@pytest.mark.parametrize("at", CLOCKS)
async def test_t1_a_clock_years_off_stops_nothing_and_its_offset_is_kept(
    node: RunningNode, at: str
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")}, at=at)

    answer = await deliver(pen, pen.segment(), Khabar_Clock=at)

    assert answer.verdicts == {1: applied(1)}
    history = await scene.history()
    clock = instant_ms(at)
    assert clock is not None
    assert history["lines"][0]["clock_offset_ms"] == node.clock.now() - clock
    assert f'"at":"{at}"' in history["lines"][0]["text"]
    assert history["witnesses"][PLACE][0]["at_ms"] == node.clock.now()


@pytest.mark.parametrize("at", [None, "", "yesterday", "9999-99-99", "2020-02-01T14:03:11"])
async def test_t1_a_line_without_a_usable_clock_is_a_line(node: RunningNode, at: str | None):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {PLACE: (None, "Osh road")}, at=at)

    answer = await deliver(pen, pen.segment(), Khabar_Clock=at or "")

    assert answer.verdicts == {1: applied(1)}
    assert (await scene.history())["witnesses"][PLACE][0]["at_ms"] is None


async def test_t1_a_couriers_clock_says_nothing_of_the_authors(node: RunningNode):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.edit(REPORT, {PLACE: (None, "Osh road")}, at="1970-01-01T00:00:00Z")

    await deliver(courier, pen.segment(), Khabar_Clock="2100-01-01T00:00:00Z")

    history = await scene.history()
    assert history["lines"][0]["clock_offset_ms"] is None
    assert history["witnesses"][PLACE][0]["at_ms"] == 0


async def test_t1_the_later_note_is_by_the_corrected_clock_not_by_arrival(node: RunningNode):
    """``latest``: a tablet in 1970 wrote later than one in 2100, as their syncs prove."""
    scene = await open_scene(node)
    ahead, behind = await scene.pens(2)
    ahead.edit(REPORT, {"/notes": (None, "written first")}, at="2100-01-01T10:00:00Z")
    behind.edit(REPORT, {"/notes": (None, "written an hour later")}, at="1970-01-01T11:00:00Z")

    await deliver(behind, behind.segment(), Khabar_Clock="1970-01-01T12:00:00Z")
    await deliver(ahead, ahead.segment(), Khabar_Clock="2100-01-01T12:00:00Z")

    assert (await scene.report())["fields"] == {"/notes": "written an hour later"}


@pytest.mark.parametrize("years", [-50, 80])
async def test_t2_a_token_of_a_wrong_clock_is_told_the_time_and_then_works(
    node: RunningNode, years: int
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    pen.tablet.key.offset_ms = years * 365 * 24 * 3_600_000

    refused = await push(pen, pen.segment())
    wrong_by = pen.tablet.key.offset_ms + node.clock.now() - refused.json()["server_time_ms"]
    pen.tablet.key.offset_ms -= wrong_by
    answer = await deliver(pen, pen.segment())

    assert slug(refused) == "clock-off"
    assert instant_ms(refused.json()["server_time"]) == node.clock.now()
    assert answer.verdicts == {1: applied(1)}


@pytest.mark.parametrize(
    "headers",
    [
        {"Khabar_Outbox": "9" * 10_000, "Khabar_Storage_Left": "-1"},
        {"Khabar_Outbox": "many", "Khabar_App": "\x07bell" + "x" * 500},
    ],
)
async def test_what_a_tablet_says_of_itself_is_never_a_reason_to_refuse_it(
    node: RunningNode, headers: dict[str, str]
):
    pen = await (await open_scene(node)).pen()
    pen.fill(1)

    assert (await deliver(pen, pen.segment(), **headers)).verdicts == {1: applied(1)}
