"""A node with reports in its journal, its publisher, and readers of its feed."""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import Connection

from backend.actors import Role
from backend.db import conflict_store, feed
from backend.db.conflict_store import Release
from backend.db.feed import PageEntry
from backend.node import Node
from backend.services.intake import Intake
from backend.services.publish import Publisher
from sync.chain import CHAIN_START, Link, first_break
from sync.ids import ReportId
from sync.report import Report
from tests.feed_reports import item
from tests.running_node import RunningNode, TabletKey

SHARED = {"/submitted": True, "/handling/release/TJ": True, "/handling/release/UZ": True}
HERB = item(1, "CAN-HERB", "2 кг")
READY = {**SHARED, **HERB, "/event/at": "2020-02-01T14:00:00+06:00"}


class FeedNode:
    """What a test does to the feed of a node, without HTTP."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.publisher = Publisher(node)
        self._lines = 0

    async def put(self, *reports: Report) -> None:
        """Take reports into the journal as they stand."""

        def work(connection: Connection) -> None:
            intake = Intake(connection, self.node.rulebook, self.node.now())
            for report in reports:
                intake.put(report)
            intake.finish()

        await self.node.database.write(work)

    async def say(self, report: Report, decision: str) -> None:
        """An administrator's word on release, recorded as the journal does."""
        self._lines += 1
        said = Release(report.id, self._lines, decision, report.revision, self.node.now())

        def work(connection: Connection) -> None:
            conflict_store.put_release(connection, said)
            intake = Intake(connection, self.node.rulebook, self.node.now())
            intake.put(report)
            intake.finish()

        await self.node.database.write(work)

    async def release(self, *reports: Report) -> None:
        for report in reports:
            await self.say(report, "release")

    async def publish(self) -> None:
        while await self.publisher.step():
            pass

    async def entries(self) -> list[PageEntry]:
        """The whole feed; every test that looks at it checks its chain."""
        found = await self.node.database.read(lambda c: feed.page(c, 0, limit=10_000))
        links = (Link(e.position, e.hash, e.chain, e.body) for e in found)
        assert first_break(CHAIN_START, 0, links) is None
        return found

    async def told(self) -> list[tuple[str, str, str]]:
        """(action, report's number, readers) of every entry."""
        return [
            (
                entry.action,
                number_of(json.loads(entry.body)["report"]),
                " ".join(sorted(entry.audience)),
            )
            for entry in await self.entries()
        ]

    async def held_by(self, code: str) -> dict[str, dict[str, Any]]:
        """What a reader who pulls now from the start holds: report's number -> body."""
        held: dict[str, dict[str, Any]] = {}
        for entry in await self.entries():
            text = entry.body_for(code)
            if text is not None:
                take(held, json.loads(text))
        return held


def take(held: dict[str, dict[str, Any]], body: Mapping[str, Any]) -> None:
    """What a reader does with an entry."""
    number = number_of(body["report"])
    if body["action"] == "withdraw":
        held.pop(number, None)
    else:
        held[number] = dict(body)


def number_of(report: ReportId | str) -> str:
    """The number a test calls a report by."""
    return str(int(report.rsplit("-", 1)[1], 16))


class SubscriberAuth(httpx.Auth):
    """Signs a fresh token for each request, as a subscriber's own machine does."""

    def __init__(self, subscriber: str, node: str, key: TabletKey) -> None:
        self._subscriber = subscriber
        self._node = node
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        token = self._key.token(self._subscriber, self._node, kind="subscriber")
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


@dataclass
class Subscriber:
    """A reader let in by the node's operator."""

    id: str
    key: TabletKey
    client: httpx.AsyncClient

    async def page(self, cursor: str | None = None, limit: int = 100) -> httpx.Response:
        params = {"limit": limit} | ({} if cursor is None else {"cursor": cursor})
        return await self.client.get("/v1/feed", params=params)


async def subscriber(running: RunningNode, code: str) -> Subscriber:
    operator = await running.console(roles=(Role.OPERATOR,))
    key = running.new_key()
    response = await operator.client.post(
        "/v1/subscribers", json={"name": code, "code": code, "public_key": key.public_text}
    )
    assert response.status_code == 201, response.text
    found = response.json()["id"]
    auth = SubscriberAuth(found, running.inside.identity.id, key)
    return Subscriber(found, key, running.new_client(auth=auth))
