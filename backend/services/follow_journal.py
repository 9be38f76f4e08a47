"""Keeps the node's own consumers of the journal going while the node runs.

They are woken after a commit and look for themselves now and then; one that fails is logged and
tried again at the next turn, and the others go on.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol

import structlog

from backend.bell import Bell

log = structlog.get_logger(__name__)

PAUSE_S: Final = 15
"""Between two looks that nobody asked for: a missed ring, a report whose last day has passed."""


class Follower(Protocol):
    """A consumer of the journal with a position of its own."""

    @property
    def name(self) -> str: ...

    async def step(self) -> bool:
        """Do a bounded piece of work; whether there is more."""
        ...


@asynccontextmanager
async def following(bell: Bell, followers: Sequence[Follower]) -> AsyncGenerator[None]:
    """Follow in the background for as long as the context lasts."""
    task = asyncio.create_task(_follow(bell, followers), name="khabar-followers")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _follow(bell: Bell, followers: Sequence[Follower]) -> None:
    """One after the other: two that worked at once would only wait for the same writer."""
    while True:
        for follower in followers:
            await _catch_up(follower)
        await bell.wait(PAUSE_S)


async def _catch_up(follower: Follower) -> None:
    try:
        while await follower.step():
            pass
    except Exception:
        log.exception("follower_failed", follower=follower.name)
