"""A report as readers get it: values without their machinery, conflicts in words a screen can show.

Made once when the report changes and stored; a pull splices the bytes (S7).
"""

from collections.abc import Mapping
from typing import Any

import orjson

from sync.report import Conflict, Report, Side, Witness, owner_of


def document_of(report: Report) -> bytes:
    """The JSON object of a pull's ``reports``, without what changes apart from the report."""
    return orjson.dumps(
        {
            "id": report.id,
            "form": report.form,
            "revision": report.revision,
            "owner": owner_of(report),
            "agency": report.agency,
            "team": report.team,
            "created_by": report.created_by,
            "fields": {
                path: state.value
                for path, state in sorted(report.fields.items())
                if state.value is not None
            },
            "readings": report.readings,
            "contested": {
                path: state.conflict
                for path, state in sorted(report.fields.items())
                if state.conflict is not None
            },
            "conflicts": [conflict_of(each) for _, each in sorted(report.conflicts.items())],
            "twins": report.twins,
        }
    )


def splice(document: bytes, *, published: int | None, is_evidence_complete: bool) -> bytes:
    """The stored document with the two members that move without a new revision."""
    evidence = b"complete" if is_evidence_complete else b"incomplete"
    position = b"null" if published is None else str(published).encode()
    return b'%b,"evidence":"%b","published":%b}' % (document[:-1], evidence, position)


def conflict_of(conflict: Conflict) -> dict[str, Any]:
    """A conflict as tablets and the console show it."""
    end = conflict.resolution
    return {
        "id": conflict.id,
        "report": conflict.report or None,
        "kind": conflict.kind,
        "path": conflict.path,
        "life": conflict.life,
        "version": conflict.version,
        "accepted": side_of(conflict.accepted),
        "candidates": [side_of(side) for side in conflict.candidates],
        "answers": [
            {"value": said.value, "reason": said.reason, "by": witness_of(said.witness)}
            for said in conflict.answers
        ],
        "details": conflict.details,
        "resolution": None
        if end is None
        else {
            "how": end.how,
            "value": end.value,
            "reason": end.reason,
            "by": None if end.witness is None else witness_of(end.witness),
        },
    }


def side_of(side: Side) -> Mapping[str, Any]:
    return {"value": side.value, "by": [witness_of(witness) for witness in side.witnesses]}


def witness_of(witness: Witness) -> Mapping[str, Any]:
    """Who wrote, where that is proved, and when by the corrected clock (milliseconds UTC)."""
    return {
        "device": witness.log,
        "seq": witness.seq,
        "author": witness.author,
        "revision": witness.revision,
        "at_ms": witness.at_ms,
    }
