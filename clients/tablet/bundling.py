"""Writes what a tablet has not got a receipt for into a sealed file, for whoever drives down."""

import hashlib
from pathlib import Path
from typing import Final

from clients import bundles
from clients.courier import Courier
from clients.tablet.outbox import BATCH_BYTES_MAX, Batch
from clients.tablet.parts import Parts
from sync.limits import BUNDLE_BYTES_MAX, BUNDLE_LINES_MAX, SEGMENT_LINES_MAX

WAY_FILE: Final = "file"

_ROOM_FOR_SEALS: Final = BATCH_BYTES_MAX


def export(parts: Parts, path: Path, *, with_carried: bool) -> tuple[Path, ...]:
    """Write the outbox, and on demand what is carried, as files; the paths, none when empty.

    A folder gets one file a bundle, named after what it holds. A sealed file nobody can open cannot
    be put inside another one: carried ones are copied beside it.
    """
    node = parts.identity.require_node()
    written: list[Path] = []
    batch = whole_outbox(parts)
    if batch is not None:
        target = path / f"{batch.bundle}{bundles.SUFFIX}" if path.is_dir() else path
        content = bundles.seal(batch.content, node_id=node.node_id, sealing_key=node.sealing_key)
        bundles.write_file(target, content)
        parts.outbox.begin(batch, WAY_FILE)
        written.append(target)
    if with_carried:
        written.extend(_copy(parts.courier, path if path.is_dir() else path.parent))
    return tuple(written)


def _copy(courier: Courier, folder: Path) -> list[Path]:
    copied: list[Path] = []
    for carried in courier.undelivered():
        # After the file, not the bundle it says it holds: a damaged copy replaces no sound one.
        target = folder / f"{carried.id}{bundles.SUFFIX}"
        bundles.write_file(target, carried.content)
        copied.append(target)
    return copied


def whole_outbox(parts: Parts) -> Batch | None:
    """Everything without a receipt as one bundle, as far as one bundle goes."""
    first = parts.receipts.stored + 1
    last = _end(parts, first, min(parts.log.last, first + BUNDLE_LINES_MAX - 1))
    if first > last:
        return None
    key = parts.identity.key
    content = b"".join(
        parts.log.segment(start, min(last, start + SEGMENT_LINES_MAX - 1), key)
        for start in range(first, last + 1, SEGMENT_LINES_MAX)
    )
    return Batch(first, last, content, hashlib.sha256(content).hexdigest())


def _end(parts: Parts, first: int, last: int) -> int:
    room = BUNDLE_BYTES_MAX - _ROOM_FOR_SEALS
    for line in parts.log.between(first, last):
        room -= len(line.bytes_as_sent) + 1
        if room < 0:
            return line.seq - 1
    return last
