"""The whole scenario on the seed texts: real processes, real HTTP, real figures."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clients.scenario.facts import DIRECTORY, load
from clients.scenario.figures import table

ROOT = Path(__file__).resolve().parents[3]
SECONDS_MAX = 240

KG = {
    "CAN-RESIN": "292.509",
    "AMPHETAMINE": "4.62",
    "HEROIN": "8.268",
    "CAN-HERB": "142.16",
    "CAN-UNSPEC": "9000",
    "SULFURIC-ACID": "1320",
}


def khabar(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from backend.cli import main; main()", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def planted(folder: Path) -> Path:
    """The facts with one wrong figure: a gram more heroin than the text says."""
    copied = folder / "facts"
    shutil.copytree(DIRECTORY, copied)
    figures = copied / "figures.json"
    text = figures.read_text("utf-8")
    assert '"kg": "8.268"' in text
    figures.write_text(text.replace('"kg": "8.268"', '"kg": "8.269"'), "utf-8")
    return copied


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    """One run against facts with one wrong figure: everything else must hold, and that must not."""
    folder = tmp_path_factory.mktemp("seeds")
    facts = planted(folder)
    run = khabar("scenario", "seeds", "--json", "--facts", str(facts), cwd=folder)
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout)


def test_every_promise_of_the_scenario_holds(told: tuple[int, dict[str, Any]]):
    _, outcome = told
    assert [check for check in outcome["promises"] if not check["is_ok"]] == []
    named = {check["promise"] for check in outcome["promises"]}
    assert named == {f"P{number}" for number in range(1, 12)}


def test_what_the_texts_report_reaches_the_regional_centre_exactly(
    told: tuple[int, dict[str, Any]],
):
    _, outcome = told
    assert {row["code"]: row["kg"] for row in outcome["substances"]} == KG
    assert outcome["unexpected"] == []
    assert outcome["subtotals"] == {"drug": "9447.557", "precursor": "1320"}
    reported = {row["code"]: row["as_reported"] for row in outcome["substances"]}
    assert reported["SULFURIC-ACID"] == ["1,320 kg."]
    assert reported["CAN-RESIN"] == ["16 kg. 509 gr.", "276 kilograms"]


def test_the_mismatch_of_a_text_is_shown_and_not_mended(told: tuple[int, dict[str, Any]]):
    _, outcome = told
    totals = {row["name"]: row for row in outcome["totals"]}
    february = totals["Operation of 1 February 2020"]
    assert (february["sum_kg"], february["difference_kg"]) == ("280.62", "0.00")
    winter = totals["November and December 2020, drugs and precursor together"]
    assert (winter["stated"], winter["sum_kg"]) == ("10 tons", "10486.937")
    assert winter["difference_kg"] == "-486.937"


def test_a_wrong_figure_fails_the_run(told: tuple[int, dict[str, Any]]):
    status, outcome = told
    assert status == 1
    assert outcome["ok"] is False
    wrong = [row["code"] for row in outcome["substances"] if not row["is_match"]]
    assert wrong == ["HEROIN"]
    assert all(row["is_match"] for row in (*outcome["totals"], *outcome["money"]))


def test_a_folder_that_is_not_empty_is_never_played_into(tmp_path: Path):
    (tmp_path / "report.txt").write_text("somebody's")
    run = khabar("scenario", "seeds", "--into", str(tmp_path), cwd=tmp_path)
    assert run.returncode == 1
    assert "is not empty" in " ".join(run.stderr.split())
    assert [each.name for each in tmp_path.iterdir()] == ["report.txt"]


def held_by_the_centre() -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """What a faultless run leaves at the centre, as entries."""
    facts, reports, held = load(), dict[str, str](), dict[str, dict[str, Any]]()
    answers = facts.told.answers
    kg = {
        "276 kilograms": "276",
        "4 kilograms 620 grams": "4.62",
        "8 kg. 268 gr.": "8.268",
        "16 kg. 509 gr.": "16.509",
        "142 kg. 160 g": "142.16",
        "1,320 kg.": "1320",
        "9 tons": "9000",
    }
    for seizure in facts.told.seizures:
        reports[seizure.id] = seizure.id
        if not seizure.is_submitted or seizure.id == "feb-2020-second":
            continue
        items = [
            {
                "substance": {"code": item.code or answers.cannabis.code},
                "quantity": {
                    "entered": {"text": item.entered, "lang": item.lang},
                    "value": kg[item.entered],
                    "unit": "kg",
                },
            }
            for item in seizure.items
        ]
        body: dict[str, Any] = {"items": items}
        if seizure.value is not None:
            value = {"amount": seizure.value.amount, "currency": seizure.value.currency}
            body["estimates"] = {"value": value}
        held[seizure.id] = body
    return reports, held


ASKED = {"SULFURIC-ACID": 1, "CAN-UNSPEC": 1}


def test_figures_match_what_a_faultless_run_leaves():
    reports, held = held_by_the_centre()
    assert table(load(), reports, held, ASKED).is_match


@pytest.mark.parametrize(
    "spoil",
    [
        lambda held: held.pop("hashish-2020"),
        lambda held: held["heroin-2020"]["items"][0]["quantity"].update(value="8.269"),
        lambda held: held["acid-2020"]["items"][0]["quantity"].update(question=True),
        lambda held: held["acid-2020"]["items"][0]["quantity"]["entered"].update(text="1320 kg"),
        lambda held: held["feb-2020"]["items"].append(
            {"substance": {"code": "METHAMPHETAMINE"}, "quantity": {"value": "3.5", "unit": "kg"}}
        ),
        lambda held: held["feb-2020"].pop("estimates"),
        lambda held: held["heroin-2020"].update(
            estimates={"value": {"amount": "380000", "currency": "USD"}}
        ),
    ],
)
def test_figures_tell_every_fault_that_is_planted(spoil: Any):
    reports, held = held_by_the_centre()
    spoil(held)
    assert not table(load(), reports, held, ASKED).is_match
