"""The files that come with the program load; files that contradict themselves do not."""

import csv
import shutil
from pathlib import Path

import pytest

from backend.reference_files import REFERENCE_DIRECTORY, ReferenceFaultError, load_reference
from schemas.reference import TABLES
from schemas.reference_set import device_tables


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    directory = tmp_path / "reference"
    shutil.copytree(REFERENCE_DIRECTORY, directory)
    return directory


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE_DIRECTORY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def append(path: Path, line: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")


def test_the_tables_that_come_with_the_program_load():
    reference = load_reference()

    assert {name: len(table) for name, table in reference.tables.items()} == {
        name: len(rows(table.file)) for name, table in TABLES.items()
    }


def test_the_order_of_rows_in_a_file_does_not_make_another_version(copied: Path):
    path = copied / "countries.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([head, *reversed(lines)]), encoding="utf-8")

    assert load_reference(copied).digest == load_reference().digest


def test_one_changed_cell_changes_the_digest_of_its_row_its_table_and_the_set(copied: Path):
    path = copied / "countries.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Kyrgyzstan", "Kirgizia"), encoding="utf-8")

    before, after = load_reference(), load_reference(copied)

    changed = {
        (table, key)
        for table, digests in after.row_digests.items()
        for key, digest in digests.items()
        if digest != before.row_digests[table][key]
    }
    assert changed == {("countries", "KG")}
    assert after.digest != before.digest
    assert {name for name in TABLES if after.table_digests[name] != before.table_digests[name]} == {
        "countries"
    }


def test_every_fault_is_named_at_once_with_its_file_and_line(copied: Path):
    append(copied / "currencies.csv", "kgs,Som,Сом,iso4217\nUSD,Dollar,Доллар,iso4217\n")
    (copied / "units.csv").unlink()
    last = len((copied / "currencies.csv").read_text(encoding="utf-8").splitlines())

    with pytest.raises(ReferenceFaultError) as raised:
        load_reference(copied)

    assert raised.value.faults[0].startswith(f"currencies.csv:{last - 1}: code: ")
    assert raised.value.faults[1:] == (
        f"currencies.csv:{last}: a second row USD",
        "units.csv: missing",
    )


def test_a_row_with_a_cell_too_many_is_refused(copied: Path):
    append(copied / "currencies.csv", "XAU,Gold,Золото,iso4217,more\n")

    with pytest.raises(ReferenceFaultError, match=r"currencies\.csv"):
        load_reference(copied)


def test_a_file_that_names_an_unknown_code_is_refused(copied: Path):
    append(copied / "districts_kg.csv", "41799999000000,X,Х,KG-ZZ,s,high\n")

    with pytest.raises(ReferenceFaultError) as raised:
        load_reference(copied)

    assert raised.value.faults == ("districts 41799999000000: region names KG-ZZ, not in regions",)


def test_tablets_carry_every_table_but_the_factors_of_statistics():
    assert set(TABLES) - set(device_tables()) == {"kg_equivalents"}


def test_the_files_without_a_table_have_the_columns_their_readers_expect():
    vocabulary, sums = rows("ids_public_vocabulary.csv"), rows("reconciliations.csv")

    assert set(vocabulary[0]) == {"field", "value", "source", "completeness"}
    assert sum(row["field"] == "column" for row in vocabulary) == 14
    assert {row["result"] for row in sums} == {"match", "mismatch"}
