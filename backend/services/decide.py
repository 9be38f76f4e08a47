"""Takes an administrator's decision: checked, written into the node's own log, applied, recorded.

A decision made on a stale screen is refused with the version that is current (M13); one that comes
in is a line like any other, so that every value in the system has the same kind of provenance.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from backend.actors import PersonActor
from backend.clock import Instant
from backend.db import audit, conflict_store, log_store, report_store
from backend.db.conflict_store import NO_REPORT, Release, StoredConflict
from backend.node import Node
from backend.rulebook import current_form
from backend.services import node_log
from backend.services.intake import Intake
from backend.services.judge import next_revision
from backend.services.node_log import Decision
from backend.services.take_in import rejudge_log, set_log_aside
from schemas import problems
from schemas.problems import Problem
from sync import conflicts, questions
from sync.changes import Decide, DecisionKind
from sync.conflicts import Refusal, other_report
from sync.ids import AgencyCode, ConflictId, OfficerId, ReportId, Revision
from sync.merge import sameness, unfit
from sync.report import Conflict, Report
from sync.strictjson import Json, Unreadable, dumps, parse


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks the node to decide. ``version`` is what they saw (``If-Match``)."""

    decision: DecisionKind
    value: Json
    reason: str
    version: int
    person: PersonActor


async def decide(node: Node, conflict: ConflictId, asked: Asked) -> StoredConflict:
    """Settle, ask or reopen; the conflict as it is afterwards."""
    now = node.now()

    def work(connection: Connection) -> StoredConflict:
        stored = own_conflict(connection, conflict, asked.person)
        intake = Intake(connection, node.rulebook, now)
        current = _current(intake, stored)
        if current.version != asked.version:
            raise Problem(
                problems.PRECONDITION_FAILED,
                "The conflict has moved since it was read.",
                current_version=current.version,
            )
        if current.kind == "fork":
            _decide_fork(intake, node, current, asked, now)
        else:
            _decide_on_report(intake, node, current, asked, now)
        intake.finish()
        audit.append(
            connection,
            asked.person.deed(f"conflict.{asked.decision}", f"conflict:{conflict}", now),
        )
        # Whoever owns it by now: who settles an owner may have handed the report over.
        after = conflict_store.find_conflict(connection, conflict)
        assert after is not None
        return after

    _require_readable(asked.value)
    decided = await node.database.write(work)
    node.journal_moved()
    return decided


def _require_readable(value: Json) -> None:
    """A value is as strict as a tablet's: it goes into a line that every reader must read (J1)."""
    try:
        read = parse(dumps(value))
    except ValueError:
        read = Unreadable("not-json")
    if isinstance(read, Unreadable):
        raise Problem(
            problems.INVALID_REQUEST,
            "The value cannot be written into a log.",
            errors=[{"pointer": "/value", "message": read.reason}],
        )


def own_conflict(
    connection: Connection, conflict: ConflictId, person: PersonActor
) -> StoredConflict:
    """The conflict, if the person's agency owns it; else there is none (P10)."""
    stored = conflict_store.find_conflict(connection, conflict)
    if stored is None or stored.owner != person.agency:
        raise Problem(problems.NOT_FOUND, "There is no such conflict.")
    return stored


def _current(intake: Intake, stored: StoredConflict) -> Conflict:
    """The conflict as its report holds it; a settled one is only on record."""
    if stored.conflict.report == NO_REPORT:
        return stored.conflict
    report = intake.report(stored.conflict.report)
    assert report is not None
    return report.conflicts.get(stored.conflict.id, stored.conflict)


def _decide_on_report(
    intake: Intake, node: Node, conflict: Conflict, asked: Asked, now: Instant
) -> None:
    report = intake.report(conflict.report)
    assert report is not None
    form = current_form(report.form)
    assert form is not None
    if asked.decision == "settle":
        _require_fitting(conflict, asked.value, report, intake)
    decision = _as_decision(conflict, asked, report)
    witness = node_log.next_witness(
        intake.connection, node, decision, next_revision(report, intake), now
    )
    said = Decide(asked.decision, conflict.id, asked.value, asked.reason)
    done = conflicts.decide(report, conflict, said, witness, sameness(intake.rulebook.rules(form)))
    if isinstance(done, Refusal):
        raise Problem(problems.STATE_CONFLICT, f"This cannot be done now: {done.reason}.")
    after, questioned = questions.review(report, done.report, form, intake.rulebook.tables, witness)
    node_log.append(intake.connection, node, decision, witness, now)
    intake.put(after, (done.conflict, *done.others, *questioned))
    if conflict.kind == "duplicate":
        _tell_twin(intake, done.conflict, is_same=asked.value is True)


def _as_decision(conflict: Conflict, asked: Asked, report: Report) -> Decision:
    return Decision(
        author=OfficerId(asked.person.id),
        about=report.id,
        form=report.form,
        seen=report.revision,
        body={
            "decision": asked.decision,
            "conflict": conflict.id,
            "value": asked.value,
            "reason": asked.reason,
        },
    )


def _require_fitting(conflict: Conflict, value: Json, report: Report, intake: Intake) -> None:
    """A settled value must fit its field as any other would; a question needs a real answer."""
    form = current_form(report.form)
    assert form is not None
    rules = intake.rulebook.rules(form)
    match conflict.kind:
        case "duplicate" | "fork":
            reason = None if isinstance(value, bool) else "wrong-type"
        case "quantity" | "substance":
            reason = questions.unfit_answer(conflict, value, form, rules.tables)
        case "field" | "void-vs-edit" | "proposal":
            reason = unfit(conflict.path, report.value(conflict.path), value, rules)
    if reason is not None:
        raise Problem(
            problems.INVALID_REQUEST,
            "The value does not fit the field.",
            errors=[{"pointer": "/value", "message": reason}],
        )


def _tell_twin(intake: Intake, conflict: Conflict, *, is_same: bool) -> None:
    """Let the other report of a duplicate know of its twin, or forget it."""
    other = other_report(conflict)
    report = None if other is None else intake.report(other)
    if report is None:
        return
    rest = tuple(twin for twin in report.twins if twin != conflict.report)
    twins = tuple(sorted((*rest, conflict.report))) if is_same else rest
    if twins != report.twins:
        intake.put(replace(report, twins=twins, revision=next_revision(report, intake)))


def _decide_fork(
    intake: Intake, node: Node, conflict: Conflict, asked: Asked, now: Instant
) -> None:
    """L7: take the branch in as another log of the device, or keep it as evidence only."""
    if asked.decision == "reopen" or conflict.life == "settled":
        raise Problem(problems.STATE_CONFLICT, "A fork is decided once.")
    log = log_store.find_log(intake.connection, conflict.path)
    assert log is not None
    decision = Decision(
        author=OfficerId(asked.person.id),
        about=ReportId(log.device),
        form="log/1",
        seen=Revision(0),
        body={
            "decision": asked.decision,
            "conflict": conflict.id,
            "value": asked.value,
            "reason": asked.reason,
        },
    )
    witness = node_log.next_witness(intake.connection, node, decision, Revision(0), now)
    if asked.decision == "ask":
        moved = replace(conflict, life="asked", version=conflict.version + 1)
    else:
        if not isinstance(asked.value, bool):
            raise Problem(problems.INVALID_REQUEST, "Say whether the branch is taken in.")
        moved = conflicts.closed(conflict, "decided", asked.value, asked.reason, witness)
        if asked.value:
            log_store.put_logs(intake.connection, [replace(log, is_taken_in=True)])
            rejudge_log(intake, log.name)
        else:
            set_log_aside(intake, log.name, asked.reason)
    node_log.append(intake.connection, node, decision, witness, now)
    intake.put_conflict(moved, AgencyCode(asked.person.agency))


@dataclass(frozen=True, slots=True)
class ReleaseAsked:
    """Whether a report may leave the agency, at the revision the person saw."""

    decision: DecisionKind
    reason: str
    revision: int
    person: PersonActor


async def release(node: Node, report_id: ReportId, asked: ReleaseAsked) -> Release:
    """Release or withhold a report; the publisher follows."""
    now = node.now()

    def work(connection: Connection) -> Release:
        report = report_store.find_report(connection, report_id)
        if report is None or report_store.owner(connection, report_id) != asked.person.agency:
            raise Problem(problems.NOT_FOUND, "There is no such report.")
        if report.revision != asked.revision:
            raise Problem(
                problems.PRECONDITION_FAILED,
                "The report has changed since it was read.",
                current_version=report.revision,
            )
        intake = Intake(connection, node.rulebook, now)
        decision = Decision(
            author=OfficerId(asked.person.id),
            about=report_id,
            form=report.form,
            seen=report.revision,
            body={
                "decision": asked.decision,
                "conflict": None,
                "value": None,
                "reason": asked.reason,
            },
        )
        witness = node_log.next_witness(connection, node, decision, report.revision, now)
        line = node_log.append(connection, node, decision, witness, now)
        said = Release(report_id, line.seq, asked.decision, report.revision, now)
        conflict_store.put_release(connection, said)
        intake.nudge(report_store.JOURNAL, [report_id])
        intake.finish()
        audit.append(
            connection, asked.person.deed(f"report.{asked.decision}", f"report:{report_id}", now)
        )
        return said

    said = await node.database.write(work)
    node.journal_moved()
    return said
