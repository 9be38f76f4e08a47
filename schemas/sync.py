"""What tablets and the node say to each other: push, pull, manifest (docs/protocol.md)."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from schemas.base import WireModel
from schemas.types import Identifier, Many, Sha256, Timestamp

FETCH_REPORTS_MAX: Final = 1_000
"""Reports asked for by name at once; more is refused, not cut: what is absent is out of scope."""


class SegmentAnswer(WireModel):
    """What became of one piece of the bundle."""

    device: str | None
    first: int
    last: int
    outcome: Literal["stored", "held", "forked", "quarantined"]
    reason: str | None = None


class VerdictAnswer(WireModel):
    """What became of one of the carrier's own lines. Members as the verdict has them."""

    device: Identifier
    seq: int
    report: Identifier | None
    verdict: Literal[
        "applied",
        "agreed",
        "contested",
        "proposed",
        "held",
        "parked",
        "set-aside",
        "duplicate",
    ]
    revision: int | None = None
    conflicts: Many[Identifier] | None = None
    reason: str | None = None
    waits_for: str | None = None
    path: str | None = None
    first: dict[str, Any] | None = None
    """Of a duplicate: the verdict the line has."""


class OrderAnswer(WireModel):
    """What the tablet is told to do."""

    id: Identifier
    kind: Literal["wipe", "resend-from"]
    from_seq: int | None
    reason: str


class PushAnswer(WireModel):
    """The receipt and what it is about. A device believes the signature, not the status."""

    receipt: str
    signature: str
    segments: Many[SegmentAnswer]
    verdicts: Many[VerdictAnswer]
    orders: Many[OrderAnswer]


class ReportDocument(WireModel):
    """A report as a tablet holds it. ``fields`` maps paths to accepted values."""

    id: Identifier
    form: str
    revision: int
    owner: str
    agency: str
    team: str
    created_by: Identifier
    fields: dict[str, Any]
    readings: dict[str, Any]
    contested: dict[str, Identifier]
    conflicts: Many[dict[str, Any]]
    twins: Many[Identifier]
    evidence: Literal["complete", "incomplete"]
    published: int | None


class AssignmentAnswer(WireModel):
    """Where the tablet belongs now; it says the ordinal back when it knows."""

    ordinal: int
    agency: str
    team: str | None
    post: str | None


class PullAnswer(WireModel):
    """One page. Store it and the cursor in one transaction."""

    cursor: str
    more: bool
    epoch: str
    at: Timestamp
    stored: int
    reports: Many[ReportDocument]
    left: Many[Identifier]
    verdicts: Many[VerdictAnswer]
    orders: Many[OrderAnswer]
    assignment: AssignmentAnswer
    reference: int
    forms: str
    digest: Sha256 | None


class ManifestAnswer(WireModel):
    """What the tablet should hold: ``[report, revision]`` pairs by report id."""

    epoch: str
    cursor: str
    reports: Many[Many[Identifier | int]]
    next: Identifier | None


class FetchRequest(WireModel):
    """Which reports a tablet lacks or holds at another revision."""

    reports: Annotated[Many[Identifier], Field(max_length=FETCH_REPORTS_MAX)]


class FetchAnswer(WireModel):
    epoch: str
    reports: Many[ReportDocument]
