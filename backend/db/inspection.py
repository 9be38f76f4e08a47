"""Reads whole tables for whoever checks a database from outside; nothing here writes.

What a store would refuse to read is handed on as it lies there: finding it is the point.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.db.report_store import JOURNAL
from backend.db.tables.attachments import AttachmentRow
from backend.db.tables.base import table_of
from backend.db.tables.devices import DeviceRow
from backend.db.tables.feed import FeedCheckpointRow, FeedEntryRow, FeedStateRow
from backend.db.tables.journal import (
    ConflictRow,
    CounterRow,
    InboxRow,
    LineRow,
    LogRow,
    QuarantineRow,
    ReportRow,
    SealRow,
)
from sync.chain import CHAIN_START
from sync.ids import ReportId
from sync.scope import Scope

_log = table_of(LogRow)
_line = table_of(LineRow)
_seal = table_of(SealRow)
_report = table_of(ReportRow)
_inbox = table_of(InboxRow)
_conflict = table_of(ConflictRow)
_counter = table_of(CounterRow)
_quarantine = table_of(QuarantineRow)
_device = table_of(DeviceRow)
_entry = table_of(FeedEntryRow)
_state = table_of(FeedStateRow)
_checkpoint = table_of(FeedCheckpointRow)
_attachment = table_of(AttachmentRow)


def devices_with_logs(connection: Connection) -> list[str]:
    """Whose logs the node keeps, its own among them."""
    query = select(_log.c.device).distinct().order_by(_log.c.device)
    return [row.device for row in connection.execute(query)]


def device_keys(connection: Connection) -> dict[str, bytes]:
    query = select(_device.c.id, _device.c.public_key)
    return {row.id: row.public_key for row in connection.execute(query)}


def logs_with_lines(connection: Connection) -> set[str]:
    """The logs that lines say they are of."""
    return {row.log for row in connection.execute(select(_line.c.log).distinct())}


def raw_lines(connection: Connection, log: str) -> Sequence[Row[Any]]:
    """The lines of a log as they lie in the table, in order."""
    return connection.execute(select(_line).where(_line.c.log == log).order_by(_line.c.seq)).all()


def raw_seals(connection: Connection, logs: Sequence[str]) -> list[bytes]:
    query = select(_seal.c.bytes_as_sent).where(_seal.c.log.in_(logs))
    return [row.bytes_as_sent for row in connection.execute(query)]


def raw_reports(connection: Connection) -> Iterator[Row[Any]]:
    """Every report by id, a few at a time."""
    query = select(_report).order_by(_report.c.id)
    return iter(connection.execution_options(yield_per=200).execute(query))


def raw_conflicts(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(select(_conflict).order_by(_conflict.c.id)).all()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a report stands in one scope."""

    scope: Scope
    report: ReportId
    position: int
    is_member: bool


def inbox(connection: Connection) -> list[Standing]:
    query = select(_inbox).order_by(_inbox.c.report, _inbox.c.scope)
    return [
        Standing(Scope(row.scope), ReportId(row.report), row.position, row.is_member)
        for row in connection.execute(query)
    ]


def counter(connection: Connection) -> int:
    """The newest position given."""
    query = select(_counter.c.value).where(_counter.c.name == str(JOURNAL))
    return connection.execute(query).scalar_one_or_none() or 0


def raw_quarantine(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(select(_quarantine).order_by(_quarantine.c.hash)).all()


def raw_entries(connection: Connection) -> Sequence[Row[Any]]:
    """The feed, in order."""
    return connection.execute(select(_entry).order_by(_entry.c.position)).all()


def raw_checkpoints(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(select(_checkpoint).order_by(_checkpoint.c.size)).all()


def feed_head(connection: Connection) -> tuple[int, str]:
    """(size, chain) as the publisher remembers it."""
    row = connection.execute(select(_state.c.size, _state.c.chain)).one_or_none()
    return (0, CHAIN_START) if row is None else (row.size, row.chain)


def attachments(connection: Connection) -> list[tuple[str, int]]:
    """(SHA-256, bytes) of every attachment that is said to be whole."""
    query = select(_attachment.c.sha256, _attachment.c.size_bytes).order_by(_attachment.c.sha256)
    return [(row.sha256, row.size_bytes) for row in connection.execute(query)]


def count_lines(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(_line)).scalar_one()
