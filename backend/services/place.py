"""Finds a proved segment's place: which log its lines continue, what is new, where it forks.

A device has its main log and, when its tablet was cloned or restored, branches. A line belongs to
the log whose stored lines it agrees with; one that agrees with none starts a new branch (L7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from backend.db import log_store
from backend.db.log_store import Log
from sync.ids import DeviceId
from sync.log import ProvedLine, ProvedSegment


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment belongs. ``known`` are lines stored before, by the log that holds them."""

    log: Log
    fresh: tuple[ProvedLine, ...]
    known: tuple[tuple[str, ProvedLine], ...]
    is_new_branch: bool = False


def place(connection: Connection, segment: ProvedSegment, device: DeviceId) -> Place:
    """The place of a segment in the logs of its device, as they are stored now."""
    logs = log_store.logs_of(connection, device) or [Log(device, device)]
    main = _hashes(connection, logs[0], segment)
    for log in logs:
        hashes = main if log is logs[0] else {**main, **_hashes(connection, log, segment)}
        if log.branched_at is not None:
            hashes = _along_branch(main, _hashes(connection, log, segment), log.branched_at)
        if _first_difference(segment.lines, hashes) is None:
            return _split(segment.lines, hashes, log, logs[0])
    at = _first_difference(segment.lines, main)
    assert at is not None
    return _branch(segment.lines[at:], segment.lines[:at], logs)


def _hashes(connection: Connection, log: Log, segment: ProvedSegment) -> dict[int, str]:
    first = segment.seal.first - 1
    if first > log.newest:
        return {}
    return log_store.line_hashes(connection, log.name, first=first, last=segment.seal.last)


def _along_branch(main: dict[int, str], branch: dict[int, str], branched_at: int) -> dict[int, str]:
    shared = {seq: hashed for seq, hashed in main.items() if seq < branched_at}
    return {**shared, **branch}


def _first_difference(lines: Sequence[ProvedLine], hashes: dict[int, str]) -> int | None:
    """The index of the first line that cannot stand in this log, or None."""
    for index, line in enumerate(lines):
        stored = hashes.get(line.seq)
        if stored is not None and stored != line.hash:
            return index
        before = hashes.get(line.seq - 1) if index == 0 else None
        if before is not None and before != line.prev:
            return index
    return None


def _split(lines: Sequence[ProvedLine], hashes: dict[int, str], log: Log, main: Log) -> Place:
    fresh = tuple(line for line in lines if line.seq not in hashes)
    known = tuple(
        (
            main.name if log.branched_at is not None and line.seq < log.branched_at else log.name,
            line,
        )
        for line in lines
        if line.seq in hashes
    )
    return Place(log, fresh, known)


def _branch(
    fresh: Sequence[ProvedLine], shared: Sequence[ProvedLine], logs: Sequence[Log]
) -> Place:
    first = fresh[0].seq
    main = logs[0]
    name = f"{main.device}~{len(logs)}"
    branch = Log(name, main.device, first - 1, first - 1, branched_at=first, is_taken_in=False)
    known = tuple((main.name, line) for line in shared)
    return Place(branch, tuple(fresh), known, is_new_branch=True)


def advance(connection: Connection, log: Log, fresh: Sequence[ProvedLine]) -> Log:
    """The log with its fresh lines counted: how far it is stored without a gap, and at all."""
    newest = max([log.newest, *(line.seq for line in fresh)])
    through = log.stored_through
    numbers = {line.seq for line in fresh}
    if newest > through and len(numbers) < newest - through:
        numbers |= set(log_store.line_hashes(connection, log.name, first=through + 1, last=newest))
    while through + 1 in numbers:
        through += 1
    return replace(log, stored_through=through, newest=newest)


def detach_tail(connection: Connection, log: Log, segment: ProvedSegment) -> tuple[Log, Log] | None:
    """Move what was stored beyond a gap to a branch when the gap's filling does not lead to it.

    The log without its tail and the new branch, or None when the links meet as they should.
    """
    after = segment.seal.last + 1
    if after > log.newest:
        return None
    prev = log_store.line_prev(connection, log.name, after)
    if prev is None or prev == segment.seal.head:
        return None
    count = len(log_store.logs_of(connection, log.device))
    name = f"{log.device}~{max(count, 1)}"
    branch = Log(name, log.device, after - 1, log.newest, branched_at=after, is_taken_in=False)
    log_store.move_lines(connection, log=log.name, first=after, branch=name)
    return replace(log, newest=segment.seal.last), branch
