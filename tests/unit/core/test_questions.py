"""What a person must still say about amounts and names: rule M14, and P8 beneath it."""

from decimal import Decimal

import pytest

from sync.changes import Decide
from sync.conflicts import Decided, Refusal, decide
from sync.forms import FieldRule, Kind
from sync.merge import sameness
from sync.normal import Derived, derive
from sync.questions import asked_fields, question_of, review, unfit_answer
from sync.report import Conflict, Report
from sync.strictjson import Json
from tests.builders import (
    EVENT,
    ITEM,
    NODE,
    RULES,
    TRIAL,
    A,
    B,
    World,
    kg,
    tables,
    witness,
)

SAME = sameness(RULES)
QUANTITY = f"/items/{ITEM}/quantity"
SUBSTANCE = f"/items/{ITEM}/substance"
QUANTITY_RULE = FieldRule(QUANTITY, Kind.QUANTITY)
SUBSTANCE_RULE = FieldRule(SUBSTANCE, Kind.SUBSTANCE)
TWO_READINGS = {"entered": "1,320 кг", "lang": "ru"}


def reviewed(world: World, log: str, path: str, was: Json, now: Json, seen: int = 0):
    """Write, then review, as the server does; returns what the review changed."""
    before = world.report
    world.write(log, {path: (was, now)}, seen=seen)
    last = witness(log, world.sequence[log], world.now.revision)
    world.report, changed = review(before, world.now, TRIAL, tables(), last)
    return changed


def asked(path: str = QUANTITY, value: Json = TWO_READINGS) -> World:
    world = World()
    reviewed(world, A, path, None, value)
    return world


def only(report: Report) -> Conflict:
    [found] = report.conflicts.values()
    return found


def settle(world: World, conflict: Conflict, value: Json) -> Conflict:
    said = Decide("settle", conflict.id, value, "asked the officer")
    node = witness(NODE, 1, world.now.revision + 1)
    decided = decide(world.now, conflict, said, node, SAME)
    assert isinstance(decided, Decided), decided
    world.report = decided.report
    return decided.conflict


def test_m14_an_amount_with_two_readings_opens_a_question_and_freezes_nothing():
    world = asked()

    question = only(world.now)
    assert (question.kind, question.path, question.life) == ("quantity", QUANTITY, "open")
    assert question.accepted.value == TWO_READINGS
    assert question.details == {
        "reason": "three-digit-group",
        "candidates": ["1.32 kg", "1320 kg"],
    }
    assert world.now.fields[QUANTITY].conflict is None


def test_m14_a_name_with_two_meanings_and_one_with_none_are_asked_about():
    ambiguous = only(asked(SUBSTANCE, {"entered": "Анаша", "lang": "ru"}).now)
    unknown = only(asked(SUBSTANCE, {"entered": "порошок", "lang": "ru"}).now)

    assert ambiguous.details == {
        "reason": "ambiguous-name",
        "candidates": ["CAN-HERB", "CAN-RESIN"],
    }
    assert unknown.details == {"reason": "unknown-name", "candidates": []}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (QUANTITY, kg("5")),
        (QUANTITY, {"entered": "8 кг 268 гр", "lang": "ru"}),
        (QUANTITY, {"not_known": True}),
        (SUBSTANCE, {"entered": "героин", "lang": "ru"}),
        (SUBSTANCE, {"code": "OPIUM", "entered": "ханка"}),
        (SUBSTANCE, {"not_known": True}),
        ("/place", "Osh"),
    ],
)
def test_m14_what_is_plain_is_not_asked(path: str, value: Json):
    assert asked(path, value).now.conflicts == {}


def test_m14_a_newer_value_ends_the_question():
    world = asked()
    question = only(world.now)

    changed = reviewed(world, A, QUANTITY, TWO_READINGS, kg("1320"))

    assert world.now.conflicts == {}
    [ended] = changed
    assert (ended.id, ended.life, ended.version) == (question.id, "settled", 2)
    assert ended.resolution is not None
    assert ended.resolution.how == "superseded"


def test_m14_clearing_the_field_ends_the_question():
    world = asked()

    reviewed(world, A, QUANTITY, TWO_READINGS, None)

    assert world.now.conflicts == {}


def test_m14_a_newer_unclear_value_is_a_question_of_its_own():
    world = asked()
    old = only(world.now)

    changed = reviewed(world, A, QUANTITY, TWO_READINGS, {"entered": "2,450 кг", "lang": "ru"})

    assert [conflict.life for conflict in changed] == ["settled", "open"]
    assert only(world.now).id != old.id


def test_m14_an_edit_of_another_field_leaves_the_question_alone():
    world = asked()
    before = world.now.conflicts

    assert reviewed(world, B, "/place", None, "Osh") == ()
    assert world.now.conflicts == before


def test_m14_p8_an_answer_is_stored_beside_the_text_and_gives_the_amount():
    world = asked()

    settle(world, only(world.now), {"amount": "1320", "unit": "kg"})

    assert world.now.value(QUANTITY) == TWO_READINGS
    assert world.now.readings == {QUANTITY: {"amount": "1320", "unit": "kg"}}
    derived = derive(world.now.value(QUANTITY), world.now.readings[QUANTITY], tables())
    assert (derived.outcome, derived.value, derived.unit) == ("ok", 1320, "kg")


def test_m14_p8_the_answer_goes_when_the_value_it_was_about_is_replaced():
    world = asked()
    settle(world, only(world.now), {"amount": "1320", "unit": "kg"})

    reviewed(world, A, QUANTITY, TWO_READINGS, {"entered": "2,450 кг", "lang": "ru"})

    assert world.now.readings == {}
    assert only(world.now).details == {
        "reason": "three-digit-group",
        "candidates": ["2.45 kg", "2450 kg"],
    }


def test_m14_reopening_takes_the_answer_back():
    world = asked()
    settled = settle(world, only(world.now), {"amount": "1320", "unit": "kg"})

    node = witness(NODE, 2, world.now.revision + 1)
    reopened = decide(world.now, settled, Decide("reopen", None, None, "wrong"), node, SAME)

    assert isinstance(reopened, Decided)
    assert reopened.report.readings == {}
    assert reopened.report.conflicts == {settled.id: reopened.conflict}


def test_m14_a_question_about_a_value_that_is_gone_is_not_reopened():
    """Its answer would be taken for the reading of another text (P8)."""
    world = asked()
    settled = settle(world, only(world.now), {"amount": "1320", "unit": "kg"})
    reviewed(world, A, QUANTITY, TWO_READINGS, {"entered": "2,450 кг", "lang": "ru"})

    node = witness(NODE, 2, world.now.revision + 1)
    refused = decide(world.now, settled, Decide("reopen", None, None, "wrong"), node, SAME)

    assert refused == Refusal("value-was-replaced")


def test_m14_an_events_members_are_asked_about_each_for_itself():
    path = f"/weighings/{EVENT}"
    world = World()

    changed = reviewed(
        world,
        A,
        path,
        None,
        {"at": "2020-02-01T14:00:00+06:00", "gross": TWO_READINGS, "net": kg("1")},
    )

    assert [(conflict.path, conflict.kind) for conflict in changed] == [
        (f"{path}/gross", "quantity")
    ]
    settled = settle(world, only(world.now), {"amount": "1.32", "unit": "kg"})
    assert world.now.readings == {f"{path}/gross": {"amount": "1.32", "unit": "kg"}}
    node = witness(NODE, 2, world.now.revision + 1)
    reopened = decide(world.now, settled, Decide("reopen", None, None, "wrong"), node, SAME)
    assert isinstance(reopened, Decided)


def test_asked_fields_lists_an_events_quantities_whether_written_or_not():
    rule = TRIAL.find(f"/weighings/{EVENT}")
    assert rule is not None

    found = [(at, value) for at, _, value in asked_fields(rule, "/w", {"gross": kg("1")})]

    assert found == [("/w/gross", kg("1")), ("/w/net", None)]


@pytest.mark.parametrize(
    ("path", "value", "said", "reason"),
    [
        (QUANTITY, TWO_READINGS, {"amount": "1320", "unit": "kg"}, None),
        (QUANTITY, TWO_READINGS, {"not_known": True}, None),
        (QUANTITY, TWO_READINGS, "1320 kg", "wrong-type"),
        (QUANTITY, TWO_READINGS, {"amount": "1320"}, "missing-member"),
        (QUANTITY, TWO_READINGS, {"amount": "-5", "unit": "kg"}, "not-a-decimal"),
        (QUANTITY, TWO_READINGS, {"amount": "5", "unit": "stone"}, "unknown-unit"),
        (QUANTITY, TWO_READINGS, {"lang": "en"}, "not-a-decimal"),
        (SUBSTANCE, {"entered": "анаша", "lang": "ru"}, {"code": "CAN-RESIN"}, None),
        (SUBSTANCE, {"entered": "анаша", "lang": "ru"}, {"code": "SUGAR"}, "unknown-code"),
        (SUBSTANCE, {"entered": "анаша", "lang": "ru"}, "CAN-RESIN", "wrong-type"),
        (SUBSTANCE, {"entered": "анаша"}, {"entered": "гашиш"}, "missing-member"),
    ],
)
def test_m14_an_answer_must_answer(path: str, value: Json, said: Json, reason: str | None):
    question = only(asked(path, value).now)

    assert unfit_answer(question, said, TRIAL, tables()) == reason


# --- derive -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "answered", "outcome", "amount", "unit", "reason"),
    [
        (kg("276"), None, "ok", "276", "kg", None),
        ({"amount": "4620", "unit": "g"}, None, "ok", "4.62", "kg", None),
        ({"entered": "276 кг", "lang": "ru"}, None, "ok", "276", "kg", None),
        (kg("276", entered="276 кг", lang="ru"), None, "ok", "276", "kg", None),
        (kg("276", entered="как в акте", lang="ru"), None, "ok", "276", "kg", None),
        (kg("27", entered="276 кг"), None, "question", None, None, "text-and-amount-differ"),
        (kg("1.32", entered="1,320 кг"), None, "ok", "1.32", "kg", None),
        ({"not_known": True}, None, "not-known", None, None, None),
        (TWO_READINGS, {"not_known": True}, "not-known", None, None, None),
        (None, None, "question", None, None, "wrong-type"),
        ({"amount": "x", "unit": "kg"}, None, "question", None, None, "not-a-decimal"),
        ({"amount": "5", "unit": "stone"}, None, "question", None, None, "unit-without-factor"),
    ],
)
def test_p8_a_quantity_is_derived_exactly_or_asked_about(
    value: Json, answered: Json, outcome: str, amount: str, unit: str, reason: str
):
    derived = derive(value, answered, tables())

    assert (derived.outcome, derived.unit, derived.reason) == (outcome, unit, reason)
    assert derived.value == (None if amount is None else Decimal(amount))


def test_p8_the_qualifier_and_basis_of_the_text_are_kept_and_the_officers_own_come_first():
    told = {"entered": "более 22 кг", "lang": "ru"}

    assert derive(told, None, tables()) == Derived("ok", 22, "kg", "gt", None)
    assert derive(told | {"qualifier": "gte", "basis": "gross"}, None, tables()) == Derived(
        "ok", 22, "kg", "gte", "gross"
    )


def test_p8_a_text_that_contradicts_its_amount_is_asked_about_with_both():
    question = question_of(QUANTITY_RULE, kg("27", entered="276 кг", lang="ru"), tables())

    assert question == {"reason": "text-and-amount-differ", "candidates": ["27 kg", "276 kg"]}


def test_a_question_is_asked_of_what_is_written_only():
    assert question_of(QUANTITY_RULE, None, tables()) is None
    assert question_of(SUBSTANCE_RULE, "heroin", tables()) is None
