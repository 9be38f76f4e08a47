"""A contested field: frozen, moved by each log for itself, closed by agreement. M6 to M8."""

from sync.ids import Revision
from sync.merge import Result
from sync.report import FieldState, Side
from sync.verdicts import Agreed, Contested
from tests.builders import (
    ITEM,
    A,
    B,
    C,
    World,
    kg,
    witness,
)

QUANTITY = f"/items/{ITEM}/quantity"


def place(was: str | None, now: str | None):
    return {"/place": (was, now)}


def contested() -> World:
    world = World()
    world.write(A, place(None, "Osh"))
    world.write(B, place(None, "Naryn"))
    return world


def test_m6_a_contested_value_stands_even_against_someone_who_saw_both():
    world = contested()

    outcome = world.write(C, place("Osh", "Talas"), seen=2)

    assert world.stands("/place") == ("Osh", ["A"], [("Naryn", "B"), ("Talas", "C")])
    assert outcome.verdict == Contested(Revision(3), (world.now.fields["/place"].conflict,))
    assert world.now.conflicts[world.now.fields["/place"].conflict].version == 2


def test_m6_the_other_fields_of_the_same_edit_stand_as_written():
    world = contested()

    outcome = world.write(C, place("Osh", "Talas") | {"/count": (None, 3)}, seen=2)

    assert outcome.results == {"/place": Result.CONTESTED, "/count": Result.APPLIED}
    assert world.stands("/count") == (3, ["C"], [])


def test_m7_a_log_that_writes_again_moves_its_own_stance_and_nobody_elses():
    world = contested()
    world.write(C, place(None, "Talas"))

    world.write(B, place("Naryn", "Batken"))

    assert world.stands("/place") == ("Osh", ["A"], [("Talas", "C"), ("Batken", "B")])


def test_m7_a_third_log_that_says_the_same_joins_the_side():
    world = contested()

    outcome = world.write(C, place(None, "Naryn"))

    assert world.stands("/place") == ("Osh", ["A"], [("Naryn", "B"), ("Naryn", "C")])
    assert outcome.conflicts[0].candidates == (Side("Naryn", (witness(B, 1, 2), witness(C, 1, 3))),)


def test_m7_m11_sides_are_told_apart_in_normal_form():
    world = World()
    world.write(A, {QUANTITY: (None, kg("5"))})
    world.write(B, {QUANTITY: (None, kg("1"))})

    grams = {"amount": "1000", "unit": "g"}
    outcome = world.write(C, {QUANTITY: (None, grams)})

    assert outcome.conflicts[0].candidates == (Side(kg("1"), (witness(B, 1, 2), witness(C, 1, 3))),)


def test_m7_who_stood_for_the_accepted_value_and_says_otherwise_leaves_it():
    world = contested()

    world.write(A, place("Osh", "Uzgen"))

    assert world.stands("/place") == ("Osh", [], [("Naryn", "B"), ("Uzgen", "A")])


def test_m8_a_conflict_closes_when_nobody_stands_against_the_accepted_value():
    world = contested()
    name = world.now.fields["/place"].conflict

    outcome = world.write(B, place("Naryn", "Osh"), seen=2)

    assert outcome.verdict == Agreed(Revision(3))
    assert world.now.fields["/place"] == FieldState("Osh", (witness(A, 1, 1), witness(B, 2, 3)))
    assert world.now.conflicts == {}
    [closed] = outcome.conflicts
    assert (closed.id, closed.life, closed.version) == (name, "settled", 2)
    assert closed.resolution is not None
    assert (closed.resolution.how, closed.resolution.value) == ("agreed", "Osh")


def test_m8_a_conflict_closes_when_everybody_stands_for_one_other_value():
    world = contested()

    outcome = world.write(A, place("Osh", "Naryn"), seen=2)

    assert world.stands("/place") == ("Naryn", ["B", "A"], [])
    assert outcome.conflicts[0].life == "settled"
    assert world.now.contested == ()


def test_m8_two_of_three_for_one_value_is_no_agreement():
    world = contested()

    world.write(C, place(None, "Naryn"))

    assert world.now.contested == ("/place",)
