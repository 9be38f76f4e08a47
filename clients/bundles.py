"""A ``.khabar`` file: a bundle sealed to one node, and what may be told of it from outside (R6).

khabar-sealed-v1 LF <node id> LF <HPKE ciphertext of the bundle>
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from clients import keys
from sync.ids import is_uuid
from sync.limits import BUNDLE_BYTES_MAX
from sync.log import Segment, split_bundle

MAGIC: Final = b"khabar-sealed-v1\n"
INFO: Final = b"khabar-bundle-v1"
SUFFIX: Final = ".khabar"

SEALING_BYTES: Final = 48
"""What HPKE adds: an encapsulated X25519 key of 32 bytes and a tag of 16."""

FILE_BYTES_MAX: Final = BUNDLE_BYTES_MAX + len(MAGIC) + 64 + SEALING_BYTES


def seal(bundle: bytes, *, node_id: str, sealing_key: str) -> bytes:
    """The file's bytes: only that node can read them again."""
    return MAGIC + node_id.encode() + b"\n" + keys.seal_to(sealing_key, bundle, INFO)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as it was found in a file. ``node`` is None for one that is not sealed."""

    kind: Literal["sealed", "plain"]
    content: bytes
    node: str | None
    segments: tuple[Segment, ...] = ()
    """What a plain bundle says about itself; nothing of it is proved here."""


def read(content: bytes) -> Bundle | None:
    """What the bytes of a file are, or None: no bundle at all. Never raises."""
    if len(content) > FILE_BYTES_MAX:
        return None
    if content.startswith(MAGIC):
        node, separator, sealed = content[len(MAGIC) :].partition(b"\n")
        text = node.decode("ascii", "replace")
        is_whole = separator and len(sealed) > SEALING_BYTES and is_uuid(text)
        return Bundle("sealed", content, text) if is_whole else None
    pieces = split_bundle(content)
    segments = tuple(piece for piece in pieces if isinstance(piece, Segment))
    if not segments or len(segments) != len(pieces):
        return None
    return Bundle("plain", content, None, segments)


def read_file(path: Path) -> Bundle | None:
    """The bundle in a file, which is never read past the bound."""
    with path.open("rb") as file:
        return read(file.read(FILE_BYTES_MAX + 1))


def write_file(path: Path, content: bytes) -> None:
    """Durable and whole, or not there: a stick is pulled out at any moment."""
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
