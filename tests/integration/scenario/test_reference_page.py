"""The API reference for people: all of the contract, nothing from any network."""

import re

from tests.running_node import RunningNode


async def test_the_reference_page_names_every_operation_and_schema(node: RunningNode):
    contract = (await node.client.get("/openapi.json")).json()
    page = (await node.client.get("/docs")).text
    for item in contract["paths"].values():
        for operation in item.values():
            assert f'<article id="{operation["operationId"]}">' in page
    for name in contract["components"]["schemas"]:
        assert f'<article id="schema-{name}">' in page


async def test_every_link_of_the_reference_page_leads_somewhere_on_this_node(node: RunningNode):
    page = (await node.client.get("/docs")).text
    ids = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert {link[1:] for link in links if link.startswith("#")} <= ids
    elsewhere = {link for link in links if not link.startswith("#")}
    assert elsewhere == {"/docs/style.css", "/openapi.json"}
    for link in elsewhere:
        assert (await node.client.get(link)).status_code == 200
    assert "<script" not in page


async def test_the_reference_page_lets_a_browser_load_nothing_but_its_style(node: RunningNode):
    response = await node.client.get("/docs")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    style = (await node.client.get("/docs/style.css")).text
    assert "prefers-color-scheme: dark" in style
    assert "url(" not in style
