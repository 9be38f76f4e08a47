"""A node running inside a test: real application, real SQLite file, fake clock and seeded ids.

    async with running_node(settings, clock) as node:
        response = await node.client.get("/v1/health")

The fixture ``node`` does this. A test that restarts or kills a node calls it itself.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from backend.app import create_app
from backend.clock import Instant
from backend.ids import SeededIds
from backend.node import Node
from backend.settings import Settings


class FakeClock:
    """A clock that stands still until a test moves it. Starts at 2020-02-01T08:00:00Z."""

    def __init__(self, now: int = 1_580_544_000_000) -> None:
        self._now = now

    def now(self) -> Instant:
        return Instant(self._now)

    def advance(self, duration_ms: int) -> None:
        self._now += duration_ms


class RunningNode:
    """What a test holds of a node: its application, its insides, and an anonymous client."""

    def __init__(self, app: FastAPI, clock: FakeClock) -> None:
        self.app = app
        self.clock = clock
        self.inside: Node = app.state.node
        self.client = self.new_client()

    def new_client(
        self, *, token: str | None = None, address: str = "10.0.0.1"
    ) -> httpx.AsyncClient:
        """A client with its own address and, when given, a bearer token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=(address, 40_000)),
            base_url="http://node.test",
            headers=headers,
        )


@asynccontextmanager
async def running_node(
    settings: Settings, clock: FakeClock, *, seed: int = 1
) -> AsyncGenerator[RunningNode]:
    app = create_app(settings, clock=clock, ids=SeededIds(seed))
    async with app.router.lifespan_context(app):
        running = RunningNode(app, clock)
        async with running.client:
            yield running
