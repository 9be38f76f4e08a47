"""What one row may hold, and what the tables must hold between them."""

import pytest
from pydantic import ValidationError

from schemas.reference import TABLES, ReferenceRow, has_cas_check_digit, parse_row
from schemas.reference_checks import faults

COUNTRY = {"code": "KG", "alpha3": "KGZ", "name_en": "K", "name_ru": "К", "caricc": "", "note": ""}
REGION = {
    "code": "KG-O",
    "name_en": "Osh",
    "name_ru": "Ош",
    "name_local": "",
    "type": "Region",
    "country": "KG",
    "former_code": "",
    "kg_soate": "",
    "tz": "Asia/Bishkek",
    "source": "s",
    "certainty": "high",
}
SCHEDULE = {
    "id": "HEROIN.1961.I",
    "substance": "HEROIN",
    "convention": "1961",
    "schedule": "I",
    "effective_from": "2020",
    "effective_to": "",
    "source": "s",
    "certainty": "high",
    "note": "",
}
AMBIGUOUS = {
    "id": "AMB-01",
    "name": "соль",
    "lang": "ru",
    "candidates": "ALPHA-PVP|MDPV",
    "certainty": "high",
    "note": "",
}


def row(table: str, cells: dict[str, str]) -> ReferenceRow:
    return parse_row(TABLES[table], cells)


def tables(**rows: dict[str, ReferenceRow]) -> dict[str, dict[str, ReferenceRow]]:
    return {name: {} for name in TABLES} | rows


@pytest.mark.parametrize("cas", ["561-27-3", "42542-10-9", "1189805-46-6", "64-17-5"])
def test_a_cas_number_ends_with_its_check_digit(cas: str):
    wrong = cas[:-1] + str((int(cas[-1]) + 1) % 10)

    assert has_cas_check_digit(cas) is True
    assert has_cas_check_digit(wrong) is False
    assert has_cas_check_digit(cas.replace("-", "")) is False


def test_an_empty_cell_is_missing_and_not_empty_text():
    parsed = row("countries", COUNTRY)

    assert parsed.model_dump() == {**COUNTRY, "caricc": None, "note": None}


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("countries", COUNTRY | {"code": "kg"}),
        ("countries", COUNTRY | {"caricc": "friend"}),
        ("countries", COUNTRY | {"extra": "1"}),
        ("countries", {"code": "KG"}),
        ("regions", REGION | {"code": "Osh"}),
        ("substance_schedules", SCHEDULE | {"effective_from": "3 Dec 2024"}),
        ("substance_schedules", SCHEDULE | {"schedule": "V"}),
        ("ambiguous_names", AMBIGUOUS | {"lang": "xx"}),
    ],
)
def test_a_row_that_does_not_fit_its_table_is_refused(table: str, cells: dict[str, str]):
    with pytest.raises(ValidationError):
        row(table, cells)


def test_a_code_that_no_table_has_is_a_fault():
    broken = tables(regions={"KG-O": row("regions", REGION)})

    assert faults(broken) == ("regions KG-O: country names KG, not in countries",)


def test_one_candidate_is_no_question():
    broken = tables(
        ambiguous_names={"AMB-01": row("ambiguous_names", AMBIGUOUS | {"candidates": "MDPV"})},
        substances={"MDPV": row("countries", COUNTRY)},
    )

    assert faults(broken) == ("ambiguous_names AMB-01: fewer than two candidates is no question",)


@pytest.mark.parametrize(
    ("effective_to", "expected"),
    [
        ("2019", ("substance_schedules HEROIN.1961.I: ends before it begins",)),
        ("2020-01-22", ()),
        ("2021", ()),
        ("", ()),
    ],
)
def test_a_period_does_not_end_before_it_begins(effective_to: str, expected: tuple[str, ...]):
    schedule = row("substance_schedules", SCHEDULE | {"effective_to": effective_to})
    built = tables(
        substance_schedules={"HEROIN.1961.I": schedule},
        substances={"HEROIN": row("countries", COUNTRY)},
    )

    assert faults(built) == expected
