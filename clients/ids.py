"""Where the clients' identifiers and secrets come from, so that a simulation can replay them."""

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
