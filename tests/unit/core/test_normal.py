"""When two values of one field are the same: rule M11, and P3's "equal values never conflict"."""

from decimal import Decimal

import pytest

from sync.forms import FieldRule, Kind, MemberRule
from sync.normal import exact_sum, normal, same, substance_codes
from sync.strictjson import Json
from tests.builders import kg, tables

MEMBERS = (MemberRule("at", Kind.INSTANT), MemberRule("gross", Kind.QUANTITY))
UNKNOWN: Json = {"not_known": True}


def rule(kind: Kind) -> FieldRule:
    return FieldRule("/field", kind, members=MEMBERS if kind is Kind.GROUP else ())


SAME: list[tuple[Kind, Json, Json]] = [
    (Kind.QUANTITY, kg("1"), {"amount": "1000", "unit": "g"}),
    (Kind.QUANTITY, kg("1"), kg("1.000")),
    (Kind.QUANTITY, kg("8.268"), {"entered": "8 kg. 268 gr.", "lang": "en"}),
    (Kind.QUANTITY, kg("22", qualifier="gt"), {"entered": "более 22 кг", "lang": "ru"}),
    (Kind.QUANTITY, kg("1"), kg("1", qualifier="exact")),
    (Kind.QUANTITY, {"entered": "1,320 кг", "lang": "ru"}, {"entered": "1,320  КГ", "lang": "ru"}),
    (Kind.SUBSTANCE, {"code": "HEROIN"}, {"entered": " Героин", "lang": "ru"}),
    (Kind.SUBSTANCE, {"code": "HEROIN"}, {"code": "HEROIN", "entered": "герыч"}),
    (Kind.SUBSTANCE, {"entered": "анаша"}, {"entered": "Анаша", "lang": "ru"}),
    (Kind.INSTANT, "2020-02-01T14:00:00+06:00", "2020-02-01T08:00:00.000Z"),
    (Kind.DECIMAL, "1.50", "1.5"),
    (Kind.DECIMAL, "-0", "0"),
    (Kind.POINT, {"lat": "40.50", "lon": "72"}, {"lat": "40.5", "lon": "72.0", "source": None}),
    (Kind.MONEY, {"amount": "5.00", "currency": "KGS"}, {"amount": "5", "currency": "KGS"}),
    (Kind.IDENTIFIER, "01 kg 1", "01KG1"),
    (Kind.CONTAINER, "CSQU 305438-3", "CSQU3054383"),
    (Kind.TEXT, "Ош ", "Ош"),
    (Kind.TEXT, "й", "й"),  # composed and decomposed
    (
        Kind.GROUP,
        {"at": "2020-02-01T14:00:00+06:00", "gross": kg("1"), "net": None},
        {"at": "2020-02-01T08:00:00Z", "gross": {"amount": "1000", "unit": "g"}},
    ),
    (Kind.TEXT, UNKNOWN, UNKNOWN),
]

APART: list[tuple[Kind, Json, Json]] = [
    (Kind.QUANTITY, kg("1"), kg("1.001")),
    (Kind.QUANTITY, kg("1"), {"amount": "1", "unit": "L"}),
    (Kind.QUANTITY, kg("1"), kg("1", basis="gross")),
    (Kind.QUANTITY, kg("1", basis="net"), kg("1", basis="gross")),
    (Kind.QUANTITY, kg("1"), kg("1", qualifier="approx")),
    (Kind.QUANTITY, kg("27"), kg("27", entered="276 кг", lang="ru")),
    (Kind.QUANTITY, kg("27", entered="276 кг"), kg("28", entered="276 кг")),
    (Kind.QUANTITY, {"entered": "1,320 кг"}, kg("1320")),
    (Kind.QUANTITY, {"entered": "1,320 кг"}, {"entered": "1,321 кг"}),
    (Kind.SUBSTANCE, {"code": "HEROIN"}, {"code": "OPIUM"}),
    (Kind.SUBSTANCE, {"code": "HEROIN"}, {"code": "HEROIN", "identified": "lab"}),
    (Kind.SUBSTANCE, {"entered": "анаша"}, {"entered": "порошок"}),
    (Kind.INSTANT, "2020-02-01T14:00:00+06:00", "2020-02-01T14:00:00Z"),
    (Kind.TEXT, "Ош", "ош"),
    (Kind.TEXT, "", None),
    (Kind.TEXT, "x", UNKNOWN),
    (Kind.INTEGER, 0, None),
    (Kind.INTEGER, 0, UNKNOWN),
    (Kind.BOOLEAN, False, None),
    (Kind.BOOLEAN, True, 1),
    (Kind.DECIMAL, "1", 1),
    (Kind.GROUP, {}, []),
    (Kind.STRIKE, {"reason": "a"}, {"reason": "b"}),
]


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_m11_p3_one_value_in_two_notations(kind: Kind, one: Json, other: Json):
    assert normal(rule(kind), one, tables()) == normal(rule(kind), other, tables())
    assert same(rule(kind), tables(), one, other)
    assert same(rule(kind), tables(), other, one)


@pytest.mark.parametrize(("kind", "one", "other"), APART)
def test_m11_j3_values_that_differ(kind: Kind, one: Json, other: Json):
    assert not same(rule(kind), tables(), one, other)
    assert not same(rule(kind), tables(), other, one)


def test_j3_the_three_states_are_three():
    states: list[Json] = [None, 0, UNKNOWN]

    keys = [normal(rule(Kind.INTEGER), state, tables()) for state in states]

    assert len(set(keys)) == 3


def test_a_substance_is_the_officers_code_before_any_name():
    assert substance_codes({"code": "OPIUM", "entered": "героин"}, tables()) == ("OPIUM",)
    assert substance_codes({"entered": "анаша"}, tables()) == ("CAN-HERB", "CAN-RESIN")
    assert substance_codes({"entered": "сахар"}, tables()) == ()
    assert substance_codes({}, tables()) == ()


def test_p8_a_sum_rounds_nothing_away():
    tiny = Decimal("0.000000000000000000000000000001")

    total = exact_sum([Decimal(10) ** 29, tiny])

    assert str(total) == "1" + "0" * 29 + "." + "0" * 29 + "1"
    assert exact_sum([]) == 0
