"""Decides what one edit does to one report. Start reading here.

For each field the edit touches, comparing in normal form (docs/protocol.md M1 to M9):

    M1  now = was                      untouched, ignored
    M2  now = accepted                 agreed: the writer becomes a witness too
    M3  the writer knew all witnesses  applied: the writer is the new witness
    M4  otherwise                      written without sight of each other: the policy decides (M5)

A write is known when its revision is at most the ``seen`` of the edit, or when it stands earlier
in the same log. Both halves are needed: values alone lose an edit that goes back and forth, one
witness alone loses the colleague who independently wrote the same value and stayed with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sync.changes import Change, Edit, Touch
from sync.conflicts import (
    Sameness,
    closed,
    conflict_changes,
    conflict_id,
    freeze,
    kind_of,
    take_side,
    with_conflicts,
    without,
)
from sync.forms import PATH_CHARACTERS_MAX, VOIDED, FieldRule, FormRules, Kind, Policy, part_of
from sync.ids import (
    AgencyCode,
    Revision,
    Seq,
    TeamId,
    is_sha256,
    is_uuid,
)
from sync.normal import same
from sync.report import (
    EMPTY_FIELD,
    Conflict,
    FieldState,
    LogName,
    Report,
    Side,
    Witness,
    agencies_of,
)
from sync.strictjson import Json
from sync.text import merge_text
from sync.values import Tables, check
from sync.verdicts import Agreed, Applied, Contested, Held, Parked, Proposed, Verdict


class Result(StrEnum):
    """What became of one field of one edit."""

    UNTOUCHED = "untouched"
    AGREED = "agreed"
    APPLIED = "applied"
    MERGED = "merged"
    """Both texts were woven together."""
    KEPT = "kept"
    """The accepted value stands by policy: a set keeps its member, a later note its place."""
    CONTESTED = "contested"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote, as the server knows it: the log, the agency and team it belonged to then."""

    log: LogName
    agency: AgencyCode
    team: TeamId
    at_ms: int | None = None
    branched_from: tuple[LogName, Seq] | None = None
    """For a branch of a forked log: the log and the first line that differs (L7)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the merge is done by: the current form version, the reference tables, the epoch."""

    form: FormRules
    tables: Tables
    revision_floor: int = 0
    """Revisions start above this. Raised when a backup is restored, so that a ``seen`` from the
    lost time never seems to know a write of the new one (docs/decisions/0003)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an edit did. ``report`` is None when nothing was merged."""

    verdict: Verdict
    report: Report | None = None
    conflicts: tuple[Conflict, ...] = ()
    """Every conflict that was opened, changed or closed."""
    results: Mapping[str, Result] = field(default_factory=dict[str, Result])
    flags: tuple[str, ...] = ()
    """What an operator should know of the client, for example ``base-mismatch /narrative``."""


def merge(
    report: Report | None, change: Change, edit: Edit, writer: Writer, rules: Rules
) -> Outcome:
    """Take one edit into a report. Total: any report, any edit, never an exception.

    ``edit`` is the change's body converted to the current form version, which ``rules`` describe.
    """
    parked = _unfit(report, edit, rules)
    if parked is not None:
        return Outcome(parked)
    if report is None:
        if change.seen > 0:
            return Outcome(Held("report-unknown", f"report {change.report}"))
        report = _new_report(change, writer, rules)
    elif is_foreign(report, writer):
        return _propose(report, change, edit, writer, rules)
    return _Merge(report, change, writer, rules).run(edit)


def is_foreign(report: Report, writer: Writer) -> bool:
    """True for an agency that neither owns the report nor is joint to it, outside its team (M9)."""
    is_in_team = bool(writer.team) and writer.team == report.team
    return not is_in_team and writer.agency not in agencies_of(report)


def _new_report(change: Change, writer: Writer, rules: Rules) -> Report:
    return Report(
        id=change.report,
        form=rules.form.form,
        revision=Revision(0),
        created_by=change.device,
        agency=writer.agency,
        team=writer.team,
    )


def _unfit(report: Report | None, edit: Edit, rules: Rules) -> Parked | None:
    """The first reason why the edit cannot stand in this form; the whole edit is parked for it."""
    for path, touch in sorted(edit.touched.items()):
        is_touched = touch.now != touch.was  # M1: what is not touched is not compared
        before = report.value(path) if report is not None and is_touched else None
        reason = unfit(path, before, touch.now, rules)
        if reason is not None:
            return Parked(reason, path[:PATH_CHARACTERS_MAX])
    return None


def unfit(path: str, before: Json, value: Json, rules: Rules) -> str | None:
    """Why ``value`` cannot stand at ``path``, where ``before`` stands; None when it can."""
    rule = rules.form.find(path)
    if rule is None:
        return "unknown-path"
    reason = _wrong_key(rule, path, rules) or check(rule, value, rules.form, rules.tables)
    if reason is None and rule.policy is Policy.APPEND and before is not None:
        # Events are only ever added: a correction is a new event that names the old one.
        return None if same(rule, rules.tables, before, value) else "event-is-immutable"
    return reason


def _wrong_key(rule: FieldRule, path: str, rules: Rules) -> str | None:
    """Parts are keyed by UUID, attachments by SHA-256, members of a set by their code."""
    if "*" not in rule.path:
        return None
    if rule.kind is Kind.MEMBER:
        code = path.rsplit("/", 1)[1]
        options = rule.options or ""
        listed = rules.form.codes.get(options) or rules.tables.codes.get(options)
        return None if listed is None or code in listed else "unknown-code"
    key = path.split("/")[rule.path.split("/").index("*")]
    return None if is_uuid(key) or is_sha256(key) else "bad-key"


def knows(change: Change, writer: Writer, witness: Witness) -> bool:
    """Whether the officer had that write before their eyes, or it is this tablet's own."""
    if witness.revision <= change.seen:
        return True
    if witness.log == writer.log:
        return witness.seq < change.seq
    branch = writer.branched_from
    return branch is not None and witness.log == branch[0] and witness.seq < branch[1]


def sameness(rules: Rules) -> Sameness:
    """Equality of two values of one field, as ``rules`` see it (M11)."""

    def is_same(path: str, one: Json, other: Json) -> bool:
        rule = rules.form.find(path)
        return one == other if rule is None else same(rule, rules.tables, one, other)

    return is_same


class _Merge:
    """One run over the fields of one edit; holds the report being made."""

    def __init__(self, report: Report, change: Change, writer: Writer, rules: Rules) -> None:
        self.before = report
        self.change = change
        self.writer = writer
        self.rules = rules
        self.fields = dict(report.fields)
        self.results: dict[str, Result] = {}
        self.flags: list[str] = []
        revision = Revision(max(report.revision, rules.revision_floor) + 1)
        self.witness = Witness(writer.log, change.seq, revision, change.author, writer.at_ms)
        self.is_same = sameness(rules)

    def run(self, edit: Edit) -> Outcome:
        for path, touch in sorted(edit.touched.items()):
            rule = self.rules.form.find(path)
            assert rule is not None, "checked by _unfit"
            self.results[path] = self._write(path, rule, touch)
        self._speak_against_strikes(edit)
        if self.fields == self.before.fields and self.before.revision > 0:
            return Outcome(Agreed(self.before.revision), None, (), self.results, tuple(self.flags))
        report = replace(self.before, fields=self.fields, revision=self.witness.revision)
        conflicts = conflict_changes(self.before, report, self.witness, self.is_same)
        report = with_conflicts(report, conflicts)
        return Outcome(self._verdict(report), report, conflicts, self.results, tuple(self.flags))

    def _verdict(self, report: Report) -> Verdict:
        contested = {
            state.conflict
            for path, state in report.fields.items()
            if state.conflict is not None
            and (
                self.results.get(path) is Result.CONTESTED or state != self.before.fields.get(path)
            )
        }
        if contested:
            return Contested(report.revision, tuple(sorted(contested)))
        if set(self.results.values()) <= {Result.AGREED, Result.UNTOUCHED}:
            return Agreed(report.revision)
        return Applied(report.revision)

    def _knows_all(self, witnesses: Iterable[Witness]) -> bool:
        return all(knows(self.change, self.writer, witness) for witness in witnesses)

    def _write(self, path: str, rule: FieldRule, touch: Touch) -> Result:
        if same(rule, self.rules.tables, touch.now, touch.was):
            return Result.UNTOUCHED
        state = self.fields.get(path, EMPTY_FIELD)
        if state.conflict is not None:
            self._take_side(path, state, touch.now)
            return Result.CONTESTED if self.fields[path].conflict else Result.AGREED
        if same(rule, self.rules.tables, touch.now, state.value):
            self.fields[path] = _joined(state, self.witness)
            return Result.AGREED
        if self._knows_all(state.witnesses) and not self._is_faulty(path, rule, state, touch):
            return self._apply(path, rule, touch.now)
        return self._settle_by_policy(path, rule, state, touch)

    def _is_faulty(self, path: str, rule: FieldRule, state: FieldState, touch: Touch) -> bool:
        """A client that claims to have seen everything yet names another value as the one it saw.

        Its word is not taken over a colleague's value; over its own or none there is no harm.
        """
        if same(rule, self.rules.tables, touch.was, state.value):
            return False
        self.flags.append(f"base-mismatch {path}")
        is_evidence = rule.policy in {Policy.CONTEST, Policy.TEXT}
        return is_evidence and bool(without(state.witnesses, self.writer.log))

    def _take_side(self, path: str, state: FieldState, value: Json) -> None:
        self.fields[path] = take_side(path, state, value, self.witness, self.is_same)

    def _apply(self, path: str, rule: FieldRule, value: Json) -> Result:
        before = self.fields.get(path, EMPTY_FIELD).value
        if rule.kind is Kind.STRIKE and before is None and value is not None:
            unseen = self._unseen_under(path)
            if unseen:
                self._open(path, FieldState(None, unseen), value)
                return Result.CONTESTED
        self.fields[path] = FieldState(value, (self.witness,))
        return Result.APPLIED

    def _settle_by_policy(
        self, path: str, rule: FieldRule, state: FieldState, touch: Touch
    ) -> Result:
        """M5: what a policy does with two values written without sight of each other."""
        match rule.policy:
            case Policy.TEXT if (merged := _weave(touch, state.value)) is not None:
                self.fields[path] = replace(_joined(state, self.witness), value=merged)
                return Result.MERGED
            case Policy.LATEST:
                is_over = _is_later(state, self.witness)
                return Result.KEPT if is_over else self._apply(path, rule, touch.now)
            case Policy.UNION | Policy.APPEND if touch.now is None:
                return Result.KEPT
            case Policy.UNION | Policy.APPEND if state.value is None:
                return self._apply(path, rule, touch.now)
            case _:
                self._open(path, state, touch.now)
                return Result.CONTESTED

    def _open(self, path: str, state: FieldState, value: Json) -> None:
        log, seq = self.writer.log, self.change.seq
        opened = conflict_id(self.before.id, path, kind_of(path), log, seq)
        self.fields[path] = freeze(state, value, self.witness, opened)

    def _unseen_under(self, strike: str) -> tuple[Witness, ...]:
        """The newest write of each log inside what a strike covers that its writer had not seen."""
        prefix = part_of(strike)
        covered = (
            witness
            for path, state in self.fields.items()
            if path != strike and path.startswith(prefix)
            for witness in (*state.witnesses, *(stance.witness for stance in state.stances))
        )
        unseen: dict[LogName, Witness] = {}
        for witness in sorted(covered, key=lambda each: each.seq):
            if not knows(self.change, self.writer, witness) and witness != self.witness:
                unseen[witness.log] = witness
        return tuple(unseen[log] for log in sorted(unseen))

    def _speak_against_strikes(self, edit: Edit) -> None:
        """An edit of what someone struck out unseen is a stance against the strike (M10).

        The edit itself merges as always: never a resurrection, never a loss.
        """
        written = [p for p, r in self.results.items() if r is not Result.UNTOUCHED]
        strikes = {strike for p in written if (strike := self.rules.form.strike_over(p))}
        if written:
            strikes.add(VOIDED)
        for path in sorted(strikes - edit.touched.keys()):
            state = self.fields.get(path, EMPTY_FIELD)
            struck_by = [stance.witness for stance in state.stances if stance.value is not None]
            if state.value is not None:
                struck_by += state.witnesses
            if not struck_by or any(knows(self.change, self.writer, w) for w in struck_by):
                continue
            if state.conflict is not None:
                self._take_side(path, state, None)
            else:
                self._open(path, state, None)


def _joined(state: FieldState, witness: Witness) -> FieldState:
    return replace(state, witnesses=(*without(state.witnesses, witness.log), witness))


def _is_later(state: FieldState, than: Witness) -> bool:
    """Whether the note that stands is the later one; a tie goes to the greater log name."""
    written = ((witness.at_ms or 0, witness.log) for witness in state.witnesses)
    return any(standing > (than.at_ms or 0, than.log) for standing in written)


def _weave(touch: Touch, accepted: Json) -> str | None:
    was, now = touch.was or "", touch.now
    if isinstance(was, str) and isinstance(now, str) and isinstance(accepted, str):
        return merge_text(was, accepted, now)
    return None


def _propose(report: Report, change: Change, edit: Edit, writer: Writer, rules: Rules) -> Outcome:
    """M9: the fields stand as they are; each differing value waits in the owner's queue."""
    is_same = sameness(rules)
    results: dict[str, Result] = {}
    changed: list[Conflict] = []
    revision = Revision(max(report.revision, rules.revision_floor) + 1)
    witness = Witness(writer.log, change.seq, revision, change.author, writer.at_ms)
    for path, touch in sorted(edit.touched.items()):
        if is_same(path, touch.now, touch.was):
            results[path] = Result.UNTOUCHED
            continue
        standing = _own_proposal(report, path, witness.log)
        if not is_same(path, touch.now, report.value(path)):
            results[path] = Result.PROPOSED
            changed.append(_proposal(report, path, standing, Side(touch.now, (witness,))))
            continue
        results[path] = Result.AGREED
        if standing is not None:
            changed.append(closed(standing, "agreed", touch.now, "taken back", witness))
    if not changed:
        return Outcome(Agreed(report.revision), None, (), results)
    after = with_conflicts(replace(report, revision=revision), changed)
    proposed = tuple(sorted(conflict.id for conflict in changed if conflict.life != "settled"))
    verdict = Proposed(proposed) if proposed else Agreed(revision)
    return Outcome(verdict, after, tuple(changed), results)


def _own_proposal(report: Report, path: str, log: LogName) -> Conflict | None:
    for old in report.conflicts.values():
        is_for_path = old.kind == "proposal" and old.path == path
        if is_for_path and old.candidates[0].witnesses[0].log == log:
            return old
    return None


def _proposal(report: Report, path: str, standing: Conflict | None, side: Side) -> Conflict:
    """A new proposal, or the standing one of the same log with its new value."""
    state = report.fields.get(path, EMPTY_FIELD)
    accepted = Side(state.value, state.witnesses)
    if standing is not None:
        version = standing.version + 1
        return replace(standing, version=version, accepted=accepted, candidates=(side,))
    witness = side.witnesses[0]
    return Conflict(
        id=conflict_id(report.id, path, "proposal", witness.log, witness.seq),
        report=report.id,
        kind="proposal",
        path=path,
        life="open",
        version=1,
        accepted=accepted,
        candidates=(side,),
        opened=witness.revision,
    )
