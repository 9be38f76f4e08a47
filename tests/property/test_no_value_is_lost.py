"""Goal: P3, nothing is silently overwritten, and that each half of rule M3 is needed for it.

Method: thousands of single-field histories of two to four tablets, edits, pushes and pulls in any
order. Lost is a value that was taken in and stands nowhere, though nobody who wrote later had seen
it. The rule loses none; each planted weakening of it must lose some, or the check is blind.
"""

import pytest

from tests.property.histories import (
    Rule,
    by_last_arrival,
    play,
    real,
    with_one_witness,
    with_values_alone,
)

HISTORIES = 4_000


def losing(rule: Rule, histories: int) -> list[int]:
    return [seed for seed in range(histories) if play(seed, rule).lost()]


def test_p3_no_history_loses_a_value():
    assert losing(real, HISTORIES) == []


@pytest.mark.parametrize("rule", [with_one_witness, with_values_alone, by_last_arrival])
def test_p3_a_weaker_rule_is_caught(rule: Rule):
    assert losing(rule, 600) != []
