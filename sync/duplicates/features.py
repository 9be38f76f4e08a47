"""The same event reported twice: which reports to compare, how alike they are, and why.

Never a decision: a match is a score with reasons for the administrator who decides. Three steps,
each pure: ``features_of`` draws from a report what two agencies would both have written; ``keys``
names the blocks it is looked up by, so that a node compares a new report with a few others and not
with all; ``match`` weighs one pair. Numbers that both reports name (a plate, a seal, an amount)
carry a pair; time and place alone never do, or every busy post would propose itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, TypeAlias, cast

from sync.forms import FormRules, Kind
from sync.ids import AgencyCode, DeviceId, ReportId, TeamId
from sync.normal import derive, exact_sum, substance_codes
from sync.quantity import plain, read
from sync.report import FieldState, Report, agencies_of, owner_of
from sync.strictjson import Json
from sync.values import (
    Tables,
    fold_identifier,
    fold_name,
    instant_ms,
    is_decimal,
)

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

APART_MS_MAX: Final[Mapping[str, int]] = {"seizure": 10 * DAY_MS, "checkpoint": 3 * HOUR_MS}
"""How far apart two tellings of one event may date it. A seizure is often dated by its
announcement, days later; a vehicle passes two posts in one morning. Other forms have no twins."""

_WINDOW_MS_MAX: Final = 10 * DAY_MS
"""A longer event is an operation; its first days are what is compared."""

_AMOUNTS_MAX: Final = 40
"""Amounts of one substance group, the largest first. Bounds the work on one pair."""

UNIDENTIFIED: Final = "unidentified"

MarkKind: TypeAlias = Literal["case", "container", "opinion", "plate", "seal", "vin"]
Amount: TypeAlias = tuple[str, Decimal]
"""Canonical unit and value."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What of the reference tables this module needs."""

    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    """Substance code -> group, for example ``ats``."""
    regions: Mapping[str, str] = field(default_factory=dict[str, str])
    """District or border point -> region."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What a report says was taken of one substance group."""

    codes: frozenset[str]
    amounts: frozenset[Amount]
    """Every amount given, each item's own and the sums over items; both readings of a doubtful
    one, and both sides of a contested one."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A point on the map and how far off it may be."""

    lat: Decimal
    lon: Decimal
    accuracy_m: Decimal


@dataclass(frozen=True, slots=True)
class Features:
    """What a report says about its event, as two agencies would both have said it."""

    report: ReportId
    kind: str
    device: DeviceId
    team: TeamId
    owner: AgencyCode
    agencies: frozenset[AgencyCode]
    window_ms: tuple[int, int] | None
    country: str
    region: str | None = None
    district: str | None = None
    border_point: str | None = None
    fix: Fix | None = None
    goods: Mapping[str, Goods] = field(default_factory=dict[str, Goods])
    marks: frozenset[tuple[MarkKind, str]] = frozenset()
    operations: frozenset[str] = frozenset()
    related: frozenset[ReportId] = frozenset()
    """Reports that a person already put beside this one: twins and links."""


def features_of(report: Report, form: FormRules, tables: Tables, groups: Groups) -> Features | None:
    """What to compare ``report`` by; None when it has no twin: voided, or of another kind."""
    kind = report.form.partition("/")[0]
    if report.is_voided or kind not in APART_MS_MAX:
        return None
    parts = _standing_parts(report)
    district, point = _code(report, "/place/district"), _code(report, "/place/border_point")
    region = _code(report, "/place/region") or groups.regions.get(district or point or "")
    return Features(
        report=report.id,
        kind=kind,
        device=report.created_by,
        team=report.team,
        owner=owner_of(report),
        agencies=agencies_of(report),
        window_ms=_window(report),
        country=_country(report, region),
        region=region,
        district=district,
        border_point=point,
        fix=_fix(report.value("/place/point")),
        goods=_goods(report, parts, form, tables, groups),
        marks=frozenset(_marks(report, parts)),
        operations=frozenset(_operations(report)),
        related=frozenset({*report.twins, *_linked(report)}),
    )


Part: TypeAlias = "dict[str, FieldState]"


def _standing_parts(report: Report) -> dict[tuple[str, str], Part]:
    """(collection, key) -> name -> field, of every part that is not struck out."""
    parts: dict[tuple[str, str], Part] = {}
    for path, state in report.fields.items():
        segments = path.split("/")
        if len(segments) == len(["", "items", "key", "field"]):
            parts.setdefault((segments[1], segments[2]), {})[segments[3]] = state
        elif len(segments) == len(["", "laboratory", "key"]):
            parts.setdefault((segments[1], segments[2]), {})[""] = state
    return {key: part for key, part in sorted(parts.items()) if not _is_struck(part)}


def _is_struck(part: Part) -> bool:
    return "struck" in part and part["struck"].value is not None


def _code(report: Report, path: str) -> str | None:
    value = report.value(path)
    return value if isinstance(value, str) else None


def _country(report: Report, region: str | None) -> str:
    """Where it happened; without a word on it, where its owner is."""
    return _code(report, "/place/country") or (region or owner_of(report)).partition("-")[0]


def _window(report: Report) -> tuple[int, int] | None:
    begins = report.value("/event/at") or report.value("/control/from")
    ends = report.value("/event/ended_at") or report.value("/control/until")
    start = instant_ms(begins) if isinstance(begins, str) else None
    if start is None:
        return None
    end = instant_ms(ends) if isinstance(ends, str) else None
    slack = DAY_MS if _code(report, "/event/time_certainty") == "approximate" else 0
    until = min(max(start, end or start), start + _WINDOW_MS_MAX)
    return start - slack, until + slack


def _fix(value: Json) -> Fix | None:
    if not isinstance(value, Mapping):
        return None
    lat, lon, accuracy = value.get("lat"), value.get("lon"), value.get("accuracy_m")
    if not is_decimal(lat) or not is_decimal(lon):
        return None
    off = Decimal(cast("str", accuracy)) if is_decimal(accuracy) else Decimal(0)
    return Fix(Decimal(cast("str", lat)), Decimal(cast("str", lon)), off)


_MARK_FIELDS: Final[Mapping[tuple[str, str], MarkKind]] = {
    ("vehicles", "plate"): "plate",
    ("vehicles", "trailer_plate"): "plate",
    ("vehicles", "vin"): "vin",
    ("containers", "number"): "container",
    ("seals", "number"): "seal",
}


def _marks(report: Report, parts: Mapping[tuple[str, str], Part]) -> Iterator[tuple[MarkKind, str]]:
    """Numbers that name one thing in the world."""
    for (collection, _), part in parts.items():
        for name, state in part.items():
            kind = _MARK_FIELDS.get((collection, name))
            if kind is not None and isinstance(state.value, str):
                yield kind, fold_identifier(state.value)
            elif collection == "laboratory" and isinstance(state.value, Mapping):
                number = state.value.get("number")
                if isinstance(number, str):
                    yield "opinion", fold_identifier(number)
    case = _code(report, "/case/number")
    if case:
        yield "case", fold_identifier(case)


def _operations(report: Report) -> Iterator[str]:
    name, code = _code(report, "/operation/name"), _code(report, "/operation/code")
    if name:
        yield fold_name(name)
    if code:
        yield fold_identifier(code)


def _linked(report: Report) -> Iterator[ReportId]:
    for path, state in report.fields.items():
        if path.startswith("/links/") and isinstance(state.value, Mapping):
            target = state.value.get("report")
            if isinstance(target, str):
                yield ReportId(target)


# --- goods ------------------------------------------------------------------------------------

_AMOUNT_FIELDS: Final = ("quantity", "gross", "net", "forensic", "count")


def _goods(
    report: Report,
    parts: Mapping[tuple[str, str], Part],
    form: FormRules,
    tables: Tables,
    groups: Groups,
) -> dict[str, Goods]:
    codes: dict[str, set[str]] = {}
    single: dict[str, set[Amount]] = {}
    summed: dict[tuple[str, str, str], list[Decimal]] = {}
    for (collection, key), part in parts.items():
        if collection != "items":
            continue
        found = _codes(report, f"/items/{key}/substance", part, tables)
        for group in {groups.groups.get(code, UNIDENTIFIED) for code in found} or {UNIDENTIFIED}:
            codes.setdefault(group, set()).update(found)
            for name in _AMOUNT_FIELDS:
                amounts = _amounts(report, f"/items/{key}/{name}", form, tables)
                single.setdefault(group, set()).update(amounts)
                for unit, value in amounts[:1]:
                    summed.setdefault((group, name, unit), []).append(value)
    for (group, _, unit), values in summed.items():
        single[group].add((unit, exact_sum(values)))
    return {
        group: Goods(frozenset(codes[group]), _largest(amounts))
        for group, amounts in single.items()
    }


def _largest(amounts: set[Amount]) -> frozenset[Amount]:
    kept = sorted(amounts, key=lambda amount: (-amount[1], amount[0]))[:_AMOUNTS_MAX]
    return frozenset(amount for amount in kept if amount[1] > 0)


def _said(state: FieldState | None) -> tuple[Json, ...]:
    """The accepted value first, then what stands against it."""
    if state is None:
        return ()
    return (state.value, *(stance.value for stance in state.stances))


def _codes(report: Report, path: str, part: Part, tables: Tables) -> frozenset[str]:
    found: set[str] = set()
    answered = report.readings.get(path)
    for value in _said(part.get("substance")):
        if isinstance(value, Mapping):
            given = {**value, **answered} if isinstance(answered, Mapping) else value
            found.update(substance_codes(given, tables))
    return frozenset(found)


def _amounts(report: Report, path: str, form: FormRules, tables: Tables) -> list[Amount]:
    rule, state = form.find(path), report.fields.get(path)
    if rule is None or rule.kind is not Kind.QUANTITY or state is None:
        return []
    found: list[Amount] = []
    for value in _said(state):
        derived = derive(value, report.readings.get(path), tables)
        if derived.value is not None and derived.unit is not None:
            found.append((derived.unit, derived.value))
        elif derived.outcome == "question" and isinstance(value, Mapping):
            found += _candidates(value, tables)
    return list(dict.fromkeys(found))


def _candidates(value: Mapping[str, Json], tables: Tables) -> list[Amount]:
    """Each thing that a doubtful amount may mean."""
    entered = value.get("entered")
    if not isinstance(entered, str):
        return []
    reading = read(entered, lang=str(value.get("lang") or "ru"), units=tables.units)
    named = [(candidate.unit or reading.unit, candidate.value) for candidate in reading.candidates]
    return [(unit, amount) for unit, amount in named if unit is not None]


# --- where to look ----------------------------------------------------------------------------

_NEAR_MS: Final = DAY_MS
_FINEST: Final = 9
"""Magnitudes are told apart down to a microgram."""


def keys(features: Features) -> frozenset[str]:
    """The blocks of a report. Two reports that ``match`` share at least one."""
    found = {f"{kind}:{number}" for kind, number in features.marks}
    if features.kind != "seizure" or features.window_ms is None:
        return frozenset(found)
    for cell in _cells(features.window_ms, _NEAR_MS):
        if features.region is not None:
            found.update(f"near:{features.region}:{group}:{cell}" for group in features.goods)
        found.update(f"any:{features.country}:{size}:{cell}" for size in _sizes(features, None))
    for cell in _cells(features.window_ms, APART_MS_MAX[features.kind]):
        found.update(
            f"like:{features.country}:{group}:{size}:{cell}"
            for group in features.goods
            for size in _sizes(features, group)
        )
    return frozenset(found)


def _cells(window_ms: tuple[int, int], apart_ms: int) -> Iterator[str]:
    """Cells of two grids, each twice ``apart_ms`` wide and half a cell apart.

    Two instants no further apart than that share a cell of one grid or of the other.
    """
    first, last = window_ms
    for grid in (0, 1):
        shift = grid * apart_ms
        begin, end = (first + shift) // (2 * apart_ms), (last + shift) // (2 * apart_ms)
        yield from (f"{grid}.{cell}" for cell in range(begin, end + 1))


def _sizes(features: Features, group: str | None) -> frozenset[str]:
    """Magnitudes by powers of two, in two grids: amounts within 3 : 4 share one."""
    found: set[str] = set()
    for name, goods in features.goods.items():
        if group in {None, name}:
            for unit, value in goods.amounts:
                size = max(int(value.scaleb(_FINEST)), 1)
                found.add(f"{unit}.0.{size.bit_length()}")
                found.add(f"{unit}.1.{(2 * size // 3).bit_length()}")
    return frozenset(found)


def describe(value: Decimal, unit: str) -> str:
    """``276 kg``: an amount as a reason names it."""
    return f"{plain(value)} {unit}"
