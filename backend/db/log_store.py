"""Stores logs: their lines with verdicts, seals, bundles, and the quarantine."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, func, select, update

from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.journal import BundleRow, LineRow, LogRow, QuarantineRow, SealRow
from backend.db.upsert import insert_new, upsert
from schemas import verdicts
from sync.ids import DeviceId, ReportId, Seq
from sync.verdicts import Verdict

_log = table_of(LogRow)
_line = table_of(LineRow)
_seal = table_of(SealRow)
_bundle = table_of(BundleRow)
_quarantine = table_of(QuarantineRow)


@dataclass(frozen=True, slots=True)
class Log:
    """A log as the node keeps it. A branch's lines before ``branched_at`` are the main log's."""

    name: str
    device: DeviceId
    stored_through: int = 0
    newest: int = 0
    branched_at: int | None = None
    is_taken_in: bool = True


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One line with its bytes and what became of it so far."""

    log: str
    seq: Seq
    hash: str
    prev: str
    bytes_as_sent: bytes
    report: ReportId | None
    received_at: Instant
    carrier: str
    clock_offset_ms: int | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Bytes that prove nothing, with why and who brought them."""

    hash: str
    reason: str
    device: str | None
    carrier: str
    received_at: Instant
    bytes_as_sent: bytes
    set_aside: str | None = None


def logs_of(connection: Connection, device: str) -> list[Log]:
    """The device's main log first, then its branches in the order they appeared."""
    rows = connection.execute(select(_log).where(_log.c.device == device).order_by(_log.c.name))
    return [_to_log(row) for row in rows.mappings()]


def find_log(connection: Connection, name: str) -> Log | None:
    row = connection.execute(select(_log).where(_log.c.name == name)).mappings().one_or_none()
    return None if row is None else _to_log(row)


def _to_log(row: RowMapping) -> Log:
    return Log(
        row["name"],
        DeviceId(row["device"]),
        row["stored_through"],
        row["newest"],
        row["branched_at"],
        row["is_taken_in"],
    )


def put_logs(connection: Connection, logs: Iterable[Log]) -> None:
    rows = [
        {
            "name": log.name,
            "device": log.device,
            "stored_through": log.stored_through,
            "newest": log.newest,
            "branched_at": log.branched_at,
            "is_taken_in": log.is_taken_in,
        }
        for log in sorted(logs, key=lambda log: log.name)
    ]
    upsert(connection, _log, rows, key=["name"])


@dataclass(frozen=True, slots=True)
class Link:
    """A stored line's hash, and the hash of the line it follows."""

    hash: str
    prev: str


def line_links(connection: Connection, log: str, *, first: int, last: int) -> dict[int, Link]:
    """Sequence number -> link of the stored lines from first to last, both included."""
    query = select(_line.c.seq, _line.c.hash, _line.c.prev)
    rows = connection.execute(query.where(_line.c.log == log, _line.c.seq.between(first, last)))
    return {row.seq: Link(row.hash, row.prev) for row in rows}


def find_holder(connection: Connection, device: str, *, seq: int, line_hash: str) -> Log | None:
    """The device's log, main or branch, that holds this very line."""
    query = (
        select(_log)
        .join(_line, _line.c.log == _log.c.name)
        .where(_log.c.device == device, _line.c.seq == seq, _line.c.hash == line_hash)
    )
    row = connection.execute(query.order_by(_log.c.name).limit(1)).mappings().one_or_none()
    return None if row is None else _to_log(row)


def line_verdicts(connection: Connection, log: str, *, first: int, last: int) -> dict[int, Verdict]:
    rows = connection.execute(
        select(_line.c.seq, _line.c.verdict).where(
            _line.c.log == log, _line.c.seq.between(first, last)
        )
    )
    return {row.seq: verdicts.to_core(orjson.loads(row.verdict)) for row in rows}


def lines(
    connection: Connection, log: str, *, first: int = 1, last: int | None = None
) -> list[StoredLine]:
    """The lines of a log in order, from ``first`` to ``last``."""
    query = select(_line).where(_line.c.log == log, _line.c.seq >= first)
    if last is not None:
        query = query.where(_line.c.seq <= last)
    return [_to_line(row) for row in connection.execute(query.order_by(_line.c.seq)).mappings()]


def waiting_lines(connection: Connection, log: str) -> list[StoredLine]:
    """The held and parked lines of a log, oldest first."""
    query = select(_line).where(_line.c.log == log, _line.c.is_waiting).order_by(_line.c.seq)
    return [_to_line(row) for row in connection.execute(query).mappings()]


def has_waiting(connection: Connection, log: str) -> bool:
    query = select(_line.c.seq).where(_line.c.log == log, _line.c.is_waiting).limit(1)
    return connection.execute(query).first() is not None


def all_waiting(
    connection: Connection, *, logs: Sequence[str] | None, after: tuple[str, int], limit: int
) -> list[StoredLine]:
    """A page of what is held or parked in these logs (None: in any), by log and number."""
    query = select(_line).where(
        _line.c.is_waiting,
        (_line.c.log > after[0]) | ((_line.c.log == after[0]) & (_line.c.seq > after[1])),
    )
    if logs is not None:
        query = query.where(_line.c.log.in_(logs))
    query = query.order_by(_line.c.log, _line.c.seq).limit(limit)
    return [_to_line(row) for row in connection.execute(query).mappings()]


def logs_waiting_for(connection: Connection, reports: Iterable[ReportId]) -> set[str]:
    """The logs with a waiting line about one of these reports."""
    query = select(_line.c.log).where(_line.c.report.in_(list(reports)), _line.c.is_waiting)
    return {row.log for row in connection.execute(query)}


def lines_about(connection: Connection, report: ReportId) -> list[StoredLine]:
    """Every line about one report, in the order the node took them in."""
    query = select(_line).where(_line.c.report == report)
    query = query.order_by(_line.c.received_at, _line.c.log, _line.c.seq)
    return [_to_line(row) for row in connection.execute(query).mappings()]


def _to_line(row: RowMapping) -> StoredLine:
    report = row["report"]
    return StoredLine(
        log=row["log"],
        seq=Seq(row["seq"]),
        hash=row["hash"],
        prev=row["prev"],
        bytes_as_sent=row["bytes_as_sent"],
        report=None if report is None else ReportId(report),
        received_at=Instant(row["received_at"]),
        carrier=row["carrier"],
        clock_offset_ms=row["clock_offset_ms"],
        verdict=verdicts.to_core(orjson.loads(row["verdict"])),
    )


def _verdict_columns(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": orjson.dumps(verdicts.to_wire(verdict)),
        "revision": verdicts.revision_of(verdict),
        "is_waiting": isinstance(verdict, verdicts.WAITING),
    }


def insert_lines(connection: Connection, stored: Sequence[StoredLine]) -> None:
    """Add new lines. A line that is there already is our bug: the key refuses it (P2)."""
    if not stored:
        return
    rows = [
        {
            "log": line.log,
            "seq": line.seq,
            "hash": line.hash,
            "prev": line.prev,
            "bytes_as_sent": line.bytes_as_sent,
            "report": line.report,
            "received_at": line.received_at,
            "carrier": line.carrier,
            "clock_offset_ms": line.clock_offset_ms,
            **_verdict_columns(line.verdict),
        }
        for line in stored
    ]
    connection.execute(_line.insert(), rows)


def set_verdicts(connection: Connection, changed: Mapping[tuple[str, Seq], Verdict]) -> None:
    """Give stored lines a new verdict."""
    for (log, seq), verdict in sorted(changed.items()):
        connection.execute(
            update(_line)
            .where(_line.c.log == log, _line.c.seq == seq)
            .values(**_verdict_columns(verdict))
        )


def move_lines(connection: Connection, *, log: str, first: int, branch: str) -> None:
    """Move the tail of a log to a branch: lines taken in beyond a gap that turned out to fork."""
    connection.execute(
        update(_line).where(_line.c.log == log, _line.c.seq >= first).values(log=branch)
    )
    connection.execute(
        update(_seal).where(_seal.c.log == log, _seal.c.last >= first).values(log=branch)
    )


def put_seal(connection: Connection, *, log: str, first: int, last: int, raw: bytes) -> None:
    insert_new(connection, _seal, {"log": log, "first": first, "last": last, "bytes_as_sent": raw})


def seals(connection: Connection, log: str) -> list[tuple[int, int, bytes]]:
    """(first, last, bytes) of every seal of a log, by last line."""
    query = select(_seal).where(_seal.c.log == log).order_by(_seal.c.last, _seal.c.first)
    return [(row.first, row.last, row.bytes_as_sent) for row in connection.execute(query)]


def verdicts_about(
    connection: Connection, log: str, reports: Sequence[str]
) -> list[tuple[int, str | None, bytes]]:
    """(seq, report, verdict as JSON) of the log's lines about these reports.

    The empty id stands for lines that name no report because they could not be read.
    """
    named = [report for report in reports if report]
    condition = _line.c.report.in_(named)
    if len(named) < len(reports):
        condition = condition | _line.c.report.is_(None)
    query = select(_line.c.seq, _line.c.report, _line.c.verdict)
    query = query.where(_line.c.log == log, condition).order_by(_line.c.seq)
    return [(row.seq, row.report, row.verdict) for row in connection.execute(query)]


def put_bundle(
    connection: Connection, *, bundle: str, carrier: str, received_at: Instant, segments: bytes
) -> None:
    row = {"hash": bundle, "carrier": carrier, "received_at": received_at, "segments": segments}
    upsert(connection, _bundle, row, key=["hash", "carrier"])


def find_bundle(connection: Connection, *, bundle: str, carrier: str) -> bytes | None:
    query = select(_bundle.c.segments).where(_bundle.c.hash == bundle, _bundle.c.carrier == carrier)
    return connection.execute(query).scalar_one_or_none()


def put_quarantined(connection: Connection, piece: Quarantined) -> None:
    """Keep the bytes; the same bytes are kept once, whoever brings them again."""
    insert_new(
        connection,
        _quarantine,
        {
            "hash": piece.hash,
            "reason": piece.reason,
            "device": piece.device,
            "carrier": piece.carrier,
            "received_at": piece.received_at,
            "bytes_as_sent": piece.bytes_as_sent,
            "set_aside": piece.set_aside,
        },
    )


def quarantined(
    connection: Connection, *, devices: Iterable[str], after: str, limit: int
) -> list[Quarantined]:
    """A page of what these devices brought, or what names them, and nobody set aside yet."""
    named = sorted(devices)
    query = select(_quarantine).where(
        _quarantine.c.hash > after,
        _quarantine.c.set_aside.is_(None),
        _quarantine.c.device.in_(named) | _quarantine.c.carrier.in_(named),
    )
    query = query.order_by(_quarantine.c.hash)
    return [_to_piece(row) for row in connection.execute(query.limit(limit)).mappings()]


def find_quarantined(connection: Connection, piece: str) -> Quarantined | None:
    query = select(_quarantine).where(_quarantine.c.hash == piece)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _to_piece(row)


def _to_piece(row: RowMapping) -> Quarantined:
    return Quarantined(
        row["hash"],
        row["reason"],
        row["device"],
        row["carrier"],
        Instant(row["received_at"]),
        row["bytes_as_sent"],
        row["set_aside"],
    )


def set_aside_quarantined(connection: Connection, piece: str, reason: str) -> None:
    connection.execute(
        update(_quarantine).where(_quarantine.c.hash == piece).values(set_aside=reason)
    )


def last_line(connection: Connection, log: str) -> tuple[int, str] | None:
    """(number, hash) of a log's newest stored line."""
    query = select(_line.c.seq, _line.c.hash).where(_line.c.log == log)
    row = connection.execute(query.order_by(_line.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else (row.seq, row.hash)


def count_waiting(connection: Connection) -> int:
    query = select(func.count()).select_from(_line).where(_line.c.is_waiting)
    return connection.execute(query).scalar_one()
