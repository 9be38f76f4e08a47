"""openapi.yaml is, byte for byte, what the application serves."""

from pathlib import Path
from typing import Any

import httpx
import yaml

from backend.openapi import render
from tests.running_node import RunningNode

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"


async def served(client: httpx.AsyncClient) -> dict[str, Any]:
    return (await client.get("/openapi.json")).json()


async def test_committed_contract_is_current(node: RunningNode):
    """If this fails: run ``make openapi`` and read the difference."""
    document = await served(node.client)

    assert render(document) == COMMITTED.read_text("utf-8")


async def test_the_committed_text_is_yaml_of_what_is_served(node: RunningNode):
    document = await served(node.client)

    assert yaml.safe_load(COMMITTED.read_text("utf-8")) == document
