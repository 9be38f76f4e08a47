"""Finds a proved segment's place: which log its lines continue, what is new, where it forks.

A device has its main log and, when its tablet was cloned or restored, branches. Links decide, not
numbers: a line belongs to the log whose stored lines it agrees with and is linked to; one that
agrees with none starts a new branch (L7).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from backend.db import log_store
from backend.db.log_store import Link, Log
from sync.ids import DeviceId, Seq
from sync.log import ProvedLine, ProvedSegment


@dataclass(frozen=True, slots=True)
class Place:
    """Where lines of a segment belong. ``known`` were stored before, by the log that holds them."""

    log: Log
    fresh: tuple[ProvedLine, ...]
    known: tuple[tuple[str, ProvedLine], ...] = ()
    is_new_branch: bool = False
    foreign_from: int | None = None
    """The first of the log's lines beyond a gap that turn out to follow another history."""


@dataclass(frozen=True, slots=True)
class _View:
    """What is stored around a segment along one log, a branch's shared beginning included."""

    log: Log
    links: Mapping[int, Link]
    foreign_from: int | None = None

    def closeness(self, lines: Sequence[ProvedLine]) -> int:
        """How much speaks for this log: the same lines, a link before, a link behind, nothing."""
        if any(line.seq in self.links for line in lines):
            return 3
        if lines[0].seq - 1 in self.links:
            return 1 if self.foreign_from else 2
        after = self.links.get(lines[-1].seq + 1)
        return 1 if after is not None and after.prev == lines[-1].hash else 0


def places(connection: Connection, segment: ProvedSegment, device: DeviceId) -> list[Place]:
    """Where a segment's lines belong among the logs of its device, as they are stored now."""
    logs = log_store.logs_of(connection, device) or [Log(device, device)]
    views = list(_views(connection, logs, segment))
    fitting = [view for view in views if _difference(segment.lines, view.links) is None]
    if not fitting:
        return list(_branch(segment.lines, views))
    return [_continue(segment.lines, _closest(fitting, segment.lines), logs[0])]


def _closest(views: Sequence[_View], lines: Sequence[ProvedLine]) -> _View:
    return max(views, key=lambda view: view.closeness(lines))


def _views(connection: Connection, logs: Sequence[Log], segment: ProvedSegment) -> Iterator[_View]:
    main = _links(connection, logs[0], segment)
    for log in logs:
        links = main
        if log.branched_at is not None:
            shared = {seq: link for seq, link in main.items() if seq < log.branched_at}
            links = shared | _links(connection, log, segment)
        foreign = _foreign_from(segment.lines, links)
        own = {seq: link for seq, link in links.items() if foreign is None or seq < foreign}
        yield _View(log, own, foreign)


def _links(connection: Connection, log: Log, segment: ProvedSegment) -> dict[int, Link]:
    first, last = segment.seal.first - 1, segment.seal.last + 1
    if first > log.newest:
        return {}
    return log_store.line_links(connection, log.name, first=first, last=last)


def _difference(lines: Sequence[ProvedLine], links: Mapping[int, Link]) -> int | None:
    """The index of the first line that cannot stand in this log, or None."""
    before = links.get(lines[0].seq - 1)
    if before is not None and before.hash != lines[0].prev and lines[0].seq not in links:
        return 0
    for index, line in enumerate(lines):
        stored = links.get(line.seq)
        if stored is not None and stored.hash != line.hash:
            return index
    return None


def _foreign_from(lines: Sequence[ProvedLine], links: Mapping[int, Link]) -> int | None:
    """Where the stored tail begins that a filled gap does not lead to, or None.

    Only lines that are linked to what stands before the gap can say so of those beyond it.
    """
    before = links.get(lines[0].seq - 1)
    is_linked = lines[0].seq == 1 or (before is not None and before.hash == lines[0].prev)
    for line in lines:
        stored, after = links.get(line.seq), links.get(line.seq + 1)
        if stored is not None:
            if stored.hash != line.hash:
                return None
            is_linked = True
        elif is_linked and after is not None and after.prev != line.hash:
            return line.seq + 1
    return None


def _continue(lines: Sequence[ProvedLine], view: _View, main: Log) -> Place:
    fresh = tuple(line for line in lines if line.seq not in view.links)
    known = tuple(
        (_holder(line, view.log, main).name, line) for line in lines if line.seq in view.links
    )
    return Place(view.log, fresh, known, foreign_from=view.foreign_from)


def _holder(line: ProvedLine, log: Log, main: Log) -> Log:
    """A branch's lines before it branched are the main log's."""
    return main if log.branched_at is not None and line.seq < log.branched_at else log


def _branch(lines: Sequence[ProvedLine], views: Sequence[_View]) -> Iterator[Place]:
    """The lines that agree with the main log stay in it; a branch has the rest."""
    main = views[0]
    at = _difference(lines, main.links)
    assert at is not None
    differs = main.links.get(lines[at].seq)
    if at > 0 and differs is not None and differs.prev != lines[at - 1].hash:
        # Nothing tells which of two runs beyond a gap is the main log's: the first that came.
        at = 0
    if at > 0:
        yield _continue(lines[:at], main, main.log)
    rest = lines[at:]
    for view in views[1:]:
        if _leads_to(rest, view):
            yield _continue(rest, _reaching_back(view, rest[0].seq), main.log)
            return
    first = rest[0].seq
    branch = _new_branch([view.log for view in views], first, newest=first - 1)
    tail = _tail_within(rest, main.links)
    if tail is None:
        yield Place(branch, tuple(rest), is_new_branch=True)
        return
    # What this history left beyond a gap of the main log goes along: no line stands twice (P2).
    yield Place(main.log, (), foreign_from=tail)
    moved = {seq: link for seq, link in main.links.items() if seq >= tail}
    yield _continue(rest, _View(replace(branch, newest=main.log.newest), moved), main.log)


def _tail_within(lines: Sequence[ProvedLine], links: Mapping[int, Link]) -> Seq | None:
    """The first of these lines that is stored already, or None."""
    stored = ((line, links.get(line.seq)) for line in lines)
    same = (line.seq for line, link in stored if link is not None and link.hash == line.hash)
    return next(same, None)


def _leads_to(lines: Sequence[ProvedLine], view: _View) -> bool:
    """Whether these lines come right before a branch that began as a tail beyond a gap."""
    start = view.log.branched_at
    if start is None or not lines[0].seq < start <= lines[-1].seq + 1:
        return False
    link = view.links.get(start)
    return link is not None and link.prev == lines[start - 1 - lines[0].seq].hash


def _reaching_back(view: _View, first: Seq) -> _View:
    """The branch with an earlier beginning; what stood there in its place was the main log's."""
    assert view.log.branched_at is not None
    own = {seq: link for seq, link in view.links.items() if seq >= view.log.branched_at}
    return _View(replace(view.log, branched_at=first), own)


def _new_branch(logs: Sequence[Log], first: int, *, newest: int) -> Log:
    device = logs[0].device
    name = f"{device}~{len(logs)}"
    return Log(name, device, first - 1, newest, branched_at=first, is_taken_in=False)


def advance(connection: Connection, log: Log, fresh: Sequence[ProvedLine]) -> Log:
    """The log with its fresh lines counted: how far it is stored without a gap, and at all."""
    newest = max([log.newest, *(line.seq for line in fresh)])
    through = log.stored_through
    numbers = {line.seq for line in fresh}
    if newest > through and len(numbers) < newest - through:
        numbers |= log_store.line_links(connection, log.name, first=through + 1, last=newest).keys()
    while through + 1 in numbers:
        through += 1
    return replace(log, stored_through=through, newest=newest)


def detach_tail(connection: Connection, log: Log, first: int) -> tuple[Log, Log]:
    """Move a log's lines from ``first`` on to a new branch: the log without them, the branch."""
    branch = _new_branch(log_store.logs_of(connection, log.device), first, newest=log.newest)
    log_store.move_lines(connection, log=log.name, first=first, branch=branch.name)
    return replace(log, newest=first - 1), advance(connection, branch, ())
