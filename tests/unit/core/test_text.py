"""Three-way merge of a narrative: the TEXT policy of M5."""

import pytest

from sync.text import merge_text

BASE = "Stopped a lorry. Searched it. Found bags."


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (BASE, BASE, BASE + " More.", BASE + " More."),
        (BASE, BASE + " More.", BASE, BASE + " More."),
        (BASE, "same", "same", "same"),
        (BASE, "At noon: " + BASE, BASE + " More.", "At noon: " + BASE + " More."),
        (BASE, "Searched it. Found bags.", BASE + " More.", "Searched it. Found bags. More."),
        ("a b c d", "a X c d", "a b c Y", "a X c Y"),
        ("a b c", "a X c", "a Y c", None),  # the same word
        ("a b c", "a X b c", "a Y b c", None),  # the same place
        ("a b c", "a c", "a X c", None),  # taken out against changed
        ("", "ours", "theirs", None),  # two first versions
        ("a\n\nb\n\nc", "A\n\nb\n\nc", "a\n\nb\n\nC", "A\n\nb\n\nC"),
        ("a b", "", "a b c", None),
    ],
)
def test_m5_text_keeps_both_edits_or_asks(base: str, ours: str, theirs: str, merged: str | None):
    assert merge_text(base, ours, theirs) == merged
    assert merge_text(base, theirs, ours) == merged


def test_m5_the_same_edit_on_both_sides_stands_once():
    ours, theirs = "a X c d e", "a X c d E"

    assert merge_text("a b c d e", ours, theirs) == "a X c d E"


def test_m5_a_long_narrative_is_merged_by_line():
    lines = [f"line {number} of a long report\n" for number in range(900)]
    first = ["first\n", *lines[1:]]
    last = [*lines[:-1], "last\n"]

    merged = merge_text("".join(lines), "".join(first), "".join(last))

    assert merged == "".join(["first\n", *lines[1:-1], "last\n"])


def test_m5_a_narrative_beyond_every_bound_is_asked_about():
    base = "a\n" * 2_001

    assert merge_text(base, "b\n" + base, base + "c\n") is None
