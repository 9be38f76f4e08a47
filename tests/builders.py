"""Builders of what the core works on: ids, keys, lines, seals, forms, edits, whole little worlds.

A test sets only what it is about; everything here has a default, and the same call gives the same
bytes, so that a failing test can be read from its source alone.
"""

import base64
import csv
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from sync.changes import Change, Edit, Touch
from sync.forms import FieldRule, FormRules, Kind, MemberRule, Policy
from sync.ids import AgencyCode, DeviceId, OfficerId, ReportId, Revision, Seq, TeamId
from sync.invariants import StoredLine
from sync.log import GENESIS, hash_of, seal_message
from sync.merge import Outcome, Result, Rules, Writer, is_foreign, merge
from sync.quantity import UnitTable
from sync.report import Conflict, Report, Witness
from sync.strictjson import Json
from sync.values import Tables
from sync.verdicts import Held, Parked

REFERENCE = Path(__file__).resolve().parents[1] / "fixtures" / "reference"


def uid(number: int) -> str:
    """A UUID that reads as its number."""
    return f"00000000-0000-7000-8000-{number:012d}"


REPORT = ReportId(uid(900))
OFFICER = OfficerId(uid(800))
ITEM = uid(1)
OTHER_ITEM = uid(2)
EVENT = uid(3)
PHOTO = hashlib.sha256(b"photo").hexdigest()

# --- keys -------------------------------------------------------------------------------------


def private_key(name: str) -> Ed25519PrivateKey:
    """A real key, the same for the same name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public_key(name: str) -> str:
    return base64.b64encode(private_key(name).public_key().public_bytes_raw()).decode()


def verify(key: str, message: bytes, signature: str) -> bool:
    """Ed25519 over base64 texts, as the log wants it: any nonsense is not genuine."""
    try:
        raw_key = base64.b64decode(key, validate=True)
        raw_signature = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(raw_key).verify(raw_signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- lines and seals --------------------------------------------------------------------------


def line_bytes(line: Mapping[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass
class Log:
    """A device's own log: writes lines, links them, seals runs of them."""

    number: int = 1
    key: str = "tablet"
    lines: list[bytes] = field(default_factory=list)

    @property
    def device(self) -> DeviceId:
        return DeviceId(uid(self.number))

    def header(self, **members: Any) -> dict[str, Any]:
        """A well-formed line as an object, to be spoilt by whoever asked."""
        return {
            "v": 1,
            "device": self.device,
            "seq": len(self.lines) + 1,
            "prev": hash_of(self.lines[-1]) if self.lines else GENESIS,
            "author": OFFICER,
            "report": REPORT,
            "form": "trial/1",
            "op": "edit",
            "seen": 0,
            "set": {"/place": {"was": None, "now": "Osh"}},
            "at": "2020-02-01T14:03:11+06:00",
            "uptime_ms": 81_231_000,
        } | members

    def write(self, **members: Any) -> bytes:
        return self.append(line_bytes(self.header(**members)))

    def append(self, raw: bytes) -> bytes:
        self.lines.append(raw)
        return raw

    def seal(self, first: int = 1, last: int | None = None, **wrong: Any) -> bytes:
        """A seal over lines ``first`` to ``last``, genuine unless told what is ``wrong``."""
        last = len(self.lines) if last is None else last
        head = hash_of(self.lines[last - 1])
        message = seal_message(device=self.device, first=first, last=last, head=head)
        signature = base64.b64encode(private_key(self.key).sign(message)).decode()
        body = {
            "device": self.device,
            "first": first,
            "last": last,
            "head": head,
            "at": "2020-02-01T14:05:00+06:00",
            "signature": signature,
        } | wrong
        return line_bytes({"seal": body})

    def segment(self, first: int = 1, last: int | None = None, **wrong: Any) -> bytes:
        last = len(self.lines) if last is None else last
        run = self.lines[first - 1 : last]
        return b"\n".join([*run, self.seal(first, last, **wrong)]) + b"\n"


# --- a form with one field of each behaviour --------------------------------------------------

TRIAL_FIELDS: tuple[FieldRule, ...] = (
    FieldRule("/place", Kind.TEXT),
    FieldRule("/count", Kind.INTEGER),
    FieldRule("/at", Kind.INSTANT),
    FieldRule("/plate", Kind.IDENTIFIER),
    FieldRule("/story", Kind.NARRATIVE, Policy.TEXT),
    FieldRule("/note", Kind.TEXT, Policy.LATEST),
    FieldRule("/tags/*", Kind.MEMBER, Policy.UNION, options="tag"),
    FieldRule("/photos/*", Kind.TEXT, Policy.UNION),
    FieldRule(
        "/weighings/*",
        Kind.GROUP,
        Policy.APPEND,
        members=(
            MemberRule("at", Kind.INSTANT, required=True),
            MemberRule("gross", Kind.QUANTITY),
            MemberRule("net", Kind.QUANTITY),
        ),
    ),
    FieldRule("/items/*/quantity", Kind.QUANTITY),
    FieldRule("/items/*/substance", Kind.SUBSTANCE),
    FieldRule("/items/*/colour", Kind.TEXT),
    FieldRule("/items/*/struck", Kind.STRIKE),
    FieldRule("/agencies/owner", Kind.CODE, options="agency"),
    FieldRule("/agencies/lead", Kind.CODE, options="agency"),
    FieldRule("/agencies/participating/*", Kind.MEMBER, Policy.UNION, options="agency"),
    FieldRule("/place/border_point", Kind.CODE, options="border_point"),
    FieldRule("/voided", Kind.STRIKE),
)

TRIAL = FormRules("trial/1", TRIAL_FIELDS, {"tag": frozenset({"joint", "dog"})})


@functools.cache
def units() -> UnitTable:
    with (REFERENCE / "units.csv").open(encoding="utf-8", newline="") as rows:
        return UnitTable.from_rows(csv.DictReader(rows), version="units-1")


@functools.cache
def tables() -> Tables:
    return Tables(
        version="reference-1",
        units=units(),
        substances={
            "heroin": ("HEROIN",),
            "героин": ("HEROIN",),
            "анаша": ("CAN-HERB", "CAN-RESIN"),
        },
        codes={
            "substance": frozenset({"HEROIN", "OPIUM", "CAN-HERB", "CAN-RESIN"}),
            "agency": frozenset({"KG-CNS", "KG-SCS", "KG-BS", "TJ-DCA"}),
        },
    )


RULES = Rules(TRIAL, tables())

# --- who writes -------------------------------------------------------------------------------

AGENCY = AgencyCode("KG-CNS")
TEAM = TeamId(uid(700))
FOREIGN_AGENCY = AgencyCode("TJ-DCA")
FOREIGN_TEAM = TeamId(uid(701))


def device(name: str) -> DeviceId:
    """The tablet of one letter: A, B, C."""
    return DeviceId(uid(ord(name) - ord("A") + 101))


A, B, C, D = (device(name) for name in "ABCD")
NODE = DeviceId(uid(999))


def writer(log: str = A, **members: Any) -> Writer:
    return Writer(**({"log": log, "agency": AGENCY, "team": TEAM} | members))


def foreigner(log: str = D) -> Writer:
    return Writer(log, FOREIGN_AGENCY, FOREIGN_TEAM)


def edit(touched: Mapping[str, tuple[Json, Json]]) -> Edit:
    """``{path: (was, now)}`` as an edit."""
    return Edit({path: Touch(was, now) for path, (was, now) in touched.items()})


def change(log: str, seq: int, body: Any, *, seen: int = 0, report: ReportId = REPORT) -> Change:
    return Change(
        device=DeviceId(log.partition("~")[0]),
        seq=Seq(seq),
        prev=GENESIS,
        author=OFFICER,
        report=report,
        form="trial/1",
        seen=seen,
        at=None,
        uptime_ms=None,
        body=body,
    )


def witness(log: str, seq: int, revision: int, at_ms: int | None = None) -> Witness:
    return Witness(log, Seq(seq), Revision(revision), OFFICER, at_ms)


def stored_line(
    line: Change,
    said: Edit,
    outcome: Outcome,
    report: Report | None,
    *,
    by_foreigner: bool = False,
) -> StoredLine:
    """The line as a node stores it once it is judged. A foreigner who agrees has given nothing."""
    is_merged = not isinstance(outcome.verdict, Held | Parked)
    nothing = {Result.UNTOUCHED, Result.AGREED} if by_foreigner else {Result.UNTOUCHED}
    written = {path for path, result in outcome.results.items() if result not in nothing}
    return StoredLine(
        log=line.device,
        seq=line.seq,
        hash=hash_of(f"{line.device}/{line.seq}".encode()),
        verdict=outcome.verdict,
        report=line.report,
        form=line.form,
        seen=line.seen,
        revision=report.revision if is_merged and report is not None else None,
        touched={path: said.touched[path].now for path in sorted(written)},
    )


@dataclass
class World:
    """One report as the server holds it while a test plays a small history.

    ``write`` gives each log its next number; ``seen`` defaults to nothing seen.
    """

    report: Report | None = None
    rules: Rules = RULES
    sequence: dict[str, int] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    lines: list[StoredLine] = field(default_factory=list)
    writers: dict[str, Writer] = field(default_factory=dict)

    def write(
        self,
        log: str,
        touched: Mapping[str, tuple[Json, Json]],
        *,
        seen: int = 0,
        by: Writer | None = None,
    ) -> Outcome:
        self.sequence[log] = self.sequence.get(log, 0) + 1
        said = edit(touched)
        author = by or self.writers.get(log) or writer(log)
        line = change(log, self.sequence[log], said, seen=seen)
        by_foreigner = self.report is not None and is_foreign(self.report, author)
        outcome = merge(self.report, line, said, author, self.rules)
        self.report = outcome.report or self.report
        self.outcomes.append(outcome)
        self.lines.append(stored_line(line, said, outcome, self.report, by_foreigner=by_foreigner))
        return outcome

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Every conflict there ever was, as it is on record now."""
        newest = {found.id: found for outcome in self.outcomes for found in outcome.conflicts}
        return tuple(newest.values())

    @property
    def now(self) -> Report:
        assert self.report is not None, "nothing was merged yet"
        return self.report

    def stands(self, path: str) -> tuple[Json, list[str], list[tuple[Json, str]]]:
        """(accepted value, logs that witness it, (value, log) of each stance), logs by letter."""
        state = self.now.fields[path]
        return (
            state.value,
            [letter(witness.log) for witness in state.witnesses],
            [(stance.value, letter(stance.witness.log)) for stance in state.stances],
        )


def letter(log: str) -> str:
    """A for the tablet A, ``A~1`` for a branch of its log, N for the node."""
    base, tilde, branch = log.partition("~")
    found = {A: "A", B: "B", C: "C", D: "D", NODE: "N"}
    return found.get(DeviceId(base), base) + tilde + branch


def kg(amount: str, **members: Json) -> dict[str, Json]:
    return {"amount": amount, "unit": "kg"} | members


def lines_of(raws: Sequence[bytes], seal: bytes) -> bytes:
    """Any lines under any seal, as a segment's bytes."""
    return b"\n".join([*raws, seal]) + b"\n"
