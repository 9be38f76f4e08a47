"""Wakes the node's own consumers of the journal when something was committed."""

import asyncio


class Bell:
    """Rung after a commit; a consumer waits for it, or for a while, and then looks for itself.

    It carries no data: a ring that is missed costs a consumer one wait, never an entry.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when the bell rings or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()
