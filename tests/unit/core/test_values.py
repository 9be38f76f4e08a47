"""Which values fit a field of each kind: rules J3 and J4, with reasons that never change."""

import pytest

from sync.forms import FieldRule, Kind, MemberRule
from sync.limits import NARRATIVE_CHARACTERS_MAX, REASON_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from sync.strictjson import Json
from sync.values import (
    check,
    fold_identifier,
    fold_name,
    has_valid_check_digit,
    instant_ms,
    is_decimal,
    is_not_known,
)
from tests.builders import TRIAL, kg, tables

GROUP = (MemberRule("at", Kind.INSTANT, required=True), MemberRule("gross", Kind.QUANTITY))


def reason(kind: Kind, value: Json, options: str | None = None) -> str | None:
    rule = FieldRule("/field", kind, options=options, members=GROUP if kind is Kind.GROUP else ())
    return check(rule, value, TRIAL, tables())


FITS: list[tuple[Kind, Json]] = [
    (Kind.TEXT, ""),
    (Kind.TEXT, "Ош, 3-й км\nвторая строка\tи ещё"),
    (Kind.TEXT, "x" * TEXT_CHARACTERS_MAX),
    (Kind.NARRATIVE, "x" * NARRATIVE_CHARACTERS_MAX),
    (Kind.CODE, "border_point.7"),
    (Kind.CODE, "{tablet}"),
    (Kind.BOOLEAN, False),
    (Kind.INTEGER, 0),
    (Kind.INTEGER, 999_999_999_999_999),
    (Kind.DECIMAL, "0"),
    (Kind.DECIMAL, "-12.50"),
    (Kind.DECIMAL, "9" * 30),
    (Kind.INSTANT, "2020-02-01T14:03:11+06:00"),
    (Kind.INSTANT, "2020-02-01T14:03Z"),
    (Kind.INSTANT, "1970-01-01 00:00:00.123456789z"),
    (Kind.DAY, "2020-02-29"),
    (Kind.IDENTIFIER, "01 KG 123 ABC"),
    (Kind.CONTAINER, "CSQU3054384"),  # a wrong check digit is kept, and flagged elsewhere
    (Kind.QUANTITY, kg("276")),
    (Kind.QUANTITY, {"entered": "276 кг", "lang": "ru"}),
    (Kind.QUANTITY, kg("1", basis="gross", qualifier="gt", entered="> 1 kg", lang="en")),
    (Kind.SUBSTANCE, {"code": "HEROIN"}),
    (Kind.SUBSTANCE, {"entered": "белый порошок", "lang": "ru", "identified": "field_test"}),
    (Kind.POINT, {"lat": "-90", "lon": "180.0"}),
    (Kind.POINT, {"lat": "40.5", "lon": "72.8", "accuracy_m": "12.5", "source": "gps"}),
    (Kind.MONEY, {"amount": "1500", "currency": "KGS"}),
    (Kind.GROUP, {"at": "2020-02-01T14:00:00Z", "gross": kg("1")}),
    (Kind.GROUP, {"at": "2020-02-01T14:00:00Z", "gross": None}),
    (Kind.MEMBER, True),
    (Kind.STRIKE, {"reason": "wrong vehicle"}),
]


@pytest.mark.parametrize(("kind", "value"), FITS)
def test_j4_what_fits(kind: Kind, value: Json):
    assert reason(kind, value) is None


MISFITS: list[tuple[Kind, Json, str]] = [
    (Kind.TEXT, 7, "wrong-type"),
    (Kind.TEXT, ["a"], "wrong-type"),
    (Kind.TEXT, "x" * (TEXT_CHARACTERS_MAX + 1), "too-long"),
    (Kind.TEXT, "a\x00b", "control-character"),
    (Kind.TEXT, "a\x1bb", "control-character"),
    (Kind.TEXT, "a\x85b", "control-character"),
    (Kind.NARRATIVE, "x" * (NARRATIVE_CHARACTERS_MAX + 1), "too-long"),
    (Kind.CODE, "two words", "wrong-type"),
    (Kind.CODE, "код", "wrong-type"),
    (Kind.CODE, "", "wrong-type"),
    (Kind.CODE, "x" * 65, "wrong-type"),
    (Kind.CODE, 5, "wrong-type"),
    (Kind.BOOLEAN, "true", "wrong-type"),
    (Kind.BOOLEAN, 1, "wrong-type"),
    (Kind.INTEGER, True, "wrong-type"),
    (Kind.INTEGER, -1, "wrong-type"),
    (Kind.INTEGER, "3", "wrong-type"),
    (Kind.DECIMAL, 3, "not-a-decimal"),
    (Kind.DECIMAL, "01", "not-a-decimal"),
    (Kind.DECIMAL, "1.", "not-a-decimal"),
    (Kind.DECIMAL, ".5", "not-a-decimal"),
    (Kind.DECIMAL, "1e3", "not-a-decimal"),
    (Kind.DECIMAL, "+1", "not-a-decimal"),
    (Kind.DECIMAL, "1,5", "not-a-decimal"),
    (Kind.DECIMAL, "1\n", "not-a-decimal"),
    (Kind.DECIMAL, "٣", "not-a-decimal"),
    (Kind.DECIMAL, "NaN", "not-a-decimal"),
    (Kind.DECIMAL, "9" * 31, "not-a-decimal"),
    (Kind.INSTANT, "2020-02-01", "not-an-instant"),
    (Kind.INSTANT, "2020-02-01T14:03:11", "not-an-instant"),
    (Kind.INSTANT, "2020-02-30T14:03:11Z", "not-an-instant"),
    (Kind.INSTANT, "2020-02-01T25:03:11Z", "not-an-instant"),
    (Kind.INSTANT, "2020-02-01T14:03:60Z", "not-an-instant"),
    (Kind.INSTANT, "2020-02-01T14:03:11+24:00", "not-an-instant"),
    (Kind.INSTANT, "0000-02-01T14:03:11Z", "not-an-instant"),
    (Kind.INSTANT, "0001-01-01T00:00:00+14:00", "not-an-instant"),
    (Kind.INSTANT, "٢٠٢٠-02-01T14:03:11Z", "not-an-instant"),
    (Kind.INSTANT, 1580544191, "not-an-instant"),
    (Kind.DAY, "2020-02-30", "not-a-day"),
    (Kind.DAY, "2020-2-1", "not-a-day"),
    (Kind.DAY, "2020-W05-6", "not-a-day"),
    (Kind.DAY, "01.02.2020", "not-a-day"),
    (Kind.DAY, 20200201, "not-a-day"),
    (Kind.IDENTIFIER, "x" * 201, "too-long"),
    (Kind.CONTAINER, 7, "wrong-type"),
    (Kind.QUANTITY, "276 кг", "wrong-type"),
    (Kind.QUANTITY, {}, "missing-member"),
    (Kind.QUANTITY, {"amount": "5"}, "missing-member"),
    (Kind.QUANTITY, {"unit": "kg", "entered": "5 кг"}, "missing-member"),
    (Kind.QUANTITY, {"amount": 5, "unit": "kg"}, "not-a-decimal"),
    (Kind.QUANTITY, kg("-5"), "not-a-decimal"),
    (Kind.QUANTITY, {"amount": "5", "unit": "stone"}, "unknown-unit"),
    (Kind.QUANTITY, {"amount": "5", "unit": ["kg"]}, "unknown-unit"),
    (Kind.QUANTITY, kg("5", basis="dry"), "unknown-code"),
    (Kind.QUANTITY, kg("5", basis=["net"]), "unknown-code"),
    (Kind.QUANTITY, kg("5", qualifier="circa"), "unknown-code"),
    (Kind.QUANTITY, kg("5", lang="xx"), "unknown-code"),
    (Kind.QUANTITY, kg("5", price="7"), "unknown-member"),
    (Kind.QUANTITY, {"entered": "5 кг\x00"}, "control-character"),
    (Kind.QUANTITY, {"entered": "x" * 201}, "too-long"),
    (Kind.QUANTITY, {"entered": 5}, "wrong-type"),
    (Kind.SUBSTANCE, "HEROIN", "wrong-type"),
    (Kind.SUBSTANCE, {}, "missing-member"),
    (Kind.SUBSTANCE, {"code": "SUGAR"}, "unknown-code"),
    (Kind.SUBSTANCE, {"code": ["HEROIN"]}, "unknown-code"),
    (Kind.SUBSTANCE, {"code": "HEROIN", "identified": "by eye"}, "wrong-type"),
    (Kind.SUBSTANCE, {"code": "HEROIN", "purity": "9"}, "unknown-member"),
    (Kind.POINT, {"lat": "90.0001", "lon": "0"}, "not-a-coordinate"),
    (Kind.POINT, {"lat": "0", "lon": "-180.1"}, "not-a-coordinate"),
    (Kind.POINT, {"lat": 40.5, "lon": "72"}, "not-a-coordinate"),
    (Kind.POINT, {"lat": "40.5"}, "not-a-coordinate"),
    (Kind.POINT, {"lat": "1", "lon": "1", "accuracy_m": "-1"}, "not-a-decimal"),
    (Kind.POINT, {"lat": "1", "lon": "1", "source": "my phone"}, "wrong-type"),
    (Kind.POINT, {"lat": "1", "lon": "1", "alt": "1"}, "unknown-member"),
    (Kind.MONEY, {"amount": 5, "currency": "KGS"}, "not-a-decimal"),
    (Kind.MONEY, {"amount": "5"}, "unknown-code"),
    (Kind.MONEY, {"amount": "5", "currency": "K G"}, "unknown-code"),
    (Kind.MONEY, {"amount": "5", "currency": "KGS", "basis": 1}, "wrong-type"),
    (Kind.GROUP, "x", "wrong-type"),
    (Kind.GROUP, {}, "missing-member"),
    (Kind.GROUP, {"at": None}, "missing-member"),
    (Kind.GROUP, {"at": "2020-02-01T14:00:00Z", "who": "me"}, "unknown-member"),
    (Kind.GROUP, {"at": "2020-02-01T14:00:00Z", "gross": kg("x")}, "not-a-decimal"),
    (Kind.MEMBER, False, "wrong-type"),
    (Kind.MEMBER, 1, "wrong-type"),
    (Kind.MEMBER, {"not_known": True}, "wrong-type"),
    (Kind.STRIKE, True, "wrong-type"),
    (Kind.STRIKE, {}, "wrong-type"),
    (Kind.STRIKE, {"reason": "x", "by": "me"}, "unknown-member"),
    (Kind.STRIKE, {"reason": "x" * (REASON_CHARACTERS_MAX + 1)}, "too-long"),
    (Kind.STRIKE, {"not_known": True}, "wrong-type"),
]


@pytest.mark.parametrize(("kind", "value", "why"), MISFITS)
def test_j4_what_does_not_fit_and_why(kind: Kind, value: Json, why: str):
    assert reason(kind, value) == why


@pytest.mark.parametrize("kind", list(Kind))
def test_j3_any_field_may_be_without_a_value(kind: Kind):
    assert reason(kind, None) is None


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.MEMBER, Kind.STRIKE}))
def test_j3_not_known_is_a_value_of_every_field_that_asks_something(kind: Kind):
    assert reason(kind, {"not_known": True}) is None


@pytest.mark.parametrize(
    "value", [{"not_known": False}, {"not_known": 1}, {"not_known": True, "x": 1}, {}, True, None]
)
def test_j3_not_known_is_written_in_one_way(value: Json):
    assert not is_not_known(value)


def test_j4_codes_are_looked_up_in_the_forms_lists_and_the_tables_and_unlisted_ones_pass():
    assert reason(Kind.CODE, "joint", "tag") is None
    assert reason(Kind.CODE, "cat", "tag") == "unknown-code"
    assert reason(Kind.CODE, "KG-CNS", "agency") is None
    assert reason(Kind.CODE, "XX", "agency") == "unknown-code"
    assert reason(Kind.CODE, "anything", "a-list-nobody-has") is None


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("CSQU3054383", True),  # the example of ISO 6346 itself
        ("csqu 305438-3", True),
        ("MSKU9070323", True),
        ("BICU1234565", True),
        ("CSQU3054384", False),
        ("CSQU1000080", True),  # check digit 10 is written 0
        ("CSQX3054383", False),
        ("CSQU305438", False),
        ("", False),
    ],
)
def test_container_numbers_carry_a_check_digit(number: str, *, valid: bool):
    assert has_valid_check_digit(number) is valid


@pytest.mark.parametrize(
    ("letter", "worth"),
    [("A", 10), ("B", 12), ("K", 21), ("L", 23), ("U", 32), ("V", 34), ("Z", 38)],
)
def test_container_letters_skip_the_multiples_of_eleven(letter: str, worth: int):
    """The first letter weighs 1, so the check digit tells what it is worth modulo 11."""
    rest = sum(w << place for place, w in ((1, 10), (2, 10), (3, 32)))  # A, A, U
    digit = (worth + rest) % 11 % 10

    assert has_valid_check_digit(f"{letter}AAU000000{digit}")


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2020-02-01T14:03:11+06:00", 1_580_544_191_000),
        ("2020-02-01t08:03:11.123z", 1_580_544_191_123),
        ("2020-02-01T08:03:11.1239Z", 1_580_544_191_123),
        ("1969-12-31T23:59:59.999Z", -1),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_t1_an_instant_is_exact_in_milliseconds(text: str, ms: int | None):
    assert instant_ms(text) == ms


def test_names_are_looked_up_without_case_spacing_and_the_dots_of_yo():
    assert fold_name("  МЁД \n  трава") == fold_name("мед трава") == "мед трава"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("01 KG 123 ABC", "01kg123abc"),
        ("А123ВС", "A123BC"),  # Cyrillic capitals of the Latin shapes
        ("№ 12-34/5", "12345"),
        ("12–34", "12-34"),
        ("ＡＢ１", "AB1"),
    ],
)
def test_identifiers_are_compared_as_people_read_them_out(one: str, other: str):
    assert fold_identifier(one) == fold_identifier(other)


def test_identifiers_that_differ_stay_apart():
    assert fold_identifier("01KG123ABC") != fold_identifier("01KG123ABD")
    assert fold_identifier("№12") == "12"


@pytest.mark.parametrize("text", ["1.5", "-0", "0.000", "1" + "0" * 29])
def test_j2_decimals_are_text_of_so_many_digits(text: str):
    assert is_decimal(text)
    assert not is_decimal(text + "x")
    assert not is_decimal(1)
