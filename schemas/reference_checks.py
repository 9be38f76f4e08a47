"""What the reference tables must hold between them: every code that a row names exists."""

from collections.abc import Iterator, Mapping
from typing import Final

from schemas.reference import Parsed, ReferenceRow

POINTERS: Final[Mapping[str, Mapping[str, str]]] = {
    "agencies": {"country": "countries", "parent": "agencies"},
    "agency_names": {"agency": "agencies"},
    "ambiguous_names": {"candidates": "substances"},
    "border_points": {
        "country": "countries",
        "neighbour": "countries",
        "region_code": "regions",
    },
    "districts": {"region": "regions"},
    "kg_equivalents": {"unit": "units"},
    "regions": {"country": "countries"},
    "substance_schedules": {"substance": "substances"},
    "units": {"canonical_unit": "units"},
}
"""Table -> column -> the table whose keys the column holds."""

PERIODS: Final[Mapping[str, tuple[str, str]]] = {
    "agency_names": ("valid_from", "valid_to"),
    "substance_schedules": ("effective_from", "effective_to"),
}
"""Table -> the columns of a period, which must not end before it begins."""

_CANDIDATES_MIN: Final = 2


def faults(tables: Parsed) -> tuple[str, ...]:
    """Everything wrong between the tables, each as a sentence; empty when all is well."""
    return (*_dangling(tables), *_backwards(tables), *_not_ambiguous(tables), *_unequal(tables))


def _cells(row: ReferenceRow, column: str) -> tuple[str, ...]:
    value: str | tuple[str, ...] | None = getattr(row, column)
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _dangling(tables: Parsed) -> Iterator[str]:
    for table, columns in POINTERS.items():
        for key, row in tables[table].items():
            for column, target in columns.items():
                for code in _cells(row, column):
                    if code not in tables[target]:
                        yield f"{table} {key}: {column} names {code}, not in {target}"


def _backwards(tables: Parsed) -> Iterator[str]:
    for table, (begin, end) in PERIODS.items():
        for key, row in tables[table].items():
            first, last = _cells(row, begin), _cells(row, end)
            if first and last and last[0][: len(first[0])] < first[0][: len(last[0])]:
                yield f"{table} {key}: ends before it begins"


def _not_ambiguous(tables: Parsed) -> Iterator[str]:
    for key, row in tables["ambiguous_names"].items():
        if len(set(_cells(row, "candidates"))) < _CANDIDATES_MIN:
            yield f"ambiguous_names {key}: fewer than two candidates is no question"


def _unequal(tables: Parsed) -> Iterator[str]:
    """A unit converts or it does not: factor and canonical unit stand or lack together."""
    for key, row in tables["units"].items():
        if bool(_cells(row, "factor_to_canonical")) > bool(_cells(row, "canonical_unit")):
            yield f"units {key}: a factor without a canonical unit"
