"""Lines that cannot be read or do not fit their form are parked, and the rest goes on (J1, J4)."""

from collections.abc import Callable
from typing import Any

from sync.limits import JSON_DEPTH_MAX
from sync.log import GENESIS, hash_of
from tests.builders import line_bytes, uid
from tests.journal_scene import (
    GROSS,
    PLACE,
    REPORT,
    ROAD,
    Pen,
    applied,
    deliver,
    kg,
    open_scene,
    parked,
    report_id,
)
from tests.running_node import RunningNode


def raw_with(text: str) -> Callable[[Pen], bytes]:
    """A line whose ``set`` holds this piece of JSON as the value of the place."""

    def line(pen: Pen) -> bytes:
        whole = line_bytes(pen.header(set={PLACE: {"was": None, "now": "HERE"}}))
        return whole.replace(b'"HERE"', text.encode("utf-8", "surrogatepass"))

    return line


def with_members(**members: Any) -> Callable[[Pen], bytes]:
    def line(pen: Pen) -> bytes:
        return line_bytes(pen.header(**({"set": {PLACE: {"was": None, "now": "x"}}} | members)))

    return line


def without(name: str) -> Callable[[Pen], bytes]:
    def line(pen: Pen) -> bytes:
        header = pen.header(set={PLACE: {"was": None, "now": "x"}})
        del header[name]
        return line_bytes(header)

    return line


def repeated_key(pen: Pen) -> bytes:
    line = line_bytes(pen.header(set={PLACE: {"was": None, "now": "x"}}))
    return line[:-1] + b',"op":"edit"}'


UNREADABLE: dict[str, tuple[Callable[[Pen], bytes], str]] = {
    "not JSON": (raw_with("nothing"), "not-json"),
    "not UTF-8": (lambda pen: raw_with('"?"')(pen).replace(b"?", b"\xc3\x28"), "not-utf-8"),
    "a raw lone surrogate": (raw_with('"\ud800"'), "not-utf-8"),
    "an escaped lone surrogate": (raw_with('"\\ud800"'), "lone-surrogate"),
    "an escaped lone surrogate as a key": (raw_with('{"\\udc00":1}'), "lone-surrogate"),
    "a raw control character": (raw_with('"a\u0001b"'), "not-json"),
    "NaN": (raw_with("NaN"), "not-a-number"),
    "Infinity": (raw_with("-Infinity"), "not-a-number"),
    "a fraction": (raw_with("1.5"), "number-with-fraction"),
    "an exponent": (raw_with("1e400"), "number-with-fraction"),
    "10,000 digits": (raw_with("9" * 10_000), "integer-too-long"),
    "16 digits": (raw_with("9" * 16), "integer-too-long"),
    "a duplicate key": (repeated_key, "duplicate-key"),
    "a duplicate key in a value": (raw_with('{"a":1,"a":2}'), "duplicate-key"),
    "nesting without end": (raw_with("[" * 100_000 + "]" * 100_000), "nested-too-deep"),
    "nesting too deep": (
        raw_with("[" * (JSON_DEPTH_MAX + 1) + "]" * (JSON_DEPTH_MAX + 1)),
        "nested-too-deep",
    ),
    "a future version": (with_members(v=2), "future-version"),
    "no version": (without("v"), "no-version"),
    "a member nobody defined": (with_members(mood="good"), "unknown-member"),
    "an unknown operation": (with_members(op="burn"), "unknown-op"),
    "no author": (without("author"), "bad-author"),
    "a report that is no id": (with_members(report="R1"), "bad-report"),
    "seen before the beginning": (with_members(seen=-1), "bad-seen"),
    "an empty set": (with_members(set={}), "empty-set"),
    "a touch without a base": (with_members(set={PLACE: {"now": "x"}}), "bad-touch"),
    "too many fields": (
        with_members(
            set={f"/tags/{number}": {"was": None, "now": True} for number in range(2_001)}
        ),
        "too-many-paths",
    ),
}

UNFIT: dict[str, tuple[Callable[[Pen], bytes], str, str | None]] = {
    "an unknown form": (with_members(form="census/1"), "unknown-form", None),
    "a future form": (with_members(form="seizure/99"), "unknown-form", None),
    "no form": (with_members(form=""), "unknown-form", None),
    "another form for the report": (with_members(form="checkpoint/1"), "other-form", None),
    "an unknown path": (
        with_members(set={"/place/mood": {"was": None, "now": "x"}}),
        "unknown-path",
        "/place/mood",
    ),
    "a path into a group": (
        with_members(set={f"{GROSS}/amount": {"was": None, "now": "1"}}),
        "unknown-path",
        f"{GROSS}/amount",
    ),
    "a part by number": (
        with_members(set={"/items/0/gross": {"was": None, "now": kg("1")}}),
        "bad-key",
        "/items/0/gross",
    ),
    "a wrong type": (raw_with("7"), "wrong-type", PLACE),
    "an escaped control character": (raw_with('"a\\u0000b"'), "control-character", PLACE),
    "a text too long": (raw_with(f'"{"x" * 4_001}"'), "too-long", PLACE),
    "a number as a quantity": (
        with_members(set={GROSS: {"was": None, "now": 276}}),
        "wrong-type",
        GROSS,
    ),
    "an amount of 10,000 digits": (
        with_members(set={GROSS: {"was": None, "now": kg("9" * 10_000)}}),
        "not-a-decimal",
        GROSS,
    ),
    "an unknown unit": (
        with_members(set={GROSS: {"was": None, "now": kg("1", unit="pood of mine")}}),
        "unknown-unit",
        GROSS,
    ),
    "an unknown code": (
        with_members(set={"/place/region": {"was": None, "now": "KG-NOWHERE"}}),
        "unknown-code",
        "/place/region",
    ),
    "an impossible instant": (
        with_members(set={"/event/at": {"was": None, "now": "2020-02-30T10:00:00+06:00"}}),
        "not-an-instant",
        "/event/at",
    ),
}


async def test_j1_lines_two_readers_could_read_differently_are_parked_each_by_itself(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {ROAD: (None, "km 1")})
    for spoil, _ in UNREADABLE.values():
        pen.append(spoil(pen))
    pen.edit(REPORT, {ROAD: ("km 1", "km 2")})

    answer = await deliver(pen, pen.segment())

    expected = [parked(reason) for _, reason in UNREADABLE.values()]
    assert dict(zip(UNREADABLE, list(answer.verdicts.values())[1:-1], strict=True)) == dict(
        zip(UNREADABLE, expected, strict=True)
    )
    assert answer.verdicts[1] == applied(1)
    assert answer.verdicts[pen.head] == applied(2)
    assert answer.stored == {pen.id: pen.head}


async def test_j4_changes_that_do_not_fit_their_form_are_parked_whole(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {ROAD: (None, "km 1")})
    for number, (fault, (spoil, _, _)) in enumerate(UNFIT.items()):
        pen.report = REPORT if fault == "another form for the report" else report_id(number)
        pen.append(spoil(pen))

    answer = await deliver(pen, pen.segment())

    expected = [parked(reason, path) for _, reason, path in UNFIT.values()]
    assert dict(zip(UNFIT, list(answer.verdicts.values())[1:], strict=True)) == dict(
        zip(UNFIT, expected, strict=True)
    )
    assert (await scene.report())["fields"] == {ROAD: "km 1"}


async def test_j4_one_unfit_field_parks_the_fields_beside_it(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {ROAD: (None, "km 1")})
    pen.edit(REPORT, {PLACE: (None, "Osh road"), "/no/such": (None, "x")})

    await deliver(pen, pen.segment())

    assert (await scene.report())["fields"] == {ROAD: "km 1"}


async def test_j1_a_parked_line_is_listed_with_its_bytes_as_sent(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.append(raw_with('"\\ud800"')(pen))
    pen.append(raw_with('"?"')(pen).replace(b"?", b"\xc3\x28"))

    await deliver(pen, pen.segment())

    items = (await scene.console.client.get("/v1/waiting")).json()["items"]
    assert [item["text"] for item in items] == [pen.lines[0].decode(), None]
    assert items[1]["base64"] is not None
    assert [item["verdict"] for item in items] == [parked("lone-surrogate"), parked("not-utf-8")]


async def test_j1_unreadable_lines_reach_their_author_in_the_pull(node: RunningNode):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.append(b'{"prev":"' + GENESIS.encode() + b'"')
    await deliver(courier, pen.segment())

    page = (await pen.client.get("/v1/sync/pull")).json()

    assert page["verdicts"] == [
        {"device": pen.id, "seq": 1, "report": None, "verdict": "parked"}
        | {"reason": "not-json", "path": None}
    ]


async def test_j4_the_longest_legal_line_is_taken_in(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(
        REPORT,
        {
            "/narrative": (None, "ж" * 40_000),
            **{f"/items/{uid(n)}/colour": (None, "ж" * 400) for n in range(150)},
        },
    )
    assert 200 * 1024 < len(pen.lines[0]) <= 256 * 1024

    answer = await deliver(pen, pen.segment())

    assert answer.verdicts == {1: applied(1)}
    assert (await scene.history())["lines"][0]["hash"] == hash_of(pen.lines[0])
