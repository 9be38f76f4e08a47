"""Whatever answers, nothing raises: an unreadable answer is a lost one."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from clients import bundles
from clients.http import Lost, Refusal, Reply, Request, read_answer
from clients.wire import (
    read_manifest,
    read_pull_page,
    read_push_answer,
    read_receipt,
    read_reports,
)
from sync.ids import DeviceId
from tests.unit.clients.fake_node import NODE_ID, FakeNode
from tests.unit.clients.tablets import enrolled, sync

DEVICE = DeviceId("0192f0c1-0000-7000-8000-000000000001")
NAMES = st.sampled_from([
    "receipt", "signature", "segments", "verdicts", "orders", "cursor", "more", "epoch", "stored",
    "reports", "left", "digest", "assignment", "next", "device", "seq", "verdict", "first", "id",
    "form", "revision", "last", "outcome",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(DEVICE),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
BODIES = st.binary() | VALUES.map(lambda value: json.dumps(value).encode())


@given(body=BODIES)
@settings(max_examples=60, deadline=None)
def test_r1_no_body_makes_a_reader_raise_and_none_is_taken_for_a_receipt(body: bytes):
    read_pull_page(body, device=DEVICE)
    read_manifest(body)
    read_reports(body)

    push = read_push_answer(body, device=DEVICE, node=NODE_ID, signing_key="AAAA", bundle="0" * 64)

    assert push is None


@given(
    status=st.integers(100, 599),
    body=BODIES,
    media_type=st.sampled_from(["", "text/html", "application/json", "application/problem+json"]),
    retry_after=st.none() | st.text(max_size=5),
)
@settings(max_examples=60, deadline=None)
def test_every_http_answer_is_a_reply_a_refusal_or_lost(status, body, media_type, retry_after):
    headers = {"content-type": media_type} | (
        {} if retry_after is None else {"retry-after": retry_after}
    )

    answer = read_answer(Request("GET", "/v1/sync/pull"), status, headers, body)

    assert isinstance(answer, Reply | Refusal | Lost)
    assert not isinstance(answer, Reply) or media_type == "application/json"


@given(start=st.sampled_from([b"", bundles.MAGIC]), content=st.binary(max_size=300))
def test_no_file_makes_the_reader_of_bundles_raise(start: bytes, content: bytes):
    found = bundles.read(start + content)

    assert found is None or found.kind == ("sealed" if start else "plain")


async def test_r1_a_receipt_with_a_byte_changed_is_not_genuine():
    node = FakeNode()
    tablet = await enrolled(node)
    tablet.write(tablet.new_report("seizure"), {"/place/text": "Ош"})
    await sync(tablet, node)
    text, signature = tablet.file.one("SELECT receipt, signature FROM handing_in") or ("", "")
    key = tablet.identity.require_node().signing_key

    def is_genuine(said: str) -> bool:
        return read_receipt(said, signature, node=NODE_ID, signing_key=key) is not None

    assert is_genuine(text)
    for place, sign in list(enumerate(text))[::7]:
        changed = text[:place] + ("x" if sign != "x" else "y") + text[place + 1 :]
        assert not is_genuine(changed)
