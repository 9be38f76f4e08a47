"""What a run of bytes proves: rules L1 to L5 and L8, on real Ed25519 seals."""

import json

import pytest

from sync.changes import Change, UnreadableChange
from sync.ids import Seq
from sync.limits import BUNDLE_LINES_MAX, LINE_BYTES_MAX, SEGMENT_LINES_MAX
from sync.log import (
    GENESIS,
    ProvedSegment,
    Refused,
    Segment,
    bytes_of,
    hash_of,
    prove,
    read_seal,
    seal_message,
    split_bundle,
)
from tests.builders import Log, line_bytes, lines_of, public_key, uid, verify


def proof(raw: bytes, key: str = "tablet") -> ProvedSegment | Refused:
    """What the one piece in ``raw`` proves under the key enrolled for its device."""
    [piece] = split_bundle(raw)
    if isinstance(piece, Refused):
        return piece
    return prove(piece, public_key=public_key(key), verify=verify)


def three_lines() -> Log:
    log = Log()
    for _ in range(3):
        log.write()
    return log


def refused_for(reason: str, raw: bytes, log: Log) -> Refused:
    return Refused(reason, raw, log.device)


def test_l1_l2_l4_a_sealed_run_is_proved_line_by_line_with_its_bytes_kept():
    log = three_lines()
    raw = log.segment()

    proved = proof(raw)

    assert isinstance(proved, ProvedSegment)
    assert [line.seq for line in proved.lines] == [1, 2, 3]
    assert [line.prev for line in proved.lines] == [
        GENESIS,
        hash_of(log.lines[0]),
        hash_of(log.lines[1]),
    ]
    assert [line.bytes_as_sent for line in proved.lines] == log.lines
    assert [line.hash for line in proved.lines] == [hash_of(line) for line in log.lines]
    assert all(isinstance(line.change, Change) for line in proved.lines)
    assert bytes_of(proved) == raw


def test_l2_hashes_are_over_the_bytes_as_sent_whatever_their_spacing():
    log = Log()
    log.append(json.dumps(log.header(), indent=None).encode())
    log.append(b"  " + json.dumps(log.header(), ensure_ascii=True).encode() + b" \r")

    proved = proof(log.segment())

    assert isinstance(proved, ProvedSegment)
    assert [line.bytes_as_sent for line in proved.lines] == log.lines


def test_l1_a_run_may_begin_in_the_middle_of_the_log():
    log = three_lines()

    proved = proof(log.segment(first=2, last=3))

    assert isinstance(proved, ProvedSegment)
    assert [(line.seq, line.prev) for line in proved.lines] == [
        (2, hash_of(log.lines[0])),
        (3, hash_of(log.lines[1])),
    ]


@pytest.mark.parametrize(
    "claim",
    [{"seq": 7}, {"device": uid(2)}, {"seq": True}, {"seq": "1"}, {"seq": None}, {"device": None}],
)
def test_l1_a_line_that_claims_another_place_than_its_seal_proves_nothing(
    claim: dict[str, object],
):
    log = Log()
    log.write(**claim)
    raw = log.segment()

    assert proof(raw) == refused_for("other-log", raw, log)


def test_l2_line_one_names_no_line_before_it():
    log = Log()
    log.write(prev="1" * 64)
    raw = log.segment()

    assert proof(raw) == refused_for("broken-link", raw, log)


def test_l2_a_line_that_names_another_predecessor_breaks_the_chain():
    log = Log()
    log.write()
    log.write(prev="1" * 64)
    raw = log.segment()

    assert proof(raw) == refused_for("broken-link", raw, log)


def test_l2_l5_a_line_taken_out_or_swapped_breaks_the_chain():
    log = three_lines()
    first, second, third = log.lines

    for lines in ([second, first, third], [first, first, third], [first, second, second]):
        raw = lines_of(lines, log.seal())
        assert isinstance(proof(raw), Refused)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_l3_as_many_lines_as_the_seal_counts(count: int):
    log = three_lines()
    raw = lines_of([*log.lines, *log.lines][:count], log.seal())

    assert proof(raw) == refused_for("line-count", raw, log)


def test_l3_the_head_is_the_hash_of_the_last_line():
    log = three_lines()
    raw = log.segment(head="1" * 64)

    assert proof(raw) == refused_for("wrong-head", raw, log)


def test_l3_a_line_may_be_so_long_and_no_longer():
    log = Log()
    padding = LINE_BYTES_MAX - len(line_bytes(log.header(form="")))
    log.write(form="x" * padding)
    assert isinstance(proof(log.segment()), ProvedSegment)

    too_long = Log()
    too_long.write(form="x" * (padding + 1))
    raw = too_long.segment()
    assert proof(raw) == refused_for("line-too-long", raw, too_long)


def test_l3_a_segment_holds_so_many_lines_and_at_least_one():
    log = Log()
    lines = [b"{}"] * (SEGMENT_LINES_MAX + 1)
    log.write()

    [many] = split_bundle(lines_of(lines, log.seal()))
    [none] = split_bundle(log.seal() + b"\n")

    assert isinstance(many, Refused)
    assert (many.reason, many.device) == ("segment-size", log.device)
    assert none == Refused("segment-size", log.seal() + b"\n", log.device)


def test_l4_a_seal_by_another_key_proves_nothing():
    log = Log(key="somebody else")
    log.write()
    raw = log.segment()

    assert proof(raw) == refused_for("wrong-signature", raw, log)


@pytest.mark.parametrize("signature", ["", "!", "AAAA", "A" * 86 + "==", "ы"])
def test_l4_a_signature_that_is_none_proves_nothing(signature: str):
    log = three_lines()
    raw = log.segment(signature=signature)

    assert proof(raw) == refused_for("wrong-signature", raw, log)


def test_l4_a_signature_is_bound_to_device_and_numbers():
    log = three_lines()
    signed_2_to_3 = split_bundle(log.segment(first=2))[0]
    assert isinstance(signed_2_to_3, Segment)

    moved = Log(number=2)
    moved.lines = log.lines
    raw = moved.segment(signature=signed_2_to_3.seal.signature)

    assert proof(raw) == refused_for("wrong-signature", raw, moved)


def test_l4_the_message_is_text_that_any_client_can_write():
    assert seal_message(device="d", first=41, last=45, head="ab") == (
        b"khabar-log-v1\nd\n41\n45\nab\n"
    )


# --- what cannot be read ----------------------------------------------------------------------

UNREADABLE = [
    (lambda line: line.replace(b'"v":1', b'"v":2'), "future-version"),
    (lambda line: line.replace(b'"v":1', b'"v":NaN'), "not-a-number"),
    (lambda line: line.replace(b'"op":"edit"', b'"op":"erase"'), "unknown-op"),
    (lambda line: line.replace(b'"Osh"', b'"\xff"'), "not-utf-8"),
    (lambda line: line.replace(b'"Osh"', b'"\\ud800"'), "lone-surrogate"),
    (lambda line: line.replace(b'"seen":0', b'"seen":0,"seen":0'), "duplicate-key"),
    (lambda line: line[:-1], "not-json"),
]


@pytest.mark.parametrize(("spoil", "reason"), UNREADABLE, ids=[reason for _, reason in UNREADABLE])
def test_j1_p6_a_line_that_says_nothing_keeps_its_place_and_the_chain_goes_on(spoil, reason: str):
    log = Log()
    log.write()
    log.append(spoil(line_bytes(log.header())))
    log.write()

    proved = proof(log.segment())

    assert isinstance(proved, ProvedSegment)
    first, second, third = (line.change for line in proved.lines)
    assert isinstance(first, Change)
    assert isinstance(second, UnreadableChange)
    assert second.reason == reason
    assert isinstance(third, Change)


@pytest.mark.parametrize(
    "unreadable",
    [
        b"hello",
        b"",
        b'{"prev":"%s","prev":"%s"}' % (b"1" * 64, b"2" * 64),
        b'{"v":1,"prev":"%s"' % (b"1" * 64),
        b'{"prev":"too short"',
    ],
)
def test_l2_l5_an_unreadable_line_cannot_hide_a_broken_link(unreadable: bytes):
    log = Log()
    log.write()
    log.append(unreadable or b" ")
    log.write()
    raw = log.segment()

    assert proof(raw) == refused_for("broken-link", raw, log)


def test_l2_a_link_is_found_in_an_unreadable_line_however_it_is_spaced():
    log = Log()
    log.write()
    log.append(b'{"v": 9, "prev" : "%s", nonsense' % hash_of(log.lines[0]).encode())

    proved = proof(log.segment())

    assert isinstance(proved, ProvedSegment)
    assert proved.lines[1].change == UnreadableChange("not-json")


# --- bundles ----------------------------------------------------------------------------------


def test_a_bundle_holds_segments_of_several_devices_each_proved_for_itself():
    osh, naryn = three_lines(), Log(number=2, key="naryn")
    naryn.write()

    pieces = split_bundle(osh.segment() + naryn.segment())

    assert [piece.seal.device for piece in pieces if isinstance(piece, Segment)] == [
        osh.device,
        naryn.device,
    ]
    first, second = pieces
    assert isinstance(first, Segment)
    assert isinstance(second, Segment)
    assert isinstance(prove(second, public_key=public_key("naryn"), verify=verify), ProvedSegment)


def test_l8_lines_without_a_seal_are_kept_as_sent():
    log = three_lines()
    unsealed = b"\n".join(log.lines) + b"\n"

    sealed, rest = split_bundle(log.segment() + unsealed)

    assert isinstance(sealed, Segment)
    assert rest == Refused("no-seal", unsealed)


def test_a_bundle_may_end_without_its_last_line_feed_and_hold_empty_lines():
    log = three_lines()
    raw = log.segment()

    [whole] = split_bundle(raw)

    assert split_bundle(raw[:-1]) == (whole,)
    assert split_bundle(b"\n\n" + raw.replace(b"\n", b"\n\n")) == (whole,)


@pytest.mark.parametrize("raw", [b"", b"\n", b"\n\n\n"])
def test_an_empty_bundle_has_no_pieces(raw: bytes):
    assert split_bundle(raw) == ()


def test_l3_l8_a_bundle_without_end_is_split_no_further_and_all_of_it_kept():
    flood = b"x\n" * (BUNDLE_LINES_MAX * 2 + 5)

    assert split_bundle(flood) == (Refused("no-seal", flood + b"\n"),)


@pytest.mark.parametrize(
    "seal",
    [
        b'{"seal":}',
        b'{"seal":{}}',
        b'{"seal":7}',
        b'{"seal":[]}',
        b'{"seal":{"seal":{}}}',
    ],
)
def test_l8_a_seal_that_cannot_be_read_refuses_its_lines_and_not_the_next_segment(seal: bytes):
    log = three_lines()
    spoilt = b"a\nb\n" + seal + b"\n"

    refused, proved = split_bundle(spoilt + log.segment())

    assert refused == Refused("unreadable-seal", spoilt)
    assert isinstance(proved, Segment)


@pytest.mark.parametrize(
    "wrong",
    [
        {"device": "tablet"},
        {"first": 0},
        {"last": True},
        {"first": -1},
        {"first": True},
        {"first": "1"},
        {"last": 0},
        {"last": "3"},
        {"head": "1" * 63},
        {"head": "A" * 64},
        {"at": 7},
        {"signature": None},
        {"extra": 1},
    ],
)
def test_l4_a_seal_is_exactly_its_six_members(wrong: dict[str, object]):
    sealed = json.loads(three_lines().seal())

    assert read_seal({"seal": sealed["seal"] | wrong}) is None


def test_l4_a_seal_beside_another_member_is_none():
    log = three_lines()
    sealed = json.loads(log.seal()) | {"more": 1}

    assert read_seal(sealed) is None


def test_l3_a_seal_without_end_is_refused_before_it_is_read():
    raw = b'{"seal":' + b" " * LINE_BYTES_MAX + b"}\n"

    assert split_bundle(raw) == (Refused("seal-too-long", raw),)


def test_l7_the_same_number_with_other_bytes_is_seen_by_its_hash():
    one, other = Log(), Log()
    one.write()
    other.write(seen=3)

    proofs = [proof(log.segment()) for log in (one, other)]

    first, second = (found.lines[0] for found in proofs if isinstance(found, ProvedSegment))
    assert (first.device, first.seq) == (second.device, second.seq) == (one.device, Seq(1))
    assert first.hash != second.hash
