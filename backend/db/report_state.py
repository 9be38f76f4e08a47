"""How a report's state and a conflict are stored: compact JSON, to and from the core's types.

Logs and authors stand once in a table of their own and are named by index, because every field
repeats them; a report of forty fields written by two tablets costs a tenth of the plain form.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson

from sync.ids import (
    AgencyCode,
    ConflictId,
    DeviceId,
    OfficerId,
    ReportId,
    Revision,
    Seq,
    TeamId,
)
from sync.report import (
    AuthorAnswer,
    Conflict,
    FieldState,
    Report,
    Resolution,
    Side,
    Stance,
    Witness,
)

_STATE_VERSION: Final = 1
_LAYOUT_OPTIONS: Final = orjson.OPT_SORT_KEYS


class _Names:
    """Names given numbers in the order they are met."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))


def write_report(report: Report) -> bytes:
    """The bytes kept in ``report.state``."""
    names = _Names()
    fields = {path: _field_out(state, names) for path, state in report.fields.items()}
    conflicts = [_conflict_out(conflict, names) for conflict in report.conflicts.values()]
    return orjson.dumps(
        {
            "v": _STATE_VERSION,
            "id": report.id,
            "form": report.form,
            "rev": report.revision,
            "by": report.created_by,
            "agency": report.agency,
            "team": report.team,
            "fields": fields,
            "readings": report.readings,
            "conflicts": conflicts,
            "twins": report.twins,
            "names": list(names.numbers),
        },
        option=_LAYOUT_OPTIONS,
    )


def read_report(raw: bytes) -> Report:
    """The report those bytes hold. They are this node's own: what is wrong here is our bug."""
    state = orjson.loads(raw)
    assert state["v"] == _STATE_VERSION
    names: list[str] = state["names"]
    conflicts = [_conflict_in(each, names) for each in state["conflicts"]]
    return Report(
        id=ReportId(state["id"]),
        form=state["form"],
        revision=Revision(state["rev"]),
        created_by=DeviceId(state["by"]),
        agency=AgencyCode(state["agency"]),
        team=TeamId(state["team"]),
        fields={path: _field_in(each, names) for path, each in state["fields"].items()},
        readings=state["readings"],
        conflicts={conflict.id: conflict for conflict in conflicts},
        twins=tuple(ReportId(twin) for twin in state["twins"]),
    )


def write_conflict(conflict: Conflict) -> bytes:
    """The bytes kept in ``conflict.body``."""
    names = _Names()
    body = _conflict_out(conflict, names)
    return orjson.dumps({"conflict": body, "names": list(names.numbers)}, option=_LAYOUT_OPTIONS)


def read_conflict(raw: bytes) -> Conflict:
    stored = orjson.loads(raw)
    return _conflict_in(stored["conflict"], stored["names"])


def _witness_out(witness: Witness, names: _Names) -> list[Any]:
    log, author = names.number(witness.log), names.number(witness.author)
    return [log, witness.seq, witness.revision, author, witness.at_ms]


def _witness_in(stored: Sequence[Any], names: list[str]) -> Witness:
    log, seq, revision, author, at_ms = cast("tuple[int, int, int, int, int | None]", stored)
    return Witness(names[log], Seq(seq), Revision(revision), OfficerId(names[author]), at_ms)


def _witnesses_in(stored: Sequence[Any], names: list[str]) -> tuple[Witness, ...]:
    return tuple(_witness_in(each, names) for each in stored)


def _field_out(state: FieldState, names: _Names) -> list[Any]:
    witnesses = [_witness_out(each, names) for each in state.witnesses]
    if state.conflict is None:
        return [state.value, witnesses]
    stances = [[each.value, _witness_out(each.witness, names)] for each in state.stances]
    return [state.value, witnesses, stances, state.conflict]


def _field_in(stored: Sequence[Any], names: list[str]) -> FieldState:
    witnesses = _witnesses_in(stored[1], names)
    if len(stored) == 2:  # noqa: PLR2004 — value and witnesses: the field is not contested
        return FieldState(stored[0], witnesses)
    stances = tuple(_stance_in(each, names) for each in cast("list[Any]", stored[2]))
    return FieldState(stored[0], witnesses, stances, ConflictId(stored[3]))


def _stance_in(stored: Sequence[Any], names: list[str]) -> Stance:
    return Stance(stored[0], _witness_in(stored[1], names))


def _side_out(side: Side, names: _Names) -> list[Any]:
    return [side.value, [_witness_out(each, names) for each in side.witnesses]]


def _side_in(stored: Sequence[Any], names: list[str]) -> Side:
    return Side(stored[0], _witnesses_in(stored[1], names))


def _conflict_out(conflict: Conflict, names: _Names) -> dict[str, Any]:
    end = conflict.resolution
    return {
        "id": conflict.id,
        "report": conflict.report,
        "kind": conflict.kind,
        "path": conflict.path,
        "life": conflict.life,
        "version": conflict.version,
        "accepted": _side_out(conflict.accepted, names),
        "candidates": [_side_out(side, names) for side in conflict.candidates],
        "opened": conflict.opened,
        "answers": [
            [said.value, said.reason, _witness_out(said.witness, names)]
            for said in conflict.answers
        ],
        "resolution": None
        if end is None
        else [
            end.how,
            end.value,
            end.reason,
            None if end.witness is None else _witness_out(end.witness, names),
        ],
        "details": conflict.details,
    }


def _conflict_in(stored: Mapping[str, Any], names: list[str]) -> Conflict:
    end = stored["resolution"]
    return Conflict(
        id=ConflictId(stored["id"]),
        report=ReportId(stored["report"]),
        kind=stored["kind"],
        path=stored["path"],
        life=stored["life"],
        version=stored["version"],
        accepted=_side_in(stored["accepted"], names),
        candidates=tuple(_side_in(side, names) for side in stored["candidates"]),
        opened=Revision(stored["opened"]),
        answers=tuple(
            AuthorAnswer(value, reason, _witness_in(witness, names))
            for value, reason, witness in stored["answers"]
        ),
        resolution=None if end is None else _resolution_in(end, names),
        details=stored["details"],
    )


def _resolution_in(stored: Sequence[Any], names: list[str]) -> Resolution:
    how, value, reason, witness = stored
    return Resolution(how, value, reason, None if witness is None else _witness_in(witness, names))
