"""Reference tables and forms reach tablets whole, and after that as differences only."""

from typing import Any

import httpx
import pytest

from backend.db import reference
from schemas.forms.registry import CURRENT, FORMS
from schemas.reference_set import ReferenceSet, reference_set
from tests.problem_documents import slug
from tests.running_node import RunningNode, reference_tables


async def pull(client: httpx.AsyncClient, since: int = 0, limit: int = 500) -> list[dict[str, Any]]:
    """All rows since, page by page, as a tablet fetches them."""
    rows: list[dict[str, Any]] = []
    while True:
        page = (await client.get(f"/v1/reference?since={since}&limit={limit}")).json()
        rows.extend(page["items"])
        since = page["through"]
        if not page["has_more"]:
            return rows


def with_change(tables: ReferenceSet) -> ReferenceSet:
    """KG-CNS renamed, one unit gone."""
    changed = {name: dict(rows) for name, rows in tables.tables.items()}
    changed["agencies"]["KG-CNS"] = {**changed["agencies"]["KG-CNS"], "name_en": "New name"}
    del changed["units"]["kg"]
    return reference_set(changed)


async def test_a_tablet_fetches_every_row_once(node: RunningNode):
    rows = await pull(node.client, limit=100)

    assert {(row["table"], row["code"]): row["body"] for row in rows} == {
        (table, code): dict(body)
        for table, bodies in reference_tables().tables.items()
        for code, body in bodies.items()
    }
    assert [row["version"] for row in rows] == list(range(1, len(rows) + 1))
    assert not any(row["is_retired"] for row in rows)


async def test_after_that_it_fetches_what_changed_and_what_is_gone(node: RunningNode):
    through = (await pull(node.client))[-1]["version"]

    count = await node.inside.database.write(
        lambda connection: reference.load(connection, with_change(reference_tables()))
    )
    rows = await pull(node.client, since=through)

    assert count == 2
    assert [(row["table"], row["code"], row["is_retired"]) for row in rows] == [
        ("agencies", "KG-CNS", False),
        ("units", "kg", True),
    ]
    assert rows[0]["body"]["name_en"] == "New name"


async def test_loading_the_same_tables_again_changes_nothing(node: RunningNode):
    before = await pull(node.client)

    count = await node.inside.database.write(
        lambda connection: reference.load(connection, reference_tables())
    )

    assert count == 0
    assert await pull(node.client) == before


async def test_a_row_that_comes_back_is_no_longer_retired(node: RunningNode):
    through = (await pull(node.client))[-1]["version"]
    for tables in (with_change(reference_tables()), reference_tables()):
        await node.inside.database.write(
            lambda connection, tables=tables: reference.load(connection, tables)
        )

    rows = await pull(node.client, since=through)

    assert [(row["code"], row["is_retired"]) for row in rows] == [("KG-CNS", False), ("kg", False)]


async def test_forms_are_listed_with_the_version_new_reports_are_written_in(node: RunningNode):
    index = (await node.client.get("/v1/forms")).json()

    assert [each["form"] for each in index["forms"]] == list(FORMS)
    assert index["current"] == dict(CURRENT)


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_a_form_is_fetched_once_and_then_asked_about(
    node: RunningNode, form: str, encoding: str
):
    headers = {"Accept-Encoding": encoding}
    first = await node.client.get(f"/v1/forms/{form}", headers=headers)

    second = await node.client.get(
        f"/v1/forms/{form}", headers={**headers, "If-None-Match": first.headers["etag"]}
    )
    other = await node.client.get(f"/v1/forms/{form}", headers={"If-None-Match": '"other"'})

    assert first.json()["form"] == form
    assert first.headers["cache-control"] == "no-cache"
    assert (second.status_code, second.content) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["seizure/99", "unknown/1"])
async def test_a_form_nobody_published_is_not_there(node: RunningNode, path: str):
    assert slug(await node.client.get(f"/v1/forms/{path}")) == "not-found"
