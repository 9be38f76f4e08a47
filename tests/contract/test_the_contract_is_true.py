"""Every operation does what openapi.yaml says, and refuses what openapi.yaml does not allow.

Goal: no undeclared status, header, media type or member; nothing that breaks the schema is taken,
nothing that keeps it is refused; no request makes the node fail.
Method: Schemathesis drives each operation in process, with well-formed and spoilt requests, as
somebody the operation lets in; mostly with ids of things that are there. The examples are the same
at every run.
"""

import asyncio
import shutil
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from hypothesis import strategies
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.settings import Settings
from tests.contract.inhabited import Who, World, inhabit
from tests.contract.operations import OPERATORS_ONLY
from tests.running_node import FakeClock, running_node

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
MISSING = ["400", "401", "403", "412", "415", "422", "428"]
NEGATIVE = [*MISSING, "404", "405", "409", "410", "413", "423", "460"]
POSITIVE = ["2xx", "304", "401", "403", "404", "409", "410", "412", "429"]
"""A cursor, a version or an id that was drawn may be well-formed and lead nowhere."""

MEANINGLESS = {
    "push": "a sealed file that was drawn opens nowhere",
    "begin_upload": "what was drawn in base64 is no hash",
    "settle_conflict": "what may settle it depends on the conflict",
    "append_to_upload": "a checksum that was drawn fits no body, nor does an offset",
}
"""Operations that may refuse, by what it means, what their schemas cannot tell from the real."""

CONFIG: dict[str, Any] = {
    "generation": {"deterministic": True, "max-examples": 12, "database": "none"},
    "checks": {
        "missing_required_header": {"expected-statuses": MISSING},
        "negative_data_rejection": {"expected-statuses": NEGATIVE},
        "positive_data_acceptance": {"expected-statuses": POSITIVE},
    },
    "operations": [
        {
            "include-operation-id": operation,
            "checks": {
                "positive_data_acceptance": {"expected-statuses": [*POSITIVE, "413", "422", "460"]}
            },
        }
        for operation in MEANINGLESS
    ],
}
BY_SCHEME = {
    "device": Who.DEVICE,
    "person": Who.ADMINISTRATOR,
    "subscriber": Who.SUBSCRIBER,
}

schemathesis.openapi.media_type("application/x-ndjson", strategies.binary(max_size=200))
schemathesis.openapi.media_type("application/vnd.khabar.bundle", strategies.binary(max_size=200))
schemathesis.openapi.media_type("application/offset+octet-stream", strategies.binary(max_size=200))
contract = schemathesis.openapi.from_path(CONTRACT, config=SchemathesisConfig.from_dict(CONFIG))


class Bridge:
    """Takes requests from any loop to the one the node lives in, for as long as the session lasts.

    Schemathesis would start and stop the node for each operation.
    """

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._app = app
        self._portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "the node is up already"
        request = await receive()
        assert not request.get("more_body")
        for message in await asyncio.wrap_future(
            self._portal.start_task_soon(self._serve, scope, request)
        ):
            await send(message)

    async def _serve(self, scope: Scope, request: Message) -> list[Message]:
        requests, answer = [request], list[Message]()

        async def receive() -> Message:
            if not requests:
                await asyncio.Event().wait()  # nobody disconnects
            return requests.pop()

        async def send(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, send)
        return answer


@pytest.fixture(scope="session")
def served(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Bridge, World]]:
    folder = tmp_path_factory.mktemp("contract")
    shutil.copy(migrated_file, folder / "khabar.db")
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(
            running_node(Settings(data_dir=folder, _env_file=None), FakeClock())
        ) as node,
    ):
        node.inside.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        yield Bridge(node.app, portal), portal.call(inhabit, node)


@contract.parametrize()
def test_an_operation_keeps_the_contract(case: Case, served: tuple[Bridge, World]) -> None:
    """One request of one operation, and all that its answer must be."""
    app, world = served
    case.operation.app = case.operation.schema.app = app
    if case.path_parameters and not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters |= {
            name: world.things[name]
            for name, drawn in case.path_parameters.items()
            if name in world.things and is_to_be_there(drawn)
        }
    case.call_and_validate(headers=world.headers(who_asks(case.operation.definition.raw)))


def is_to_be_there(drawn: object) -> bool:
    """Three of four ids that were drawn are put in place of things that are there."""
    return zlib.crc32(repr(drawn).encode()) % 4 != 0


def who_asks(operation: dict[str, Any]) -> Who:
    """Somebody whom the operation lets in."""
    if operation["operationId"] in OPERATORS_ONLY:
        return Who.OPERATOR
    schemes = [name for scheme in operation.get("security", ()) for name in scheme]
    return BY_SCHEME[schemes[0]] if schemes else Who.NOBODY
