"""A ``.khabar`` file: a bundle sealed to one node, and what may be told of it from outside (R6).

khabar-sealed-v1 LF <node id> LF <sha-256 of the bundle, hex> LF <HPKE ciphertext of the bundle>
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from clients import keys
from sync.ids import is_sha256, is_uuid
from sync.limits import BUNDLE_BYTES_MAX
from sync.log import Segment, split_bundle

MAGIC: Final = b"khabar-sealed-v1\n"
INFO: Final = b"khabar-bundle-v1"
SUFFIX: Final = ".khabar"

SEALING_BYTES: Final = 48
"""What HPKE adds: an encapsulated X25519 key of 32 bytes and a tag of 16."""

_HEADER_BYTES: Final = len(MAGIC) + 36 + 1 + 64 + 1
"""A UUID and a hash in hex, each ended by a line feed."""

FILE_BYTES_MAX: Final = BUNDLE_BYTES_MAX + _HEADER_BYTES + SEALING_BYTES


def seal(bundle: bytes, *, node_id: str, sealing_key: str) -> bytes:
    """The file's bytes: only that node can read them again, anybody can tell its receipt."""
    header = f"{node_id}\n{hashlib.sha256(bundle).hexdigest()}\n".encode()
    return MAGIC + header + keys.seal_to(sealing_key, bundle, INFO)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as it was found in a file. ``node`` is None for one that is not sealed.

    ``bundle`` is the hash that a receipt must name; only the node can tell whether a sealed file
    holds what it says.
    """

    kind: Literal["sealed", "plain"]
    content: bytes
    node: str | None
    bundle: str
    segments: tuple[Segment, ...] = ()
    """What a plain bundle says about itself; nothing of it is proved here."""


def read(content: bytes) -> Bundle | None:
    """What the bytes of a file are, or None: no bundle at all. Never raises."""
    if len(content) > FILE_BYTES_MAX:
        return None
    if content.startswith(MAGIC):
        return _sealed(content)
    pieces = split_bundle(content)
    segments = tuple(piece for piece in pieces if isinstance(piece, Segment))
    if not segments or len(segments) != len(pieces):
        return None
    return Bundle("plain", content, None, hashlib.sha256(content).hexdigest(), segments)


def _sealed(content: bytes) -> Bundle | None:
    node, _, rest = content[len(MAGIC) :].partition(b"\n")
    bundle, _, sealed = rest.partition(b"\n")
    names = (node.decode("ascii", "replace"), bundle.decode("ascii", "replace"))
    is_whole = len(sealed) > SEALING_BYTES and is_uuid(names[0]) and is_sha256(names[1])
    return Bundle("sealed", content, *names) if is_whole else None


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
