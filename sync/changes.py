"""The closed set of things a line of a log can say, and how a line's bytes are read as one.

A device says ``edit``, ``void`` and ``answer``. A node's own log also says ``decide``: an
administrator settled, asked, reopened or released, sealed like everything else (L9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from sync.forms import VOIDED
from sync.ids import ConflictId, DeviceId, OfficerId, ReportId, Seq, is_uuid
from sync.limits import LINE_BYTES_MAX, REASON_CHARACTERS_MAX, SET_PATHS_MAX
from sync.strictjson import Json, Unreadable, depth, parse

CHANGE_VERSION: Final = 1
_JSON_DEPTH_MAX_OF_VALUE: Final = 4

_CLOCK_CHARACTERS_MAX: Final = 64

_COMMON: Final = frozenset(
    {"v", "device", "seq", "prev", "author", "report", "form", "op", "seen", "at", "uptime_ms"}
)


@dataclass(frozen=True, slots=True)
class Touch:
    """One field as the officer touched it: the value it was and the value it is now."""

    was: Json
    now: Json


@dataclass(frozen=True, slots=True)
class Edit:
    touched: Mapping[str, Touch]


@dataclass(frozen=True, slots=True)
class Answer:
    """The author's reply to a conflict: which value is right, and why. A person settles."""

    conflict: ConflictId
    value: Json
    reason: str


DecisionKind = Literal["settle", "ask", "reopen", "release", "withhold"]
_DECISIONS: Final[tuple[Json, ...]] = get_args(DecisionKind)


@dataclass(frozen=True, slots=True)
class Decide:
    """An administrator's decision, in the node's own log.

    ``settle`` carries the chosen ``value``; ``ask`` and ``reopen`` only a reason; ``release`` and
    ``withhold`` say whether this revision of the report may leave the agency.
    """

    decision: DecisionKind
    conflict: ConflictId | None
    value: Json
    reason: str


Body = Edit | Answer | Decide


@dataclass(frozen=True, slots=True)
class Change:
    """One line, read. ``seen`` is the revision of the report that the tablet held at writing."""

    device: DeviceId
    seq: Seq
    prev: str
    author: OfficerId
    report: ReportId
    form: str
    seen: int
    at: str | None
    uptime_ms: int | None
    body: Body


@dataclass(frozen=True, slots=True)
class UnreadableChange:
    """A proved line that says nothing this server understands; parked for this reason (P6)."""

    reason: str
    report: ReportId | None = None


def read_change(raw: bytes, *, device: DeviceId, seq: Seq) -> Change | UnreadableChange:
    """The change ``raw`` says as line ``seq`` of ``device``'s log. Never raises.

    The reason ``other-log`` means the line claims another place than its seal gives it: the
    segment is then no proof of anything.
    """
    if len(raw) > LINE_BYTES_MAX:
        return UnreadableChange("line-too-long")
    value = parse(raw)
    if isinstance(value, Unreadable):
        return UnreadableChange(value.reason)
    if not isinstance(value, Mapping):
        return UnreadableChange("not-an-object")
    line = value
    if line.get("device") != device or line.get("seq") != seq or line["seq"] is True:
        return UnreadableChange("other-log")
    report = line.get("report")
    known_report = ReportId(str(report)) if is_uuid(report) else None
    reason = _wrong_header(line)
    body = _read_body(line) if reason is None else reason
    if isinstance(body, str):
        return UnreadableChange(body, known_report)
    return Change(
        device=device,
        seq=seq,
        prev=cast("str", line["prev"]),
        author=OfficerId(cast("str", line["author"])),
        report=ReportId(cast("str", report)),
        form=cast("str", line["form"]),
        seen=cast("int", line["seen"]),
        at=cast("str | None", line.get("at")),
        uptime_ms=cast("int | None", line.get("uptime_ms")),
        body=body,
    )


def _wrong_header(line: Mapping[str, Json]) -> str | None:
    if not _is_count(line.get("v")):
        return "no-version"
    if line["v"] != CHANGE_VERSION:
        return "future-version"
    for name in ("author", "report"):
        if not is_uuid(line.get(name)):
            return f"bad-{name}"
    if not isinstance(line.get("prev"), str) or not isinstance(line.get("form"), str):
        return "bad-header"
    if not _is_count(line.get("seen")):
        return "bad-seen"
    at = line.get("at")
    if at is not None and (not isinstance(at, str) or len(at) > _CLOCK_CHARACTERS_MAX):
        return "bad-clock"
    uptime = line.get("uptime_ms")
    return None if uptime is None or _is_count(uptime) else "bad-clock"


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _read_body(line: Mapping[str, Json]) -> Body | str:
    match line.get("op"):
        case "edit":
            return _unless_extra(line, {"set"}) or _read_edit(line.get("set"))
        case "void":
            return _unless_extra(line, {"reason"}) or _read_void(line.get("reason"))
        case "answer":
            return _unless_extra(line, {"conflict", "value", "reason"}) or _read_answer(line)
        case "decide":
            extra = {"decision", "conflict", "value", "reason"}
            return _unless_extra(line, extra) or _read_decision(line)
        case _:
            return "unknown-op"


def _unless_extra(line: Mapping[str, Json], own: set[str]) -> str | None:
    """A member nobody defined might change the meaning of the rest: parked, not ignored."""
    return None if line.keys() <= _COMMON | own else "unknown-member"


def _read_edit(value: Json) -> Edit | str:
    if not isinstance(value, Mapping) or not value:
        return "empty-set"
    if len(value) > SET_PATHS_MAX:
        return "too-many-paths"
    touched: dict[str, Touch] = {}
    for path, touch in value.items():
        if not isinstance(touch, Mapping) or set(touch) != {"was", "now"}:
            return "bad-touch"
        was, now = touch["was"], touch["now"]
        if _is_deep(was) or _is_deep(now):
            return "nested-too-deep"
        touched[path] = Touch(was, now)
    return Edit(touched)


def _is_deep(value: Json) -> bool:
    return isinstance(value, Mapping | list) and depth(value) > _JSON_DEPTH_MAX_OF_VALUE


def _read_void(reason: Json) -> Edit | str:
    """A void is the strike of the whole report: from here on it merges like any other field."""
    if not _is_reason(reason):
        return "bad-reason"
    return Edit({VOIDED: Touch(was=None, now={"reason": cast("str", reason)})})


def _read_answer(line: Mapping[str, Json]) -> Answer | str:
    conflict, reason, value = line.get("conflict"), line.get("reason", ""), line.get("value")
    if not is_uuid(conflict):
        return "bad-conflict"
    if not isinstance(reason, str) or len(reason) > REASON_CHARACTERS_MAX or _is_deep(value):
        return "bad-reason"
    return Answer(ConflictId(cast("str", conflict)), value, reason)


def _read_decision(line: Mapping[str, Json]) -> Decide | str:
    decision, conflict = line.get("decision"), line.get("conflict")
    if decision not in _DECISIONS:
        return "unknown-decision"
    about_report = decision in ("release", "withhold")
    if about_report != (conflict is None) or (conflict is not None and not is_uuid(conflict)):
        return "bad-conflict"
    if not _is_reason(line.get("reason")) or _is_deep(line.get("value")):
        return "bad-reason"
    return Decide(
        cast("DecisionKind", decision),
        None if conflict is None else ConflictId(cast("str", conflict)),
        line.get("value"),
        cast("str", line["reason"]),
    )


def _is_reason(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= REASON_CHARACTERS_MAX
