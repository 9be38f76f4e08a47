"""The exchange feed's proof: entries hashed into a chain, its head signed as a checkpoint.

``chain_n = SHA-256("khabar-feed-v1" LF chain_{n-1} LF entry_hash_n LF)``, so a reader who holds one
signed head can tell that nothing before it was removed, reordered or rewritten (P9). Checkpoints
are C2SP signed notes (https://c2sp.org/signed-note): text, blank line, signature lines.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

CHAIN_START: Final = "0" * 64
"""The chain before entry 1."""

_NOTE_BYTES_MAX: Final = 4096
_SIZE: Final = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z")
_ED25519: Final = b"\x01"

Sign = Callable[[bytes], bytes]
"""message -> 64-byte Ed25519 signature."""

Verify = Callable[[bytes, bytes, bytes], bool]
"""(32-byte public key, message, 64-byte signature) -> genuine?"""


def entry_hash(body: bytes) -> str:
    """SHA-256 of an entry's bytes as served, hex."""
    return hashlib.sha256(b"khabar-entry-v1\n" + body).hexdigest()


def extend(chain: str, hashed: str) -> str:
    """The chain after one more entry."""
    return hashlib.sha256(f"khabar-feed-v1\n{chain}\n{hashed}\n".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the feed as a reader got it. ``body`` is None when it was withheld."""

    position: int
    hash: str
    chain: str
    body: bytes | None


def first_break(start: str, after: int, links: Iterable[Link]) -> int | None:
    """The position of the first entry that does not follow, or None when all do.

    ``start`` is the chain at position ``after``. A gap, a swap, a flipped byte each break here.
    """
    chain, position = start, after
    for link in links:
        position += 1
        chain = extend(chain, link.hash)
        is_body_wrong = link.body is not None and entry_hash(link.body) != link.hash
        if link.position != position or link.chain != chain or is_body_wrong:
            return position
    return None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A feed's head: ``origin`` names the feed, ``size`` counts entries, ``chain`` closes them."""

    origin: str
    size: int
    chain: str


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Three lines, as C2SP tlog-checkpoint lays them out: origin, size, base64 of the hash."""
    root = base64.b64encode(bytes.fromhex(checkpoint.chain)).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def key_id(name: str, public_key: bytes) -> bytes:
    """C2SP signed-note: the first four bytes of SHA-256(name LF type key)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def write_note(checkpoint: Checkpoint, *, name: str, public_key: bytes, sign: Sign) -> str:
    text = checkpoint_text(checkpoint)
    signature = base64.b64encode(key_id(name, public_key) + sign(text.encode())).decode()
    return f"{text}\n\N{EM DASH} {name} {signature}\n"


def read_note(note: str, *, name: str, public_key: bytes, verify: Verify) -> Checkpoint | None:
    """The checkpoint, if a signature line of ``name`` by this key is genuine. Never raises."""
    if len(note) > _NOTE_BYTES_MAX:
        return None
    text, blank, signatures = note.rpartition("\n\n")
    if not blank:
        return None
    text += "\n"
    wanted = key_id(name, public_key)
    for line in signatures.split("\n"):
        signature = _signature(line, name)
        if signature is None or signature[:4] != wanted:
            continue
        if verify(public_key, text.encode(errors="surrogatepass"), signature[4:]):
            return _read_checkpoint(text)
    return None


def _signature(line: str, name: str) -> bytes | None:
    prefix = f"\N{EM DASH} {name} "
    return _decoded(line.removeprefix(prefix)) if line.startswith(prefix) else None


def _decoded(text: str) -> bytes | None:
    """Base64 in the one way it is written; RFC 4648 section 3.5 lets others pass."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def _read_checkpoint(text: str) -> Checkpoint | None:
    match text.split("\n"):
        case [origin, size, root, ""] if _SIZE.match(size):
            chain = _decoded(root)
        case _:
            return None
    if chain is None or len(chain) != hashlib.sha256().digest_size:
        return None
    return Checkpoint(origin, int(size), chain.hex())
