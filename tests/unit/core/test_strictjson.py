"""JSON that two readers could understand differently is refused: rules J1 and J2."""

import pytest

from sync.limits import JSON_DEPTH_MAX
from sync.strictjson import Unreadable, depth, dumps, parse

REFUSED: list[tuple[bytes, str]] = [
    (b'{"a":1,"a":2}', "duplicate-key"),
    (b'{"a":1,"\\u0061":2}', "duplicate-key"),
    (b'{"x":{"a":1,"a":1}}', "duplicate-key"),
    (b"NaN", "not-a-number"),
    (b"Infinity", "not-a-number"),
    (b"[-Infinity]", "not-a-number"),
    (b"1e999", "number-with-fraction"),
    (b"1E2", "number-with-fraction"),
    (b"1.0", "number-with-fraction"),
    (b"-0.5", "number-with-fraction"),
    (b"9" * 16, "integer-too-long"),
    (b"9" * 10_000, "integer-too-long"),
    (b"-" + b"9" * 10_000, "integer-too-long"),
    (b'"\\ud800"', "lone-surrogate"),
    (b'"\\udc00\\ud800"', "lone-surrogate"),
    (b'{"\\ud83d":1}', "lone-surrogate"),
    (b'"\xed\xa0\x80"', "not-utf-8"),
    (b'"\xff"', "not-utf-8"),
    (b'"\xc0\x80"', "not-utf-8"),
    (b"\xff\xfe{\x00}\x00", "not-utf-8"),
    (b"[" * 100_000, "nested-too-deep"),
    (b"[" * 100_000 + b"]" * 100_000, "nested-too-deep"),
    (b'{"a":' * 100_000, "nested-too-deep"),
    (b"\xef\xbb\xbf{}", "not-json"),
    (b'"a\x00b"', "not-json"),
    (b'"a\tb"', "not-json"),
    (b'"a\nb"', "not-json"),
    (b"", "not-json"),
    (b" ", "not-json"),
    (b"{} {}", "not-json"),
    (b"[1,]", "not-json"),
    (b"{'a':1}", "not-json"),
    (b"01", "not-json"),
    (b"+1", "not-json"),
    (b"0x10", "not-json"),
    (b"nan", "not-json"),
    (b"/* c */ 1", "not-json"),
    (b'"\\x41"', "not-json"),
]


@pytest.mark.parametrize(("raw", "reason"), REFUSED)
def test_j1_j2_what_readers_disagree_about_is_refused(raw: bytes, reason: str):
    assert parse(raw) == Unreadable(reason)


READ: list[tuple[bytes, object]] = [
    (b"null", None),
    (b" true ", True),
    (b"999999999999999", 999_999_999_999_999),
    (b"-99999999999999", -99_999_999_999_999),
    ('"Ош"'.encode(), "Ош"),
    (b'"\\u041e\\u0448"', "Ош"),
    (b'"\\ud83d\\ude9b"', "🚛"),
    (b'"a\\u0000b"', "a\x00b"),
    (b'{"amount":"276.50","n":[1,{}]}', {"amount": "276.50", "n": [1, {}]}),
]


@pytest.mark.parametrize(("raw", "value"), READ)
def test_j1_what_every_reader_reads_alike_is_read(raw: bytes, value: object):
    assert parse(raw) == value


def test_the_core_writes_json_in_one_form():
    assert dumps({"б": [1, "ё"], "a": None}) == '{"a":null,"б":[1,"ё"]}'.encode()


def test_depth_is_counted_no_further_than_past_the_limit():
    value: list[object] = []
    for _ in range(50):
        value = [value]

    assert depth("text") == 1
    assert depth({"a": [1]}) == 3
    assert depth(value) == JSON_DEPTH_MAX + 1
