"""An administrator at the console, over HTTP with a password: what a person asks of the node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import httpx

TIMEOUT_S: Final = 60
PAGES_MAX: Final = 1_000


class RefusedError(RuntimeError):
    """The node refused; ``slug`` is the problem's name."""

    def __init__(self, what: str, response: httpx.Response) -> None:
        try:
            body: dict[str, Any] = response.json()
        except ValueError:
            body = {}
        self.slug = str(body.get("type", "")).rpartition(":")[2]
        self.status = response.status_code
        super().__init__(f"{what}: {response.status_code} {self.slug} {body.get('detail', '')}")


@dataclass(slots=True)
class Console:
    """A signed-in person. Closes its connections, not its session, when it is left."""

    client: httpx.AsyncClient
    username: str

    @classmethod
    async def sign_in(cls, url: str, username: str, password: str) -> Self:
        client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=TIMEOUT_S)
        console = cls(client, username)
        session = await console.post("/v1/sessions", {"username": username, "password": password})
        client.headers["Authorization"] = f"Bearer {session['token']}"
        return console

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.client.aclose()

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return _read(f"GET {path}", await self.client.get(path, params=params))

    async def post(
        self, path: str, body: Mapping[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Ask the node to do something; ``version`` is what the person saw (If-Match)."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        response = await self.client.post(path, json=dict(body), headers=headers)
        return _read(f"POST {path}", response)

    async def every(
        self, path: str, params: Mapping[str, Any] | None = None
    ) -> Sequence[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        after: Mapping[str, Any] = {}
        for _ in range(PAGES_MAX):
            page = await self.get(path, {**(params or {}), **after})
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}
        raise RuntimeError(f"{path} has no end")

    async def report(self, report: str) -> dict[str, Any]:
        return await self.get(f"/v1/reports/{report}")

    async def conflicts(self, report: str, *, kind: str) -> Sequence[dict[str, Any]]:
        """Conflicts of one report and kind, settled ones too."""
        lives = ["open", "asked", "answered", "settled"]
        return await self.every("/v1/conflicts", {"report": report, "kind": kind, "life": lives})

    async def settle(self, conflict: Mapping[str, Any], value: Any, reason: str) -> dict[str, Any]:
        return await self.post(
            f"/v1/conflicts/{conflict['id']}/settle",
            {"value": value, "reason": reason},
            version=conflict["version"],
        )

    async def release(self, report: str, reason: str) -> None:
        """Let a report leave the agency, at the revision it has now."""
        seen = await self.report(report)
        await self.post(
            f"/v1/reports/{report}/release",
            {"decision": "release", "reason": reason},
            version=seen["revision"],
        )


def _read(what: str, response: httpx.Response) -> dict[str, Any]:
    if not response.is_success:
        raise RefusedError(what, response)
    return response.json() if response.content else {}
