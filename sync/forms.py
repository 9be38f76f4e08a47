"""What a form version says about each field: its kind, its merge policy, what moves as a whole.

Definitions (labels, help, code lists) live in ``schemas/forms``; they compile to ``FormRules``, the
only thing the core needs to validate and merge a change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.ids import is_code


class Kind(StrEnum):
    """The shape of a field's value. ``sync/values.py`` checks and compares each."""

    TEXT = "text"
    """A JSON string."""
    NARRATIVE = "narrative"
    """A long text, paragraphs allowed."""
    CODE = "code"
    """A code of the list named in ``options``."""
    BOOLEAN = "boolean"
    INTEGER = "integer"
    """A count, 0 or more."""
    DECIMAL = "decimal"
    """An exact decimal as text, for example a purity in per cent."""
    INSTANT = "instant"
    """RFC 3339 with an offset: the local time is kept, equality is on the UTC instant."""
    DAY = "day"
    """A calendar day, ``2020-02-01``."""
    IDENTIFIER = "identifier"
    """A plate, seal, VIN or case number: compared without case, spaces and hyphens."""
    CONTAINER = "container"
    """A freight container number (ISO 6346). A wrong check digit is kept and flagged."""
    QUANTITY = "quantity"
    """A merge group: ``entered``, ``lang``, ``amount``, ``unit``, ``basis``, ``qualifier``."""
    SUBSTANCE = "substance"
    """A merge group: ``code``, ``entered``, ``lang``, ``identified``."""
    POINT = "point"
    """A merge group: ``lat``, ``lon``, ``accuracy_m``, ``source``; decimals as text."""
    MONEY = "money"
    """A merge group: ``amount``, ``currency``, ``basis``."""
    GROUP = "group"
    """A merge group whose members the rule lists; also the body of an event."""
    MEMBER = "member"
    """Membership of a set: ``true`` under the member's own path, ``null`` when taken out."""
    STRIKE = "strike"
    """A part or a report struck out: ``{"reason": ...}``. It covers what it strikes."""


class Policy(StrEnum):
    """What happens when two people give one field different values unseen (M5)."""

    CONTEST = "contest"
    UNION = "union"
    APPEND = "append"
    TEXT = "text"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class MemberRule:
    """One member of a merge group."""

    name: str
    kind: Kind
    options: str | None = None
    required: bool = False
    nominal: bool = False


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a form. In ``path``, a JSON Pointer, ``*`` stands for a part's own key."""

    path: str
    kind: Kind
    policy: Policy = Policy.CONTEST
    options: str | None = None
    members: tuple[MemberRule, ...] = ()
    nominal: bool = False
    """Personal data: kept nationally, never in the feed."""
    required: bool = False
    """Asked for before a report may be submitted; never a reason to refuse a change."""


VOIDED: Final = "/voided"
"""The strike of the whole report: written by ``void``, taken back by an edit."""

PATH_CHARACTERS_MAX: Final = 300

SUBMITTED: Final = "/submitted"
"""The officer's sign-off; what is not submitted is never published."""


_REMEMBERED_MAX: Final = 20_000
"""Concrete paths a form remembers the rule of; one push of fifty reports names some 2,000."""


class FormRules:
    """The rules of one form version, for example ``seizure/1``, looked up by a change's path."""

    __slots__ = ("_patterns", "_remembered", "codes", "form", "rules")

    def __init__(
        self, form: str, rules: Iterable[FieldRule], codes: Mapping[str, frozenset[str]]
    ) -> None:
        """``codes`` holds the form's own lists; those of the reference tables come at merge."""
        self.form = form
        self.rules = tuple(rules)
        self.codes = dict(codes)
        self._patterns: dict[str, FieldRule] = {}
        self._remembered: dict[str, FieldRule] = {}
        for rule in self.rules:
            assert rule.path not in self._patterns, f"two rules for {rule.path} in {form}"
            assert rule.path.count("*") <= 1, f"a part within a part: {rule.path} in {form}"
            self._patterns[rule.path] = rule

    def find(self, path: str) -> FieldRule | None:
        """The rule of a concrete path, or None: no rule, a path into a group, or a bad key."""
        remembered = self._remembered.get(path)
        if remembered is not None or len(path) > PATH_CHARACTERS_MAX:
            return remembered
        found = self._look_up(path)
        if found is not None:
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.clear()
            self._remembered[path] = found
        return found

    def _look_up(self, path: str) -> FieldRule | None:
        if "*" in path:
            return None
        exact = self._patterns.get(path)
        if exact is not None:
            return exact
        segments = path.split("/")
        for place in range(2, len(segments)):
            pattern = "/".join((*segments[:place], "*", *segments[place + 1 :]))
            rule = self._patterns.get(pattern)
            if rule is not None and is_code(segments[place]):
                return rule
        return None

    def strike_over(self, path: str) -> str | None:
        """The strike that covers ``path``: its part's, or None when it stands in no part."""
        segments = path.split("/")
        if len(segments) < len(["", "items", "key", "field"]):
            return None
        strike = "/".join([*segments[:3], "struck"])
        rule = self.find(strike)
        return strike if rule is not None and rule.kind is Kind.STRIKE else None


def part_of(strike: str) -> str:
    """What a strike covers: ``/items/<id>/`` for ``/items/<id>/struck``, ``/`` for the void."""
    return strike[: strike.rindex("/") + 1]
