"""Reference tables and forms on the tablet: fetched as differences, looked up with no network."""

import json
import sqlite3
from pathlib import Path

import httpx
import pytest

from clients.tablet.file import FILE_NAME
from clients.tablet.reference_rows import Place
from clients.tablet.tablet import Tablet
from tests.unit.clients.fake_node import FakeNode, digest_of, problem
from tests.unit.clients.tablets import enrolled, new_tablet, sync, world
from tests.unit.clients.test_tablet_survives_a_kill import (
    KilledError,
    opened,
    statements_of_opening,
)

DUSTLIK = {"name_en": "Dostuk (Do'stlik)", "search": ["достук", "дустлик", "do'stlik"]}
HASHISH = {"name_en": "Hashish", "name_ru": "Гашиш", "name_ky": None, "synonyms": ["ru:анаша"]}
HERB = {"name_en": "Cannabis herb", "name_ru": "Марихуана (трава)", "name_ky": None,
        "synonyms": []}  # fmt: skip
ANASHA = {"name": "анаша", "lang": "ru", "candidates": ["cannabis_herb", "hashish"]}


def stocked() -> FakeNode:
    node = FakeNode()
    node.put_row("border_points", "KG-DOSTUK", **DUSTLIK)
    node.put_row("border_points", "KG-DOSTUK-RAIL", name_en="Rail", search=["достук-2"])
    node.put_row("substances", "hashish", **HASHISH)
    node.put_row("substances", "cannabis_herb", **HERB)
    node.put_row("ambiguous_names", "ru-anasha", **ANASHA)
    node.put_row("units", "kg", name_en="kilogram", abbr_ru="кг")
    node.forms = {form: document(form) for form in ("seizure/1", "seizure/2")}
    return node


def document(form: str, title: str = "Seizure") -> dict[str, object]:
    return {"form": form, "title": {"en": title}, "schema": {"type": "object"}}


def codes(tablet: Tablet, table: str, name: str) -> list[tuple[str, bool]]:
    return [(each.code, each.is_exact) for each in tablet.reference.find(table, name)]


def asked(node: FakeNode) -> list[str]:
    """What was fetched besides reports, in order."""
    return [path for _, path in node.seen if path.startswith(("/v1/reference", "/v1/forms"))]


async def test_s9_a_sync_brings_the_tables_and_a_name_is_found_offline():
    node = stocked()
    tablet = await enrolled(node)

    told = await sync(tablet, node)

    assert (told.troubles, told.reference_rows_taken, told.forms_taken) == ([], 6, 2)
    (found,) = tablet.reference.find("border_points", " ДУСТЛИК ")
    assert (found.code, found.is_exact) == ("KG-DOSTUK", True)
    assert found.body == {"code": "KG-DOSTUK", **DUSTLIK}
    assert codes(tablet, "border_points", "достук") == [
        ("KG-DOSTUK", True),
        ("KG-DOSTUK-RAIL", False),
    ]
    assert codes(tablet, "border_points", "kg-dostuk") == [
        ("KG-DOSTUK", True),
        ("KG-DOSTUK-RAIL", False),
    ]
    assert codes(tablet, "units", "КГ") == [("kg", True)]
    assert [codes(tablet, *each) for each in (("units", ""), ("nowhere", "x"))] == [[], []]


async def test_s9_a_word_that_means_several_substances_gives_all_their_codes():
    node = stocked()
    tablet = await enrolled(node)
    assert tablet.reference.substances("анаша") == ()
    await sync(tablet, node)

    names = ("анаша", "Гашиш", "HASHISH", "марихуана", "трава", "мука")
    assert {name: tablet.reference.substances(name) for name in names} == {
        "анаша": ("cannabis_herb", "hashish"),
        "Гашиш": ("hashish",),
        "HASHISH": ("hashish",),
        "марихуана": ("cannabis_herb",),
        "трава": (),
        "мука": (),
    }
    assert codes(tablet, "substances", "анаша") == [("cannabis_herb", True), ("hashish", True)]


async def test_s9_only_what_changed_is_fetched_and_a_retired_row_is_no_longer_found():
    node = stocked()
    tablet = await enrolled(node)
    await sync(tablet, node)
    node.seen.clear()
    assert (await sync(tablet, node)).reference_rows_taken == 0
    assert asked(node) == []
    node.put_row("border_points", "KG-DOSTUK", **{**DUSTLIK, "search": ["достук", "дружба"]})
    node.put_row("substances", "hashish", **HASHISH, is_retired=True)

    told = await sync(tablet, node)

    assert told.reference_rows_taken == 2
    assert codes(tablet, "border_points", "дустлик") == []
    assert codes(tablet, "border_points", "дружба") == [("KG-DOSTUK", True)]
    assert tablet.reference.substances("гашиш") == ()
    assert tablet.reference.row("substances", "hashish") == {"code": "hashish", **HASHISH}


async def test_s9_a_fetch_that_is_cut_off_keeps_its_pages_and_goes_on_from_there():
    node = stocked()
    node.page = 2
    tablet = await enrolled(node)

    def drops_the_second(request: httpx.Request):
        is_second = request.url.params.get("since") == "2"
        return httpx.ReadError("no bar") if is_second else None

    node.fail(drops_the_second)
    told = await sync(tablet, node)
    assert (told.reference_rows_taken, tablet.reference.rows.place) == (2, Place("5f2c", 2))
    assert codes(tablet, "border_points", "дустлик") == [("KG-DOSTUK", True)]
    node.faults.clear()

    told = await sync(tablet, node)

    assert (told.troubles, told.reference_rows_taken) == ([], 4)
    assert tablet.reference.rows.place == Place("5f2c", 6)


async def test_s9_a_node_whose_tables_cannot_be_read_still_gives_and_takes_reports():
    node = stocked()
    tablet, colleague = await enrolled(node, seed=1), await enrolled(node, seed=2)
    theirs = colleague.new_report("seizure")
    colleague.write(theirs, {"/place/text": "Ош"})
    await sync(colleague, node)
    tablet.write(tablet.new_report("seizure"), {"/place/text": "Ош"})

    def is_broken(request: httpx.Request):
        is_shelf = request.url.path.startswith(("/v1/reference", "/v1/forms"))
        return problem("internal", 500, "later") if is_shelf else None

    node.fail(is_broken)

    told = await sync(tablet, node)

    assert (told.lines_handed_in, theirs in tablet.replica.revisions()) == (1, True)
    assert [(each.about, each.reason) for each in told.troubles] == [
        ("reference", "internal"),
        ("forms", "internal"),
    ]


@pytest.mark.parametrize(
    "page",
    [
        {"items": [], "through": 0, "has_more": True},
        {"items": [{"table": "units"}], "through": 9, "has_more": False},
        {"items": "none", "through": 9, "has_more": False},
        {"through": 9},
        [],
    ],
)
async def test_s9_a_page_that_leads_nowhere_is_not_taken(page: object):
    node = stocked()
    tablet = await enrolled(node)

    def garbles(request: httpx.Request):
        is_page = request.url.path == "/v1/reference"
        return httpx.Response(200, json=page) if is_page else None

    node.fail(garbles)

    told = await sync(tablet, node)

    assert [(each.about, each.reason) for each in told.troubles] == [("reference", "garbled")]
    assert tablet.reference.rows.place.through == 0


async def test_s9_a_restored_node_is_read_anew_and_what_it_no_longer_has_goes():
    node = stocked()
    backup = node.backup()
    node.put_row("units", "pood", name_en="pood")
    tablet = await enrolled(node)
    await sync(tablet, node)
    node.restore(backup, "6a3d")
    node.put_row("units", "g", name_en="gram")
    assert codes(tablet, "units", "pood") == [("pood", True)]

    told = await sync(tablet, node)

    assert told.reference_rows_taken == 7
    assert tablet.reference.rows.place == Place("6a3d", 7)
    assert codes(tablet, "units", "gram") == [("g", True)]
    assert (codes(tablet, "units", "pood"), tablet.reference.row("units", "pood")) == ([], None)


async def test_s9_forms_are_fetched_whole_once_and_then_only_the_one_that_changed():
    node = stocked()
    tablet = await enrolled(node)
    await sync(tablet, node)
    assert tablet.forms.document("seizure/2") == document("seizure/2")
    assert tablet.forms.current() == {"seizure": "seizure/2"}
    node.forms["seizure/1"] = document("seizure/1", "Изъятие")
    node.forms["seizure/3"] = document("seizure/3")
    node.seen.clear()

    told = await sync(tablet, node)

    assert (told.troubles, told.forms_taken) == ([], 2)
    assert asked(node) == ["/v1/forms", "/v1/forms/seizure/1", "/v1/forms/seizure/3"]
    assert tablet.forms.digests() == {form: digest_of(held) for form, held in node.forms.items()}
    assert tablet.forms.current() == {"seizure": "seizure/3"}


async def test_s9_what_has_not_changed_is_not_sent_again_by_a_node_that_says_so():
    node = stocked()
    tablet = await enrolled(node)
    await sync(tablet, node)
    held = tablet.forms.digest

    def says_another_digest(request: httpx.Request):
        if request.url.path != "/v1/sync/pull":
            return None
        page = json.loads(node.serve(request).content)
        return httpx.Response(200, json={**page, "forms": "0" * 64})

    node.fail(says_another_digest)
    node.seen.clear()

    told = await sync(tablet, node)

    assert asked(node) == ["/v1/forms"]
    assert (told.troubles, told.forms_taken, tablet.forms.digest) == ([], 0, held)


async def test_s9_killed_at_any_statement_while_fetching_nothing_is_lost_or_half_there(
    tmp_path: Path,
):
    node = stocked()
    node.page = 2
    folder = tmp_path / "tablet"
    (await enrolled(node, folder)).file.close()
    opening = statements_of_opening(folder)
    wanted = digest_of([row["body"] for row in node.data.reference])
    kills = 0

    for lives in range(opening, opening + 400, 3):
        victim = opened(folder, lives)
        try:
            await sync(victim, node)
        except KilledError:
            kills += 1
            continue
        finally:
            victim.file.close()
        break

    survivor = opened(folder)
    assert kills > 10
    assert survivor.reference.rows.place == Place("5f2c", 6)
    rows = [survivor.reference.row(row["table"], row["code"]) for row in node.data.reference]
    assert digest_of(rows) == wanted
    assert codes(survivor, "border_points", "дустлик") == [("KG-DOSTUK", True)]
    assert survivor.forms.digests() == {form: digest_of(held) for form, held in node.forms.items()}
    survivor.file.close()


def test_a_tablet_of_before_there_were_tables_is_brought_on_with_its_log(tmp_path: Path):
    tablet = new_tablet(tmp_path)
    tablet.write(tablet.new_report("seizure"), {"/place/text": "Ош"})
    tablet.file.close()
    old = sqlite3.connect(tmp_path / FILE_NAME)
    for table in ("reference_row", "reference_name", "form"):
        old.execute(f"DROP TABLE {table}")
    old.execute("PRAGMA user_version=1")
    old.commit()
    old.close()

    tablet = Tablet.open(tmp_path, world=world())

    assert (tablet.log.last, tablet.reference.tables()) == (1, ())
    assert tablet.file.one("PRAGMA user_version") == (2,)
    tablet.file.close()
