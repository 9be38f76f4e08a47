"""Who may read a report in the feed: the originator's word, which this module only ever narrows.

Nothing is shared by default. A release list names who may read; TLP, classification and expiry can
take readers away and never add one. While a handling field is contested, its strictest side counts:
a list that two people see differently must not let out what one of them would have kept (P10).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from sync.report import EMPTY_FIELD, FieldState, Report, owner_of
from sync.strictjson import Json

MEMBERS: Final = frozenset({"AZ", "KG", "KZ", "RU", "TJ", "TM", "UZ"})
"""The states of the Agreement of 24 July 2006."""

CENTRE: Final = "CARICC"

PARTNERS: Final = MEMBERS | {CENTRE}
"""Who a release list can reach. A third party needs the originator's recorded consent, for which
this version has no place: naming one on the list lets nobody in."""

Code: TypeAlias = str
"""What a release list names a reader by."""

Barrier = Literal[
    "classified-secret", "own-agency-only", "own-state-only", "not-released", "expired"
]
"""Why a report reaches nobody. Stable slugs; ``not-released`` is an empty release list."""

_RELEASE: Final = "/handling/release/"
_EUROPOL: Final = "/handling/europol/"

_TLP_STRICTEST_FIRST: Final = ("red", "amber+strict", "amber", "green", "clear")
_CLASSIFICATION_STRICTEST_FIRST: Final = ("secret", "restricted", "unclassified")
_ONWARD_STRICTEST_FIRST: Final = ("consent", "recipients", "free")


@dataclass(frozen=True, slots=True)
class Sharing:
    """An originator's conditions, as they stand in the report's fields."""

    originator: str
    """The owning agency."""
    state: Code
    """Its country."""
    release: frozenset[Code] = frozenset()
    tlp: str | None = None
    classification: str | None = None
    handling: frozenset[str] = frozenset()
    """Europol codes, H0 to H3."""
    onward: str | None = None
    purpose: str | None = None
    caveat: str | None = None
    source_evaluation: str | None = None
    information_evaluation: str | None = None
    expires_on: date | None = None


def sharing_of(report: Report) -> Sharing:
    """The conditions of ``report``, strictest side first wherever people disagree. Total."""
    owner = owner_of(report)
    return Sharing(
        originator=owner,
        state=owner.partition("-")[0],
        release=_members(report, _RELEASE, is_all=True),
        tlp=_strictest(report, "/handling/tlp", _TLP_STRICTEST_FIRST),
        classification=_strictest(
            report, "/handling/classification", _CLASSIFICATION_STRICTEST_FIRST
        ),
        handling=_members(report, _EUROPOL, is_all=False),
        onward=_strictest(report, "/handling/onward", _ONWARD_STRICTEST_FIRST),
        purpose=_text(report, "/handling/purpose"),
        caveat=_text(report, "/handling/caveat"),
        source_evaluation=_text(report, "/handling/source_evaluation"),
        information_evaluation=_text(report, "/handling/information_evaluation"),
        expires_on=_earliest(report, "/handling/expires_on"),
    )


def _sides(state: FieldState) -> tuple[Json, ...]:
    return (state.value, *(stance.value for stance in state.stances))


def _members(report: Report, prefix: str, *, is_all: bool) -> frozenset[str]:
    """Members of a set: those every side has (``is_all``), or those any side has."""
    found: set[str] = set()
    for path, state in report.fields.items():
        if path.startswith(prefix):
            said = [value is True for value in _sides(state)]
            if all(said) if is_all else any(said):
                found.add(path.removeprefix(prefix))
    return frozenset(found)


def _strictest(report: Report, path: str, strictest_first: tuple[str, ...]) -> str | None:
    """The strictest side; a code that this version does not know is stricter than all it does."""
    said = [value for value in _sides(report.fields.get(path, EMPTY_FIELD)) if value is not None]
    order: Mapping[Json, int] = {code: place for place, code in enumerate(strictest_first)}
    codes = [value if isinstance(value, str) else strictest_first[0] for value in said]
    return min(codes, key=lambda code: order.get(code, -1), default=None)


def _earliest(report: Report, path: str) -> date | None:
    days: list[date] = []
    for value in _sides(report.fields.get(path, EMPTY_FIELD)):
        if isinstance(value, str):
            try:
                days.append(date.fromisoformat(value))
            except ValueError:
                days.append(date.min)
    return min(days, default=None)


def _text(report: Report, path: str) -> str | None:
    value = report.value(path)
    return value if isinstance(value, str) else None


def recipients(sharing: Sharing, on: date) -> frozenset[Code]:
    """Who may read on that day. Empty unless the originator named somebody."""
    if _barrier_to_all(sharing, on) is not None:
        return frozenset()
    named = sharing.release & PARTNERS
    return named & {sharing.state} if sharing.tlp == "amber+strict" else named


def visible_to(sharing: Sharing, reader: Code, on: date) -> bool:
    """Whether ``reader`` may see the report on that day."""
    return reader in recipients(sharing, on)


def _barrier_to_all(sharing: Sharing, on: date) -> Barrier | None:
    if sharing.classification not in {None, "restricted", "unclassified"}:
        return "classified-secret"
    if sharing.tlp is not None and sharing.tlp not in _TLP_STRICTEST_FIRST[1:]:
        return "own-agency-only"
    if sharing.expires_on is not None and on > sharing.expires_on:
        return "expired"
    return None


def barrier(sharing: Sharing, on: date) -> Barrier | None:
    """Why nobody may read on that day; None when somebody may.

    What an administrator is told at release: the feed is unclassified by agreement, so a secret
    report is refused, never passed on in another wrapping.
    """
    found = _barrier_to_all(sharing, on)
    if found is not None or recipients(sharing, on):
        return found
    return "own-state-only" if sharing.release & PARTNERS else "not-released"


def ends_on(sharing: Sharing) -> date | None:
    """The first day on which the report is withdrawn by itself."""
    day = sharing.expires_on
    return None if day is None or day == date.max else day + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """What moves when conditions change: a withdrawal for those who lose, a text for the rest."""

    lost: frozenset[Code]
    kept: frozenset[Code]
    gained: frozenset[Code]


def shift(before: Iterable[Code], after: Iterable[Code]) -> Shift:
    old, new = frozenset(before), frozenset(after)
    return Shift(lost=old - new, kept=old & new, gained=new - old)


def as_json(sharing: Sharing) -> dict[str, Json]:
    """The conditions as an entry carries them: what the reader must keep to."""
    members: dict[str, Json] = {
        "originator": sharing.originator,
        "state": sharing.state,
        "release": sorted(sharing.release & PARTNERS),
        "tlp": sharing.tlp,
        "classification": sharing.classification,
        "handling": sorted(sharing.handling),
        "onward": sharing.onward or "consent",
        "purpose": sharing.purpose,
        "caveat": sharing.caveat,
        "source_evaluation": sharing.source_evaluation,
        "information_evaluation": sharing.information_evaluation,
        "expires_on": None if sharing.expires_on is None else sharing.expires_on.isoformat(),
    }
    return {name: value for name, value in members.items() if value is not None and value != []}
