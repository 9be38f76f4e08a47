"""The feed as its readers pull it over HTTP, and what the node knows of them."""

import json
from dataclasses import replace

import httpx
import pytest

from backend.actors import Role
from backend.keys import verify
from backend.services.publish import key_name
from sync.chain import CHAIN_START, Link, first_break, read_note
from sync.ids import Revision
from sync.report import FieldState, Report
from tests.feed_node import READY, FeedNode, Subscriber, subscriber, take
from tests.feed_reports import report, uuid, witness
from tests.running_node import RunningNode


@pytest.fixture
def world(node: RunningNode) -> FeedNode:
    return FeedNode(node.inside)


def links(pages: list[dict]) -> list[Link]:
    return [
        Link(
            each["position"],
            each["hash"],
            each["chain"],
            None if each["body"] is None else each["body"].encode(),
        )
        for page in pages
        for each in page["entries"]
    ]


async def pull_all(reader: Subscriber, limit: int = 2) -> list[dict]:
    pages: list[dict] = []
    while not pages or pages[-1]["more"]:
        response = await reader.page(pages[-1]["cursor"] if pages else None, limit)
        assert response.status_code == 200, response.text
        pages.append(response.json())
    return pages


async def publish(world: FeedNode, *reports: Report) -> None:
    await world.put(*reports)
    await world.release(*reports)
    await world.publish()


def three() -> list[Report]:
    return [
        report(1, READY),
        report(2, {**READY, "/handling/release/TJ": None}),
        report(3, READY),
    ]


def problem_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit(":", 1)[1]


async def test_f5_an_entry_not_for_the_reader_is_its_hash_and_the_chain_still_verifies(
    node: RunningNode, world: FeedNode
):
    await publish(world, *three())
    reader = await subscriber(node, "TJ")

    pages = await pull_all(reader)

    found = links(pages)
    assert [link.body is None for link in found] == [False, True, False]
    assert first_break(CHAIN_START, 0, found) is None
    note = (await reader.client.get("/v1/feed/checkpoint")).text
    head = read_note(
        note,
        name=key_name(node.inside),
        public_key=node.inside.keys.signing_public,
        verify=verify,
    )
    assert head is not None
    assert (head.size, head.chain) == (3, found[-1].chain)


async def test_f4_an_empty_feed_has_a_signed_head_too(node: RunningNode):
    reader = await subscriber(node, "TJ")

    note = (await reader.client.get("/v1/feed/checkpoint")).text

    head = read_note(
        note,
        name=key_name(node.inside),
        public_key=node.inside.keys.signing_public,
        verify=verify,
    )
    assert head is not None
    assert (head.size, head.chain) == (0, CHAIN_START)


async def test_f7_a_full_page_is_the_same_for_ever_and_the_last_one_is_asked_about(
    node: RunningNode, world: FeedNode
):
    await publish(world, *three())
    reader = await subscriber(node, "TJ")
    full, last = await reader.page(limit=3), await reader.page(limit=4)

    await publish(world, report(4, READY))

    again = await reader.page(limit=3)
    assert again.content == full.content
    assert again.headers["etag"] == full.headers["etag"]
    assert full.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert last.headers["cache-control"] == "private, no-cache"
    assert (await reader.page(limit=4)).content != last.content
    assert full.json()["more"] is True


async def test_f7_a_page_the_reader_has_is_not_sent_again(node: RunningNode, world: FeedNode):
    await publish(world, *three())
    reader = await subscriber(node, "TJ")
    first = await reader.page()

    again = await reader.client.get(
        "/v1/feed", params={"limit": 100}, headers={"If-None-Match": first.headers["etag"]}
    )

    assert (again.status_code, again.content) == (304, b"")


async def test_f7_every_page_size_gives_the_same_entries(node: RunningNode, world: FeedNode):
    await publish(world, *three())
    reader = await subscriber(node, "UZ")

    by_one, at_once = await pull_all(reader, 1), await pull_all(reader, 1000)

    assert links(by_one) == links(at_once)
    assert len(at_once) == 1


@pytest.mark.parametrize("cursor", ["nonsense", "YTFiMmMzZDRbIjEtOWYzYyIsIiIsNDFd", "й"])
async def test_f7_a_cursor_of_another_feed_leads_nowhere(node: RunningNode, cursor: str):
    reader = await subscriber(node, "TJ")

    assert problem_of(await reader.page(cursor)) == (410, "cursor-stale")
    answer = await reader.client.post("/v1/feed/ack", json={"cursor": cursor})
    assert problem_of(answer) == (410, "cursor-stale")


async def test_only_a_subscriber_pulls(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)

    answers = [
        await client.get("/v1/feed") for client in (node.client, console.client, tablet.client)
    ]

    assert [problem_of(answer) for answer in answers] == [(401, "not-authenticated")] * 3


async def test_p10_a_subscriber_outside_the_partners_gets_hashes_only(
    node: RunningNode, world: FeedNode
):
    listed = {**READY, "/handling/release/FR": True}
    await publish(world, report(1, listed))
    reader = await subscriber(node, "FR")

    assert [link.body for link in links(await pull_all(reader))] == [None]


async def test_f7_the_recall_list_names_who_holds_a_report_and_who_knows_of_its_withdrawal(
    node: RunningNode, world: FeedNode
):
    one = report(1, READY)
    await publish(world, one, report(2, READY))
    quick, slow, never = [await subscriber(node, code) for code in ("TJ", "UZ", "KZ")]
    for reader in (quick, slow, never):
        await pull_all(reader)
    voided = FieldState({"reason": "an exercise"}, (witness(),))
    await publish(
        world, replace(one, revision=Revision(2), fields={**one.fields, "/voided": voided})
    )
    cursor = (await pull_all(quick))[-1]["cursor"]
    acked = await quick.client.post("/v1/feed/ack", json={"cursor": cursor})
    assert acked.json() == {"acknowledged": 3}

    console = await node.console("KG-CNS")
    answer = await console.client.get(f"/v1/feed/holders/{uuid(1)}")

    assert [
        (each["code"], each["position"], each["withdrawal"], each["withdrawal_acknowledged"])
        for each in answer.json()["holders"]
    ] == [("TJ", 1, 3, True), ("UZ", 1, 3, False)]
    other = await node.console("KG-GKNB")
    assert problem_of(await other.client.get(f"/v1/feed/holders/{uuid(1)}")) == (404, "not-found")


async def test_f7_an_acknowledgement_moves_forward_only_and_operators_see_the_lag(
    node: RunningNode, world: FeedNode
):
    await publish(world, *three())
    reader = await subscriber(node, "TJ")
    pages = await pull_all(reader, 1)

    acked = [
        (await reader.client.post("/v1/feed/ack", json={"cursor": pages[n]["cursor"]})).json()
        for n in (1, 0)
    ]

    assert acked == [{"acknowledged": 2}, {"acknowledged": 2}]
    operator = await node.console(roles=(Role.OPERATOR,))
    lag = (await operator.client.get("/v1/feed/lag")).json()
    assert lag["size"] == 3
    assert [
        (each["code"], each["delivered"], each["acknowledged"], each["behind"])
        for each in lag["subscribers"]
    ] == [("TJ", 3, 2, 1)]


async def test_f1_an_agency_sets_its_release_policy(node: RunningNode, world: FeedNode):
    await world.put(report(1, READY))
    await world.publish()
    console = await node.console("KG-CNS")
    before = (await console.client.get("/v1/release-policy")).json()

    answer = await console.client.put(
        "/v1/release-policy", json={"release_requires_approval": False}
    )
    await world.publish()

    assert before == {"release_requires_approval": True}
    assert answer.json() == {"release_requires_approval": False}
    assert await world.told() == [("publish", "1", "TJ UZ")]


async def test_the_entry_schema_is_served(node: RunningNode):
    schema = (await node.client.get("/v1/feed/schema")).json()

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"Telling", "Withdrawal"} <= schema["$defs"].keys()


async def test_what_a_reader_folds_is_what_it_may_see_now(node: RunningNode, world: FeedNode):
    one, two, three_ = three()
    await publish(world, one, two, three_)
    reader = await subscriber(node, "TJ")
    held: dict = {}
    first = await pull_all(reader)
    lowered = FieldState(None, (witness(),))
    await publish(
        world,
        replace(
            three_, revision=Revision(2), fields={**three_.fields, "/handling/release/TJ": lowered}
        ),
    )

    response = await reader.page(first[-1]["cursor"])
    for page in (*first, response.json()):
        for entry in page["entries"]:
            if entry["body"] is not None:
                take(held, json.loads(entry["body"]))

    assert held.keys() == {"1"}
    assert held == await world.held_by("TJ")
