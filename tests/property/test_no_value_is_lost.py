"""Goal: P3, nothing is silently overwritten, and that each half of rule M3 is needed for it.

Method: thousands of single-field histories of two to four tablets, edits, pushes and pulls in any
order. Lost is a value that was taken in and stands nowhere, though nobody who wrote later had seen
it. The rule loses none; each planted weakening of it must lose some, or the check is blind.
"""

import pytest

from sync.invariants import violations
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


def test_p3_the_checker_agrees_with_the_truth_about_what_is_lost():
    """``khabar fsck`` knows only what is stored; it must see a loss where there is one."""
    for seed in range(300):
        for rule in (real, with_values_alone):
            history = play(seed, rule)
            if history.report is not None:
                found = {violation.detail for violation in violations(history.snapshot())}
                lost = {f"line {write.seq} of {write.log} is lost" for write in history.lost()}
                assert lost <= found
                assert rule is with_values_alone or found == set()
