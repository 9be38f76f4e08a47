"""The node under test: real services on a real SQLite file, started, killed and started again.

What an endpoint would do around a service (who may ask, which services in which order) is done
here in the same order, without HTTP.
"""

import functools
import hashlib
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.attachment_files import AttachmentFiles
from backend.clock import Instant
from backend.db import devices, node_store
from backend.db.engine import Database, open_database
from backend.db.migrate import migrate
from backend.ids import SeededIds
from backend.keys import NodeKeys
from backend.node import Node
from backend.reference_files import load_reference
from backend.rulebook import Rulebook, rulebook
from backend.services import contacts, pull, push
from backend.services.contacts import Reported
from backend.services.pull import ManifestPage, PullRequest
from backend.services.push import PushAnswer
from backend.services.start_node import prepare
from backend.services.take_in import Delivery
from backend.settings import Settings
from schemas.problems import Problem
from schemas.reference_set import ReferenceSet
from sync.ids import ReportId
from tests.simulation.faults import FILES, FaultPlan, FaultyDatabase, Killed

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 — memory instead of a disk, where there is one

START_MS: Final = 1_580_544_000_000
"""2020-02-01T08:00:00Z."""


class SimulatedClock:
    """A clock that the world moves, forwards and backwards."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def now(self) -> Instant:
        return Instant(self.now_ms)


class Revoked(Exception):  # noqa: N818 — names the refusal
    """403: a revoked device reads nothing."""


def scratch_folder() -> Path:
    """A folder that costs no fsync where the system has one in memory."""
    return Path(tempfile.mkdtemp(prefix="khabar-", dir=_MEMORY if _MEMORY.is_dir() else None))


@functools.cache
def reference() -> ReferenceSet:
    return load_reference()


@functools.cache
def _rules() -> Rulebook:
    return rulebook(reference(), generation=1)


@functools.cache
def template() -> bytes:
    """A migrated database with its reference tables and the node's row; each world copies it."""
    folder = scratch_folder()
    try:
        url = f"sqlite:///{folder / FILES[0]}"
        migrate(url)
        database = open_database(url)
        settings = Settings(data_dir=folder, node_name="Simulated node", _env_file=None)
        database.write_blocking(
            lambda connection: prepare(
                connection, settings, reference(), clock=SimulatedClock(), ids=SeededIds(0)
            )
        )
        database.close()
        return (folder / FILES[0]).read_bytes()
    finally:
        shutil.rmtree(folder)


def _keys(seed: int) -> NodeKeys:
    raw = hashlib.sha256(f"node {seed}".encode()).digest()
    return NodeKeys(
        Ed25519PrivateKey.from_private_bytes(raw), X25519PrivateKey.from_private_bytes(raw)
    )


@dataclass
class Spoken:
    """What a device says of itself with a request."""

    clock_ms: int
    head: int = 0
    assignment: int = 1


class Server:
    """One node and the disk under it. ``node`` is replaced at each start."""

    def __init__(self, folder: Path, clock: SimulatedClock, seed: int) -> None:
        self.clock = clock
        self.plan = FaultPlan()
        self.keys = _keys(seed)
        self.deaths = 0
        self._ids = SeededIds(seed)
        self.root = folder
        self._folder = folder / "life-0"
        self._folder.mkdir()
        (self._folder / FILES[0]).write_bytes(template())
        self._database: Database | None = None
        self.node = self._start()

    @property
    def file(self) -> Path:
        """The database of this life, for whoever looks at it from outside."""
        return self._folder / FILES[0]

    def _start(self) -> Node:
        self._database = Database(self.file, readers=1)
        identity = self._database.read_blocking(node_store.find)
        assert identity is not None
        settings = Settings(data_dir=self._folder, _env_file=None)
        return Node(
            settings=settings,
            clock=self.clock,
            ids=self._ids,
            keys=self.keys,
            database=cast("Database", FaultyDatabase(self._database, self._folder, self.plan)),
            identity=identity,
            rulebook=_rules(),
            attachments=AttachmentFiles(settings.attachments_dir),
        )

    def kill(self) -> None:
        """Start the next life from what the disk held when this one ended, without any farewell."""
        database = cast("FaultyDatabase", self.node.database)
        if not database.left_behind.exists():
            database.leave_behind()
        died_in = self._folder
        self.deaths += 1
        self._folder = died_in.with_name(f"life-{self.deaths}")
        database.left_behind.rename(self._folder)
        self.stop()
        shutil.rmtree(died_in)
        self.node = self._start()

    def stop(self) -> None:
        assert self._database is not None
        self._database.close()
        self.node.passwords.close()

    @contextmanager
    def may_die(self) -> Generator[None]:
        """A death inside ends this life; the next one has begun when this raises."""
        try:
            yield
        except Killed:
            self.kill()
            raise
        finally:
            self.plan.fault = None

    # --- what endpoints do --------------------------------------------------------------------

    async def push(self, carrier: str, raw: bytes, said: Spoken) -> PushAnswer:
        offset = self.clock.now_ms - said.clock_ms
        delivery = Delivery(carrier, self.node.now(), offset)
        answer = await push.push(self.node, raw, delivery)
        await contacts.record(self.node, carrier, self._reported(said, None))
        return answer

    async def find_push(self, carrier: str, raw: bytes) -> PushAnswer | None:
        return await push.find_answer(self.node, hashlib.sha256(raw).hexdigest(), carrier)

    async def pull(
        self, device: str, cursor: str | None, limit: int, said: Spoken
    ) -> dict[str, Any]:
        self._refuse_revoked(device)
        await contacts.record(self.node, device, self._reported(said, said.assignment))
        asked = PullRequest(cursor, limit, said.head, wants_digest=said.assignment > 1)
        return orjson.loads(await pull.pull(self.node, device, asked))

    async def manifest(self, device: str, after: str) -> ManifestPage:
        self._refuse_revoked(device)
        return await pull.manifest(self.node, device, after=after, limit=2)

    async def fetch(self, device: str, reports: list[str]) -> dict[str, Any]:
        self._refuse_revoked(device)
        wanted = [ReportId(report) for report in reports]
        return orjson.loads(await pull.fetch(self.node, device, wanted))

    def _refuse_revoked(self, device: str) -> None:
        found = self.node.database.read_blocking(lambda c: devices.find(c, device))
        assert found is not None
        if found.revoked_at is not None:
            raise Revoked

    def _reported(self, said: Spoken, assignment: int | None) -> Reported:
        return Reported(
            at=self.node.now(),
            clock_offset_ms=self.clock.now_ms - said.clock_ms,
            app_version=None,
            outbox_lines=None,
            storage_left_bytes=None,
            head=None if assignment is None else said.head,
            assignment=assignment,
        )


__all__ = ["START_MS", "Killed", "Problem", "Revoked", "Server", "SimulatedClock", "Spoken"]
