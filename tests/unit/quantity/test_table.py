"""The tables agree with each other: names, marks, aliases, reasons."""

import re
from decimal import Decimal

import pytest

from sync.quantity import REASONS, Unit, UnitTable, read
from sync.quantity.text import fold
from sync.quantity.words import ADJECTIVE, ALIASES, HOMOGRAPHS, MARKS, NEXT_LOWER, SUBSTANCE
from tests.unit.quantity.reference import EXPECTED, FURTHER, ROOT, UNITS, reading, rows, told

HOMOGRAPHS_OF_THE_TABLE = {"коробок", "коробка"}
TABLE = rows(ROOT / "fixtures/reference/units.csv")
LISTED = sorted(
    {
        (name.strip(), row["code"])
        for row in TABLE
        for name in (row["abbr_en"] + "|" + row["abbr_ru"]).split("|")
        if name.strip()
    }
)


def test_a_row_becomes_a_unit():
    kilogram = UNITS.get("kg")

    assert kilogram is not None
    assert (kilogram.code, kilogram.dimension, kilogram.canonical, kilogram.factor) == (
        "kg",
        "mass",
        "kg",
        Decimal(1),
    )
    assert {"kg", "кг", "келі"} <= set(kilogram.names)
    assert UNITS.get("kilogram") is None


@pytest.mark.parametrize(("name", "code"), LISTED)
def test_every_listed_name_finds_its_unit(name, code):
    found = [unit.code for unit in UNITS.find(name, "ru")]

    assert code in found
    assert len(found) == 1 or fold(name) in HOMOGRAPHS_OF_THE_TABLE


@pytest.mark.parametrize(("name", "code"), LISTED)
def test_five_of_every_listed_name_are_five_of_its_unit_or_nothing(name, code):
    unit = UNITS.get(code)
    assert unit is not None
    found = reading(f"5 {name}")

    if unit.factor is None:
        assert found.reason == "unit-without-one-value"
    elif fold(name) in HOMOGRAPHS_OF_THE_TABLE:
        assert found.reason == "unit-with-two-meanings"
    else:
        assert (found.outcome, found.value, found.unit) == ("ok", 5 * unit.factor, unit.canonical)


def test_no_word_of_the_grammar_is_also_a_unit():
    taken = {phrase: UNITS.find(phrase, "") for phrase in {*MARKS, *HOMOGRAPHS}}
    units = {name for unit in UNITS.units for name in unit.names}
    around = [name for name in units if ADJECTIVE.fullmatch(name) or SUBSTANCE.fullmatch(name)]

    assert {phrase: units for phrase, units in taken.items() if units} == {}
    assert around == []


def test_aliases_and_implied_units_name_rows_of_the_table():
    codes = {*ALIASES, *NEXT_LOWER, *NEXT_LOWER.values()}
    codes |= {code for meanings in HOMOGRAPHS.values() for code in meanings}

    assert {code for code in codes if UNITS.get(code) is None} == set()


def test_cells_may_be_null_as_json_rows_have_them():
    nulls = [{column: text or None for column, text in row.items()} for row in TABLE]

    assert UnitTable.from_rows(nulls, "test") == UNITS


def test_an_empty_table_refuses_everything_and_raises_nothing():
    empty = UnitTable.from_rows([], "none")

    assert empty.find("кг", "ru") == ()
    texts = [row["text"] for row in EXPECTED + FURTHER]
    assert {read(text, lang="ru", units=empty).outcome for text in texts} == {"reject"}


def test_every_reason_is_given_by_some_case_and_listed():
    given = {reading(row["text"], row["lang"]).reason for row in EXPECTED + FURTHER} - {None}
    rare = {"too-long", "too-many-digits", "control-character", "unexpected-character"}
    raised = {
        slug
        for module in (ROOT / "sync/quantity").glob("*.py")
        for slug in re.findall(r'Unreadable\(\s*"([a-z-]+)"', module.read_text("utf-8"))
    }

    assert raised <= REASONS
    assert REASONS - given - rare == set()


def test_a_unit_of_another_dimension_is_never_mixed_in():
    kilogram = UNITS.get("kg")
    assert isinstance(kilogram, Unit)
    volumes = [unit for unit in UNITS.units if unit.dimension == "volume"]

    assert {told(f"5 кг 3 {unit.names[0]}").split()[0] for unit in volumes} == {"reject"}
