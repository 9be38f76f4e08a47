"""What the scenario promised and what it found: one row a check, kept in the order of checking."""

from dataclasses import dataclass, field


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
        evidence = f"{found}" if is_ok else f"found {found}, expected {expected}"
        self.check(promise, claim, evidence, is_ok=is_ok)

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.is_ok]
