"""One or more tests for each rule of docs/quantities.md, named after it."""

import re
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from sync.quantity import Candidate, Reading, canonical, plain
from tests.unit.quantity.reference import ROOT, UNITS, reading, told


def test_every_rule_of_the_document_has_a_test_and_no_test_names_another():
    rules = set(
        re.findall(r"^### (Q\d+): ", (ROOT / "docs/quantities.md").read_text(), re.MULTILINE)
    )
    tests = set(re.findall(r"^def test_(q\d+)_", Path(__file__).read_text(), re.MULTILINE))

    assert {name.upper() for name in tests} == rules


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1" * 201, "too-long"),
        ("5 кг " * 200_000, "too-long"),
        ("1" * 31 + " мкг", "too-many-digits"),
        ("1 т 2 ц 3 кг 4 г 5 мг", "too-many-components"),
        ("\ud800 5 кг", "unexpected-character"),
        ("5 кг\x00", "control-character"),
    ],
)
def test_q1_a_text_beyond_the_bounds_is_refused(text, reason):
    assert reading(text) == Reading("reject", reason=reason)


def test_q1_two_hundred_characters_are_still_read():
    assert told("8 кг" + " " * 190 + "268 г") == "ok 8.268 kg exact"


@pytest.mark.parametrize("text", ["8 кг 268", "8 кг - 268 гр", ".5 г", "05 кг", "1,5 т 300 кг"])
def test_q2_a_single_candidate_with_a_doubt_is_not_a_value(text):
    found = reading(text)

    assert (found.outcome, found.value, found.qualifier, len(found.candidates)) == (
        "ambiguous",
        None,
        None,
        1,
    )


def test_q2_an_unknown_word_refuses_what_would_read_without_it():
    assert told("8 кг 268 г") == "ok 8.268 kg exact"
    assert told("8 кг 268 г вчера") == "reject unknown-word"


def test_q3_invisible_characters_go_and_digits_they_split_are_refused():
    assert told("\ufeff8 кило\u00adграммов\u200b 268\u200bг") == "ok 8.268 kg exact"
    assert told("1\u200b320 кг") == "reject hidden-character"


def test_q3_only_ascii_digits_are_digits():
    assert [told(text) for text in ("１０ kg", "٥ кг", "10³ кг", "½ кг")] == [
        "reject foreign-digits",
        "reject foreign-digits",
        "reject fraction",
        "reject fraction",
    ]


def test_q3_a_letter_for_a_digit_is_refused_and_in_a_unit_it_is_read():
    assert [told(text) for text in ("1О кг", "3l5 мл", "о5 кг", "5 kг", "5 мg")] == [
        "reject look-alike-digit",
        "reject look-alike-digit",
        "reject look-alike-digit",
        "ok 5 kg exact",
        "ok 0.000005 kg exact",
    ]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009", "\u2007"])
def test_q4_one_space_groups_thousands(space):
    assert told(f"1{space}320{space}000 таблеток") == "ok 1320000 {tablet} exact"


@pytest.mark.parametrize("text", ["12,34,5 кг", "1320 000 кг", "5 10 кг", "1\n320 кг", "0 500 кг"])
def test_q4_no_other_grouping_is_read(text):
    assert reading(text).outcome == "reject"


def test_q4_of_two_separators_the_last_is_decimal():
    assert told("1.320,5 кг") == told("1,320.5 кг") == "ok 1320.5 kg exact"


def test_q4_a_zero_padded_lower_component_counts_its_digits():
    assert told("2 тонны 089 кг") == "ok 2089 kg exact"
    assert told("089 кг") == "ambiguous kg 89"


def test_q5_a_comma_and_three_digits_are_two_candidates():
    assert reading("1,320 kg.", "en") == Reading(
        "ambiguous",
        unit="kg",
        candidates=(Candidate(Decimal("1.32"), "kg"), Candidate(Decimal(1320), "kg")),
        reason="three-digit-group",
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,500 кг", "0.5 kg"),
        ("1 320,500 кг", "1320.5 kg"),
        ("7,500 vials", "7500 {vial}"),
        ("1,805 килограмма", "1.805 kg"),
    ],
)
def test_q5_a_stated_rule_decides_the_comma(text, value):
    assert told(text) == f"ok {value} exact"


def test_q5_the_noun_decides_only_when_the_whole_number_would_not_take_it():
    assert told("1,312 грамма") == "ok 0.001312 kg exact"
    assert told("1,342 грамма") == "ambiguous kg 0.001342|1.342"
    assert told("1,805 килограммов") == "ambiguous kg 1.805|1805"


def test_q5_a_point_is_decimal_in_english_with_a_latin_unit_only():
    assert told("4.620 kg", "en") == "ok 4.62 kg exact"
    assert told("4.620 кг", "en") == told("4.620 kg", "ru") == "ambiguous kg 4.62|4620"


def test_q6_multipliers_multiply_and_descend():
    assert told("464 тысячи 858 кустов") == "ok 464858 {plant} exact"
    assert told("464 тысячи 1858 кустов") == "reject mixed-expression"
    assert told("1,320 тыс. таблеток") == "ambiguous {tablet} 1320|1320000"


def test_q7_units_are_read_in_any_case_dotted_glued_and_inflected():
    assert told("8КГ.268Гр.") == "ok 8.268 kg exact"
    assert told("8,5 тоннами") == "ok 8500 kg exact"
    assert told("90 келіден астам", "kk") == "ok 90 kg gt"
    assert told("кг 5") == "reject stray-words"


@pytest.mark.parametrize("text", ["3 пуда", "2 сера", "5 ман", "2 галлона", "2 gallons"])
def test_q7_a_unit_without_one_value_is_refused(text):
    assert told(text) == "reject unit-without-one-value"


def test_q8_each_meaning_of_a_name_is_a_candidate():
    assert told("5 коробок") == "ambiguous None 5 {box}|5 {matchbox}"
    assert told("5 куб") == "ambiguous L 0.005|5000"
    assert told("5 Mg") == told("5 Мг") == "ambiguous kg 0.000005|5000"
    assert told("2020 г.") == "ambiguous kg 2.02"
    assert told("30 KGS", "en") == "ambiguous kg 30"


def test_q9_components_of_one_dimension_add():
    assert told("142 kg. 160 g", "en") == "ok 142.16 kg exact"
    assert told("3 т 2 г") == "ok 3000.002 kg exact"
    assert told("5 lb 8 oz", "en") == "ok 2.494758035 kg exact"


def test_q9_what_is_no_one_quantity_is_refused():
    assert [told(text) for text in ("5 кг 3 кг", "8 кг 268 мл", "5 lb 300 g", "5, 6 кг")] == [
        "reject same-unit-twice",
        "reject mixed-dimensions",
        "reject mixed-systems",
        "reject two-numbers",
    ]


def test_q9_an_odd_form_is_a_doubt_with_the_sum_as_candidate():
    assert told("8 кг 1268 г") == "ambiguous kg 9.268"
    assert told("268 г 8 кг") == told("8 кг 268") == "ambiguous kg 8.268"


@pytest.mark.parametrize("text", ["5-6 кг", "от 5 до 6 кг", "5 или 6 кг", "between 5 and 6 kg"])
def test_q10_a_range_has_its_ends_as_candidates(text):
    assert told(text) == "ambiguous kg 5|6"


def test_q10_a_range_ascends_and_its_multiplier_counts_for_both_ends():
    assert told("6-5 кг") == "reject mixed-expression"
    assert told("5-6 тыс. таблеток") == "ambiguous {tablet} 5000|6000"


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("более 22 кг", "gt"),
        ("не менее 22 кг", "gte"),
        ("менее 22 кг", "lt"),
        ("до 22 кг", "lte"),
        ("почти 22 кг", "approx"),
        ("22 кг и более", "gte"),
        ("ровно 22 кг", "exact"),
    ],
)
def test_q11_a_bound_stays_a_bound(text, qualifier):
    assert told(text) == f"ok 22 kg {qualifier}"


def test_q11_an_open_reading_has_no_qualifier_and_two_qualifiers_are_refused():
    assert reading("Over 1,000 kg", "en").qualifier is None
    assert told("около 5 кг и более") == "reject two-qualifiers"
    assert told("5 килограммдан", "ky") == "reject case-without-postposition"


def test_q12_the_basis_of_one_mass_is_kept():
    assert reading("5 кг 300 г (нетто)") == Reading("ok", Decimal("5.3"), "kg", "exact", "net")


def test_q12_two_masses_with_roles_are_candidates():
    assert told("общий вес 5 кг 300 г, чистый вес 4 кг 980 г") == (
        "ambiguous kg 4.98 net|5.3 gross"
    )
    assert told("196 брикетов (1,9 килограмма)") == "ambiguous None 1.9 kg|196 {brick}"
    assert told("5 кг; 3 кг") == "reject several-quantities"
    assert told("196 брикетов; 1,9 кг") == "reject several-quantities"


def test_q13_words_around_do_not_change_a_quantity():
    assert told("5 кг спрессованного гашиша") == "ok 5 kg exact"
    assert told("80 штук наркосодержащих таблеток") == "ok 80 {tablet} exact"
    assert told("5 спрессованных кг") == "reject words-before-unit"
    assert told("5 килограммовых пакетов") == "reject unknown-unit"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$2.5 million US dollars", "money"),
        ("5000 сом", "money"),
        ("80 %", "percentage"),
        ("16:30", "colon"),
        ("1/2 кг", "fraction"),
        ("-5 кг", "signed"),
        ("пять кг", "number-in-words"),
        ("не установлено", "not-stated"),
        ("", "empty"),
        ("кг", "no-number"),
        ("0 кг", "zero"),
        ("1000000000 т", "implausible"),
    ],
)
def test_q14_what_is_not_a_quantity_says_why(text, reason):
    assert reading(text) == Reading("reject", reason=reason)


def test_q14_the_largest_plausible_mass_is_read_and_one_more_is_not():
    assert told("100000 т") == "ok 100000000 kg exact"
    assert told("100000 т 1 г") == "reject implausible"


def test_q15_values_are_exact_whatever_the_decimal_context_is():
    with localcontext() as context:
        context.prec = 3
        found = reading("12345678 кг 901,234567 г")
        product = canonical(Decimal(1234567890123456789012345678901), "[oz_av]", UNITS)

    assert found.value == Decimal("12345678.901234567")
    assert product == (Decimal("34999410950437397345043739734.497724085625"), "kg")


def test_q15_a_value_is_written_without_exponent_and_trailing_zeros():
    values = ["8.2680", "5E-7", "1.320E+3", "-0.00", "1000", "1E+30"]

    assert [plain(Decimal(value)) for value in values] == [
        "8.268",
        "0.0000005",
        "1320",
        "0",
        "1000",
        "1" + "0" * 30,
    ]


def test_q15_an_explicit_amount_is_converted_exactly_or_not_at_all():
    assert canonical(Decimal("0.1"), "[lb_av]", UNITS) == (Decimal("0.045359237"), "kg")
    assert canonical(Decimal(7), "{tablet}", UNITS) == (Decimal(7), "{tablet}")
    assert [
        canonical(Decimal(1), "pood", UNITS),
        canonical(Decimal(1), "kilogram", UNITS),
        canonical(Decimal("NaN"), "kg", UNITS),
        canonical(Decimal("1E+999999"), "kg", UNITS),
    ] == [None, None, None, None]
