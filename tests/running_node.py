"""A node running inside a test: real application, real SQLite file, fake clock and seeded ids.

    async with running_node(settings, clock) as node:
        console = await node.console("KG-CNS")
        tablet = await node.tablet(console)
        await tablet.client.post("/v1/sync/push", content=...)

The fixture ``node`` opens one. A test that restarts or kills a node calls ``running_node`` itself.
"""

from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey

from backend.actors import Role
from backend.app import create_app
from backend.clock import Clock, Instant, after
from backend.db import people
from backend.db.people import Person
from backend.ids import SeededIds
from backend.keys import key_text
from backend.node import Node
from backend.reference_files import load_reference
from backend.services.authenticate import session_hash
from backend.settings import Settings
from schemas.devices import enrolment_text
from schemas.reference_set import ReferenceSet


class FakeClock:
    """A clock that stands still until a test moves it. Starts at 2020-02-01T08:00:00Z."""

    def __init__(self, now: int = 1_580_544_000_000) -> None:
        self._now = now

    def now(self) -> Instant:
        return Instant(self._now)

    def advance(self, duration_ms: int) -> None:
        self._now += duration_ms


@dataclass
class Console:
    """A person at the console: signed in, with a client that says so."""

    person: Person
    token: str
    client: httpx.AsyncClient


class TabletKey:
    """A tablet's key, and the tokens it signs. ``offset_ms`` is how far its clock is off."""

    def __init__(self, ids: SeededIds, clock: Clock) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(ids.secret(32))
        self.offset_ms = 0
        self._ids = ids
        self._clock = clock

    @property
    def public_text(self) -> str:
        return key_text(self.private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> str:
        return key_text(self.private.sign(message))

    def token(self, issuer: str, audience: str, **changed: Any) -> str:
        """A token as tablets sign them; ``changed`` replaces claims, None leaves one out."""
        now = (self._clock.now() + self.offset_ms) // 1_000
        claims = {
            "iss": issuer,
            "aud": audience,
            "iat": now,
            "exp": now + 600,
            "jti": self._ids.uuid(),
            **changed,
        }
        key = OKPKey.import_key(
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": _unpadded(self.private.public_key().public_bytes_raw()),
                "d": _unpadded(self.private.private_bytes_raw()),
            }
        )
        left = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "Ed25519"}, left, key, algorithms=["Ed25519"])


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@dataclass
class Tablet:
    """An enrolled tablet with a client that signs a fresh token for each request."""

    id: str
    key: TabletKey
    enrolment: dict[str, Any]
    client: httpx.AsyncClient


class TabletAuth(httpx.Auth):
    def __init__(self, device: str, node: str, key: TabletKey) -> None:
        self._device = device
        self._node = node
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._key.token(self._device, self._node)}"
        yield request


class RunningNode:
    """What a test holds of a node: its application, its insides, and clients for it."""

    def __init__(self, app: FastAPI, clock: FakeClock) -> None:
        self.app = app
        self.clock = clock
        self.ids = SeededIds(1_729)
        self.inside: Node = app.state.node
        self.client = self.new_client()

    def new_client(
        self,
        *,
        token: str | None = None,
        auth: httpx.Auth | None = None,
        address: str = "10.0.0.1",
    ) -> httpx.AsyncClient:
        """A client with its own address and, when given, a bearer token."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=(address, 40_000)),
            base_url="http://node.test",
            headers={} if token is None else {"Authorization": f"Bearer {token}"},
            auth=auth,
        )

    async def console(
        self, agency: str = "KG-CNS", roles: tuple[Role, ...] = (Role.ADMINISTRATOR,)
    ) -> Console:
        """A signed-in person, put there without the cost of a password."""
        person_id, token = self.ids.uuid(), f"khs_{self.ids.secret(16).hex()}"
        username = f"user-{token[-8:]}"
        person = Person(person_id, username, "A. Bekova", agency, frozenset(roles), is_active=True)
        now = self.clock.now()

        def work(connection: Any) -> None:
            people.add(connection, person, password_hash=None, now=now)
            people.open_session(
                connection,
                token_hash=session_hash(token),
                person=person_id,
                now=now,
                expires_at=after(now, 10**15),
            )

        await self.inside.database.write(work)
        return Console(person, token, self.new_client(token=token))

    async def team(self, console: Console, *agencies: str) -> str:
        """A team led by the console's agency; its id."""
        response = await console.client.post(
            "/v1/teams", json={"name": "Osh mobile team 1", "agencies": list(agencies)}
        )
        assert response.status_code == 201, response.text
        return response.json()["id"]

    async def officer(self, console: Console, name: str = "Azamat Toktogulov") -> str:
        """An officer of the console's agency; the id."""
        response = await console.client.post("/v1/officers", json={"name": name})
        assert response.status_code == 201, response.text
        return response.json()["id"]

    async def code(self, console: Console, **place: str | None) -> str:
        """A fresh enrolment code for ``team`` and ``post``."""
        response = await console.client.post("/v1/enrolment-codes", json=place)
        assert response.status_code == 201, response.text
        return response.json()["code"]

    def new_key(self) -> TabletKey:
        return TabletKey(self.ids, self.clock)

    def enrolment_request(
        self, code: str, key: TabletKey, device: str | None = None
    ) -> dict[str, Any]:
        """The body of ``POST /v1/enrolments`` as a tablet makes it."""
        device = device or self.ids.uuid()
        return {
            "code": code,
            "device": device,
            "name": "Osh-3",
            "public_key": key.public_text,
            "proof": key.sign(enrolment_text(device, key.public_text, code)),
        }

    async def tablet(self, console: Console, **place: str | None) -> Tablet:
        """A tablet enrolled with the console's agency, to stand at ``team`` and ``post``."""
        key = self.new_key()
        request = self.enrolment_request(await self.code(console, **place), key)
        response = await self.client.post("/v1/enrolments", json=request)
        assert response.status_code == 201, response.text
        device = request["device"]
        auth = TabletAuth(device, self.inside.identity.id, key)
        return Tablet(device, key, response.json(), self.new_client(auth=auth))


@cache
def reference_tables() -> ReferenceSet:
    """The tables that come with the program, read once for all tests."""
    return load_reference()


@asynccontextmanager
async def running_node(
    settings: Settings, clock: FakeClock, *, seed: int = 1, is_following: bool = False
) -> AsyncGenerator[RunningNode]:
    """``is_following`` lets it publish and find duplicates by itself, in the background."""
    app = create_app(
        settings,
        clock=clock,
        ids=SeededIds(seed),
        tables=reference_tables(),
        is_following=is_following,
    )
    async with app.router.lifespan_context(app):
        running = RunningNode(app, clock)
        async with running.client:
            yield running
