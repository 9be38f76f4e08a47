"""Reads a report for a person: only of their own agency's scope, and always on record."""

from sqlalchemy import Connection

from backend.actors import PersonActor
from backend.db import audit, log_store, report_store
from backend.db.log_store import StoredLine
from backend.node import Node
from backend.services.document import splice
from schemas import problems
from schemas.problems import Problem
from sync.ids import ReportId
from sync.report import Report
from sync.scope import Scope


def _require_visible(connection: Connection, person: PersonActor, report: ReportId) -> None:
    """A report outside the agency's scope is not there (P10)."""
    scope = Scope(f"agency:{person.agency}")
    if not report_store.visible(connection, [scope], [report]):
        raise Problem(problems.NOT_FOUND, "There is no such report.")


async def document(node: Node, person: PersonActor, report: ReportId) -> tuple[bytes, int]:
    """The report's document and its revision."""
    now = node.now()

    def work(connection: Connection) -> tuple[bytes, int]:
        _require_visible(connection, person, report)
        found = report_store.documents(connection, [report])[0]
        audit.append(connection, person.deed("report.read", f"report:{report}", now))
        spliced = splice(
            found.document,
            published=found.published,
            is_evidence_complete=found.is_evidence_complete,
        )
        return spliced, found.revision

    return await node.database.write(work)


async def history(
    node: Node, person: PersonActor, report: ReportId
) -> tuple[Report, list[StoredLine]]:
    """The report's state and every line about it."""
    now = node.now()

    def work(connection: Connection) -> tuple[Report, list[StoredLine]]:
        _require_visible(connection, person, report)
        found = report_store.find_report(connection, report)
        assert found is not None
        audit.append(connection, person.deed("report.history", f"report:{report}", now))
        return found, log_store.lines_about(connection, report)

    return await node.database.write(work)
