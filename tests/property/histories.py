"""Single-field histories of a few tablets: edits, pushes and pulls in any order, played on a rule.

The dice are SHA-256 over a seed, so every history can be replayed from its number alone.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sync.ids import DeviceId
from sync.invariants import Snapshot, StoredLine
from sync.merge import Outcome, merge
from sync.report import FieldState, Report
from sync.strictjson import Json
from tests.builders import REPORT, RULES, change, device, edit, stored_line, writer

PATH = "/place"
VALUES = ("x", "y", "z", None)


@dataclass(frozen=True)
class Write:
    """One value a tablet wrote: what it saw at that time, and what it claims to have seen."""

    log: DeviceId
    seq: int
    was: Json
    now: Json
    seen: int
    knows: frozenset[tuple[str, int]]
    """Every write that its author had had before their eyes, the truth that no server knows."""


@dataclass
class Tablet:
    log: DeviceId
    value: Json = None
    revision: int = 0
    known: set[tuple[str, int]] = field(default_factory=set)
    outbox: list[Write] = field(default_factory=list)
    written: int = 0

    def write(self, value: Json) -> None:
        if value == self.value:
            return
        self.written += 1
        self.outbox.append(
            Write(self.log, self.written, self.value, value, self.revision, frozenset(self.known))
        )
        self.known.add((self.log, self.written))
        self.value = value


Rule = Callable[[Report | None, Write], Outcome]
"""How a server takes one write into a report."""


def real(report: Report | None, write: Write) -> Outcome:
    """The rule of sync/merge.py."""
    said = edit({PATH: (write.was, write.now)})
    line = change(write.log, write.seq, said, seen=write.seen)
    return merge(report, line, said, writer(write.log), RULES)


def with_one_witness(report: Report | None, write: Write) -> Outcome:
    """A planted fault: of all who wrote the accepted value, only the last is remembered."""
    if report is not None and PATH in report.fields:
        state = report.fields[PATH]
        report = _with(report, replace(state, witnesses=state.witnesses[-1:]))
    return real(report, write)


def with_values_alone(report: Report | None, write: Write) -> Outcome:
    """A planted fault: a tablet whose base value is the accepted one is taken to know it all."""
    if report is not None and write.was == report.value(PATH):
        write = replace(write, seen=report.revision)
    return real(report, write)


def by_last_arrival(report: Report | None, write: Write) -> Outcome:
    """A planted fault: whoever comes last is right."""
    seen = 0 if report is None else report.revision
    was = None if report is None else report.value(PATH)
    return real(report, replace(write, seen=seen, was=was))


def _with(report: Report, state: FieldState) -> Report:
    return replace(report, fields={**report.fields, PATH: state})


def dice(seed: int) -> Iterator[int]:
    """An endless run of bytes from one seed."""
    block = 0
    while True:
        yield from hashlib.sha256(f"{seed}/{block}".encode()).digest()
        block += 1


@dataclass
class History:
    """What one run left behind."""

    report: Report | None
    taken_in: list[Write]
    lines: list[StoredLine] = field(default_factory=list)

    def snapshot(self) -> Snapshot:
        """What a node would have stored."""
        assert self.report is not None
        return Snapshot(
            rules={"trial/1": RULES},
            lines=tuple(self.lines),
            reports={self.report.id: (self.report, "")},
        )

    def lost(self) -> list[Write]:
        """Values taken in that stand nowhere, though nobody who wrote later had seen them."""
        if self.report is None:
            return []
        state = self.report.fields.get(PATH, FieldState(None))
        standing = [state.value, *(stance.value for stance in state.stances)]
        seen_by_others = {known for write in self.taken_in for known in write.knows}
        return [
            write
            for write in self.taken_in
            if write.now not in standing and (write.log, write.seq) not in seen_by_others
        ]


def play(seed: int, rule: Rule, *, steps: int = 14) -> History:
    """One history: two to four tablets, one report, anything in any order."""
    roll = dice(seed)
    tablets = [Tablet(device("ABCD"[n])) for n in range(2 + next(roll) % 3)]
    history = History(None, [])
    taken: list[tuple[str, int]] = []
    for _ in range(steps):
        tablet = tablets[next(roll) % len(tablets)]
        action = next(roll) % 8
        if action < 4:
            tablet.write(VALUES[next(roll) % len(VALUES)])
        elif action < 6 or tablet.outbox:
            _push(tablet, history, taken, rule)
        else:
            _pull(tablet, history, taken)
    for tablet in tablets:
        _push(tablet, history, taken, rule)
    return history


def _push(tablet: Tablet, history: History, taken: list[tuple[str, int]], rule: Rule) -> None:
    for write in tablet.outbox:
        if history.report is None and write.seen > 0:
            raise AssertionError("a tablet cannot have seen a report that does not exist")
        outcome = rule(history.report, write)
        history.report = outcome.report or history.report
        history.taken_in.append(write)
        said = edit({PATH: (write.was, write.now)})
        line = change(write.log, write.seq, said, seen=write.seen)
        history.lines.append(stored_line(line, said, outcome, history.report))
        taken.append((write.log, write.seq))
    tablet.outbox.clear()


def _pull(tablet: Tablet, history: History, taken: list[tuple[str, int]]) -> None:
    """Only with an empty outbox, so that the replica is the server's state and nothing else."""
    if history.report is None:
        return
    assert history.report.id == REPORT
    tablet.revision = history.report.revision
    tablet.value = history.report.value(PATH)
    tablet.known |= set(taken)
