"""How alike two reports are: the weights, the reasons, and the line above which a person is asked.

The weights are points out of a hundred, found on real pairs and on ordinary days of ordinary posts
(tests/unit/core/test_duplicates.py holds both); what is compared stands in
``sync/duplicates/features.py``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from math import asin, cos, radians, sin, sqrt
from typing import Final

from sync.duplicates.features import (
    APART_MS_MAX,
    DAY_MS,
    HOUR_MS,
    UNIDENTIFIED,
    Amount,
    Features,
    Fix,
    Goods,
    MarkKind,
    describe,
)
from sync.ids import ReportId
from sync.limits import DECIMAL_DIGITS_MAX
from sync.quantity import plain

THRESHOLD: Final = 50
"""Points from which a pair is shown to a person."""

_SCORE_MAX: Final = 100
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground for or against. ``slug`` names its text in every language; ``values`` fill it."""

    slug: str
    points: int
    values: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Match:
    """Two reports that may tell of one event; ``one`` is the lesser id."""

    one: ReportId
    other: ReportId
    score: int
    reasons: tuple[Reason, ...]
    """The weightiest first."""


def match(a: Features, b: Features) -> Match | None:
    """The pair with its score and reasons, or None when a person need not look at it."""
    found = weigh(a, b)
    return found if found is not None and found.score >= THRESHOLD else None


def weigh(a: Features, b: Features) -> Match | None:
    """Every ground for and against; None when nothing but time and place is alike. Symmetric."""
    one, other = sorted((a, b), key=lambda features: features.report)
    gap_ms = _gap_ms(one, other)
    if not _may_be_one(one, other, gap_ms):
        return None
    numbers = [*_marks(one, other), *_goods(one, other, gap_ms)]
    if not _is_carried(one, other, gap_ms, numbers):
        return None
    reasons = [*numbers, *_time(gap_ms), *_place(one, other), *_people(one, other)]
    score = sum(reason.points for reason in reasons)
    reasons.sort(key=lambda reason: (-abs(reason.points), reason.slug, *reason.values.items()))
    return Match(one.report, other.report, max(0, min(score, _SCORE_MAX)), tuple(reasons))


def _may_be_one(one: Features, other: Features, gap_ms: int | None) -> bool:
    if one.report == other.report or one.kind != other.kind:
        return False
    if other.report in one.related or one.report in other.related:
        return False
    return gap_ms is None or gap_ms <= APART_MS_MAX[one.kind]


def _is_carried(one: Features, other: Features, gap_ms: int | None, numbers: list[Reason]) -> bool:
    """Whether what is alike is enough to look at the pair at all; ``keys`` finds all that is.

    A mark carries a pair anywhere, an amount within one country and the days allowed, the
    substance alone only on the same day in the same region.
    """
    slugs = {reason.slug for reason in numbers if reason.points >= 0}
    if slugs & _MARK_SLUGS:
        return True
    if gap_ms is None or one.country != other.country or not slugs:
        return False
    if slugs & _AMOUNT_SLUGS:
        return True
    return gap_ms <= DAY_MS and one.region is not None and one.region == other.region


# --- numbers both reports name ----------------------------------------------------------------

_MARK_POINTS: Final[Mapping[MarkKind, int]] = {
    "opinion": 60,
    "container": 45,
    "seal": 45,
    "vin": 45,
    "plate": 40,
    "case": 30,
}
_MARK_SLUGS: Final = frozenset(f"same-{kind}" for kind in _MARK_POINTS)
_AMOUNT_SLUGS: Final = frozenset({"equal-amount", "near-amount"})


def _marks(one: Features, other: Features) -> Iterator[Reason]:
    for kind, number in sorted(one.marks & other.marks):
        yield Reason(f"same-{kind}", _MARK_POINTS[kind], {"number": number})


_GOODS_POINTS_MAX: Final = 60
_CODE_POINTS: Final = 6
_GROUP_POINTS: Final = 2
_ALL_GROUPS_POINTS: Final = 10
_OTHER_GOODS_POINTS: Final = -15


def _goods(one: Features, other: Features, gap_ms: int | None) -> Iterator[Reason]:
    common = sorted(one.goods.keys() & other.goods.keys())
    left = _GOODS_POINTS_MAX
    for reason in (each for group in common for each in _group(group, one, other)):
        points = min(reason.points, left)
        left -= points
        yield Reason(reason.slug, points, reason.values)
    if len(common) > 1 and one.goods.keys() == other.goods.keys():
        yield Reason("same-groups", _ALL_GROUPS_POINTS, {"groups": " ".join(common)})
    if not common and one.goods and other.goods:
        is_same_day = gap_ms is not None and gap_ms <= DAY_MS
        closest = _unidentified(one, other) if is_same_day else None
        yield closest or Reason("other-substances", _OTHER_GOODS_POINTS)


def _group(group: str, one: Features, other: Features) -> Iterator[Reason]:
    mine, theirs = one.goods[group], other.goods[group]
    codes = sorted(mine.codes & theirs.codes)
    if codes:
        yield Reason("same-substance", _CODE_POINTS, {"group": group, "code": codes[0]})
    else:
        names = {"one": " ".join(sorted(mine.codes)), "other": " ".join(sorted(theirs.codes))}
        yield Reason("same-group", _GROUP_POINTS, {"group": group, **names})
    closest = _closest(mine, theirs)
    if closest is not None:
        yield Reason(closest.slug, closest.points, {"group": group, **closest.values})


def _unidentified(one: Features, other: Features) -> Reason | None:
    """A first report often says only "unknown powder": its amount may still give it away."""
    pairs = [
        (group, closest)
        for mine, my_goods in sorted(one.goods.items())
        for group, their_goods in sorted(other.goods.items())
        if UNIDENTIFIED in {mine, group}
        and (closest := _closest(my_goods, their_goods)) is not None
    ]
    if not pairs:
        return None
    group, closest = max(pairs, key=lambda pair: (pair[1].points, pair[1].values["ratio"]))
    return Reason(closest.slug, closest.points, {"group": group, **closest.values})


_PRECISION_MAX: Final = 4
_EQUAL_POINTS: Final = (0, 8, 14, 22, 30)
"""By significant digits: two seizures of 2 kg are chance, two of 8.268 kg are not."""
_NEAR_POINTS: Final[tuple[tuple[Decimal, tuple[int, ...]], ...]] = (
    (Decimal("0.98"), (0, 6, 10, 18, 18)),
    (Decimal("0.9"), (0, 4, 6, 10, 10)),
    (Decimal("0.75"), (0, 4, 4, 4, 4)),
)
_RARE_FROM: Final[Mapping[str, tuple[int, int]]] = {"kg": (10, 100), "L": (100, 1_000)}
_RARE_COUNT_FROM: Final = (10_000, 100_000)
_RARE_POINTS: Final = (8, 15)


def _closest(mine: Goods, theirs: Goods) -> Reason | None:
    """The pair of amounts that says most: never a total of one against a part of another unit."""
    pairs = [
        reason
        for unit, value in sorted(mine.amounts)
        for other_unit, other_value in sorted(theirs.amounts)
        if unit == other_unit
        and (reason := _amounts((unit, value), (unit, other_value))) is not None
    ]
    return max(pairs, key=lambda reason: (reason.points, reason.values["ratio"]), default=None)


def _amounts(one: Amount, other: Amount) -> Reason | None:
    unit, (small, large) = one[0], sorted((one[1], other[1]))
    digits = min(_significant(small), _significant(large), _PRECISION_MAX)
    points = _EQUAL_POINTS[digits] if small == large else 0
    for least, by_digits in _NEAR_POINTS:
        if points == 0 and _is_at_least(small, large, least):
            points = by_digits[digits]
    if points == 0:
        return None
    values = {
        "ratio": _ratio(small, large),
        "one": describe(one[1], unit),
        "other": describe(other[1], unit),
    }
    slug = "equal-amount" if small == large else "near-amount"
    return Reason(slug, points + _rarity(small, unit), values)


def _rarity(value: Decimal, unit: str) -> int:
    rare, rarest = _RARE_FROM.get(unit, _RARE_COUNT_FROM)
    if value >= rarest:
        return _RARE_POINTS[1]
    return _RARE_POINTS[0] if value >= rare else 0


def _significant(value: Decimal) -> int:
    return len(plain(value).replace(".", "").strip("0")) or 1


def _is_at_least(small: Decimal, large: Decimal, ratio: Decimal) -> bool:
    """Whether small : large reaches ``ratio``, without dividing: exact whatever the digits."""
    with localcontext() as context:
        context.prec = DECIMAL_DIGITS_MAX * 4
        return small >= large * ratio


def _ratio(small: Decimal, large: Decimal) -> str:
    """For a person to read: three digits after the point."""
    with localcontext() as context:
        context.prec = DECIMAL_DIGITS_MAX * 4
        return str((small / large).quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))


# --- time, place, people ----------------------------------------------------------------------


def _gap_ms(one: Features, other: Features) -> int | None:
    """Time between the two windows, 0 where they overlap; None when one says no time."""
    if one.window_ms is None or other.window_ms is None:
        return None
    return max(0, one.window_ms[0] - other.window_ms[1], other.window_ms[0] - one.window_ms[1])


_TIME_POINTS: Final = (
    (HOUR_MS // 2, 25),
    (3 * HOUR_MS, 18),
    (DAY_MS, 12),
    (3 * DAY_MS, 8),
    (10 * DAY_MS, 4),
)


def _time(gap_ms: int | None) -> Iterator[Reason]:
    if gap_ms is None:
        return
    points = next(points for most, points in _TIME_POINTS if gap_ms <= most)
    if gap_ms <= DAY_MS:
        yield Reason("same-time", points, {"minutes": str(gap_ms // _MINUTE_MS)})
    else:
        yield Reason("days-apart", points, {"days": str(gap_ms // DAY_MS)})


_EARTH_RADIUS_M: Final = 6_371_000
_SAME_SPOT_M: Final = 2_000
_NEAR_M: Final = 20_000
_FAR_M: Final = 50_000


def _place(one: Features, other: Features) -> Iterator[Reason]:
    distance_m = _distance_m(one.fix, other.fix)
    if distance_m is not None and distance_m <= _SAME_SPOT_M:
        yield Reason("same-spot", 18, {"metres": str(distance_m)})
    elif one.border_point is not None and one.border_point == other.border_point:
        yield Reason("same-border-point", 15, {"code": one.border_point})
    elif one.district is not None and one.district == other.district:
        yield Reason("same-district", 12, {"code": one.district})
    elif distance_m is not None and distance_m <= _NEAR_M:
        yield Reason("near-spot", 8, {"metres": str(distance_m)})
    elif one.region is not None and one.region == other.region:
        yield Reason("same-region", 8, {"code": one.region})
    elif one.country == other.country:
        is_known = one.region is not None and other.region is not None
        names = {"one": one.region or "", "other": other.region or ""}
        yield (
            Reason("other-region", -5, names)
            if is_known
            else Reason("same-country", 2, {"code": one.country})
        )
    if distance_m is not None and distance_m > _FAR_M:
        yield Reason("far-apart", -15, {"metres": str(distance_m)})


def _distance_m(one: Fix | None, other: Fix | None) -> int | None:
    """Great-circle distance less what the fixes may be off: an estimate to judge by, no record."""
    if one is None or other is None:
        return None
    lat, other_lat = radians(float(one.lat)), radians(float(other.lat))
    half_lat, half_lon = (lat - other_lat) / 2, radians(float(one.lon - other.lon)) / 2
    chord = sin(half_lat) ** 2 + cos(lat) * cos(other_lat) * sin(half_lon) ** 2
    metres = 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))
    return max(0, round(metres) - int(min(one.accuracy_m + other.accuracy_m, _NEAR_M)))


def _people(one: Features, other: Features) -> Iterator[Reason]:
    if one.device == other.device:
        yield Reason("same-tablet", -25)
    elif one.team == other.team:
        yield Reason("same-team", -8, {"team": one.team})
    elif one.owner != other.owner:
        agencies = {"one": one.owner, "other": other.owner}
        yield Reason("independent-agencies", 10, agencies)
    if one.team != other.team and one.owner != other.owner:
        named = sorted((one.agencies & other.agencies) | ({one.owner} & other.agencies))
        if named:
            yield Reason("agency-in-both", 5, {"code": named[0]})
    operations = sorted(one.operations & other.operations)
    if operations and one.team != other.team:
        yield Reason("same-operation", 5, {"name": operations[0]})
