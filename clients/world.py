"""What comes into a client from outside: time, ids, patience. A simulation brings its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from clients.clock import Clock
from clients.ids import IdSource

Pause = Callable[[int], Awaitable[None]]
"""Wait that many milliseconds."""


@dataclass(frozen=True, slots=True)
class World:
    """What comes from outside the tablet, so that any run can be replayed."""

    clock: Clock
    ids: IdSource
    pause: Pause
    storage_left: Callable[[], int | None] = lambda: None
    """Bytes free on the device."""
