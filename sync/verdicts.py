"""What became of one change: a closed union. A conflict is a verdict, never an error."""

from dataclasses import dataclass
from typing import TypeAlias

from sync.ids import ConflictId, Revision


@dataclass(frozen=True, slots=True)
class Applied:
    """Every field stands as written (or merged, where the policy says so)."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Agreed:
    """Everything was already so: the writer became a witness."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Contested:
    """At least one field now waits for a person; the others stand as written."""

    revision: Revision
    conflicts: tuple[ConflictId, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """Written by an agency that neither owns the report nor is joint to it."""

    conflicts: tuple[ConflictId, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Stored, and not merged before ``waits_for`` comes: a gap, a parked line, an administrator."""

    reason: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class Parked:
    """Stored with the bytes as sent; it cannot be applied as it is (P6)."""

    reason: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A person looked at a held or parked change and decided that it stays evidence only."""

    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The line was stored before; ``first`` is what became of it then or since (P2)."""

    first: "Verdict"


Verdict: TypeAlias = Applied | Agreed | Contested | Proposed | Held | Parked | SetAside | Duplicate
