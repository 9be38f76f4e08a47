"""Pages of lists: by key, never by offset, so that nothing is skipped while others write."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import Query

from backend.limits import PAGE_ROWS_MAX
from schemas.types import Identifier

After = Annotated[
    Identifier | None, Query(description="The `next` of the page before; absent for the first.")
]
Limit = Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX, description="Rows of this page, at most.")]
PAGE_ROWS_USUAL = 100


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


def next_after(rows: Sequence[_HasId], limit: int) -> str | None:
    """What fetches the next page; None after the last."""
    return rows[-1].id if len(rows) == limit else None
