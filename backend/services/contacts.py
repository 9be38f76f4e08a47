"""Keeps what tablets say of themselves, and hands them their orders.

A contact is written at most once a minute per tablet, so that idle polls cost no transaction; that
a tablet knows of a new assignment is written at once, because it is a boundary in its log.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from backend.clock import MINUTE_MS, Instant
from backend.db import devices, log_store, orders
from backend.db.devices import Contact
from backend.node import Node
from schemas.sync import OrderAnswer

_WRITTEN_EVERY_MS: Final = MINUTE_MS


@dataclass(frozen=True, slots=True)
class Reported:
    """What a tablet's request says of the tablet. None where it said nothing usable."""

    at: Instant
    clock_offset_ms: int | None
    app_version: str | None
    outbox_lines: int | None
    storage_left_bytes: int | None
    head: int | None
    assignment: int | None
    """The newest assignment the tablet knows of."""


async def record(node: Node, device: str, reported: Reported) -> list[OrderAnswer]:
    """Note the contact; what the tablet is ordered to do."""
    written_at = node.contacts.get(device)
    is_due = written_at is None or reported.at - written_at >= _WRITTEN_EVERY_MS
    is_boundary = await node.database.read(lambda c: _is_boundary(c, device, reported))
    if is_due or is_boundary:
        await node.database.write(lambda c: _write(c, device, reported))
        node.contacts[device] = reported.at
    return await open_orders(node, device)


def _is_boundary(connection: Connection, device: str, reported: Reported) -> bool:
    """Whether the tablet says for the first time that it knows of an assignment."""
    if reported.assignment is None or reported.head is None:
        return False
    return any(
        each.from_seq is None and each.ordinal <= reported.assignment
        for each in devices.assignments(connection, device)
    )


def _write(connection: Connection, device: str, reported: Reported) -> None:
    if reported.head is not None and reported.assignment is not None:
        # A clone with a shorter log must not move lines that were judged under the old one (L7).
        log = log_store.find_log(connection, device)
        last = max(reported.head, 0 if log is None else log.newest)
        devices.acknowledge_assignment(
            connection, device, ordinal=reported.assignment, from_seq=last + 1
        )
    devices.record_contact(
        connection,
        device,
        Contact(
            log_seq=reported.head,
            log_head=None,
            clock_offset_ms=reported.clock_offset_ms,
            app_version=reported.app_version,
            storage_left_bytes=reported.storage_left_bytes,
        ),
        now=reported.at,
    )


async def open_orders(node: Node, device: str) -> list[OrderAnswer]:
    """What the tablet has been told and has not answered."""
    found = await node.database.read(lambda c: orders.list_open(c, device))
    return [
        OrderAnswer(id=each.id, kind=each.kind.value, from_seq=each.from_seq, reason=each.reason)
        for each in found
    ]
