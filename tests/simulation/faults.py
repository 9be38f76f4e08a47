"""What can go wrong with the server during one request, and the database that makes it happen."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, event

from backend.db.engine import Database, Work

T = TypeVar("T")

FILES: Final = ("khabar.db", "khabar.db-wal")
"""What a killed server leaves on the disk; the index of the log is rebuilt from these."""


class Killed(Exception):  # noqa: N818 — names what happened to the server
    """The server died. What it had committed is on the disk, and nothing else."""


class DiskFailed(Exception):  # noqa: N818 — names what happened to a statement
    """A statement failed inside a transaction; the server lives on and answers 503."""


class Fault(StrEnum):
    """What happens to the next writing work."""

    FAILS_AT_STATEMENT = "a statement fails"
    DIES_AT_STATEMENT = "dies at a statement"
    DIES_BEFORE_COMMIT = "dies before the commit"
    DIES_AFTER_COMMIT = "dies after the commit"


@dataclass
class FaultPlan:
    """The fault that waits for the next write. ``statement`` counts from 1."""

    fault: Fault | None = None
    statement: int = 1
    injected: dict[str, int] = field(default_factory=dict[str, int])

    def take(self) -> Fault | None:
        fault, self.fault = self.fault, None
        if fault is not None:
            self.injected[fault.value] = self.injected.get(fault.value, 0) + 1
        return fault


class FaultyDatabase:
    """The real database, with faults at its commits. Reads run in the caller's thread."""

    def __init__(self, real: Database, folder: Path, plan: FaultPlan) -> None:
        self.real = real
        self.folder = folder
        self._plan = plan

    @property
    def left_behind(self) -> Path:
        """What the disk held at the instant the server died."""
        return self.folder / "left"

    async def read(self, work: Work[T]) -> T:
        return self.real.read_blocking(work)

    async def write(self, work: Work[T]) -> T:
        return self.write_blocking(work)

    def read_blocking(self, work: Work[T]) -> T:
        return self.real.read_blocking(work)

    def write_blocking(self, work: Work[T]) -> T:
        fault = self._plan.take()
        if fault is None:
            return self.real.write_blocking(work)
        if fault is Fault.DIES_AFTER_COMMIT:
            self.real.write_blocking(work)
            raise self._die()
        return self.real.write_blocking(lambda connection: self._fail(connection, work, fault))

    def _fail(self, connection: Connection, work: Work[T], fault: Fault) -> T:
        if fault is Fault.DIES_BEFORE_COMMIT:
            work(connection)
            raise self._die()
        interrupt = self._interrupt(fault)
        event.listen(connection, "before_cursor_execute", interrupt)
        try:
            return work(connection)
        finally:
            event.remove(connection, "before_cursor_execute", interrupt)

    def _interrupt(self, fault: Fault) -> Callable[..., None]:
        left = self._plan.statement

        def interrupt(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise self._die() if fault is Fault.DIES_AT_STATEMENT else DiskFailed

        return interrupt

    def _die(self) -> Killed:
        self.leave_behind()
        return Killed()

    def leave_behind(self) -> None:
        """Copy the files as they are now: the next life starts from these."""
        self.left_behind.mkdir(exist_ok=True)
        for name in FILES:
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, self.left_behind / name)
