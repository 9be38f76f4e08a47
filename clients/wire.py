"""What a node's answers say: read strictly where it counts, and without ever raising.

A member that this version does not know is passed over: a newer node may say more. A member it
needs and cannot read makes the whole message unreadable, and the answer counts as lost.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from clients.keys import verify
from sync.ids import ConflictId, DeviceId, ReportId, is_sha256, is_uuid
from sync.strictjson import Json, Unreadable, dumps, parse

Object = Mapping[str, Json]

RECEIPT_VERSION: Final = "khabar-receipt-v1"
_RECEIPT_CHARACTERS_MAX: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Receipt:
    """A node's signed word that it holds a bundle (R1). ``text`` is what was signed."""

    text: str
    signature: str
    node: str
    epoch: str
    bundle: str
    at: str
    stored: Mapping[str, int]
    """Device to the last line up to which the node holds its log without a gap."""
    verdicts: str


@dataclass(frozen=True, slots=True)
class SegmentOutcome:
    """What became of one segment: ``stored``, ``held``, ``forked`` or ``quarantined``."""

    device: str
    first: int
    last: int
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What became of one line of this tablet's log."""

    seq: int
    verdict: str
    revision: int | None
    body: Object

    @property
    def reason(self) -> str:
        reason = self.body.get("reason")
        return reason if isinstance(reason, str) else ""


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """The answer to a push whose receipt is genuine."""

    receipt: Receipt
    segments: tuple[SegmentOutcome, ...]
    verdicts: tuple[LineVerdict, ...]
    orders: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """One report as the node sent it."""

    id: ReportId
    revision: int
    body: Object

    @property
    def form(self) -> str:
        return str(self.body.get("form", ""))

    @property
    def fields(self) -> Object:
        return _object(self.body.get("fields"))

    @property
    def contested(self) -> Object:
        return _object(self.body.get("contested"))

    @property
    def conflicts(self) -> dict[ConflictId, Object]:
        bodies = (_object(each) for each in _array(self.body.get("conflicts")))
        return {ConflictId(str(body["id"])): body for body in bodies if is_uuid(body.get("id"))}


@dataclass(frozen=True, slots=True)
class PullPage:
    """One page of a pull."""

    cursor: str
    more: bool
    epoch: str
    stored: int
    reports: tuple[ReportDocument, ...]
    left: tuple[ReportId, ...]
    verdicts: tuple[LineVerdict, ...]
    orders: tuple[Object, ...]
    assignment: Object
    """Where the tablet stands now; it says the ordinal back."""
    digest: str | None
    reference: int = 0
    """The newest number of a reference row (S9)."""
    forms: str = ""
    """The digest of the forms that the node publishes (S9)."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A page of what the scope holds: report to revision. ``next`` is None on the last."""

    cursor: str
    epoch: str
    revisions: Mapping[ReportId, int]
    next: str | None


def read_receipt(text: str, signature: str, *, node: str, signing_key: str) -> Receipt | None:
    """The receipt, if this node signed it and it says what a receipt says (R1)."""
    if len(text) > _RECEIPT_CHARACTERS_MAX or not text.isascii():
        return None
    if not verify(signing_key, text.encode(), signature):
        return None
    lines = text.split("\n")
    if lines[0] != RECEIPT_VERSION or lines[-1] != "":
        return None
    said: dict[str, str] = {}
    stored: dict[str, int] = {}
    for line in lines[1:-1]:
        name, _, rest = line.partition(" ")
        device, _, count = rest.partition(" ")
        if name == "stored" and count.isdecimal():
            stored[device] = int(count)
        else:
            said[name] = rest
    names = ("node", "epoch", "bundle", "at", "verdicts")
    if said.get("node") != node or any(name not in said for name in names):
        return None
    return Receipt(
        text=text,
        signature=signature,
        node=node,
        epoch=said["epoch"],
        bundle=said["bundle"],
        at=said["at"],
        stored=stored,
        verdicts=said["verdicts"],
    )


def read_push_answer(
    raw: bytes, *, device: DeviceId, node: str, signing_key: str, bundle: str
) -> PushAnswer | None:
    """The answer to a push of ``bundle``, or None: what a captive portal says is no receipt."""
    body = read_object(raw)
    text, signature = body.get("receipt"), body.get("signature")
    if not isinstance(text, str) or not isinstance(signature, str):
        return None
    receipt = read_receipt(text, signature, node=node, signing_key=signing_key)
    if receipt is None or receipt.bundle != bundle:
        return None
    verdicts = body.get("verdicts")
    is_signed = is_same_verdicts(verdicts, receipt.verdicts)
    return PushAnswer(
        receipt,
        tuple(_read_each(body.get("segments"), _segment)),
        tuple(_own_verdicts(verdicts, device)) if is_signed else (),
        tuple(_object(each) for each in _array(body.get("orders"))),
    )


def is_same_verdicts(verdicts: Json, digest: str) -> bool:
    """Whether these are the verdicts the node signed; if not they are left for the pull."""
    return verdicts is not None and hashlib.sha256(dumps(verdicts)).hexdigest() == digest


def read_pull_page(raw: bytes, *, device: DeviceId) -> PullPage | None:
    """One page of a pull, or None: garbled, or not from a node at all."""
    body = read_object(raw)
    reports = [_report(each) for each in _array(body.get("reports"))]
    match body:
        case {"cursor": str(cursor), "more": bool(more), "epoch": str(epoch)}:
            stored = body.get("stored")
        case _:
            return None
    if not isinstance(stored, int) or "reports" not in body or None in reports:
        return None
    digest, reference, forms = (body.get(name) for name in ("digest", "reference", "forms"))
    return PullPage(
        cursor=cursor,
        more=more,
        epoch=epoch,
        stored=stored,
        reports=tuple(report for report in reports if report is not None),
        left=tuple(ReportId(str(each)) for each in _array(body.get("left")) if is_uuid(each)),
        verdicts=tuple(_own_verdicts(body.get("verdicts"), device)),
        orders=tuple(_object(each) for each in _array(body.get("orders"))),
        assignment=_object(body.get("assignment")),
        digest=digest if isinstance(digest, str) and is_sha256(digest) else None,
        reference=reference if isinstance(reference, int) else 0,
        forms=forms if isinstance(forms, str) else "",
    )


def read_manifest(raw: bytes) -> Manifest | None:
    body = read_object(raw)
    match body:
        case {"cursor": str(cursor), "epoch": str(epoch)} if "reports" in body:
            pass
        case _:
            return None
    revisions: dict[ReportId, int] = {}
    for row in _array(body["reports"]):
        match row:
            case [str(report), int(revision)] if is_uuid(report):
                revisions[ReportId(report)] = revision
            case _:
                return None
    following = body.get("next")
    return Manifest(cursor, epoch, revisions, following if isinstance(following, str) else None)


def read_reports(raw: bytes) -> tuple[ReportDocument, ...] | None:
    body = read_object(raw)
    reports = [_report(each) for each in _array(body.get("reports"))]
    if "reports" not in body or any(report is None for report in reports):
        return None
    return tuple(report for report in reports if report is not None)


def read_object(raw: bytes) -> Object:
    """The members of a JSON object; none for anything else."""
    value = parse(raw)
    return {} if isinstance(value, Unreadable) else _object(value)


def _report(value: Json) -> ReportDocument | None:
    body = _object(value)
    match body:
        case {"id": str(report), "form": str(), "revision": int(revision)} if is_uuid(report):
            return ReportDocument(ReportId(report), revision, body)
        case _:
            return None


def _segment(body: Object) -> SegmentOutcome | None:
    match body:
        case {"device": str(device), "first": int(first), "last": int(last), "outcome": str(said)}:
            reason = body.get("reason")
            return SegmentOutcome(
                device, first, last, said, reason if isinstance(reason, str) else None
            )
        case _:
            return None


def _own_verdicts(verdicts: Json, device: DeviceId) -> list[LineVerdict]:
    """The verdicts on this device's lines; a colleague's are none of its business."""
    mine = (_object(each) for each in _array(verdicts))
    return [
        verdict
        for body in mine
        if body.get("device") == device and (verdict := _verdict(body)) is not None
    ]


def _verdict(body: Object) -> LineVerdict | None:
    seq, said = body.get("seq"), body
    if said.get("verdict") == "duplicate":
        said = _object(said.get("first"))
    verdict, revision = said.get("verdict"), said.get("revision")
    if not isinstance(seq, int) or not isinstance(verdict, str):
        return None
    return LineVerdict(seq, verdict, revision if isinstance(revision, int) else None, said)


Read = TypeVar("Read")


def _read_each(value: Json, read: Callable[[Object], Read | None]) -> list[Read]:
    found = (read(_object(each)) for each in _array(value))
    return [each for each in found if each is not None]


def _object(value: Json) -> Object:
    return cast("Object", value) if isinstance(value, Mapping) else {}


def _array(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()
