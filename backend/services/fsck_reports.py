"""Checks a database's reports against their lines and readers (P2 to P5, P8, P10, P11)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from backend.db import inspection
from backend.db.inspection import Standing
from backend.db.report_state import read_conflict, read_report
from backend.db.report_store import JOURNAL
from backend.rulebook import current_form
from backend.services.document import document_of
from backend.services.fsck_logs import KeptLine
from backend.services.refold import Refold, differences
from schemas.forms.registry import CURRENT, FORMS
from schemas.verdicts import revision_of
from sync import invariants, questions
from sync.changes import Change
from sync.forms import SUBMITTED
from sync.ids import ConflictId, ReportId
from sync.invariants import StoredLine, Violation
from sync.merge import Rules
from sync.report import Conflict, Report, owner_of
from sync.scope import scopes_of

_UNREADABLE = (AssertionError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it lies in its table; ``state`` is None when it cannot be read."""

    id: ReportId
    row: Row[Any]
    state: Report | None


def read_reports(connection: Connection) -> list[KeptReport]:
    return [
        KeptReport(ReportId(row.id), row, _state(row)) for row in inspection.raw_reports(connection)
    ]


def _state(row: Row[Any]) -> Report | None:
    try:
        return read_report(row.state)
    except _UNREADABLE:
        return None


def read_conflicts(connection: Connection) -> tuple[dict[ConflictId, Conflict], list[Violation]]:
    """Every conflict that can be read, with what is wrong with the others."""
    found: dict[ConflictId, Conflict] = {}
    wrong: list[Violation] = []
    for row in inspection.raw_conflicts(connection):
        try:
            conflict = read_conflict(row.body)
        except _UNREADABLE:
            wrong.append(Violation("P3", f"conflict {row.id}", "cannot be read"))
            continue
        found[conflict.id] = conflict
        columns = (row.id, row.report or "", row.kind, row.path, row.life, row.version)
        body = (conflict.id, conflict.report, conflict.kind, conflict.path)
        if columns != (*body, conflict.life, conflict.version):
            wrong.append(Violation("P3", f"conflict {row.id}", "its columns are not its body's"))
    return found, wrong


def examine(
    reports: Sequence[KeptReport], lines: Sequence[KeptLine], refold: Refold
) -> Iterator[Violation]:
    """What reports, lines and conflicts say of each other."""
    about: dict[ReportId, list[KeptLine]] = {}
    for line in lines:
        if isinstance(line.change, Change):
            about.setdefault(line.change.report, []).append(line)
    said: dict[tuple[str, int], Mapping[str, Any]] = {}
    for kept in reports:
        told = refold.retell(about.get(kept.id, ()))
        said |= {(log, int(seq)): paths for (log, seq), paths in told.said.items()}
        if kept.state is None:
            yield Violation("P3", f"report {kept.id}", "its state cannot be read")
            continue
        for path, what in differences(kept.state, told.report):
            yield Violation("P3", f"{kept.id} {path}", what)
        yield from _is_delivered_as_stored(kept, kept.state)
    states = {kept.id: kept.state for kept in reports if kept.state is not None}
    yield from _conflicts_meet(states, refold.conflicts)
    yield from _is_asked(states.values(), refold)
    yield from _promises(states, [_stored(line, said) for line in lines], refold)


def _stored(line: KeptLine, said: Mapping[tuple[str, int], Mapping[str, Any]]) -> StoredLine:
    """A line as the core's invariants take it."""
    touched = said.get((line.log, line.seq), {})
    change = line.change if isinstance(line.change, Change) else None
    revision = None if line.verdict is None else revision_of(line.verdict)
    return StoredLine(
        log=line.log,
        seq=line.seq,
        hash=line.hash,
        verdict=line.verdict,
        report=None if change is None else change.report,
        form="" if change is None else change.form,
        seen=0 if change is None else change.seen,
        revision=revision,
        touched=touched,
    )


def _promises(
    states: Mapping[ReportId, Report], lines: Sequence[StoredLine], refold: Refold
) -> Iterator[Violation]:
    rules = _rules(refold)
    conflicts = refold.conflicts.values()
    yield from invariants.exactly_once(lines)
    yield from invariants.nothing_overwritten(lines, states, conflicts, rules)
    yield from invariants.nothing_bad_is_dropped(lines, states)
    yield from invariants.old_tablets_deliver(lines, (), frozenset(FORMS))
    yield from invariants.every_value_has_a_witness(lines, states.values(), rules)


def _rules(refold: Refold) -> dict[str, Rules]:
    forms = {name: current_form(name) for name in CURRENT.values()}
    return {name: refold.rulebook.rules(form) for name, form in forms.items() if form is not None}


def _is_delivered_as_stored(kept: KeptReport, state: Report) -> Iterator[Violation]:
    """P4: what devices are sent is what the merge holds, at the revision it is listed with."""
    row, subject = kept.row, f"report {kept.id}"
    try:
        is_same = orjson.loads(row.document) == orjson.loads(document_of(state))
    except ValueError:
        is_same = False
    if not is_same:
        yield Violation("P4", subject, "its document is not its state")
    columns = (row.id, row.form, row.revision, row.owner, row.is_submitted, row.is_voided)
    own = (state.id, state.form, state.revision, owner_of(state))
    if columns != (*own, state.value(SUBMITTED) is True, state.is_voided):
        yield Violation("P4", subject, "its columns are not its state's")


def _conflicts_meet(
    states: Mapping[ReportId, Report], listed: Mapping[ConflictId, Conflict]
) -> Iterator[Violation]:
    """P3: what a report says is open is what administrators are shown, and no more."""
    own = {key: each for state in states.values() for key, each in state.conflicts.items()}
    shown = {
        key: each for key, each in listed.items() if each.life != "settled" and each.kind != "fork"
    }
    for key in sorted(own.keys() | shown.keys()):
        if key not in shown:
            yield Violation(
                "P3", f"conflict {key}", "is open in its report, and nobody is shown it"
            )
        elif key not in own:
            yield Violation("P3", f"conflict {key}", "is shown, and its report knows of none")
        elif (own[key].version, own[key].life) != (shown[key].version, shown[key].life):
            yield Violation("P3", f"conflict {key}", "its report has another version of it")
    for state in states.values():
        for path in state.contested:
            if state.fields[path].conflict not in state.conflicts:
                yield Violation("P3", f"{state.id} {path}", "is frozen by no conflict")


def _is_asked(states: Iterable[Report], refold: Refold) -> Iterator[Violation]:
    """P8: what can be read in two ways has an answer, or somebody is asked."""
    asked = {(each.report, each.path) for each in refold.conflicts.values()}
    tables = refold.rulebook.tables
    for state in states:
        form = current_form(state.form)
        for path, field in state.fields.items() if form is not None else ():
            rule = None if form is None else form.find(path)
            if rule is None or field.value is None:
                continue
            for at, inner, value in questions.asked_fields(rule, path, field.value):
                if questions.question_of(inner, value, tables) and (state.id, at) not in asked:
                    yield Violation("P8", f"{state.id} {at}", "is ambiguous, and nobody is asked")


# --- readers ----------------------------------------------------------------------------------


def examine_inbox(
    reports: Sequence[KeptReport], standings: Iterable[Standing], head: int
) -> Iterator[Violation]:
    """P5 and P10: each report stands where its scopes say, at positions that were given."""
    rows: dict[ReportId, list[Standing]] = {}
    holders: dict[int, ReportId] = {}
    for row in standings:
        rows.setdefault(row.report, []).append(row)
        if holders.setdefault(row.position, row.report) != row.report:
            yield Violation("P5", f"position {row.position}", "two reports stand at it")
        if not 1 <= row.position <= head:
            yield Violation("P5", f"{row.report} in {row.scope}", "stands past the counter")
    for kept in reports:
        if kept.state is not None:
            yield from _stands_right(kept.state, rows.get(kept.id, ()))


def _stands_right(state: Report, rows: Iterable[Standing]) -> Iterator[Violation]:
    wanted, at = scopes_of(state), {row.scope: row for row in rows}
    members = {scope for scope, row in at.items() if row.is_member and scope != JOURNAL}
    if JOURNAL not in at:
        yield Violation("P5", str(state.id), "does not stand in the journal")
    for scope in sorted(wanted - members):
        yield Violation("P5", f"{state.id} in {scope}", "is not there for its readers")
    for scope in sorted(members - wanted):
        yield Violation("P10", f"{state.id} in {scope}", "is shown outside its scopes")
    if len({at[scope].position for scope in wanted & members}) > 1:
        yield Violation("P5", str(state.id), "moved in some of its scopes only")
