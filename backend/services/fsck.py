"""Checks a node's database against the promises, as far as a database alone can show them.

Read-only, and beside a running server: everything is read on one snapshot. Nothing is believed that
can be recomputed: hashes, links and seals from the bytes, reports from their lines.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from backend.db import author_store, inspection, node_store
from backend.db.node_store import NodeIdentity
from backend.rulebook import Rulebook
from backend.services import fsck_logs, fsck_outside, fsck_reports
from backend.services.fsck_logs import DeviceLogs
from backend.services.refold import Refold
from sync import invariants
from sync.invariants import Violation

PROMISES: Final[Mapping[str, str]] = {
    "P1": "Acknowledged lines and attachments are here as they were sent",
    "P2": "No line stands twice",
    "P3": "Reports are what their lines say; no value is lost; conflicts are shown",
    "P4": "Documents sent to devices are the reports",
    "P5": "Every report stands at a position in each of its scopes",
    "P6": "Every line has a verdict; what waits has a reason",
    "P7": "No published form is refused; only what proves nothing is in quarantine",
    "P8": "What can be read in two ways is asked about",
    "P9": "The feed's chain is whole and its checkpoints are the node's",
    "P10": "No report stands in a scope that is not its own",
    "P11": "Links, seals and witnesses prove every value; the audit log is whole",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node keeps what is not in its database. ``signing_key`` is None when it is lost."""

    attachments: Path
    signing_key: bytes | None


@dataclass(frozen=True, slots=True)
class Examined:
    """How much was looked at, and every breach found, by promise and subject."""

    lines: int
    reports: int
    entries: int
    violations: tuple[Violation, ...]

    def of(self, promise: str) -> tuple[Violation, ...]:
        return tuple(each for each in self.violations if each.promise == promise)


def examine(connection: Connection, rulebook: Rulebook, place: Place) -> Examined:
    """Check everything. ``rulebook`` is the one the node merges by."""
    node = node_store.find(connection)
    if node is None:
        missing = Violation("P1", "node", "the database does not say whose it is")
        return Examined(0, 0, 0, (missing,))
    found = {
        (each.promise, each.subject, each.detail): each
        for each in _all(connection, node, rulebook, place)
    }
    return Examined(
        lines=inspection.count_lines(connection),
        reports=sum(1 for _ in inspection.raw_reports(connection)),
        entries=len(inspection.raw_entries(connection)),
        violations=tuple(found[key] for key in sorted(found, key=_by_promise)),
    )


def _by_promise(key: tuple[str, str, str]) -> tuple[int, str, str]:
    promise, subject, detail = key
    return int(promise[1:]), subject, detail


def _all(
    connection: Connection, node: NodeIdentity, rulebook: Rulebook, place: Place
) -> Iterator[Violation]:
    names = inspection.devices_with_logs(connection)
    kept = [fsck_logs.read_logs(connection, name) for name in names]
    public_keys = inspection.device_keys(connection)
    if place.signing_key is not None:
        public_keys[node.id] = place.signing_key
    for logs in kept:
        yield from fsck_logs.examine(logs, public_keys.get(logs.device))
    yield from fsck_logs.examine_strays(
        connection, [log.name for logs in kept for log in logs.logs]
    )
    wrong, quarantined = fsck_logs.examine_quarantine(connection)
    yield from wrong
    yield from invariants.old_tablets_deliver((), quarantined, frozenset())
    yield from _reports(connection, kept, rulebook)
    yield from fsck_outside.examine_feed(connection, node, place.signing_key)
    yield from fsck_outside.examine_audit(connection)
    yield from fsck_outside.examine_attachments(connection, place.attachments)


def _reports(
    connection: Connection, kept: list[DeviceLogs], rulebook: Rulebook
) -> Iterator[Violation]:
    conflicts, wrong = fsck_reports.read_conflicts(connection)
    yield from wrong
    refold = Refold(
        rulebook=rulebook,
        authors=author_store.load_authors(connection, [logs.device for logs in kept]),
        logs={log.name: log for logs in kept for log in logs.logs},
        conflicts=conflicts,
    )
    reports = fsck_reports.read_reports(connection)
    lines = [line for logs in kept for line in logs.lines]
    yield from fsck_reports.examine(reports, lines, refold)
    yield from fsck_reports.examine_inbox(
        reports, inspection.inbox(connection), inspection.counter(connection)
    )
