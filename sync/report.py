"""A report as the fold of its changes: each field with its value, its witnesses and its stances.

Theory. A field holds one **accepted** value and the writes that witness it. While a conflict is
open the accepted value is frozen, and each log that says something else has a **stance**: its
latest value. The set of accepted value and stances is all that survives of what was written, and
nothing leaves it except by someone who had seen it, by its own author, or by a decision on record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from sync.forms import VOIDED
from sync.ids import AgencyCode, ConflictId, DeviceId, OfficerId, ReportId, Revision, Seq, TeamId
from sync.strictjson import Json

LogName: TypeAlias = str
"""A device's id; a branch of a forked log adds ``~`` and its number (L7)."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One write of one value: who, in which log line, and when the server took it in (P11)."""

    log: LogName
    seq: Seq
    revision: Revision
    author: OfficerId
    at_ms: int | None = None
    """The device's clock corrected by its offset at sync. Never order, except for ``latest``."""


@dataclass(frozen=True, slots=True)
class Stance:
    """What one log says about a contested field."""

    value: Json
    witness: Witness


@dataclass(frozen=True, slots=True)
class FieldState:
    value: Json
    witnesses: tuple[Witness, ...] = ()
    stances: tuple[Stance, ...] = ()
    conflict: ConflictId | None = None
    """Set while the field is contested: the accepted value is then frozen (M6)."""


EMPTY_FIELD: Final = FieldState(value=None)

ConflictKind = Literal[
    "field", "void-vs-edit", "proposal", "duplicate", "quantity", "substance", "fork"
]
Ending = Literal["decided", "agreed", "superseded"]
ConflictLife = Literal["open", "asked", "answered", "settled"]


@dataclass(frozen=True, slots=True)
class Side:
    """One value of a conflict and everyone who stands for it."""

    value: Json
    witnesses: tuple[Witness, ...]


@dataclass(frozen=True, slots=True)
class AuthorAnswer:
    """What the author of a side replied when asked, from the tablet, offline or not."""

    value: Json
    reason: str
    witness: Witness


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a conflict ended: a person's decision, the sides' own agreement, or a newer value."""

    how: Ending
    value: Json
    reason: str
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that waits for a person. ``version`` is what ``If-Match`` compares."""

    id: ConflictId
    report: ReportId
    kind: ConflictKind
    path: str
    life: ConflictLife
    version: int
    accepted: Side
    candidates: tuple[Side, ...]
    opened: Revision
    answers: tuple[AuthorAnswer, ...] = ()
    resolution: Resolution | None = None
    details: Json = None
    """What a person needs besides the sides: a question's readings, a duplicate's reasons."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report at one revision."""

    id: ReportId
    form: str
    """The current version of its form, for example ``seizure/2``; older changes were converted."""
    revision: Revision
    created_by: DeviceId
    agency: AgencyCode
    """The agency whose tablet created it: the owner until ``/agencies/owner`` names another."""
    team: TeamId
    fields: Mapping[str, FieldState] = field(default_factory=dict[str, FieldState])
    readings: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """Answers to questions: path -> what a person said the written text means (P8)."""
    conflicts: Mapping[ConflictId, Conflict] = field(default_factory=dict[ConflictId, Conflict])
    """Everything about this report that waits for a person now; what is settled is on record."""
    twins: tuple[ReportId, ...] = ()
    """Reports that a person said tell of the same event."""

    def value(self, path: str) -> Json:
        """The accepted value at ``path``; None when it has none."""
        state = self.fields.get(path)
        return None if state is None else state.value

    @property
    def is_voided(self) -> bool:
        return self.value(VOIDED) is not None

    @property
    def contested(self) -> tuple[str, ...]:
        """The paths that wait for a person, sorted."""
        return tuple(sorted(path for path, state in self.fields.items() if state.conflict))


def owner_of(report: Report) -> AgencyCode:
    """The agency that decides about this report."""
    owner = report.value("/agencies/owner")
    return AgencyCode(owner) if isinstance(owner, str) else report.agency


def agencies_of(report: Report) -> frozenset[AgencyCode]:
    """Owner, lead and participating agencies: their edits merge, all others propose (M9)."""
    found = {owner_of(report)}
    lead = report.value("/agencies/lead")
    if isinstance(lead, str):
        found.add(AgencyCode(lead))
    prefix = "/agencies/participating/"
    for path, state in report.fields.items():
        if path.startswith(prefix) and state.value is True:
            found.add(AgencyCode(path.removeprefix(prefix)))
    return frozenset(found)
