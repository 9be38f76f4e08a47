"""Reads the reference tables from their files and refuses a set that contradicts itself.

Files are data, edited by people; every fault is named at once, with file and line, at start.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from schemas.reference import TABLES, ReferenceRow, ReferenceTable, parse_row
from schemas.reference_checks import faults
from schemas.reference_set import ReferenceSet, bodies, reference_set

REFERENCE_DIRECTORY: Final = Path(__file__).resolve().parent.parent / "fixtures" / "reference"
"""The tables that come with the program; an installation may point at its own."""


class ReferenceFaultError(Exception):
    """The reference files cannot be loaded; ``faults`` says everything that is wrong with them."""

    def __init__(self, found: tuple[str, ...]) -> None:
        super().__init__("\n".join(found))
        self.faults = found


def load_reference(directory: Path = REFERENCE_DIRECTORY) -> ReferenceSet:
    """Every table of ``directory``, checked. Equal files give an equal digest, in any row order."""
    found: list[str] = []
    parsed = {name: _load(directory, table, found) for name, table in TABLES.items()}
    if not found:
        found.extend(faults(parsed))
    if found:
        raise ReferenceFaultError(tuple(found))
    return reference_set(bodies(parsed))


def _load(directory: Path, table: ReferenceTable, found: list[str]) -> dict[str, ReferenceRow]:
    """The rows of one file by key; what is wrong with it is added to ``found``."""
    rows: dict[str, ReferenceRow] = {}
    path = directory / table.file
    if not path.is_file():
        found.append(f"{table.file}: missing")
        return rows
    for line, cells in _read(path):
        try:
            row = parse_row(table, cells)
        except ValidationError as error:
            found.extend(_faults_of(table.file, line, error))
            continue
        key = str(getattr(row, table.key))
        if key in rows:
            found.append(f"{table.file}:{line}: a second row {key}")
        rows[key] = row
    return rows


def _read(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Line number and cells of each row; a cell too many or too few shows as a bad column."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restkey="", strict=True)
        for row in reader:
            yield reader.line_num, row


def _faults_of(file: str, line: int, error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_input=False):
        column = ".".join(str(step) for step in one["loc"])
        yield f"{file}:{line}: {column}: {one['msg']}"
