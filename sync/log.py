"""The device log: lines, links, seals, segments, bundles; what a run of bytes proves.

Hashes and signatures are over the bytes as sent, so there is no canonical form and the stored
bytes stay evidence. docs/protocol.md L1 to L9.

    bundle  = segment*           segment = line+ seal           each line and seal ends with LF
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sync.changes import Change, UnreadableChange, read_change
from sync.ids import DeviceId, Seq, is_sha256, is_uuid
from sync.limits import BUNDLE_LINES_MAX, LINE_BYTES_MAX, SEGMENT_LINES_MAX
from sync.strictjson import Json, Unreadable, parse

GENESIS: Final = "0" * 64
"""``prev`` of line 1 (L2)."""

_PREV_IN_BYTES: Final = re.compile(rb'"prev"\s*:\s*"([0-9a-f]{64})"')
_SEAL_START: Final = b'{"seal":'
_SEAL_MEMBERS: Final = {"device", "first", "last", "head", "at", "signature"}

VerifySignature = Callable[[str, bytes, str], bool]
"""(public key, message, signature) -> genuine? Ed25519 (RFC 8032), keys and signatures base64."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What a device signs to close a run of its lines (L4)."""

    device: DeviceId
    first: Seq
    last: Seq
    head: str
    at: str
    signature: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines and the seal that closes them, as sent; nothing is believed yet."""

    seal: Seal
    seal_bytes: bytes
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Bytes that prove nothing. Kept in quarantine with this reason, never acknowledged (L8)."""

    reason: str
    bytes_as_sent: bytes
    device: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class ProvedLine:
    """One line that its device's seal proves, and the change it says, if one can be read."""

    device: DeviceId
    seq: Seq
    prev: str
    hash: str
    bytes_as_sent: bytes
    change: Change | UnreadableChange


@dataclass(frozen=True, slots=True)
class ProvedSegment:
    seal: Seal
    seal_bytes: bytes
    lines: tuple[ProvedLine, ...]


def hash_of(line: bytes) -> str:
    """SHA-256 of a line's bytes without its line feed, hex (L2)."""
    return hashlib.sha256(line).hexdigest()


def seal_message(*, device: str, first: int, last: int, head: str) -> bytes:
    """What the seal's signature is over (L4)."""
    return f"khabar-log-v1\n{device}\n{first}\n{last}\n{head}\n".encode()


def split_bundle(raw: bytes) -> tuple[Segment | Refused, ...]:
    """The segments of a bundle in order. What stands outside a segment is Refused, not dropped."""
    pieces: list[Segment | Refused] = []
    lines: list[bytes] = []
    for line in raw.split(b"\n", BUNDLE_LINES_MAX * 2):
        is_rest = b"\n" in line  # what follows the last line that is looked at
        if line.startswith(_SEAL_START) and not is_rest:
            pieces.append(_segment(lines, line))
            lines = []
        elif line:
            lines.append(line)
    if lines:
        pieces.append(Refused("no-seal", b"\n".join(lines) + b"\n"))
    return tuple(pieces)


def _segment(lines: list[bytes], seal_bytes: bytes) -> Segment | Refused:
    whole = b"\n".join([*lines, seal_bytes]) + b"\n"
    if len(seal_bytes) > LINE_BYTES_MAX:
        return Refused("seal-too-long", whole)
    seal = read_seal(parse(seal_bytes))
    if seal is None:
        return Refused("unreadable-seal", whole)
    if not 1 <= len(lines) <= SEGMENT_LINES_MAX:
        return Refused("segment-size", whole, seal.device)
    return Segment(seal, seal_bytes, tuple(lines))


def read_seal(value: Json | Unreadable) -> Seal | None:
    """The seal of ``{"seal": {...}}``, or None."""
    outer: Mapping[str, Json] = value if isinstance(value, Mapping) else {}
    body = outer.get("seal")
    if len(outer) != 1 or not isinstance(body, Mapping) or set(body) != _SEAL_MEMBERS:
        return None
    match body:
        case {
            "device": str(device),
            "first": int(first),
            "last": int(last),
            "head": str(head),
            "at": str(at),
            "signature": str(signature),
        } if is_uuid(device) and is_sha256(head):
            if first is True or last is True or not 1 <= first <= last:
                return None
            return Seal(DeviceId(device), Seq(first), Seq(last), head, at, signature)
        case _:
            return None


def prove(segment: Segment, *, public_key: str, verify: VerifySignature) -> ProvedSegment | Refused:
    """Check count, links, head and signature (L3 to L5): every line is proved, or none is."""
    seal = segment.seal
    refused = _wrong_shape(segment)
    if refused is None and not verify(
        public_key,
        seal_message(device=seal.device, first=seal.first, last=seal.last, head=seal.head),
        seal.signature,
    ):
        refused = "wrong-signature"
    if refused is None:
        lines = _linked(segment)
        if isinstance(lines, tuple):
            return ProvedSegment(seal, segment.seal_bytes, lines)
        refused = lines
    return Refused(refused, bytes_of(segment), seal.device)


def _wrong_shape(segment: Segment) -> str | None:
    seal = segment.seal
    if seal.last - seal.first + 1 != len(segment.lines):
        return "line-count"
    if any(len(line) > LINE_BYTES_MAX for line in segment.lines):
        return "line-too-long"
    if hash_of(segment.lines[-1]) != seal.head:
        return "wrong-head"
    return None


def _linked(segment: Segment) -> tuple[ProvedLine, ...] | str:
    """Every line with its link checked against the one before, or the reason it is broken."""
    seal = segment.seal
    proved: list[ProvedLine] = []
    before: str | None = None
    for index, line in enumerate(segment.lines):
        seq = Seq(seal.first + index)
        change = read_change(line, device=seal.device, seq=seq)
        prev = change.prev if isinstance(change, Change) else _prev_in(line)
        if prev is None or (before is not None and prev != before):
            return "broken-link"
        if isinstance(change, UnreadableChange) and change.reason == "other-log":
            return "other-log"
        before = hash_of(line)
        proved.append(ProvedLine(seal.device, seq, prev, before, line, change))
    if seal.first == 1 and proved[0].prev != GENESIS:
        return "broken-link"
    return tuple(proved)


def _prev_in(line: bytes) -> str | None:
    """The link of a line that is no readable change: it must not hide a broken chain."""
    found = _PREV_IN_BYTES.findall(line)
    return found[0].decode() if len(found) == 1 else None


def bytes_of(segment: Segment | ProvedSegment) -> bytes:
    """The segment as sent."""
    lines = [line if isinstance(line, bytes) else line.bytes_as_sent for line in segment.lines]
    return b"\n".join([*lines, segment.seal_bytes]) + b"\n"
