"""A model tablet, written from docs/protocol.md alone: it shares no code with any real client.

It holds what a tablet keeps on its own disk: the log, which lines a receipt covers, the replica
with its cursor, the verdicts. Every method is one step that a crash can come before or after.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.simulation.server import Spoken

Json = Any

GENESIS: Final = "0" * 64
BISHKEK: Final = timezone(timedelta(hours=6))


class BrokenPromise(AssertionError):  # noqa: N818 — names what it is
    """A promise of the node that somebody saw broken; the text begins with its number."""


@dataclass(frozen=True)
class Line:
    """One own line as the tablet remembers it."""

    seq: int
    raw: bytes
    report: str | None
    touched: Mapping[str, Json] = field(default_factory=dict[str, Json])
    conflict: str | None = None

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True)
class Piece:
    """One segment: which lines of which tablet it holds, and its bytes."""

    device: str
    lines: tuple[Line, ...]
    raw: bytes

    @property
    def first(self) -> int:
        return self.lines[0].seq

    @property
    def last(self) -> int:
        return self.lines[-1].seq


@dataclass(frozen=True)
class Bundle:
    """Segments as they travel together."""

    pieces: tuple[Piece, ...]

    @property
    def raw(self) -> bytes:
        return b"".join(piece.raw for piece in self.pieces)

    @property
    def name(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


class ModelTablet:
    """One tablet. ``name`` tells a clone from its original; both have one device id and one key."""

    def __init__(self, name: str, device: str, secret: bytes) -> None:
        self.name = name
        self.device = device
        self.key = Ed25519PrivateKey.from_private_bytes(secret)
        self.skew_ms = 0
        self.log: list[Line] = []
        self.kept: dict[int, str] = {}
        """Line number -> hash of the own lines that a believed receipt covers."""
        self.verdicts: dict[int, Mapping[str, Any]] = {}
        self.replica: dict[str, Mapping[str, Any]] = {}
        self.cursor: str | None = None
        self.assignment = 1
        self.orders: list[str] = []

    def clone(self, name: str, secret: bytes) -> "ModelTablet":
        """A tablet put back from a copy of this one: same key, same log so far (L7)."""
        twin = ModelTablet(name, self.device, secret)
        twin.skew_ms, twin.cursor, twin.assignment = self.skew_ms, self.cursor, self.assignment
        twin.log, twin.kept = list(self.log), dict(self.kept)
        twin.verdicts, twin.replica = dict(self.verdicts), dict(self.replica)
        return twin

    # --- writing ------------------------------------------------------------------------------

    def write(self, now_ms: int, body: Mapping[str, Json]) -> Line:
        """Append a well-formed line: ``body`` says everything but its place in the log."""
        at = datetime.fromtimestamp(max(now_ms + self.skew_ms, 0) / 1000, UTC).astimezone(BISHKEK)
        members = {
            "v": 1,
            "device": self.device,
            "seq": len(self.log) + 1,
            "prev": self.head,
            "at": at.isoformat(timespec="seconds"),
            "uptime_ms": 1_000 * len(self.log),
            **body,
        }
        raw = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
        return self.append(raw, body)

    def append(self, raw: bytes, body: Mapping[str, Json]) -> Line:
        """Append bytes as they are; ``body`` is what the tablet itself thinks they say."""
        touched = {path: touch["now"] for path, touch in body.get("set", {}).items()}
        if body.get("op") == "void":
            touched = {"/voided": {"reason": body["reason"]}}
        line = Line(len(self.log) + 1, raw, body.get("report"), touched, body.get("conflict"))
        self.log.append(line)
        return line

    @property
    def head(self) -> str:
        return self.log[-1].hash if self.log else GENESIS

    def spoken(self, now_ms: int) -> Spoken:
        return Spoken(now_ms + self.skew_ms, len(self.log), self.assignment)

    # --- handing in ---------------------------------------------------------------------------

    def outbox(self) -> list[int]:
        """Numbers of the lines that no receipt covers."""
        return [line.seq for line in self.log if self.kept.get(line.seq) != line.hash]

    def piece(self, first: int, last: int) -> Piece:
        """These lines and the seal that closes them (L3, L4)."""
        lines = tuple(self.log[first - 1 : last])
        head = lines[-1].hash
        message = f"khabar-log-v1\n{self.device}\n{first}\n{last}\n{head}\n".encode()
        seal = {
            "seal": {
                "device": self.device,
                "first": first,
                "last": last,
                "head": head,
                "at": "2020-02-01T14:05:00+06:00",
                "signature": base64.b64encode(self.key.sign(message)).decode(),
            }
        }
        closed = json.dumps(seal, separators=(",", ":")).encode()
        return Piece(
            self.device, lines, b"".join(line.raw + b"\n" for line in lines) + closed + b"\n"
        )

    def believe(self, bundle: Bundle, answer: Any, *, node: str, node_key: bytes) -> dict[str, int]:
        """R1: take a receipt for what it proves; what it says is stored, by device."""
        said = read_receipt(answer.receipt.text, answer.receipt.signature, node_key)
        if said["node"] != [node] or said["bundle"] != [bundle.name]:
            raise BrokenPromise("P1 a receipt for another bundle")
        if said["verdicts"] != [_verdicts_hash(answer.verdicts)]:
            raise BrokenPromise("P1 the receipt is not over the verdicts it came with")
        stored = {
            device: int(seq) for device, _, seq in (each.partition(" ") for each in said["stored"])
        }
        outcomes = {
            (each["device"], each["first"], each["last"]): each["outcome"]
            for each in answer.segments
        }
        for piece in self.own_pieces(bundle):
            outcome = outcomes.get((piece.device, piece.first, piece.last))
            if outcome == "stored" and stored.get(self.device, 0) < piece.last:
                raise BrokenPromise("P1 a segment is stored beyond what the receipt says")
            if outcome in {"stored", "held", "forked"}:
                self.kept.update({line.seq: line.hash for line in piece.lines})
        for verdict in answer.verdicts:
            self.hear(verdict)
        return stored

    def own_pieces(self, bundle: Bundle) -> Iterable[Piece]:
        """The pieces whose lines are this very tablet's, not a clone's."""
        for piece in bundle.pieces:
            own = self.log[piece.first - 1 : piece.last]
            if piece.device == self.device and own == list(piece.lines):
                yield piece

    def hear(self, verdict: Mapping[str, Any]) -> None:
        seq = verdict["seq"]
        if seq <= len(self.log) and verdict["report"] == self.log[seq - 1].report:
            first = verdict.get("first", verdict)
            self.verdicts[seq] = first

    # --- reading ------------------------------------------------------------------------------

    def take(self, page: Mapping[str, Any]) -> None:
        """One page and its cursor, in one go."""
        for document in page["reports"]:
            self.replica[document["id"]] = document
        for report in page["left"]:
            self.replica.pop(report, None)
        for verdict in page["verdicts"]:
            self.hear(verdict)
        self.cursor = page["cursor"]
        self.assignment = page["assignment"]["ordinal"]
        self.orders = [order["kind"] for order in page["orders"]]

    def mend(
        self, manifest: Mapping[str, int], fetched: Iterable[Mapping[str, Any]], cursor: str
    ) -> None:
        """S5: what differs from the manifest is replaced, what it does not name is given up."""
        self.replica = {key: held for key, held in self.replica.items() if key in manifest}
        self.replica.update({document["id"]: document for document in fetched})
        self.cursor = cursor

    def digest(self) -> str:
        """S3."""
        rows = sorted((key, held["revision"]) for key, held in self.replica.items())
        text = "".join(f"{key} {revision}\n" for key, revision in rows)
        return hashlib.sha256(text.encode()).hexdigest()

    def seen(self, report: str) -> int:
        return self.replica[report]["revision"] if report in self.replica else 0

    def view(self, report: str) -> dict[str, Json]:
        """The report before the officer's eyes: the replica, own pending work laid over it."""
        held = self.replica.get(report)
        fields = {} if held is None else dict(held["fields"])
        for line in self.log:
            if line.report == report and self._is_pending(line, self.seen(report)):
                fields.update(line.touched)
        return {path: value for path, value in fields.items() if value is not None}

    def _is_pending(self, line: Line, revision: int) -> bool:
        verdict = self.verdicts.get(line.seq)
        if verdict is None or verdict["verdict"] == "held":
            return True
        if verdict["verdict"] in {"parked", "set-aside", "proposed"}:
            return False
        return verdict["revision"] > revision

    def known_reports(self) -> list[str]:
        own = {line.report for line in self.log if line.report is not None}
        return sorted(own | self.replica.keys())


def read_receipt(text: str, signature: str, node_key: bytes) -> dict[str, list[str]]:
    """Member -> values of a receipt whose signature is genuine."""
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(node_key).verify(raw, text.encode())
    except (InvalidSignature, ValueError) as error:
        raise BrokenPromise("P1 a receipt that the node did not sign") from error
    header, *members = text.splitlines()
    if header != "khabar-receipt-v1":
        raise BrokenPromise("P1 no receipt at all")
    said: dict[str, list[str]] = {"stored": []}
    for member in members:
        name, _, value = member.partition(" ")
        said.setdefault(name, []).append(value)
    return said


def _verdicts_hash(verdicts: Any) -> str:
    text = json.dumps(verdicts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def spoilt(piece: Piece, raw: bytes) -> Piece:
    """The same piece with other bytes on its way."""
    return replace(piece, raw=raw)
