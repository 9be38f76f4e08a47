"""How a line's bytes are read as one change, or why they are none: J1, L9 and the header."""

from typing import Any

import pytest

from sync.changes import Answer, Change, Decide, Edit, Touch, UnreadableChange, read_change
from sync.ids import Seq
from sync.limits import LINE_BYTES_MAX, REASON_CHARACTERS_MAX, SET_PATHS_MAX
from sync.log import GENESIS
from tests.builders import OFFICER, REPORT, Log, line_bytes, uid

CONFLICT = uid(500)
DEEP: Any = [[[[["too deep"]]]]]


def read(**members: Any) -> Change | UnreadableChange:
    """A well-formed edit with these members changed; ``...`` takes one out."""
    log = Log()
    line = {name: value for name, value in log.header(**members).items() if value is not ...}
    return read_change(line_bytes(line), device=log.device, seq=Seq(1))


def test_an_edit_is_read_whole():
    assert read() == Change(
        device=Log().device,
        seq=Seq(1),
        prev=GENESIS,
        author=OFFICER,
        report=REPORT,
        form="trial/1",
        seen=0,
        at="2020-02-01T14:03:11+06:00",
        uptime_ms=81_231_000,
        body=Edit({"/place": Touch(None, "Osh")}),
    )


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2100-12-31T23:59:59Z", "?", None, ...])
def test_t1_no_clock_stops_a_change(at: Any):
    change = read(at=at)

    assert isinstance(change, Change)
    assert change.at == (None if at is ... else at)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"v": ...}, "no-version"),
        ({"v": True}, "no-version"),
        ({"v": "1"}, "no-version"),
        ({"v": 2}, "future-version"),
        ({"v": 0}, "future-version"),
        ({"author": "me"}, "bad-author"),
        ({"author": OFFICER.replace("-", "")}, "bad-author"),
        ({"report": ...}, "bad-report"),
        ({"report": "R1"}, "bad-report"),
        ({"prev": 7}, "bad-header"),
        ({"form": ...}, "bad-header"),
        ({"form": 1}, "bad-header"),
        ({"seen": ...}, "bad-seen"),
        ({"seen": -1}, "bad-seen"),
        ({"seen": True}, "bad-seen"),
        ({"seen": "0"}, "bad-seen"),
        ({"at": 1580544191}, "bad-clock"),
        ({"at": "x" * 65}, "bad-clock"),
        ({"uptime_ms": -1}, "bad-clock"),
        ({"uptime_ms": "1"}, "bad-clock"),
        ({"op": ...}, "unknown-op"),
        ({"op": "delete"}, "unknown-op"),
        ({"op": ["edit"]}, "unknown-op"),
        ({"force": True}, "unknown-member"),
        ({"reason": "x"}, "unknown-member"),
        ({"set": ...}, "empty-set"),
        ({"set": {}}, "empty-set"),
        ({"set": []}, "empty-set"),
        ({"set": {"/place": "Osh"}}, "bad-touch"),
        ({"set": {"/place": {"now": "Osh"}}}, "bad-touch"),
        ({"set": {"/place": {"was": None, "now": 1, "why": 2}}}, "bad-touch"),
        ({"set": {"/place": {"was": None, "now": DEEP}}}, "nested-too-deep"),
        ({"set": {"/place": {"was": DEEP, "now": None}}}, "nested-too-deep"),
        (
            {"set": {f"/{n}": {"was": None, "now": 1} for n in range(SET_PATHS_MAX + 1)}},
            "too-many-paths",
        ),
    ],
)
def test_j1_what_is_not_defined_is_parked_with_its_reason(members: dict[str, Any], reason: str):
    change = read(**members)

    assert isinstance(change, UnreadableChange)
    assert change.reason == reason


def test_an_unreadable_change_still_names_its_report_where_it_can():
    assert read(op="delete") == UnreadableChange("unknown-op", REPORT)
    assert read(report=7) == UnreadableChange("bad-report", None)


@pytest.mark.parametrize("raw", [b"[]", b"7", b'"text"', b"null"])
def test_j1_a_line_is_an_object(raw: bytes):
    assert read_change(raw, device=Log().device, seq=Seq(1)) == UnreadableChange("not-an-object")


def test_j1_a_line_too_long_is_not_parsed():
    raw = b'"' + b"x" * LINE_BYTES_MAX + b'"'

    assert read_change(raw, device=Log().device, seq=Seq(1)) == UnreadableChange("line-too-long")


def body(op: str, **members: Any) -> object:
    change = read(op=op, set=..., **members)
    return change.body if isinstance(change, Change) else change.reason


def test_m10_a_void_is_the_strike_of_the_whole_report():
    assert body("void", reason="filed twice") == Edit(
        {"/voided": Touch(None, {"reason": "filed twice"})}
    )


@pytest.mark.parametrize("reason", [..., None, "", "  \n", 7, "x" * (REASON_CHARACTERS_MAX + 1)])
def test_m10_a_void_says_why(reason: Any):
    assert body("void", reason=reason) == "bad-reason"


def test_an_answer_names_its_conflict_and_may_leave_the_reason_out():
    assert body("answer", conflict=CONFLICT, value="Osh", reason="I was there") == Answer(
        CONFLICT, "Osh", "I was there"
    )
    assert body("answer", conflict=CONFLICT, value=None) == Answer(CONFLICT, None, "")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"conflict": "c1"}, "bad-conflict"),
        ({"conflict": None}, "bad-conflict"),
        ({"conflict": CONFLICT, "reason": 7}, "bad-reason"),
        ({"conflict": CONFLICT, "reason": "x" * (REASON_CHARACTERS_MAX + 1)}, "bad-reason"),
        ({"conflict": CONFLICT, "value": DEEP}, "bad-reason"),
        ({"conflict": CONFLICT, "set": {}}, "unknown-member"),
    ],
)
def test_an_answer_that_is_none_is_parked(members: dict[str, Any], reason: str):
    change = read(**({"op": "answer", "set": ...} | members))

    assert isinstance(change, UnreadableChange)
    assert change.reason == reason


def test_l9_decisions_are_lines_of_the_same_form():
    assert body(
        "decide", decision="settle", conflict=CONFLICT, value="Osh", reason="weighed again"
    ) == Decide("settle", CONFLICT, "Osh", "weighed again")
    assert body(
        "decide", decision="release", conflict=None, value=None, reason="approved"
    ) == Decide("release", None, None, "approved")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"decision": "delete", "conflict": CONFLICT}, "unknown-decision"),
        ({"decision": ["settle"], "conflict": CONFLICT}, "unknown-decision"),
        ({"decision": "settle", "conflict": None}, "bad-conflict"),
        ({"decision": "settle", "conflict": "c1"}, "bad-conflict"),
        ({"decision": "release", "conflict": CONFLICT}, "bad-conflict"),
        ({"decision": "settle", "conflict": CONFLICT, "reason": " "}, "bad-reason"),
        ({"decision": "settle", "conflict": CONFLICT, "value": DEEP}, "bad-reason"),
    ],
)
def test_l9_a_decision_that_is_none_is_parked(members: dict[str, Any], reason: str):
    assert body("decide", **({"reason": "why", "value": None} | members)) == reason
