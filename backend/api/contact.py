"""Reads what a tablet says of itself in its headers: data, and never a reason to refuse it."""

from fastapi import Request

from backend.clock import Instant
from backend.services.contacts import Reported
from sync.values import instant_ms

_COUNT_DIGITS_MAX = 15
_APP_CHARACTERS_MAX = 64


def contact_of(
    request: Request, now: Instant, *, head: int | None = None, assignment: int | None = None
) -> Reported:
    """The tablet's clock, application, outbox and storage; what is missing or odd is None."""
    clock = instant_ms(request.headers.get("khabar-clock", ""))
    app = request.headers.get("khabar-app", "")[:_APP_CHARACTERS_MAX]
    return Reported(
        at=now,
        clock_offset_ms=None if clock is None else now - clock,
        app_version=app if app.isprintable() and app else None,
        outbox_lines=_count(request.headers.get("khabar-outbox")),
        storage_left_bytes=_count(request.headers.get("khabar-storage-left")),
        head=head,
        assignment=assignment,
    )


def _count(text: str | None) -> int | None:
    if text is None or not text.isdecimal() or len(text) > _COUNT_DIGITS_MAX:
        return None
    return int(text)
