"""Checks the logs of a database: bytes, links, seals, numbers, verdicts (P1, P2, P6, P7, P11)."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from backend import keys
from backend.db import inspection, log_store
from backend.db.log_store import Log
from schemas import verdicts
from sync.changes import Answer, Change, UnreadableChange, read_change
from sync.ids import DeviceId, ReportId, Seq
from sync.invariants import Violation
from sync.log import GENESIS, Refused, Seal, Segment, hash_of, prove, read_seal
from sync.strictjson import parse
from sync.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A stored line with what its bytes say, and its verdict if that can be read."""

    log: str
    device: DeviceId
    seq: Seq
    hash: str
    prev: str
    bytes_as_sent: bytes
    report: ReportId | None
    clock_offset_ms: int | None
    verdict: Verdict | None
    change: Change | UnreadableChange

    @property
    def name(self) -> str:
        return f"line {self.seq} of {self.log}"

    @property
    def is_edit(self) -> bool:
        return isinstance(self.change, Change) and not isinstance(self.change.body, Answer)


@dataclass(frozen=True, slots=True)
class DeviceLogs:
    """Everything kept of one device: its main log first, then its branches."""

    device: str
    logs: tuple[Log, ...]
    lines: tuple[KeptLine, ...]
    seals: tuple[bytes, ...]


def read_logs(connection: Connection, device: str) -> DeviceLogs:
    logs = tuple(log_store.logs_of(connection, device))
    lines = tuple(
        _kept(row, DeviceId(device))
        for log in logs
        for row in inspection.raw_lines(connection, log.name)
    )
    seals = tuple(inspection.raw_seals(connection, [log.name for log in logs]))
    return DeviceLogs(device, logs, lines, seals)


def _kept(row: Row[Any], device: DeviceId) -> KeptLine:
    seq = Seq(row.seq)
    return KeptLine(
        log=row.log,
        device=device,
        seq=seq,
        hash=row.hash,
        prev=row.prev,
        bytes_as_sent=row.bytes_as_sent,
        report=None if row.report is None else ReportId(row.report),
        clock_offset_ms=row.clock_offset_ms,
        verdict=_readable(row),
        change=read_change(row.bytes_as_sent, device=device, seq=seq),
    )


def _readable(row: Row[Any]) -> Verdict | None:
    """The verdict, if it can be read and the columns beside it say the same."""
    try:
        verdict = verdicts.to_core(orjson.loads(row.verdict))
    except (KeyError, TypeError, ValueError):
        return None
    is_waiting = isinstance(verdict, verdicts.WAITING)
    agrees = (row.revision, row.is_waiting) == (verdicts.revision_of(verdict), is_waiting)
    return verdict if agrees else None


def examine(kept: DeviceLogs, public_key: bytes | None) -> Iterator[Violation]:
    """What the logs of one device show by themselves."""
    yield from _bytes_are_as_sent(kept.lines)
    yield from _is_contiguous(kept)
    yield from _is_linked(kept)
    yield from _is_sealed(kept, public_key)


def _bytes_are_as_sent(lines: Iterable[KeptLine]) -> Iterator[Violation]:
    """P1: what was acknowledged is what lies here."""
    for line in lines:
        if hash_of(line.bytes_as_sent) != line.hash:
            yield Violation("P1", line.name, "its bytes are not those that were acknowledged")
        elif isinstance(line.change, Change) and line.change.prev != line.prev:
            yield Violation("P1", line.name, "its link is not the one in its bytes")


def _is_contiguous(kept: DeviceLogs) -> Iterator[Violation]:
    """P1, L1: nothing is missing up to where receipts say that the log is stored."""
    numbers: dict[str, set[int]] = {log.name: set() for log in kept.logs}
    for line in kept.lines:
        numbers[line.log].add(line.seq)
    for log in kept.logs:
        first = log.branched_at or 1
        missing = set(range(first, log.stored_through + 1)) - numbers[log.name]
        if log.newest >= first and log.newest not in numbers[log.name]:
            missing.add(log.newest)
        for seq in sorted(missing):
            yield Violation("P1", f"line {seq} of {log.name}", "acknowledged, and not here")


def _is_linked(kept: DeviceLogs) -> Iterator[Violation]:
    """P11, L2: each line names the hash of the line before."""
    by_place = {(line.log, int(line.seq)): line for line in kept.lines}
    branched = {log.name: log.branched_at or 1 for log in kept.logs}
    for line in kept.lines:
        before = line.seq - 1
        log = line.log if before >= branched[line.log] else kept.device
        previous = by_place.get((log, before))
        expected = GENESIS if before == 0 else None if previous is None else previous.hash
        if expected is not None and line.prev != expected:
            yield Violation("P11", line.name, "does not follow from the line before")


def _is_sealed(kept: DeviceLogs, public_key: bytes | None) -> Iterator[Violation]:
    """P11, L4: each line is covered by a seal that its device's key made."""
    if public_key is None:
        yield Violation("P11", f"log of {kept.device}", "no key is known to prove it")
        return
    by_hash = {line.hash: line for line in kept.lines}
    covered: set[str] = set()
    for raw in kept.seals:
        seal = read_seal(parse(raw))
        lines = () if seal is None else _lines_under(seal, by_hash)
        if seal is None or len(lines) != seal.last - seal.first + 1:
            name = f"seal of {kept.device}" if seal is None else f"seal {seal.first} to {seal.last}"
            yield Violation("P11", f"{name} of {kept.device}", "what it closes is not here")
            continue
        segment = Segment(seal, raw, tuple(line.bytes_as_sent for line in lines))
        proved = prove(segment, public_key=public_key.hex(), verify=_verify)
        if isinstance(proved, Refused):
            subject = f"seal {seal.first} to {seal.last} of {kept.device}"
            yield Violation("P11", subject, f"proves nothing: {proved.reason}")
        else:
            covered |= {line.hash for line in lines}
    for line in kept.lines:
        if line.hash not in covered:
            yield Violation("P11", line.name, "no seal proves it")


def _lines_under(seal: Seal, by_hash: Mapping[str, KeptLine]) -> Sequence[KeptLine]:
    """The lines a seal closes, found by their links from its head backwards."""
    found: list[KeptLine] = []
    at = by_hash.get(seal.head)
    while at is not None and at.seq >= seal.first:
        found.append(at)
        at = by_hash.get(at.prev)
    return tuple(reversed(found))


def _verify(public_key: str, message: bytes, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return keys.verify(bytes.fromhex(public_key), message, raw)


def examine_strays(connection: Connection, known: Iterable[str]) -> Iterator[Violation]:
    """P6: lines of a log that nobody keeps would never be looked at."""
    for log in sorted(inspection.logs_with_lines(connection) - set(known)):
        yield Violation("P6", f"log {log}", "has lines, and is not listed")


def examine_quarantine(connection: Connection) -> tuple[list[Violation], list[tuple[str, str]]]:
    """P6: bytes that prove nothing are as they came; with (name, reason) of each."""
    found: list[Violation] = []
    named: list[tuple[str, str]] = []
    for row in inspection.raw_quarantine(connection):
        named.append((f"quarantined {row.hash}", row.reason))
        if hash_of(row.bytes_as_sent) != row.hash:
            found.append(Violation("P6", f"quarantined {row.hash}", "its bytes are not as sent"))
    return found, named
