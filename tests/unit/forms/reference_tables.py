"""The tables that values are checked against, built once from the files of the repository."""

from functools import cache

from backend.reference_files import load_reference
from schemas.reference_set import code_lists, substance_names, unit_rows
from sync.quantity import UnitTable
from sync.values import Tables


@cache
def shipped_tables() -> Tables:
    reference = load_reference()
    return Tables(
        version=reference.digest,
        units=UnitTable.from_rows(
            unit_rows(reference.tables), version=reference.table_digests["units"]
        ),
        substances=substance_names(reference.tables),
        codes=code_lists(reference.tables),
    )
