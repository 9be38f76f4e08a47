"""What a tablet believes and does when the network, a portal or the node misbehaves."""

import hashlib
from datetime import timedelta

import httpx
import pytest

from clients.tablet.asking import ATTEMPTS_MAX
from clients.tablet.events import Trouble
from sync.log import Segment, split_bundle
from tests.unit.clients.fake_node import FakeNode, lines_of, problem
from tests.unit.clients.tablets import Pauses, StillClock, enrolled, sync, utc, world

PLACE = "/place/text"
PUSH = "/v1/sync/push"


async def tablet_with_lines(node: FakeNode, count: int = 3, **options):
    tablet = await enrolled(node, **options)
    report = tablet.new_report("seizure")
    for number in range(count):
        tablet.write(report, {PLACE: f"km {number}"})
    return tablet


def on(path: str, said, times: int = 1):
    """A fault that answers the first requests to one path, then lets the node answer."""
    left = [times]

    def fault(request: httpx.Request):
        if request.url.path != path or left[0] == 0:
            return None
        left[0] -= 1
        return said(request) if callable(said) else said

    return fault


def served_then_lost(node: FakeNode):
    """The node serves the request; the answer never arrives."""

    def said(request: httpx.Request):
        node.serve(request)
        return httpx.ReadError("connection dropped")

    return said


async def test_r1_a_captive_portals_page_is_no_receipt():
    node = FakeNode()
    tablet = await tablet_with_lines(node)
    page = httpx.Response(200, html="<h1>Welcome to the hotel</h1>")
    node.fail(lambda _: page)

    told = await sync(tablet, node)

    assert tablet.receipts.stored == 0
    assert told.troubles[0] == Trouble("outbox", "not-the-node", "later")
    node.faults.clear()
    assert (await sync(tablet, node)).troubles == []
    assert tablet.receipts.stored == 3


@pytest.mark.parametrize(
    "body",
    [
        {"receipt": "khabar-receipt-v1\nstored all\n", "signature": "AAAA"},
        {"status": "ok"},
        [],
        {"receipt": 1, "signature": None},
    ],
)
async def test_r1_json_without_a_genuine_receipt_is_no_receipt(body):
    node = FakeNode()
    tablet = await tablet_with_lines(node)
    node.fail(on(PUSH, lambda _: httpx.Response(200, json=body), times=9))

    told = await sync(tablet, node)

    assert tablet.receipts.stored == 0
    assert told.troubles[0] == Trouble("outbox", "no-receipt", "later")


async def test_r1_a_receipt_for_another_bundle_is_not_believed():
    node = FakeNode()
    other, tablet = await enrolled(node, seed=2), await tablet_with_lines(node, 1)
    report = other.new_report("seizure")
    other.write(report, {PLACE: "elsewhere"})
    await sync(other, node)
    earlier = node.pushed[-1]
    replayed = node._receipt(hashlib.sha256(earlier).hexdigest(), [tablet.identity.device], [])
    node.fail(on(PUSH, httpx.Response(200, json=replayed), times=9))

    await sync(tablet, node)

    assert tablet.receipts.stored == 0


async def test_p2_a_lost_answer_is_asked_for_and_nothing_is_stored_twice():
    node = FakeNode()
    tablet = await tablet_with_lines(node)
    node.fail(on(PUSH, served_then_lost(node)))

    told = await sync(tablet, node)

    assert told.troubles == []
    assert tablet.receipts.stored == 3
    assert len(node.pushed) == 1, "the answer was fetched, the lines were not sent again"
    assert len(lines_of(node, tablet.identity.device)) == 3


async def test_p2_a_push_that_never_arrived_goes_again_in_smaller_pieces():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 8)
    node.fail(on(PUSH, httpx.ConnectError("no network")))

    told = await sync(tablet, node)

    assert told.troubles == []
    assert tablet.receipts.stored == 8
    lasts = [piece.seal.last for raw in node.pushed for piece in split_bundle(raw)
              if isinstance(piece, Segment)]  # fmt: skip
    assert lasts == [4, 8]


async def test_without_a_network_a_sync_ends_at_once_and_loses_nothing():
    node = FakeNode()
    tablet = await tablet_with_lines(node)
    node.fail(lambda _: httpx.ConnectTimeout("no network"))

    told = await sync(tablet, node)

    assert told.troubles == [Trouble("outbox", "timed-out", "later")]
    assert len(node.seen) <= 4
    assert tablet.receipts.lines_count == 3


async def test_a_truncated_page_is_not_taken_in_and_is_asked_for_again():
    node = FakeNode()
    author, reader = await tablet_with_lines(node, 1), await enrolled(node, seed=2)
    await sync(author, node)

    def cut(request: httpx.Request) -> httpx.Response:
        whole = node.serve(request)
        return httpx.Response(
            200, content=whole.content[:-40], headers={"content-type": "application/json"}
        )

    node.fail(on("/v1/sync/pull", cut))

    told = await sync(reader, node)

    assert told.troubles == [Trouble("pull", "garbled", "later")]
    assert (reader.file.get("cursor"), reader.replica.revisions()) == (None, {})
    await sync(reader, node)
    assert reader.replica.revisions() == {r: d["revision"] for r, d in node.data.reports.items()}


async def test_a_node_that_is_busy_is_left_alone_for_as_long_as_it_asks():
    node, pauses = FakeNode(), Pauses()
    tablet = await tablet_with_lines(node, world_of=world(pauses=pauses))
    busy = problem("storage-unavailable", 503, "later", retry_after_ms=7_000)
    node.fail(on(PUSH, busy, times=2))

    told = await sync(tablet, node)

    assert told.troubles == []
    assert pauses.made == [7_000, 7_000]


async def test_backing_off_is_bounded():
    node, pauses = FakeNode(), Pauses()
    tablet = await tablet_with_lines(node, world_of=world(pauses=pauses))
    node.fail(on(PUSH, problem("too-many-requests", 429, "later"), times=99))

    told = await sync(tablet, node)

    assert told.troubles[0] == Trouble("outbox", "too-many-requests", "later")
    assert len(pauses.made) == ATTEMPTS_MAX - 1
    assert pauses.made == sorted(pauses.made)


async def test_a_longer_wait_than_a_sync_is_left_to_the_next_one():
    node, pauses = FakeNode(), Pauses()
    tablet = await tablet_with_lines(node, world_of=world(pauses=pauses))
    node.fail(on(PUSH, problem("storage-unavailable", 503, "later", retry_after_ms=3_600_000)))

    told = await sync(tablet, node)

    assert pauses.made == []
    assert told.retry_after_ms == 3_600_000


def fails_over(seqs: set[int]):
    """A node that makes a mistake over every bundle that holds one of these lines."""

    def fault(request: httpx.Request):
        if request.url.path != PUSH or request.method != "POST":
            return None
        for piece in split_bundle(FakeNode()._body(request)):
            if isinstance(piece, Segment) and any(
                piece.seal.first <= seq <= piece.seal.last for seq in seqs
            ):
                return problem("internal", 500, "later")
        return None

    return fault


async def test_p6_a_line_the_node_fails_over_is_found_shown_and_passed():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 20)
    node.fail(fails_over({13}))

    told = await sync(tablet, node)

    assert told.troubles == [Trouble("line 13", "internal", "later")]
    assert sorted(node.data.lines[tablet.identity.device]) == [*range(1, 13), *range(14, 21)]
    assert (tablet.receipts.stored, tablet.receipts.lines_count) == (12, 1)
    assert tablet.status().refused == ((13, 13, "internal"),)


async def test_p6_once_the_node_is_mended_the_line_goes_and_everything_counts_as_stored():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 20)
    node.fail(fails_over({13}))
    await sync(tablet, node)
    node.faults.clear()
    sent_before = len(node.pushed)

    told = await sync(tablet, node)

    assert told.troubles == []
    assert (tablet.receipts.stored, tablet.status().refused) == (20, ())
    assert len(node.pushed) == sent_before + 1, "only the one line went again"


async def test_p6_two_bad_lines_side_by_side_do_not_keep_the_rest_back():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 12)
    node.fail(fails_over({5, 6}))

    await sync(tablet, node)
    await sync(tablet, node)

    assert sorted(node.data.lines[tablet.identity.device]) == [*range(1, 5), *range(7, 13)]


async def test_a_node_that_fails_over_everything_is_not_hammered():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 300)
    node.fail(on(PUSH, lambda _: problem("internal", 500, "later"), times=10_000))

    await sync(tablet, node)

    assert sum(path == PUSH for _, path in node.seen) < 25
    assert tablet.receipts.lines_count == 300


async def test_a_body_that_is_too_large_for_a_proxy_is_halved():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 40)

    def small_proxy(request: httpx.Request):
        is_large = request.method == "POST" and len(FakeNode()._body(request)) > 6_000
        return httpx.Response(413, html="<h1>413</h1>") if is_large else None

    node.fail(small_proxy)

    told = await sync(tablet, node)

    assert told.troubles == []
    assert tablet.receipts.stored == 40


@pytest.mark.parametrize("year", [1970, 2100])
async def test_t2_a_clock_that_is_years_off_corrects_the_tokens_and_not_the_records(year: int):
    node = FakeNode()
    node.now_ms = 1_580_544_000_000
    tablet = await tablet_with_lines(node, world_of=world(clock=StillClock(utc(year))))

    told = await sync(tablet, node)

    assert told.troubles == []
    assert tablet.receipts.stored == 3
    assert f'"at":"{year}-01-01T00:00:00+00:00"'.encode() in node.pushed[0]


async def test_t2_the_clock_is_corrected_once_and_a_node_that_is_never_content_ends_the_sync():
    node = FakeNode()
    tablet = await tablet_with_lines(node)
    off = problem("clock-off", 401, "after_change", server_time_ms=1)
    node.fail(lambda _: off)

    told = await sync(tablet, node)

    assert told.troubles[0] == Trouble("outbox", "clock-off", "after_change")
    assert sum(path == PUSH for _, path in node.seen) == 2


async def test_the_tokens_follow_when_somebody_sets_the_clock():
    node, clock = FakeNode(), StillClock(utc(1970))
    node.now_ms = 1_580_544_000_000
    tablet = await tablet_with_lines(node, world_of=world(clock=clock))
    await sync(tablet, node)
    clock.at += timedelta(days=20 * 365)

    assert (await sync(tablet, node)).troubles == []


async def test_an_encoding_the_node_does_not_read_is_left_out():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 20)

    def plain_only(request: httpx.Request):
        is_packed = "content-encoding" in request.headers
        return problem("unsupported-encoding", 415, "after_change") if is_packed else None

    node.fail(plain_only)

    assert (await sync(tablet, node)).troubles == []
    assert tablet.receipts.stored == 20


async def test_verdicts_that_were_not_signed_wait_for_the_pull():
    node = FakeNode()
    tablet = await tablet_with_lines(node, 1)

    def forged(request: httpx.Request):
        body = node.serve(request).json()
        body["verdicts"][0]["verdict"] = "parked"
        return httpx.Response(200, json=body)

    node.fail(on(PUSH, forged), on("/v1/sync/pull", problem("internal", 500, "later"), times=9))

    await sync(tablet, node)

    assert tablet.receipts.stored == 1
    assert tablet.file.all("SELECT * FROM verdict") == []
