"""A strike of a part or a report against edits it did not see: rule M10."""

import pytest

from sync.ids import Revision
from sync.verdicts import Applied
from tests.builders import (
    ITEM,
    OTHER_ITEM,
    A,
    B,
    C,
    World,
)

COLOUR = f"/items/{ITEM}/colour"
STRUCK = f"/items/{ITEM}/struck"
WRONG = {"reason": "wrong vehicle"}


def place(was: str | None, now: str | None):
    return {"/place": (was, now)}


def struck_item(*, strike_first: bool) -> World:
    """A has an item that B saw; then A corrects its colour while B strikes it out."""
    world = World()
    world.write(A, {COLOUR: (None, "white")})
    by_strike = (B, {STRUCK: (None, WRONG)})
    by_edit = (A, {COLOUR: ("white", "brown")})
    for log, touched in (by_strike, by_edit) if strike_first else (by_edit, by_strike):
        world.write(log, touched, seen=1)
    return world


@pytest.mark.parametrize("strike_first", [True, False])
def test_m10_strike_and_unseen_edit_is_a_conflict_in_either_order(*, strike_first: bool):
    world = struck_item(strike_first=strike_first)

    assert world.now.contested == (STRUCK,)
    assert world.stands(COLOUR) == ("brown", ["A"], [])
    [conflict] = world.now.conflicts.values()
    assert conflict.kind == "void-vs-edit"
    sides = {
        (side.value and side.value["reason"], tuple(w.log for w in side.witnesses))
        for side in (conflict.accepted, *conflict.candidates)
    }
    assert sides == {("wrong vehicle", (B,)), (None, (A,))}


def test_m10_the_strike_that_came_first_stands_until_a_person_decides():
    assert struck_item(strike_first=True).now.value(STRUCK) == WRONG
    assert struck_item(strike_first=False).now.value(STRUCK) is None


def test_m10_a_strike_that_saw_everything_strikes():
    world = World()
    world.write(A, {COLOUR: (None, "white")})

    assert world.write(B, {STRUCK: (None, WRONG)}, seen=1).verdict == Applied(Revision(2))
    assert world.stands(STRUCK) == (WRONG, ["B"], [])


def test_m10_who_was_not_seen_stands_against_a_strike_with_the_newest_write():
    """Whatever the order of the fields, which storage may change."""
    world = World()
    world.write(A, {COLOUR: (None, "white")})
    world.write(A, {f"/items/{ITEM}/quantity": (None, {"amount": "1", "unit": "kg"})})
    world.write(A, {COLOUR: ("white", "brown")})
    world.write(B, {STRUCK: (None, WRONG)})

    [accepted] = [each.accepted for each in world.now.conflicts.values()]
    assert [(witness.log, witness.seq) for witness in accepted.witnesses] == [(A, 3)]


def test_m10_a_strike_covers_its_own_part_only():
    world = World()
    world.write(A, {f"/items/{OTHER_ITEM}/colour": (None, "white")})

    assert world.write(B, {STRUCK: (None, WRONG)}).verdict == Applied(Revision(2))


def test_m10_who_edits_what_they_saw_struck_says_nothing_against_the_strike():
    world = World()
    world.write(A, {COLOUR: (None, "white")})
    world.write(B, {STRUCK: (None, WRONG)}, seen=1)

    world.write(A, {COLOUR: ("white", "brown")}, seen=2)

    assert world.stands(STRUCK) == (WRONG, ["B"], [])
    assert world.stands(COLOUR) == ("brown", ["A"], [])


def test_m10_who_saw_one_strike_of_two_has_seen_it_struck():
    world = World()
    world.write(A, {COLOUR: (None, "white")})
    world.write(B, {STRUCK: (None, WRONG)}, seen=1)
    world.write(C, {STRUCK: (None, WRONG)}, seen=1)

    world.write(A, {COLOUR: ("white", "brown")}, seen=2)

    assert world.stands(STRUCK) == (WRONG, ["B", "C"], [])


def test_m10_an_edit_that_saw_the_dispute_but_not_the_strike_speaks_against_it_too():
    """D-like case: C saw A's edit, not B's strike, so the strike must not cover C's words."""
    world = struck_item(strike_first=False)

    world.write(C, {COLOUR: ("brown", "grey")}, seen=2)

    assert world.stands(STRUCK) == (None, ["A", "C"], [(WRONG, "B")])


def test_m10_a_void_against_an_unseen_edit_is_a_conflict_and_neither_is_lost():
    world = World()
    world.write(A, place(None, "Osh"))
    world.write(C, {"/count": (None, 3)}, seen=1)

    world.write(B, {"/voided": (None, WRONG)}, seen=1)

    assert world.stands("/voided") == (None, ["C"], [(WRONG, "B")])
    assert world.stands("/count") == (3, ["C"], [])
    assert not world.now.is_voided


def test_m10_an_unseen_edit_after_a_void_is_a_conflict_and_no_resurrection():
    world = World()
    world.write(A, place(None, "Osh"))
    world.write(B, {"/voided": (None, WRONG)}, seen=1)
    assert world.now.is_voided

    world.write(A, place("Osh", "Uzgen"), seen=1)

    assert world.stands("/voided") == (WRONG, ["B"], [(None, "A")])
    assert world.stands("/place") == ("Uzgen", ["A"], [])
    assert world.now.is_voided


def test_m10_striking_and_editing_in_one_change_is_no_dispute_with_oneself():
    world = World()
    world.write(A, {COLOUR: (None, "white")})

    assert world.write(A, {COLOUR: ("white", "grey"), STRUCK: (None, WRONG)}).verdict == Applied(
        Revision(2)
    )


def test_m10_another_reason_for_a_strike_disputes_no_edit_made_under_it():
    """A struck the item and corrected it all the same: B's better reason strikes nothing new."""
    world = World()
    world.write(A, {STRUCK: (None, WRONG)})
    world.write(A, {COLOUR: (None, "white")})

    outcome = world.write(B, {STRUCK: (WRONG, {"reason": "twice"})}, seen=1)

    assert outcome.verdict == Applied(Revision(3))
    assert world.stands(STRUCK) == ({"reason": "twice"}, ["B"], [])
