"""What the node said last: reports, their conflicts, the verdicts on this tablet's lines.

All of it can be fetched again. Nothing here ever touches the log (docs/protocol.md S4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from clients.tablet.file import TabletFile
from clients.wire import LineVerdict, ReportDocument
from sync.cursor import scope_digest
from sync.ids import ConflictId, ReportId
from sync.strictjson import Json, dumps, parse

Object = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """Something about a report that waits for a person."""

    id: ConflictId
    report: ReportId
    document: Object


class Replica:
    """The reports this tablet may hold, as the node last sent them."""

    __slots__ = ("_file",)

    def __init__(self, file: TabletFile) -> None:
        self._file = file

    def report(self, report: ReportId) -> ReportDocument | None:
        row = self._file.one("SELECT revision, document FROM report WHERE id = ?", report)
        return None if row is None else ReportDocument(report, row[0], _object(row[1]))

    def reports(self) -> list[ReportDocument]:
        rows = self._file.all("SELECT id, revision, document FROM report ORDER BY id")
        return [ReportDocument(row[0], row[1], _object(row[2])) for row in rows]

    def put(self, documents: Iterable[ReportDocument]) -> int:
        """Take in reports as they stand now; how many."""
        count = 0
        for document in documents:
            count += 1
            text = dumps(document.body).decode()
            self._file.run(
                "INSERT OR REPLACE INTO report VALUES (?, ?, ?)",
                document.id,
                document.revision,
                text,
            )
            self._file.run("DELETE FROM conflict WHERE report = ?", document.id)
            for conflict, body in document.conflicts.items():
                self._file.run(
                    "INSERT OR REPLACE INTO conflict VALUES (?, ?, ?)",
                    conflict,
                    document.id,
                    dumps(body).decode(),
                )
        return count

    def drop(self, reports: Iterable[ReportId]) -> int:
        """Give up reports that left the scope; how many were held."""
        count = 0
        for report in reports:
            self._file.run("DELETE FROM conflict WHERE report = ?", report)
            count += self._file.run("DELETE FROM report WHERE id = ?", report)
        return count

    def revisions(self) -> dict[str, int]:
        return dict(self._file.all("SELECT id, revision FROM report"))

    def digest(self) -> str:
        """S3: what this tablet holds, in one hash."""
        return scope_digest(self.revisions())

    def conflict(self, conflict: ConflictId) -> OpenConflict | None:
        row = self._file.one("SELECT report, document FROM conflict WHERE id = ?", conflict)
        return None if row is None else OpenConflict(conflict, row[0], _object(row[1]))

    def put_verdicts(self, verdicts: Iterable[LineVerdict]) -> None:
        """What became of this tablet's lines; a later word replaces an earlier one."""
        for verdict in verdicts:
            self._file.run(
                "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)",
                verdict.seq,
                verdict.verdict,
                verdict.revision,
                dumps(verdict.body).decode(),
            )

    def verdicts(self, report: ReportId) -> dict[int, LineVerdict]:
        rows = self._file.all(
            "SELECT verdict.seq, verdict.verdict, verdict.revision, verdict.document FROM verdict"
            " JOIN log_line USING (seq) WHERE log_line.report = ?",
            report,
        )
        return {row[0]: LineVerdict(row[0], row[1], row[2], _object(row[3])) for row in rows}

    def forget_verdicts(self, after: int) -> None:
        """A restored node no longer knows these lines: it will judge them anew."""
        self._file.run("DELETE FROM verdict WHERE seq > ?", after)


def _object(text: str) -> Object:
    return cast("Object", parse(text.encode()))
