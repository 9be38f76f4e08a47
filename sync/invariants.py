"""The promises P1 to P11 as functions: what a node stores against what others hold of it.

Used by tests, by the simulation after each step and by ``khabar fsck``. Each function takes plain
values and returns every breach it finds; none trusts the code that made what it looks at.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sync.chain import CHAIN_START, Checkpoint, Link, first_break
from sync.conflicts import Sameness
from sync.forms import FieldRule, Kind, Policy, part_of
from sync.ids import DeviceId, Position, ReportId, Revision, Seq
from sync.merge import Rules, sameness
from sync.normal import derive
from sync.quantity import plain
from sync.report import EMPTY_FIELD, Conflict, FieldState, LogName, Report
from sync.scope import Scope, scopes_of
from sync.strictjson import Json
from sync.values import Tables
from sync.verdicts import Held, Parked, SetAside, Verdict


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach: of which promise, by what, and how."""

    promise: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as the node keeps it."""

    log: LogName
    seq: Seq
    hash: str
    verdict: Verdict | None
    report: ReportId | None = None
    form: str = ""
    seen: int = 0
    revision: Revision | None = None
    """The report's revision it was merged at; None while it is not."""
    touched: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """The values it gave, by path of the current form version; of a node's decision too.

    Untouched fields are none, nor is what a foreign agency only agreed with (M1, M9).
    """


@dataclass(frozen=True, slots=True)
class DeviceHolding:
    """What a device holds: receipts of its lines, and its replica."""

    device: DeviceId
    receipted: Mapping[Seq, str] = field(default_factory=dict[Seq, str])
    """Hash of each line whose receipt it has."""
    scopes: frozenset[Scope] = frozenset()
    cursor: int = 0
    replica: Mapping[ReportId, tuple[Revision, str]] = field(
        default_factory=dict[ReportId, tuple[Revision, str]]
    )
    """Revision and digest of each report it holds."""
    is_current: bool = False
    """It has pulled to the end since anything last changed, its scope included."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    scope: Scope
    report: ReportId
    position: Position


@dataclass(frozen=True, slots=True)
class FeedEntry:
    link: Link
    report: ReportId
    action: str
    release: frozenset[str] | None = None
    """The subscribers who may have its body; None for all."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An entry as a subscriber got it."""

    subscriber: str
    position: int
    with_body: bool


@dataclass(frozen=True, slots=True)
class DerivedQuantity:
    """A normalised quantity as it was published or listed."""

    report: Report
    path: str
    entered: str | None
    value: str | None
    unit: str | None
    tables: str
    """Version of the tables it was derived with."""


PROOF_FAILURES: Final = frozenset(
    {
        *("no-seal", "unreadable-seal", "seal-too-long", "segment-size", "line-count"),
        *("line-too-long", "wrong-head", "wrong-signature", "broken-link", "other-log"),
        "unknown-device",
    }
)
"""Why bytes may be quarantined: they prove nothing. Who sent them, and how late, is no reason."""


def _name(line: StoredLine) -> str:
    return f"line {line.seq} of {line.log}"


def acknowledged_is_durable(
    holdings: Iterable[DeviceHolding], lines: Iterable[StoredLine]
) -> Iterator[Violation]:
    """P1: every line whose receipt a device holds is stored, with the same bytes."""
    stored = {(line.log.partition("~")[0], line.seq, line.hash) for line in lines}
    for held in holdings:
        for seq, hashed in held.receipted.items():
            if (held.device, seq, hashed) not in stored:
                yield Violation("P1", f"line {seq} of {held.device}", "receipted, not stored")


def exactly_once(lines: Iterable[StoredLine]) -> Iterator[Violation]:
    """P2: no line stands twice, neither under its number nor by its bytes within one log."""
    found: set[tuple[str, object]] = set()
    for line in lines:
        for key in ((line.log, line.seq), (line.log, line.hash)):
            if key in found:
                yield Violation("P2", _name(line), f"{key[1]} stands twice")
            found.add(key)


def nothing_overwritten(
    lines: Iterable[StoredLine],
    reports: Mapping[ReportId, Report],
    conflicts: Iterable[Conflict],
    rules: Mapping[str, Rules],
) -> Iterator[Violation]:
    """P3: each value taken in stands, or was superseded by who had seen it, or is on record."""
    recorded = {
        (conflict.report, conflict.path, witness.log, witness.seq)
        for conflict in conflicts
        for side in (conflict.accepted, *conflict.candidates)
        for witness in side.witnesses
    }
    for (report_id, path), written in _writes(lines).items():
        report = reports.get(report_id)
        if report is None:
            yield Violation("P3", report_id, f"{_name(written[0])} was merged into no report")
            continue
        rule, same = rules[report.form].form.find(path), sameness(rules[report.form])
        state = report.fields.get(path, EMPTY_FIELD)
        for line in written:
            if (
                not _is_given_up(rule, line.touched[path])
                and not _stands(line, path, state, same)
                and (report_id, path, line.log, line.seq) not in recorded
                and not any(_supersedes(later, line) for later in written)
            ):
                yield Violation("P3", f"{report_id} {path}", f"{_name(line)} is lost")


def _writes(lines: Iterable[StoredLine]) -> Mapping[tuple[ReportId, str], list[StoredLine]]:
    """The merged lines that gave each field of each report a value."""
    found: dict[tuple[ReportId, str], list[StoredLine]] = {}
    for line in lines:
        if line.report is not None and line.revision is not None:
            for path in line.touched:
                found.setdefault((line.report, path), []).append(line)
    return found


def _is_given_up(rule: FieldRule | None, value: Json) -> bool:
    """What the policy itself lets go: the earlier of two notes, a removal against an addition."""
    policy = None if rule is None else rule.policy
    is_set = policy in {Policy.UNION, Policy.APPEND}
    return policy is Policy.LATEST or (is_set and value is None)


def _stands(line: StoredLine, path: str, state: FieldState, same: Sameness) -> bool:
    """Accepted, woven into what is accepted, or somebody's stance."""
    values = (state.value, *(stance.value for stance in state.stances))
    return any(same(path, line.touched[path], value) for value in values) or any(
        (witness.log, witness.seq) == (line.log, line.seq) for witness in state.witnesses
    )


def _supersedes(later: StoredLine, line: StoredLine) -> bool:
    if later.log == line.log:
        return later.seq > line.seq
    return line.revision is not None and later.seen >= line.revision


def devices_converge(
    holdings: Iterable[DeviceHolding], reports: Mapping[ReportId, tuple[Report, str]]
) -> Iterator[Violation]:
    """P4: a device that is current holds what the node holds in its scope, state for state."""
    scopes = {report_id: scopes_of(report) for report_id, (report, _) in reports.items()}
    for held in holdings:
        if not held.is_current:
            continue
        wanted = {
            report_id: (report.revision, digest)
            for report_id, (report, digest) in reports.items()
            if not held.scopes.isdisjoint(scopes[report_id])
        }
        for report_id in sorted(wanted.keys() | held.replica.keys()):
            if wanted.get(report_id) != held.replica.get(report_id):
                yield Violation("P4", f"{report_id} on {held.device}", "differs from the node's")


def cursors_never_skip(
    holdings: Iterable[DeviceHolding],
    inbox: Iterable[InboxRow],
    reports: Mapping[ReportId, Revision],
) -> Iterator[Violation]:
    """P5: who has a cursor at or past a report's position holds that report as it is now."""
    rows = tuple(inbox)
    for held in holdings:
        for row in rows:
            if row.scope in held.scopes and row.position <= held.cursor:
                revision, _ = held.replica.get(row.report, (0, ""))
                if revision < reports.get(row.report, 0):
                    at = f"position {row.position}, cursor {held.cursor}"
                    yield Violation("P5", f"{row.report} on {held.device}", f"skipped: {at}")


def nothing_bad_is_dropped(
    lines: Iterable[StoredLine], reports: Mapping[ReportId, object]
) -> Iterator[Violation]:
    """P6: each line has a verdict, what is not merged has a reason, and none waits in vain."""
    stored = tuple(lines)
    numbers: dict[str, set[int]] = {}
    for line in stored:
        numbers.setdefault(line.log, set()).add(line.seq)
    for line in stored:
        match line.verdict:
            case None:
                yield Violation("P6", _name(line), "has no verdict")
            case Held(reason="") | Parked(reason="") | SetAside(reason=""):
                yield Violation("P6", _name(line), "waits without a reason")
            case Held(reason="gap") if numbers[line.log].issuperset(range(1, line.seq)):
                yield Violation("P6", _name(line), "waits for a gap that is filled")
            case Held(reason="report-unknown") if line.report in reports:
                yield Violation("P6", _name(line), "waits for a report that is here")
            case _:
                pass


def old_tablets_deliver(
    lines: Iterable[StoredLine],
    quarantined: Iterable[tuple[str, str]],
    published: frozenset[str],
) -> Iterator[Violation]:
    """P7: no published form is unknown, and bytes are quarantined only when they prove nothing.

    ``quarantined`` are (name, reason).
    """
    for line in lines:
        if line.form in published and line.verdict == Parked("unknown-form"):
            yield Violation("P7", _name(line), f"{line.form} was published, and is refused")
    for name, reason in quarantined:
        if reason not in PROOF_FAILURES:
            yield Violation("P7", name, f"quarantined for {reason}")


def as_entered_is_kept(
    derived: Iterable[DerivedQuantity], tables: Mapping[str, Tables]
) -> Iterator[Violation]:
    """P8: each normalised quantity follows, by a known table, from the text as it was written."""
    for one in derived:
        subject = f"{one.report.id} {one.path}"
        value, version = one.report.value(one.path), tables.get(one.tables)
        entered = value.get("entered") if isinstance(value, Mapping) else None
        if version is None:
            yield Violation("P8", subject, f"no table {one.tables!r}")
            continue
        if entered != one.entered:
            yield Violation("P8", subject, "the text is not as entered")
        again = derive(value, one.report.readings.get(one.path), version)
        expected = None if again.value is None else plain(again.value)
        if (expected, again.unit) != (one.value, one.unit):
            yield Violation("P8", subject, f"{one.value} {one.unit} does not follow from it")


def feed_is_append_only(
    entries: Iterable[FeedEntry], checkpoints: Iterable[Checkpoint]
) -> Iterator[Violation]:
    """P9: positions 1 to n, the chain holds, every signed head is on it, actions are in turn."""
    listed = tuple(entries)
    broken = first_break(CHAIN_START, 0, (entry.link for entry in listed))
    if broken is not None:
        yield Violation("P9", f"entry {broken}", "does not follow from the one before")
    for head in checkpoints:
        chain = listed[head.size - 1].link.chain if 0 < head.size <= len(listed) else CHAIN_START
        if chain != head.chain or head.size > len(listed):
            yield Violation("P9", f"checkpoint {head.size}", "signed another feed")
    standing: set[ReportId] = set()
    for entry in listed:
        if (entry.action == "publish") == (entry.report in standing):
            subject = f"entry {entry.link.position}"
            yield Violation("P9", subject, f"{entry.action} of {entry.report} out of turn")
        (standing.discard if entry.action == "withdraw" else standing.add)(entry.report)


def nobody_sees_what_they_may_not(
    holdings: Iterable[DeviceHolding],
    reports: Mapping[ReportId, Report],
    entries: Iterable[FeedEntry],
    deliveries: Iterable[Delivery],
) -> Iterator[Violation]:
    """P10: a current replica holds its scope's reports alone, a subscriber its release's bodies."""
    for held in holdings:
        for report_id in held.replica if held.is_current else ():
            if held.scopes.isdisjoint(scopes_of(reports[report_id])):
                yield Violation("P10", f"{report_id} on {held.device}", "outside its scope")
    release = {entry.link.position: entry.release for entry in entries}
    for got in deliveries:
        allowed = release.get(got.position, frozenset())
        if got.with_body and allowed is not None and got.subscriber not in allowed:
            subject = f"entry {got.position} to {got.subscriber}"
            yield Violation("P10", subject, "outside its release list")


def every_value_has_a_witness(
    lines: Iterable[StoredLine], reports: Iterable[Report], rules: Mapping[str, Rules]
) -> Iterator[Violation]:
    """P11: each value that stands leads to stored lines that say it."""
    stored = {(line.log, line.seq): line for line in lines}
    for report in reports:
        find, same = rules[report.form].form.find, sameness(rules[report.form])
        for path, state in report.fields.items():
            said = [(state.value, witness) for witness in state.witnesses]
            said += [(stance.value, stance.witness) for stance in state.stances]
            if not said:
                yield Violation("P11", f"{report.id} {path}", "nobody is known to have said it")
            for value, witness in said:
                line = stored.get((witness.log, witness.seq))
                if not _says(line, report.id, find(path), (path, value), same):
                    detail = f"line {witness.seq} of {witness.log} does not say it"
                    yield Violation("P11", f"{report.id} {path}", detail)


def _says(
    line: StoredLine | None,
    report: ReportId,
    rule: FieldRule | None,
    said: tuple[str, Json],
    same: Sameness,
) -> bool:
    path, value = said
    if line is None or line.report != report:
        return False
    if path in line.touched:
        is_woven = rule is not None and rule.policy is Policy.TEXT
        return is_woven or same(path, line.touched[path], value)
    is_spoken_for = rule is not None and rule.kind is Kind.STRIKE and value is None
    return is_spoken_for and any(touched.startswith(part_of(path)) for touched in line.touched)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the promises are about, at one moment; what is left out is not checked."""

    rules: Mapping[str, Rules]
    """By the current version of each form."""
    tables: Mapping[str, Tables] = field(default_factory=dict[str, Tables])
    published: frozenset[str] = frozenset()
    """Every form version ever published."""
    lines: tuple[StoredLine, ...] = ()
    reports: Mapping[ReportId, tuple[Report, str]] = field(
        default_factory=dict[ReportId, tuple[Report, str]]
    )
    """Each report and the digest of the state that is delivered."""
    conflicts: tuple[Conflict, ...] = ()
    """Open and settled."""
    quarantined: tuple[tuple[str, str], ...] = ()
    inbox: tuple[InboxRow, ...] = ()
    derived: tuple[DerivedQuantity, ...] = ()
    entries: tuple[FeedEntry, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    holdings: tuple[DeviceHolding, ...] = ()


def violations(at: Snapshot) -> tuple[Violation, ...]:
    """Every breach of every promise."""
    reports = {report_id: report for report_id, (report, _) in at.reports.items()}
    revisions = {report_id: report.revision for report_id, report in reports.items()}
    return (
        *acknowledged_is_durable(at.holdings, at.lines),
        *exactly_once(at.lines),
        *nothing_overwritten(at.lines, reports, at.conflicts, at.rules),
        *devices_converge(at.holdings, at.reports),
        *cursors_never_skip(at.holdings, at.inbox, revisions),
        *nothing_bad_is_dropped(at.lines, reports),
        *old_tablets_deliver(at.lines, at.quarantined, at.published),
        *as_entered_is_kept(at.derived, at.tables),
        *feed_is_append_only(at.entries, at.checkpoints),
        *nobody_sees_what_they_may_not(at.holdings, reports, at.entries, at.deliveries),
        *every_value_has_a_witness(at.lines, reports.values(), at.rules),
    )
