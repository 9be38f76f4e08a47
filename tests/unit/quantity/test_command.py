"""``khabar quantity`` as a program reads it: one text, or a file of them, in order."""

import csv
import json

import pytest
import typer
from typer.testing import CliRunner

from backend.commands import quantity
from schemas.quantity import QuantityReading, reading_to_json
from tests.unit.quantity.reference import EXPECTED, ROOT, expected, reading

app = typer.Typer()
app.command(context_settings=quantity.CONTEXT_SETTINGS)(quantity.command)


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == status, result.output
    return result.output


def lines(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def test_one_text_as_json():
    assert lines(run("8 кг. 268 гр", "--lang", "ru", "--json")) == [
        {
            "text": "8 кг. 268 гр",
            "outcome": "ok",
            "value": "8.268",
            "unit": "kg",
            "qualifier": "exact",
            "candidates": [],
            "reason": None,
        }
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("более 22 кг", "22 kg (gt)"),
        ("1,320 кг", "ambiguous (three-digit-group): 1.32 kg or 1320 kg"),
        ("5 коробок", "ambiguous (unit-with-two-meanings): 5 {matchbox} or 5 {box}"),
        ("-5 кг", "refused (signed)"),
    ],
)
def test_one_text_for_a_person(text, sentence):
    assert run(text) == sentence + "\n"


def test_the_language_decides_what_a_point_is():
    assert run("4.620 kg", "--lang", "en") == "4.62 kg (exact)\n"
    assert run("4.620 kg").startswith("ambiguous")


def test_the_shared_file_gives_its_own_expectations_in_order():
    output = lines(run("--csv", str(ROOT / "fixtures/reference/quantities.csv")))

    assert [line["text"] for line in output] == [row["text"] for row in EXPECTED]
    for line, row in zip(output, EXPECTED, strict=True):
        wanted = expected(row)
        found = {name: line[name] for name in wanted} | {"candidates": set(line["candidates"])}
        assert found == wanted, row["id"]
        assert (line["reason"] is None) == (line["outcome"] == "ok")


def test_columns_may_stand_anywhere_behind_a_byte_order_mark(tmp_path):
    file = tmp_path / "rows.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target).writerows(
            [
                ["note", "lang", "text"],
                ["x", "en", "1,320.5 kg"],
                ["", "", "5 кг\n300 г"],
                ["", "ru"],
            ]
        )

    values = [(line["text"], line["value"]) for line in lines(run("--csv", str(file)))]

    assert values == [("1,320.5 kg", "1320.5"), ("5 кг\n300 г", "5.3"), ("", None)]


def test_an_empty_line_is_an_empty_text_when_text_is_the_only_column(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("text\n5 кг\n\n6 кг\n", "utf-8")

    assert [line["value"] for line in lines(run("--csv", str(file)))] == ["5", None, "6"]


def test_bytes_that_are_no_utf8_and_endless_fields_spoil_their_own_row_only(tmp_path):
    file = tmp_path / "rows.csv"
    endless = b"5 " + b"x" * 200_000
    file.write_bytes(b"text,lang\n\xff5 kg,en\n" + endless + b",en\n6 kg,en\n")

    output = lines(run("--csv", str(file)))

    assert [(line["outcome"], line["reason"]) for line in output] == [
        ("reject", "unexpected-character"),
        ("reject", "too-long"),
        ("ok", None),
    ]


def test_a_call_without_a_text_or_with_two_is_refused(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("lang\nru\n", "utf-8")

    run(status=2)
    run("5 кг", "--csv", str(file), status=2)
    run("--csv", str(file), status=2)


def test_the_wire_model_takes_every_reading():
    for row in EXPECTED:
        members = reading_to_json(row["text"], reading(row["text"], row["lang"]))

        assert QuantityReading.model_validate(members).model_dump(mode="json") == members
