"""Checks what stands beside the journal: the feed's chain, the audit log, the attachments."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from backend import keys
from backend.db import audit, inspection
from backend.db.feed import read_audience
from backend.db.node_store import NodeIdentity
from sync import invariants
from sync.chain import Checkpoint, Link, read_note
from sync.ids import ReportId
from sync.invariants import FeedEntry, Violation

_READ_BYTES: Final = 1024 * 1024


def examine_feed(
    connection: Connection, node: NodeIdentity, signing_key: bytes | None
) -> Iterator[Violation]:
    """P9: the chain is whole, its head is the remembered one, each signed head is on it."""
    entries = [
        FeedEntry(
            Link(row.position, row.hash, row.chain, row.body),
            ReportId(row.report),
            row.action,
            read_audience(row.audience),
        )
        for row in inspection.raw_entries(connection)
    ]
    last = entries[-1].link if entries else None
    head = inspection.feed_head(connection)
    if last is not None and head != (last.position, last.chain):
        yield Violation("P9", f"feed head {head[0]}", "is not the last entry")
    if last is None and head[0] != 0:
        yield Violation("P9", f"feed head {head[0]}", "its entries are not here")
    signed: list[Checkpoint] = []
    for row in inspection.raw_checkpoints(connection):
        subject = f"checkpoint {row.size}"
        signed.append(Checkpoint(subject, row.size, row.chain))
        if signing_key is None:
            yield Violation("P9", subject, "the node's keys are not here to prove it")
            continue
        name = f"khabar/{node.id}"
        said = read_note(row.note, name=name, public_key=signing_key, verify=keys.verify)
        if said is None or (said.size, said.chain) != (row.size, row.chain):
            yield Violation("P9", subject, "its signature is not the node's over this head")
    yield from invariants.feed_is_append_only(entries, signed)


def examine_audit(connection: Connection) -> Iterator[Violation]:
    """P11: who decided what stands in a chain without a break."""
    broken = audit.find_break(connection)
    if broken is not None:
        yield Violation("P11", f"audit line {broken}", "is missing or not as it was written")


def examine_attachments(connection: Connection, folder: Path) -> Iterator[Violation]:
    """P1: what was confirmed as whole is here, and is what its name says."""
    for name, size in inspection.attachments(connection):
        path = folder / "whole" / name[:2] / name
        subject = f"attachment {name}"
        if not path.is_file():
            yield Violation("P1", subject, "was confirmed, and is not here")
        elif path.stat().st_size != size or _digest(path) != name:
            yield Violation("P1", subject, "is not what its name says")


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            found.update(chunk)
    return found.hexdigest()
