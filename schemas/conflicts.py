"""What the console and tablets see of what waits for a person, and what a person may decide."""

from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.base import WireModel
from schemas.types import Identifier, Many, Timestamp
from sync.limits import REASON_CHARACTERS_MAX

Kind = Literal["field", "void-vs-edit", "proposal", "duplicate", "quantity", "substance", "fork"]
Life = Literal["open", "asked", "answered", "settled"]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_CHARACTERS_MAX, pattern=r"\S")]


class WitnessAnswer(WireModel):
    """Who wrote a value, and the log line that proves it."""

    device: str
    seq: int
    author: str
    revision: int
    at_ms: int | None


class SideAnswer(WireModel):
    """One value and everyone who stands for it; nobody, when its author moved on."""

    value: Any
    by: Many[WitnessAnswer]


class AuthorReply(WireModel):
    value: Any
    reason: str
    by: WitnessAnswer


class ResolutionAnswer(WireModel):
    how: Literal["decided", "agreed", "superseded"]
    value: Any
    reason: str
    by: WitnessAnswer | None


class ConflictAnswer(WireModel):
    """Something that waits, or waited, for a person."""

    id: Identifier
    report: Identifier | None
    kind: Kind
    path: str
    life: Life
    version: int
    accepted: SideAnswer
    candidates: Many[SideAnswer]
    answers: Many[AuthorReply]
    details: Any
    resolution: ResolutionAnswer | None
    owner: str
    opened_at: Timestamp
    touched_at: Timestamp


class Conflicts(WireModel):
    """A page, oldest first."""

    items: Many[ConflictAnswer]
    next: str | None


class SettleRequest(WireModel):
    """A decision: a side's value or a new one, and why.

    ``true`` or ``false`` for a duplicate or a fork; ``{"amount", "unit"}`` or ``{"code"}`` for a
    question; null to leave the field empty.
    """

    value: Any
    reason: Reason


class ReasonRequest(WireModel):
    """Why: it is kept with the decision."""

    reason: Reason


class ReleaseRequest(WireModel):
    """Whether the report may leave the agency."""

    decision: Literal["release", "withhold"]
    reason: Reason


class ReleaseAnswer(WireModel):
    report: Identifier
    decision: Literal["release", "withhold"]
    revision: int
    decided_at: Timestamp
