"""Reference tablets look names up just as the node does, from what they pulled."""

from typing import Any

from backend.db import reference
from schemas.forms.jsonschema import document_digest, form_document
from schemas.forms.registry import CURRENT, FORMS
from schemas.reference_set import ReferenceSet, reference_set, substance_names
from tests.integration.clients.field import sync, tablet_of
from tests.running_node import RunningNode, reference_tables


def with_change(tables: ReferenceSet) -> ReferenceSet:
    """KG-CNS renamed, one unit gone."""
    changed = {name: dict(rows) for name, rows in tables.tables.items()}
    changed["agencies"]["KG-CNS"] = {**changed["agencies"]["KG-CNS"], "name_en": "New name"}
    del changed["units"]["kg"]
    return reference_set(changed)


async def load(node: RunningNode, tables: ReferenceSet) -> int:
    return await node.inside.database.write(lambda c: reference.load(c, tables))


async def test_s9_the_tablet_holds_every_row_and_every_form_as_the_node_does(node: RunningNode):
    tablet = await tablet_of(node, await node.console(), seed=1)

    told = await sync(tablet, node)

    tables = reference_tables().tables
    held: dict[str, dict[str, Any]] = {
        table: {code: tablet.reference.row(table, code) for code in rows}
        for table, rows in tables.items()
    }
    assert told.troubles == []
    assert held == {table: dict(rows) for table, rows in tables.items()}
    assert told.reference_rows_taken == sum(map(len, tables.values()))
    assert tablet.forms.digests() == {form: document_digest(form) for form in FORMS}
    assert {form: tablet.forms.document(form) for form in FORMS} == {
        form: form_document(definition) for form, definition in FORMS.items()
    }
    assert tablet.forms.current() == dict(CURRENT)


async def test_s9_both_sides_names_of_a_border_point_are_found_offline(node: RunningNode):
    tablet = await tablet_of(node, await node.console(), seed=1)
    await sync(tablet, node)

    found = tablet.reference.find("border_points", "Дустлик")

    assert [(each.code, each.is_exact) for each in found if each.is_exact] == [
        (code, True)
        for code, body in sorted(reference_tables().tables["border_points"].items())
        if "дустлик" in str(body["search"])
    ]
    assert any(each.body["name_ru"].startswith("Достук") for each in found)


async def test_s9_a_substance_means_on_the_tablet_what_it_means_to_the_node(node: RunningNode):
    tablet = await tablet_of(node, await node.console(), seed=1)
    await sync(tablet, node)

    names = substance_names(reference_tables().tables)

    assert {name: tablet.reference.substances(name) for name in names} == names
    assert len(names["анаша"]) > 1, "a word of the street is a question"


async def test_s9_a_sync_after_that_asks_for_nothing_until_the_node_has_newer(node: RunningNode):
    tablet = await tablet_of(node, await node.console(), seed=1)
    first = await sync(tablet, node)
    again = await sync(tablet, node)
    assert await load(node, with_change(reference_tables())) == 2

    changed = await sync(tablet, node)

    assert (again.reference_rows_taken, again.forms_taken) == (0, 0)
    assert changed.reference_rows_taken == 2
    assert tablet.reference.rows.place.through == first.reference_rows_taken + 2
    (agency,) = (each for each in tablet.reference.find("agencies", "KG-CNS") if each.is_exact)
    assert agency.body["name_en"] == "New name"
    assert not any(each.is_exact for each in tablet.reference.find("units", "kg"))
    assert tablet.reference.row("units", "kg") is not None
