"""The promises as questions about the node's file and about what tablets hold."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sync.report import Witness
from tests.simulation.evidence import Assigned, Evidence, Row
from tests.simulation.oracle import ReportOracle, key, replay
from tests.simulation.tablet import BrokenPromise, ModelTablet

_STANDS: Final = {"applied", "agreed", "contested", "proposed"}
_ENDED: Final = {"set-aside"}
_WAITS: Final = {"held", "parked"}


def require(promise: str, *, is_kept: bool, what: str) -> None:
    if not is_kept:
        raise BrokenPromise(f"{promise} {what}")


# --- P1, P2, P6: lines ------------------------------------------------------------------------


def acknowledged_is_stored(
    tablets: Iterable[ModelTablet], stored: Sequence[tuple[str, str]]
) -> None:
    """P1: every line a receipt covers lies in the node's file, with the same hash."""
    held: dict[str, set[str]] = {}
    for log, hashed in stored:
        held.setdefault(log.partition("~")[0], set()).add(hashed)
    for tablet in tablets:
        lost = {
            seq
            for seq, hashed in tablet.kept.items()
            if hashed not in held.get(tablet.device, set())
        }
        require("P1", is_kept=not lost, what=f"{tablet.name}: receipted, not stored: {lost}")


def stored_once(stored: Sequence[tuple[str, str]]) -> None:
    """P2: no line stands twice, in one log or in two branches of one device."""
    found: dict[tuple[str, str], str] = {}
    for log, hashed in stored:
        other = found.setdefault((log.partition("~")[0], hashed), log)
        what = f"line {hashed[:12]} stands in {other} and in {log}"
        require("P2", is_kept=other == log, what=what)
    require("P2", is_kept=len(found) == len(stored), what="a line stands twice in one log")


def every_line_is_somewhere(evidence: Evidence, handed_in: Mapping[str, bytes]) -> None:
    """P6: what reached the node is a line with a verdict, or lies in quarantine as sent."""
    lines = {row.hash: row for row in evidence.lines}
    for row in evidence.lines:
        require(
            "P6",
            is_kept=hashlib.sha256(row.raw).hexdigest() == row.hash,
            what=f"{row.log}/{row.seq} is not what was sent",
        )
        require(
            "P6",
            is_kept=row.verdict.get("verdict") in _STANDS | _ENDED | _WAITS,
            what=f"{row.log}/{row.seq} has no verdict: {row.verdict}",
        )
    for hashed, raw in handed_in.items():
        is_somewhere = hashed in lines or any(raw in piece for piece in evidence.quarantine)
        require("P6", is_kept=is_somewhere, what=f"bytes that came in are gone: {raw[:120]!r}")


def logs_are_whole(evidence: Evidence) -> None:
    """P6, L1: up to ``stored_through`` nothing is missing, and the links meet."""
    for log in evidence.logs.values():
        before = "0" * 64
        for seq in range(1, log.stored_through + 1):
            row = evidence.line(log.name, seq)
            if row is None:
                raise BrokenPromise(f"P6 {log.name} says it holds {seq} and does not")
            link = f'"prev":"{before}"'.encode()
            is_linked = link in row.raw.replace(b'"prev": "', b'"prev":"')
            require("P6", is_kept=is_linked, what=f"{log.name}/{seq} does not follow")
            before = row.hash


def revoked_is_kept_apart(evidence: Evidence) -> None:
    """P7: a revoked device's lines are stored; what waits for a person says so."""
    for row in evidence.lines:
        is_held = row.verdict["verdict"] == "held" and row.verdict["reason"] == "device-revoked"
        if is_held:
            device = evidence.logs[row.log].device
            require("P7", is_kept=device in evidence.revoked, what=f"{row.log}/{row.seq} held")


# --- P3, P11: values --------------------------------------------------------------------------


def nothing_is_lost(evidence: Evidence) -> None:
    """P3: the oracle agrees on every field, and no surviving value is missing."""
    told = replay(evidence)
    for report, document in evidence.documents.items():
        oracle = told.get(report, ReportOracle())
        _same_fields(report, document, oracle)
        for path, value, word in oracle.survivors():
            kept = [document["fields"].get(path), *_stances(document, path).values()]
            is_kept = key(path, value) in {key(path, each) for each in kept}
            what = f"{report}{path}: {value!r} of {word.log}/{word.seq} is lost"
            require("P3", is_kept=is_kept, what=what)
    require("P3", is_kept=not told.keys() - evidence.documents.keys(), what="a report is gone")


def _same_fields(report: str, document: Mapping[str, Any], oracle: ReportOracle) -> None:
    held = {path: at.value for path, at in oracle.fields.items() if at.value is not None}
    _same(f"{report} accepted", document["fields"], held)
    contested = {path for path, at in oracle.fields.items() if at.opened is not None}
    _same(f"{report} contested", sorted(document["contested"]), sorted(contested))
    for path in contested:
        at = oracle.fields[path]
        ours = {log: key(path, value) for log, (value, _) in at.against.items()}
        theirs = {log: key(path, value) for log, value in _stances(document, path).items()}
        _same(f"{report}{path} stances", theirs, ours)
        _same(f"{report}{path} standing", _standing(document, path), set(at.standing))


def _same(what: str, node: Any, oracle: Any) -> None:
    require("P3", is_kept=node == oracle, what=f"{what}: node {node!r}, oracle {oracle!r}")


def _conflict_at(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    name = document["contested"].get(path)
    found = [each for each in document["conflicts"] if each["id"] == name]
    return found[0] if found else {"candidates": [], "accepted": {"by": []}}


def _stances(document: Mapping[str, Any], path: str) -> dict[str, Any]:
    return {
        word["device"]: side["value"]
        for side in _conflict_at(document, path)["candidates"]
        for word in side["by"]
    }


def _standing(document: Mapping[str, Any], path: str) -> set[str]:
    return {word["device"] for word in _conflict_at(document, path)["accepted"]["by"]}


def proposals_are_kept(evidence: Evidence) -> None:
    """P3, M9: what another agency proposed waits in a conflict, or was ended on record."""
    for row in evidence.lines:
        if row.verdict["verdict"] == "proposed":
            known = [each for each in row.verdict["conflicts"] if each in evidence.conflicts]
            is_kept = len(known) == len(row.verdict["conflicts"]) > 0
            require("P3", is_kept=is_kept, what=f"the proposal {row.log}/{row.seq} is gone")


def every_value_has_a_witness(evidence: Evidence) -> None:
    """P11: the witnesses of each field are the very lines that wrote it, as the oracle tells."""
    told = replay(evidence)
    for report, state in evidence.states.items():
        for path, at in state.fields.items():
            ours = told[report].fields[path]
            standing = {(word.log, word.seq) for word in ours.standing.values()}
            against = {(word.log, word.seq) for _, word in ours.against.values()}
            _same_words(f"{report}{path}", at.witnesses, standing)
            _same_words(f"{report}{path}", [each.witness for each in at.stances], against)
            for witness in (*at.witnesses, *(each.witness for each in at.stances)):
                row = evidence.line(witness.log, witness.seq)
                is_proved = row is not None and row.report == report
                is_author = row is not None and json.loads(row.raw)["author"] == witness.author
                what = f"{witness.log}/{witness.seq} proves nothing about {report}{path}"
                require("P11", is_kept=is_proved and is_author, what=what)


def _same_words(what: str, node: Iterable[Witness], oracle: set[tuple[str, int]]) -> None:
    ours = {(witness.log, int(witness.seq)) for witness in node}
    require("P11", is_kept=ours == oracle, what=f"{what}: witnesses {ours}, oracle {oracle}")


# --- P4, P5, P10: readers ---------------------------------------------------------------------


def scopes_of(document: Mapping[str, Any]) -> set[str]:
    """S1, from what the document itself says."""
    fields = document["fields"]
    found = {f"agency:{fields.get('/agencies/owner') or document['agency']}"}
    if isinstance(fields.get("/agencies/lead"), str):
        found.add(f"agency:{fields['/agencies/lead']}")
    prefix = "/agencies/participating/"
    found |= {f"agency:{path.removeprefix(prefix)}" for path in fields if path.startswith(prefix)}
    if document["team"]:
        found.add(f"team:{document['team']}")
    if isinstance(fields.get("/place/border_point"), str):
        found.add(f"post:{fields['/place/border_point']}")
    return found


def may_read(at: Assigned, document: Mapping[str, Any]) -> bool:
    """S2."""
    held = {f"agency:{at.agency}", f"team:{at.team}", f"post:{at.post}"}
    return not held.isdisjoint(scopes_of(document))


def nothing_foreign(answer: Mapping[str, Any], at: Assigned, device: str) -> None:
    """P10: each report of an answer is in the reader's scope, each verdict is the reader's own."""
    for document in answer["reports"]:
        what = f"{device} of {at.agency} was shown {document['id']}"
        require("P10", is_kept=may_read(at, document), what=what)
    for verdict in answer.get("verdicts", ()):
        require("P10", is_kept=verdict["device"] == device, what="a verdict of another device")


def in_scope(evidence: Evidence, device: str) -> dict[str, Mapping[str, Any]]:
    at = evidence.assignments[device][-1]
    return {key: each for key, each in evidence.documents.items() if may_read(at, each)}


def replica_is_current(tablet: ModelTablet, evidence: Evidence) -> None:
    """P5 and P4 for one reader that has just read to the end."""
    wanted = {
        report: document["revision"]
        for report, document in in_scope(evidence, tablet.device).items()
    }
    held = {report: document["revision"] for report, document in tablet.replica.items()}
    missed = sorted(set(wanted.items()) - set(held.items()))
    require("P5", is_kept=not missed, what=f"{tablet.name} never saw {missed}")
    extra = sorted(held.keys() - wanted.keys())
    require("P10", is_kept=not extra, what=f"{tablet.name} still holds {extra}")


def replicas_converge(tablets: Iterable[ModelTablet], evidence: Evidence) -> None:
    """P4: every tablet holds, byte for byte, what the node has in its scope."""
    for tablet in tablets:
        for report, document in in_scope(evidence, tablet.device).items():
            held = {
                name: value
                for name, value in tablet.replica[report].items()
                if name not in {"evidence", "published"}
            }
            what = f"{tablet.name} has another {report} than the node"
            require("P4", is_kept=held == document, what=what)


def waiting_rows(evidence: Evidence) -> list[Row]:
    return [row for row in evidence.lines if row.verdict["verdict"] in _WAITS]


def what_waits_has_a_reason(evidence: Evidence) -> None:
    """At the end, when all is handed in: each waiting line waits for something that is so."""
    waiting = {(row.log, row.seq) for row in waiting_rows(evidence)}
    for row in waiting_rows(evidence):
        if row.verdict["verdict"] == "parked":
            continue
        reason, waits_for = row.verdict["reason"], row.verdict["waits_for"]
        device = evidence.logs[row.log].device
        is_so = {
            "device-revoked": device in evidence.revoked,
            "report-unknown": row.report not in evidence.documents,
            "depends-on-line": (row.log, _number_in(waits_for)) in waiting,
            "fork": evidence.logs[row.log].branched_at is not None,
        }.get(reason, False)
        require("P6", is_kept=is_so, what=f"{row.log}/{row.seq} waits for nothing: {row.verdict}")


def _number_in(waits_for: str) -> int:
    """The line that "line 3 of <log>" names; 0 for any other text."""
    found = re.match(r"line (\d+) of ", waits_for)
    return int(found[1]) if found else 0
