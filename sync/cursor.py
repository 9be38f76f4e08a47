"""A reader's place in the journal or the feed, as opaque text.

It carries the dataset epoch (changed by a restore), whose cursor it is and the position. Readers
store it and hand it back; they never look inside. It grants nothing: what may be read is decided
anew at each request.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sync.ids import Position
from sync.strictjson import dumps, parse

_CHECK_CHARACTERS: Final = 8
_CURSOR_CHARACTERS_MAX: Final = 400


@dataclass(frozen=True, slots=True)
class Cursor:
    epoch: str
    reader: str
    """The device it was given to, or the name of a feed: nobody goes on from another's place."""
    position: Position


def write_cursor(cursor: Cursor) -> str:
    body = dumps([cursor.epoch, cursor.reader, cursor.position])
    return base64.urlsafe_b64encode(_check(body) + body).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """The cursor, or None when this text was never one. Never raises."""
    if len(text) > _CURSOR_CHARACTERS_MAX or not text.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    match parse(raw[_CHECK_CHARACTERS:]):
        case [str(epoch), str(reader), int(position)] if position is not True and position >= 0:
            cursor = Cursor(epoch, reader, Position(position))
            return cursor if write_cursor(cursor) == text else None
        case _:
            return None


def _check(body: bytes) -> bytes:
    """Tells a damaged cursor from a stale one; it is no secret."""
    return hashlib.sha256(b"khabar-cursor-v1\n" + body).hexdigest()[:_CHECK_CHARACTERS].encode()


def scope_digest(revisions: Mapping[str, int]) -> str:
    """What a reader should hold, in one hash: report ids and revisions, sorted (S3).

    A device that computes another one over its replica has drifted and asks for the manifest.
    """
    lines = "".join(f"{report} {revision}\n" for report, revision in sorted(revisions.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
