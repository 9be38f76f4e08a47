"""A second opinion on every report: the merge told again from docs/protocol.md, plainly.

It shares no code with ``sync/merge.py`` and knows nothing of its types: it reads the stored lines,
replays them in the order of their revisions and keeps, for each field, the accepted value with who
stands behind it, and what each log says against it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.forms.registry import to_current
from sync.changes import Touch
from sync.text import merge_text
from tests.simulation.evidence import Assigned, Evidence, Row

Json = Any


@dataclass(frozen=True)
class Word:
    """One write: which log, which line of it, at which revision the node took it in."""

    log: str
    seq: int
    revision: int
    at_ms: int


@dataclass
class Field:
    """``standing`` are the witnesses of the accepted value, ``against`` what other logs say."""

    value: Json = None
    standing: dict[str, Word] = field(default_factory=dict[str, Word])
    against: dict[str, tuple[Json, Word]] = field(default_factory=dict[str, tuple[Json, Word]])
    opened: int | None = None
    """The revision at which it became contested; None while it is not."""


@dataclass(frozen=True)
class Writing:
    """One line as the oracle reads it."""

    word: Word
    seen: int
    branched: tuple[str, int] | None
    touched: Mapping[str, tuple[Json, Json]]

    def knows(self, word: Word) -> bool:
        """The officer had that write before their eyes, or it is earlier in the same log."""
        if word.revision <= self.seen or (word.log == self.word.log and word.seq < self.word.seq):
            return True
        return self.branched is not None and (
            word.log == self.branched[0] and word.seq < self.branched[1]
        )


def key(path: str, value: Json) -> str:
    """One text for all ways to write one value (M11), of the fields that the simulation uses."""
    if isinstance(value, dict) and path.endswith("/quantity") and "not_known" not in value:
        value = _quantity(value)
    elif isinstance(value, str) and path == "/event/at":
        value = datetime.fromisoformat(value).timestamp()
    elif isinstance(value, str) and path.endswith("/plate"):
        value = value.upper().replace(" ", "")
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _quantity(value: Mapping[str, Json]) -> Json:
    entered = {"1 кг": "1", "276 кг": "276"}
    amount = value.get("amount") or entered.get(value.get("entered", ""))
    if amount is None:
        return dict(value)
    kilograms = Decimal(amount) / (1000 if value.get("unit") == "g" else 1)
    return [str(kilograms.normalize()), value.get("basis")]


class ReportOracle:
    """One report, replayed line by line."""

    def __init__(self) -> None:
        self.fields: dict[str, Field] = {}
        self.closed: dict[tuple[str, int], list[tuple[Json, Word]]] = {}
        """(path, opened) -> the sides of a conflict as they last stood against each other."""
        self.writes: list[tuple[str, Json, Writing]] = []
        self.agency = ""
        self.team: str | None = None

    def is_foreign(self, at: Assigned) -> bool:
        """M9: written from another team, for an agency that is not owner, lead or participant."""
        held = {path: each.value for path, each in self.fields.items() if each.value}
        joint = {held.get("/agencies/owner", self.agency), held.get("/agencies/lead")}
        joint |= {path.rpartition("/")[2] for path in held if "/participating/" in path}
        return at.agency not in joint and (not at.team or at.team != self.team)

    def edit(self, writing: Writing) -> None:
        told = [
            path
            for path, (was, now) in sorted(writing.touched.items())
            if key(path, was) != key(path, now)
        ]
        for path in told:
            was, now = writing.touched[path]
            self.writes.append((path, now, writing))
            self._write(path, was, now, writing)
        self._speak_against_strikes(told, writing)

    def _write(self, path: str, was: Json, now: Json, writing: Writing) -> None:
        at = self.fields.setdefault(path, Field())
        others = [word for log, word in at.standing.items() if log != writing.word.log]
        if at.opened is not None:
            self._take_side(path, at, now, writing.word)
        elif key(path, now) == key(path, at.value):
            at.standing[writing.word.log] = writing.word
        elif all(writing.knows(word) for word in at.standing.values()) and not (
            key(path, was) != key(path, at.value) and others and _is_evidence(path)
        ):
            self._apply(path, at, now, writing)
        else:
            self._by_policy(path, at, (was, now), writing)

    def _apply(self, path: str, at: Field, now: Json, writing: Writing) -> None:
        """M3; for a strike M10 asks first whether it covers anything its writer had not seen."""
        is_new_strike = _is_strike(path) and at.value is None and now is not None
        unseen = self._unseen_under(path, writing) if is_new_strike else {}
        if unseen:
            at.standing = unseen
            self._open(at, now, writing.word)
        else:
            at.value, at.standing = now, {writing.word.log: writing.word}

    def _by_policy(self, path: str, at: Field, told: tuple[Json, Json], writing: Writing) -> None:
        was, now = told
        if path == "/narrative" and all(isinstance(each, str | None) for each in (*told, at.value)):
            woven = merge_text(was or "", at.value or "", now or "")
            if woven is None or now is None or at.value is None:
                self._open(at, now, writing.word)
            else:
                at.value, at.standing[writing.word.log] = woven, writing.word
        elif path == "/notes":
            mine = (writing.word.at_ms, writing.word.log)
            if all((word.at_ms, word.log) <= mine for word in at.standing.values()):
                self._apply(path, at, now, writing)
        elif _is_set(path):
            if now is not None and at.value is None:
                self._apply(path, at, now, writing)
            elif now is not None:
                self._open(at, now, writing.word)
        else:
            self._open(at, now, writing.word)

    def _open(self, at: Field, now: Json, word: Word) -> None:
        others = {log: each for log, each in at.standing.items() if log != word.log}
        at.standing = others or at.standing
        at.against, at.opened = {word.log: (now, word)}, word.revision

    def _take_side(self, path: str, at: Field, now: Json, word: Word) -> None:
        """M7 and M8."""
        self._remember(path, at)
        at.against.pop(word.log, None)
        at.standing.pop(word.log, None)
        if key(path, now) == key(path, at.value):
            at.standing[word.log] = word
        else:
            at.against[word.log] = (now, word)
        said = {key(path, value) for value, _ in at.against.values()}
        if not said:
            at.opened = None
        elif len(said) == 1 and not at.standing:
            at.value = next(iter(at.against.values()))[0]
            at.standing = {log: each for log, (_, each) in at.against.items()}
            at.against, at.opened = {}, None

    def _unseen_under(self, strike: str, writing: Writing) -> dict[str, Word]:
        prefix = strike[: strike.rindex("/") + 1]
        found: dict[str, Word] = {}
        for path, at in self.fields.items():
            if path == strike or not path.startswith(prefix):
                continue
            for word in (*at.standing.values(), *(each for _, each in at.against.values())):
                is_newer = word.log not in found or found[word.log].seq < word.seq
                if not writing.knows(word) and word != writing.word and is_newer:
                    found[word.log] = word
        return found

    def _speak_against_strikes(self, told: list[str], writing: Writing) -> None:
        strikes = {"/".join([*path.split("/")[:3], "struck"]) for path in told if _in_part(path)}
        for strike in sorted((strikes | {"/voided"} if told else set()) - writing.touched.keys()):
            at = self.fields.get(strike, Field())
            struck = [word for value, word in at.against.values() if value is not None]
            struck += at.standing.values() if at.value is not None else ()
            if not struck or any(writing.knows(word) for word in struck):
                continue
            if at.opened is not None:
                self._take_side(strike, at, None, writing.word)
            else:
                self._open(at, None, writing.word)

    def _remember(self, path: str, at: Field) -> None:
        assert at.opened is not None
        sides = [(at.value, word) for word in at.standing.values()]
        self.closed[path, at.opened] = [*sides, *at.against.values()]

    def settle(self, path: str, value: Json, word: Word, *, is_proposal: bool) -> None:
        at = self.fields.setdefault(path, Field())
        if at.opened is not None:
            self._remember(path, at)
        elif is_proposal and key(path, value) == key(path, at.value):
            return
        everything = Writing(word, word.revision, None, {})
        self.writes.append((path, value, everything))
        self.fields[path] = Field(value, {word.log: word})

    def reopen(self, path: str, opened: int) -> None:
        at = self.fields[path]
        at.against = {
            word.log: (value, word)
            for value, word in self.closed[path, opened]
            if key(path, value) != key(path, at.value) and word.log not in at.standing
        }
        at.opened = opened

    def survivors(self) -> Iterator[tuple[str, Json, Word]]:
        """P3 without any rule of merge: what nobody who wrote or decided later had seen."""
        for index, (path, value, writing) in enumerate(self.writes):
            later = (each for where, _, each in self.writes[index + 1 :] if where == path)
            if _is_evidence(path) and not any(each.knows(writing.word) for each in later):
                yield path, value, writing.word


def _is_strike(path: str) -> bool:
    return path == "/voided" or path.endswith("/struck")


def _in_part(path: str) -> bool:
    return path.split("/")[1] in {"items", "vehicles"} and len(path.split("/")) > 3


def _is_set(path: str) -> bool:
    sets = ("/tags/", "/concealment/places/", "/detection/methods/", "/agencies/participating/")
    return path.startswith((*sets, "/weighings/"))


def _is_evidence(path: str) -> bool:
    return not _is_set(path) and path not in {"/notes", "/narrative"}


def replay(evidence: Evidence) -> dict[str, ReportOracle]:
    """Every report of the file, told again."""
    told: dict[str, ReportOracle] = {}
    for row in sorted(evidence.lines, key=_order):
        if row.verdict["verdict"] not in {"applied", "agreed", "contested"}:
            continue
        said = json.loads(row.raw)
        if said["report"] not in evidence.documents and said["op"] == "decide":
            continue  # a fork's: it is about a device
        oracle = told.setdefault(said["report"], ReportOracle())
        if said["op"] == "decide":
            _decide(oracle, said, _word(row, said), evidence)
        elif said["op"] != "answer":
            at = evidence.assigned(row)
            if not oracle.fields:
                oracle.agency, oracle.team = at.agency, at.team
            if not oracle.is_foreign(at):  # M9: else it changes no field
                oracle.edit(_writing(row, said, evidence))
    return told


def _order(row: Row) -> tuple[Any, ...]:
    """By revision; of two with one revision the one that only agreed made none."""
    return (row.revision or 0, row.verdict["verdict"] == "agreed", row.log, row.seq)


def _word(row: Row, said: Mapping[str, Json]) -> Word:
    at = said.get("at")
    at_ms = int(datetime.fromisoformat(at).timestamp() * 1000) if at else 0
    return Word(row.log, row.seq, row.revision or 0, at_ms + (row.clock_offset_ms or 0))


def _writing(row: Row, said: Mapping[str, Json], evidence: Evidence) -> Writing:
    if said["op"] == "void":
        touched = {"/voided": (None, {"reason": said["reason"]})}
    else:
        given = {path: Touch(each["was"], each["now"]) for path, each in said["set"].items()}
        _, current = to_current(said["form"], given)
        touched = {path: (each.was, each.now) for path, each in current.items()}
    log = evidence.logs[row.log]
    branched = None if log.branched_at is None else (log.device, log.branched_at)
    return Writing(_word(row, said), said["seen"], branched, touched)


def _decide(oracle: ReportOracle, said: Mapping[str, Json], word: Word, evidence: Evidence) -> None:
    conflict = evidence.conflicts.get(said["conflict"] or "")
    if conflict is None or conflict["kind"] not in {"field", "void-vs-edit", "proposal"}:
        return
    path = conflict["path"]
    if said["decision"] == "settle":
        is_proposal = conflict["kind"] == "proposal"
        oracle.settle(path, said["value"], word, is_proposal=is_proposal)
    elif said["decision"] == "reopen" and conflict["kind"] != "proposal":
        oracle.reopen(path, conflict["opened"])
