"""Takes proved segments into the logs and has their lines judged, in one transaction.

Order matters: lines are stored before they are judged, judged in the order of their log, and a
report's other waiting lines are judged again once it exists.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from sqlalchemy import Connection

from backend.clock import Instant
from backend.db import author_store, log_store
from backend.db.author_store import Author
from backend.db.conflict_store import NO_REPORT
from backend.db.log_store import Log, Quarantined, StoredLine
from backend.services.intake import Intake, created
from backend.services.judge import Docket, docket_of, judge
from backend.services.place import Place, advance, detach_tail, places
from sync.conflicts import conflict_id
from sync.ids import Revision, Seq
from sync.log import ProvedLine, ProvedSegment, Refused
from sync.report import Conflict, Side
from sync.verdicts import Duplicate, Held, Parked, SetAside, Verdict

_GAP: Final = Held("gap", "")
"""The verdict of a fresh line beyond a gap until it is known what is missing."""

SegmentOutcome = Literal["stored", "held", "forked", "quarantined"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who brought a bundle, and what that says about the clock of their own device."""

    carrier: str
    received_at: Instant
    clock_offset_ms: int | None = None
    """Server time less the carrier's own clock; says nothing about other devices' lines."""


@dataclass(frozen=True, slots=True)
class TakenSegment:
    """What became of one piece of a bundle, with its lines' verdicts."""

    device: str | None
    first: int
    last: int
    outcome: SegmentOutcome
    reason: str | None
    head: str | None = None
    verdicts: tuple[tuple[ProvedLine, Verdict], ...] = ()


def take_in(
    intake: Intake, pieces: Sequence[ProvedSegment | Refused], delivery: Delivery
) -> list[TakenSegment]:
    """Store and judge every piece, in the order given. ``intake.finish`` is the caller's."""
    devices = {piece.seal.device for piece in pieces if isinstance(piece, ProvedSegment)}
    authors = author_store.load_authors(intake.connection, devices)
    taken: list[TakenSegment] = []
    for piece in pieces:
        if isinstance(piece, Refused):
            taken.append(_quarantine(intake.connection, piece, delivery))
        else:
            taken.append(_segment(intake, piece, authors[piece.seal.device], delivery))
    rejudge_freed(intake)
    return taken


def _quarantine(connection: Connection, piece: Refused, delivery: Delivery) -> TakenSegment:
    """L8: kept as sent, never acknowledged as stored."""
    log_store.put_quarantined(
        connection,
        Quarantined(
            hash=hashlib.sha256(piece.bytes_as_sent).hexdigest(),
            reason=piece.reason,
            device=piece.device,
            carrier=delivery.carrier,
            received_at=delivery.received_at,
            bytes_as_sent=piece.bytes_as_sent,
        ),
    )
    return TakenSegment(piece.device, 0, 0, "quarantined", piece.reason)


def _segment(
    intake: Intake, segment: ProvedSegment, author: Author, delivery: Delivery
) -> TakenSegment:
    connection, seal = intake.connection, segment.seal
    intake.flush()
    verdicts: dict[Seq, Verdict] = {}
    log = Log(author.device, author.device)
    for where in places(connection, segment, author.device):
        verdicts |= _known_verdicts(connection, where)
        log = where.log
        if where.fresh or where.foreign_from is not None:
            log = _grown(intake, where, author)
            verdicts |= _judge_fresh(intake, where, log, author, delivery)
    log_store.put_seal(
        connection, log=log.name, first=seal.first, last=seal.last, raw=segment.seal_bytes
    )
    return TakenSegment(
        device=seal.device,
        first=seal.first,
        last=seal.last,
        outcome=_outcome(log, seal.last),
        reason=None,
        head=seal.head,
        verdicts=tuple((line, verdicts[line.seq]) for line in segment.lines),
    )


def _grown(intake: Intake, where: Place, author: Author) -> Log:
    """The log with its fresh lines counted, and without what turned out not to follow them (L7)."""
    log = where.log
    if where.foreign_from is not None:
        log = log_store.find_log(intake.connection, log.name) or log
        log, branch = detach_tail(intake.connection, log, where.foreign_from)
        log_store.put_logs(intake.connection, [log, branch])
        _report_fork(intake, branch, author)
        rejudge_log(intake, branch.name)
    log = advance(intake.connection, log, where.fresh)
    log_store.put_logs(intake.connection, [log])
    if where.is_new_branch:
        _report_fork(intake, log, author)
    return log


def _outcome(log: Log, last: int) -> SegmentOutcome:
    if log.branched_at is not None and last >= log.branched_at:
        return "forked"
    return "stored" if last <= log.stored_through else "held"


def _known_verdicts(connection: Connection, where: Place) -> dict[Seq, Verdict]:
    """P2: a line that is stored already is answered with what became of it."""
    found: dict[Seq, Verdict] = {}
    for name in {name for name, _ in where.known}:
        numbers = [line.seq for log, line in where.known if log == name]
        stored = log_store.line_verdicts(connection, name, first=min(numbers), last=max(numbers))
        found.update({seq: Duplicate(stored[seq]) for seq in numbers})
    return found


def _judge_fresh(
    intake: Intake, where: Place, log: Log, author: Author, delivery: Delivery
) -> dict[Seq, Verdict]:
    """Judge what is contiguous; hold what stands beyond a gap (L6)."""
    offset = delivery.clock_offset_ms if delivery.carrier == author.device else None
    waiting = _Waiting(intake, log)
    judged: dict[Seq, Verdict] = {}
    intake.load({line.change.report for line in where.fresh if line.change.report is not None})
    for line in where.fresh:
        if line.seq > log.stored_through:
            waiting.note(_stored(line, log, delivery, offset, _GAP))
            continue
        waiting.judge_stored_before(line.seq, author)
        docket = Docket(log, author, line.seq, line.change, offset)
        verdict = judge(docket, intake, waiting.lines)
        stored = _stored(line, log, delivery, offset, verdict)
        intake.add_line(stored)
        waiting.note(stored)
        judged[line.seq] = verdict
    waiting.judge_stored_before(Seq(log.stored_through + 1), author)
    return judged | waiting.say_what_is_missing()


def _stored(
    line: ProvedLine, log: Log, delivery: Delivery, offset: int | None, verdict: Verdict
) -> StoredLine:
    return StoredLine(
        log=log.name,
        seq=line.seq,
        hash=line.hash,
        prev=line.prev,
        bytes_as_sent=line.bytes_as_sent,
        report=line.change.report,
        received_at=delivery.received_at,
        carrier=delivery.carrier,
        clock_offset_ms=offset,
        verdict=verdict,
    )


class _Waiting:
    """The lines of one log that wait, kept in order while the log is being judged."""

    def __init__(self, intake: Intake, log: Log) -> None:
        self._intake = intake
        self._log = log
        stored = log_store.waiting_lines(intake.connection, log.name)
        self.lines = [line for line in stored if not _is_gap(line)]
        self._beyond = [line for line in stored if _is_gap(line)]

    def note(self, line: StoredLine) -> None:
        if _is_gap(line):
            self._beyond.append(line)
        elif isinstance(line.verdict, Held | Parked):
            self.lines.append(line)

    def judge_stored_before(self, seq: Seq, author: Author) -> None:
        """Judge the lines that waited beyond a gap and come before ``seq`` now."""
        while self._beyond and self._beyond[0].seq < seq:
            line = self._beyond.pop(0)
            verdict = judge(docket_of(line, self._log, author), self._intake, self.lines)
            self._intake.set_verdict(line, verdict)
            self.note(replace(line, verdict=verdict))

    def say_what_is_missing(self) -> dict[Seq, Verdict]:
        """Tell every line beyond a gap which lines are missing right before its run (L6)."""
        said: dict[Seq, Verdict] = {}
        before, verdict = self._log.stored_through, _GAP
        for line in sorted(self._beyond, key=lambda line: line.seq):
            if line.seq > before + 1:
                missing = f"lines {before + 1} to {line.seq - 1} of {self._log.name}"
                verdict = Held("gap", missing)
            before = line.seq
            said[line.seq] = verdict
            if line.verdict == _GAP:
                self._intake.add_line(replace(line, verdict=verdict))
            elif line.verdict != verdict:
                self._intake.set_verdict(line, verdict)
        return said


def _is_gap(line: StoredLine) -> bool:
    return isinstance(line.verdict, Held) and line.verdict.reason == "gap"


def _report_fork(intake: Intake, branch: Log, author: Author) -> None:
    """L7: the device is flagged, and somebody of its agency must say what the branch is."""
    assert branch.branched_at is not None
    key = conflict_id(NO_REPORT, branch.name, "fork", branch.name, branch.branched_at)
    nothing = Side(None, ())
    intake.put_conflict(
        Conflict(
            id=key,
            report=NO_REPORT,
            kind="fork",
            path=branch.name,
            life="open",
            version=1,
            accepted=nothing,
            candidates=(),
            opened=Revision(0),
            details={"device": author.device, "name": author.name, "line": branch.branched_at},
        ),
        author.agency,
    )


def rejudge_freed(intake: Intake) -> None:
    """Judge again what waited for reports that exist now, until nothing more is freed."""
    done: set[str] = set()
    while True:
        fresh = {report for report in created(intake) if report not in done}
        if not fresh:
            return
        done |= fresh
        for name in sorted(log_store.logs_waiting_for(intake.connection, fresh)):
            rejudge_log(intake, name)


def rejudge_log(intake: Intake, name: str, *, let_in: frozenset[Seq] = frozenset()) -> None:
    """Judge the waiting lines of a log again, in order; ``let_in`` names those a person lets in."""
    intake.flush()
    log = log_store.find_log(intake.connection, name)
    assert log is not None
    author = author_store.load_authors(intake.connection, [log.device])[log.device]
    waiting: list[StoredLine] = []
    for line in log_store.waiting_lines(intake.connection, name):
        if _is_gap(line) and line.seq > log.stored_through:
            continue
        current = intake.verdict_of(line)
        if not isinstance(current, Held | Parked):
            continue
        docket = docket_of(line, log, author, is_let_in=line.seq in let_in)
        verdict = judge(docket, intake, waiting)
        if verdict != current:
            intake.set_verdict(line, verdict)
        if isinstance(verdict, Held | Parked):
            waiting.append(replace(line, verdict=verdict))


def set_log_aside(intake: Intake, name: str, reason: str) -> None:
    """Keep every waiting line of a log as evidence only."""
    intake.flush()
    for line in log_store.waiting_lines(intake.connection, name):
        intake.set_verdict(line, SetAside(reason))
