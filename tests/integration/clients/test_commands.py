"""``khabar tablet`` and ``khabar bundle`` on folders, without a network."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backend.cli import app
from clients.tablet.tablet import Tablet
from clients.wire_reference import ReferenceItem
from sync.strictjson import Json
from tests.unit.clients.fake_node import NODE_ID, FakeNode
from tests.unit.clients.tablets import enrolled

RUN = CliRunner()
POINTS: dict[str, dict[str, Json]] = {
    "KG-DOSTUK": {"name_en": "Dostuk", "name_ru": "Достук", "search": ["достук", "дустлик"]},
    "KG-DOSTUK-RAIL": {"name_en": "Dostuk (rail)", "name_ru": None, "search": ["достук-2"]},
}


def khabar(*words: str | Path, status: int = 0) -> str:
    said = RUN.invoke(app, [str(word) for word in words])
    assert said.exit_code == status, said.output
    return said.output


def new(folder: Path) -> None:
    khabar("tablet", "new", folder, "--node", "http://node.test", "--name", "Osh-3")


def test_a_report_is_written_shown_and_struck_offline(tmp_path: Path):
    new(tmp_path)
    written = json.loads(
        khabar("tablet", "edit", tmp_path, "new", "--form", "seizure", "--json",
               "--set", "/items/+/quantity=8 кг 268 гр", "--set", "place.text=Сары-Таш")
    )  # fmt: skip
    khabar("tablet", "edit", tmp_path, written["report"][:13], "--set", "items.1.colour=белый")
    khabar("tablet", "void", tmp_path, written["report"], "--reason", "учебный")

    shown = json.loads(khabar("tablet", "show", tmp_path, written["report"], "--json"))

    item = written["paths"][0].split("/")[2]
    assert shown["fields"] == {
        f"/items/{item}/quantity": {"entered": "8 кг 268 гр", "lang": "ru"},
        f"/items/{item}/colour": "белый",
        "/place/text": "Сары-Таш",
        "/voided": {"reason": "учебный"},
    }
    assert shown["own"] == sorted(shown["fields"])


def test_status_tells_what_is_on_the_tablet_only(tmp_path: Path):
    new(tmp_path)
    khabar("tablet", "edit", tmp_path, "new", "--set", "place.text=Ош")

    told = json.loads(khabar("tablet", "status", tmp_path, "--json"))

    assert (told["lines_written"], told["lines_on_tablet"], told["is_enrolled"]) == (1, 1, False)
    assert [each["stage"] for each in told["reports"]] == ["on-tablet"]
    assert "on-tablet" in khabar("tablet", "status", tmp_path)


def test_what_cannot_be_done_is_told_in_one_line(tmp_path: Path):
    khabar("tablet", "status", tmp_path / "nowhere", status=1)
    new(tmp_path)

    assert "not enrolled" in khabar("tablet", "export", tmp_path, tmp_path / "x", status=1)
    assert "not enrolled" in khabar("tablet", "sync", tmp_path, status=1)
    assert "no field" in khabar("tablet", "edit", tmp_path, "new", "--set", "nowhere=1", status=1)
    assert "no reports" in khabar("tablet", "void", tmp_path, "01", "--reason", "x", status=1)
    assert json.loads(khabar("tablet", "status", tmp_path, "--json"))["reports"] == []


@pytest.fixture
async def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A tablet with a line nobody else has, and a colleague's."""
    node = FakeNode()
    author = await enrolled(node, tmp_path / "author", seed=1)
    driver = await enrolled(node, tmp_path / "driver", seed=2)
    author.write(author.new_report("seizure"), {"/place/text": "Сары-Таш"})
    for tablet in (author, driver):
        tablet.file.close()
    return tmp_path / "author", tmp_path / "driver"


def test_s9_a_name_is_looked_up_on_the_tablet(tmp_path: Path):
    new(tmp_path)
    assert "none, sync it" in khabar("tablet", "find", tmp_path, "units", "kg", status=1)
    tablet = Tablet.open(tmp_path)
    with tablet.file.transaction():
        tablet.reference.rows.put(
            [
                ReferenceItem("border_points", code, number, is_retired=False, body=body)
                for number, (code, body) in enumerate(POINTS.items(), start=1)
            ],
            through=2,
        )
    tablet.file.close()

    found = json.loads(khabar("tablet", "find", tmp_path, "border_points", "ДУСТЛИК", "--json"))
    said = khabar("tablet", "find", tmp_path, "border_points", "дост")

    assert found == [{"code": "KG-DOSTUK", "body": POINTS["KG-DOSTUK"], "is_exact": True}]
    assert said.splitlines() == [
        "begins so: KG-DOSTUK  Dostuk / Достук",
        "begins so: KG-DOSTUK-RAIL  Dostuk (rail)",
    ]
    assert khabar("tablet", "find", tmp_path, "border_points", "Нигде", status=1) == ""


def test_r6_a_bundle_is_exported_and_imported_and_shows_its_node_and_its_hash_alone(
    tmp_path: Path, folders: tuple[Path, Path]
):
    author, driver = folders
    stick = tmp_path / "stick"
    stick.mkdir()

    file = Path(khabar("bundle", "export", author, stick).strip())
    khabar("bundle", "import", driver, file)

    shown = json.loads(khabar("bundle", "show", file, "--json"))
    assert shown == {
        "kind": "sealed",
        "bytes": file.stat().st_size,
        "node": NODE_ID,
        "bundle": file.stem,
        "segments": [],
    }
    carrying = Tablet.open(driver)
    assert [each.content for each in carrying.courier.undelivered()] == [file.read_bytes()]
    carrying.file.close()
