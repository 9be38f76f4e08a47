"""Passwords: argon2id, a few at a time, in threads of their own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.limits import PASSWORD_CHECKS_AT_ONCE


class Passwords:
    """Checks take 64 MiB and 0.15 s each: more at once than there are threads wait their turn."""

    __slots__ = ("_hasher", "_nobody", "_threads")

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(PASSWORD_CHECKS_AT_ONCE, "khabar-password")
        self._nobody: str | None = None

    def hash_blocking(self, password: str) -> str:
        return self._hasher.hash(password)

    async def hash(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.hash_blocking, password)

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password. No account takes as long as a wrong password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._matches, password, hashed)

    def _matches(self, password: str, hashed: str | None) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody's password")
        try:
            return self._hasher.verify(hashed or self._nobody, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
