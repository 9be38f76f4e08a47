"""Where identifiers and secrets come from, so that a run can be replayed with other ones."""

import hashlib
import secrets
from typing import Protocol

from uuid_utils import compat


class IdSource(Protocol):
    """Makes what must be unique or unguessable."""

    def uuid(self) -> str:
        """A new UUID, later ones sorting after earlier ones (RFC 9562, version 7)."""
        ...

    def secret(self, bytes_count: int) -> bytes:
        """Bytes nobody can guess."""
        ...


class SystemIds:
    """UUIDv7 and the operating system's generator."""

    __slots__ = ()

    def uuid(self) -> str:
        return str(compat.uuid7())

    def secret(self, bytes_count: int) -> bytes:
        return secrets.token_bytes(bytes_count)


class SeededIds:
    """The same ids for the same seed, in order. For tests, simulation and demonstrations only."""

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def uuid(self) -> str:
        noise = self.secret(10).hex()
        # Counts where UUIDv7 has its clock, so that these sort by age too.
        head = f"{0x0192_0000_0000 + self._count:012x}"
        return f"{head[:8]}-{head[8:]}-7{noise[:3]}-a{noise[3:6]}-{noise[6:18]}"

    def secret(self, bytes_count: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._seed}:{self._count}".encode()).digest(bytes_count)
