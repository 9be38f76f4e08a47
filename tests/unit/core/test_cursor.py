"""A reader's place as opaque text, and the digest that tells drift: S3, S5, P5."""

import base64
import hashlib

import pytest

from sync.cursor import Cursor, read_cursor, scope_digest, write_cursor
from sync.ids import Position
from tests.builders import uid

CURSOR = Cursor(uid(1), uid(101), Position(184_467))


def forged(body: bytes) -> str:
    """A text with a right check over any body: the check is no secret."""
    check = hashlib.sha256(b"khabar-cursor-v1\n" + body).hexdigest()[:8].encode()
    return base64.urlsafe_b64encode(check + body).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor", [CURSOR, Cursor("", "", Position(0)), Cursor("эпоха", "x" * 90, Position(10**14))]
)
def test_s5_a_cursor_comes_back_as_it_was(cursor: Cursor):
    assert read_cursor(write_cursor(cursor)) == cursor


def test_f7_a_feed_of_a_long_name_has_cursors_too():
    cursor = Cursor(uid(1), "khabar.example.kg/" + "feed" * 40, Position(10**14))

    assert read_cursor(write_cursor(cursor)) == cursor


def test_s5_every_damaged_character_is_noticed():
    text = write_cursor(CURSOR)

    for place, sign in enumerate(text):
        for other in ("A", "b", "_", "!", "=", " ", "\n", "ы"):
            if other != sign:
                assert read_cursor(text[:place] + other + text[place + 1 :]) is None
        assert read_cursor(text[:place] + text[place + 1 :]) is None
        assert read_cursor(text[:place] + "!" + text[place:]) is None


@pytest.mark.parametrize("text", ["", "=", "AAAA", "cursor", "x" * 5_000, "курсор", "\ud800"])
def test_s5_what_never_was_a_cursor_is_none(text: str):
    assert read_cursor(text) is None


@pytest.mark.parametrize(
    "body",
    [
        b'["e","s",-1]',
        b'["e","s",true]',
        b'["e","s","1"]',
        b'["e","s",1,2]',
        b'["e",1,1]',
        b'["e", "s", 1]',
        b'{"e":"s"}',
        b"null",
        b"",
    ],
)
def test_s5_a_right_check_over_a_wrong_body_is_none(body: bytes):
    assert read_cursor(forged(body)) is None
    assert read_cursor(forged(b'["e","s",1]')) == Cursor("e", "s", Position(1))


def test_s3_the_digest_is_over_reports_and_revisions_in_one_order():
    expected = hashlib.sha256(b"a 2\nb 1\n").hexdigest()

    assert scope_digest({"b": 1, "a": 2}) == scope_digest({"a": 2, "b": 1}) == expected


def test_s3_any_drift_changes_the_digest():
    digests = [
        scope_digest(held)
        for held in ({}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1}, {"a": 12}, {"a 1": 2})
    ]

    assert len(set(digests)) == len(digests)
