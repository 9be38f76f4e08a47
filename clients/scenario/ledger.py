"""What the scenario promised and what it found: one row a check, kept in the order of checking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast


@dataclass(frozen=True, slots=True)
class Check:
    """One claim. ``evidence`` says what was seen, also when the claim holds."""

    promise: str
    claim: str
    is_ok: bool
    evidence: str


@dataclass(slots=True)
class Ledger:
    """The checks of one run."""

    checks: list[Check] = field(default_factory=list[Check])

    def check(self, promise: str, claim: str, evidence: str, *, is_ok: bool) -> None:
        self.checks.append(Check(promise, claim, is_ok, evidence))

    def equal(self, promise: str, claim: str, found: object, expected: object) -> None:
        """A check that two values are one; the evidence is what was found."""
        is_ok = found == expected
        seen = _words(found)
        evidence = seen if is_ok else f"found {seen}; expected {_words(expected)}"
        self.check(promise, claim, evidence, is_ok=is_ok)


def _words(value: object) -> str:
    """A value as a person reads it in a table."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            pairs = cast("Mapping[object, object]", value)
            return ", ".join(f"{name}: {_words(each)}" for name, each in pairs.items()) or "nothing"
        case tuple() | list():
            return "; ".join(map(_words, cast("Sequence[object]", value))) or "nothing"
        case set() | frozenset():
            members = cast("frozenset[object]", value)
            return "; ".join(sorted(map(_words, members))) or "nothing"
        case _:
            return str(value)
