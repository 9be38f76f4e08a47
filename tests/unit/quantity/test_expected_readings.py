"""Every case of the shared file and of our own list reads as expected, whole."""

import pytest

from tests.unit.quantity.reference import EXPECTED, FURTHER, expected, given


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["id"])
def test_shared_case_reads_as_expected(row):
    assert given(row) == expected(row)


@pytest.mark.parametrize("row", FURTHER, ids=lambda row: row["id"])
def test_further_case_reads_as_reasoned(row):
    assert given(row) == expected(row), row["why"]


def test_the_lists_are_whole():
    assert len(EXPECTED) == 171
    assert len(FURTHER) >= 250
    assert len({row["text"] + row["lang"] for row in FURTHER}) == len(FURTHER)
