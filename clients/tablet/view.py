"""A report as its officer sees it: what the node said last, with the tablet's own work laid over.

Own work is laid over until the replica shows what became of it: a line is **pending** while the
node has not judged it, holds it, or judged it in a revision this tablet has not pulled yet.
A parked line is shown beside the report with its reason, never as if it stood.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from clients.wire import LineVerdict, ReportDocument
from schemas.forms.registry import to_current
from sync.changes import Answer, Change, Edit
from sync.ids import ConflictId, ReportId
from sync.strictjson import Json

REFUSED: Final = frozenset({"parked", "set-aside"})
_NOT_LAID_OVER: Final = REFUSED | {"proposed"}


@dataclass(frozen=True, slots=True)
class Refused:
    """Own work that does not stand, and why."""

    seq: int
    reason: str
    touched: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class View:
    """One report before the officer's eyes."""

    report: ReportId
    form: str
    revision: int
    """What the replica holds; it becomes the ``seen`` of the next change. 0 for none."""
    fields: Mapping[str, Json]
    own: frozenset[str] = frozenset()
    """Paths whose value is this tablet's and not yet in the replica."""
    contested: Mapping[str, Json] = field(default_factory=dict[str, Json])
    conflicts: tuple[Mapping[str, Json], ...] = ()
    answers: Mapping[ConflictId, Json] = field(default_factory=dict[ConflictId, Json])
    """Answers that are on their way."""
    refused: tuple[Refused, ...] = ()


def is_pending(verdict: LineVerdict | None, revision: int) -> bool:
    """Whether the replica, at ``revision``, does not show yet what became of a line."""
    if verdict is None or verdict.verdict == "held":
        return True
    if verdict.verdict in _NOT_LAID_OVER:
        return False
    return verdict.revision is None or verdict.revision > revision


def lay_over(
    report: ReportId,
    form: str,
    held: ReportDocument | None,
    changes: Iterable[Change],
    verdicts: Mapping[int, LineVerdict],
) -> View:
    """The replica's report with own changes over it. Pure; changes in the order of the log."""
    revision = 0 if held is None else held.revision
    fields: dict[str, Json] = {} if held is None else dict(held.fields)
    own: set[str] = set()
    answers: dict[ConflictId, Json] = {}
    refused: list[Refused] = []
    for change in changes:
        verdict = verdicts.get(change.seq)
        touched = touched_by(change)
        if verdict is not None and verdict.verdict in REFUSED:
            refused.append(Refused(change.seq, verdict.reason, touched))
        elif is_pending(verdict, revision):
            fields.update(touched)
            own.update(touched)
            if isinstance(change.body, Answer):
                answers[change.body.conflict] = change.body.value
    return View(
        report=report,
        form=form if held is None else held.form,
        revision=revision,
        fields={path: value for path, value in fields.items() if value is not None},
        own=frozenset(own),
        contested={} if held is None else held.contested,
        conflicts=() if held is None else tuple(held.conflicts.values()),
        answers=answers,
        refused=tuple(refused),
    )


def touched_by(change: Change) -> dict[str, Json]:
    """What a change says in the form's current version: path to the value it is now."""
    if not isinstance(change.body, Edit):
        return {}
    _, current = to_current(change.form, change.body.touched)
    return {path: touch.now for path, touch in current.items()}
