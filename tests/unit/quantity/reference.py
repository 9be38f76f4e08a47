"""The unit table and the expected readings, as the tests of quantities use them."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sync.quantity import Reading, UnitTable, candidate_text, plain, read

ROOT: Final = Path(__file__).resolve().parents[3]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


UNITS: Final = UnitTable.from_rows(rows(ROOT / "fixtures/reference/units.csv"), "test")
EXPECTED: Final = rows(ROOT / "fixtures/reference/quantities.csv")
FURTHER: Final = rows(Path(__file__).with_name("further_cases.csv"))


def reading(text: str, lang: str = "ru") -> Reading:
    return read(text, lang=lang, units=UNITS)


def told(text: str, lang: str = "ru") -> str:
    """A reading in one line: ``ok 8.268 kg exact``, ``ambiguous kg 1.32|1320``."""
    found = reading(text, lang)
    match found.outcome:
        case "ok":
            assert found.value is not None
            return f"ok {plain(found.value)} {found.unit} {found.qualifier}"
        case "ambiguous":
            return f"ambiguous {found.unit} {'|'.join(sorted(candidates(found)))}"
        case "reject":
            return f"reject {found.reason}"


def candidates(found: Reading) -> list[str]:
    return [candidate_text(one, with_unit=found.unit is None) for one in found.candidates]


def expected(row: Mapping[str, str]) -> dict[str, object]:
    """The columns of a case that a reading must give."""
    return {
        "outcome": row["expected"],
        "value": row["value"] or None,
        "unit": row["unit"] or None,
        "qualifier": row["qualifier"] or None,
        "candidates": set(filter(None, row["candidates"].split("|"))),
    }


def given(row: Mapping[str, str]) -> dict[str, object]:
    found = reading(row["text"], row["lang"])
    return {
        "outcome": found.outcome,
        "value": None if found.value is None else plain(found.value),
        "unit": found.unit,
        "qualifier": found.qualifier,
        "candidates": set(candidates(found)),
    }
