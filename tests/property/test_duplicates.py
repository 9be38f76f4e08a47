"""Duplicates for every pair of reports.

Goal: comparing is total and symmetric, depends on what was meant and not on how it was spelled, and
no pair that would be proposed is missed by the blocks it is looked up by. Method: reports drawn
from a small world (one country, a few days, substances, agencies) so that near misses are common.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.duplicates.features import features_of, keys
from sync.duplicates.likeness import match, weigh
from sync.quantity import plain
from sync.report import Report
from tests.feed_reports import contested, features, form, groups, item, report, tables, uuid

GRAMS = st.integers(min_value=1, max_value=3_000).map(Decimal) | st.sampled_from(
    [Decimal(276_000), Decimal(274_000), Decimal(2_000), Decimal("0.5")]
)
SUBSTANCES = st.sampled_from(
    ["CAN-HERB", "CAN-RESIN", "HEROIN", "AMPHETAMINE", "METHAMPHETAMINE", "UNK-POWDER"]
)
MINUTES = st.integers(min_value=0, max_value=14 * 24 * 60)
PLACES = st.sampled_from(
    [
        {},
        {"/place/country": "KG"},
        {"/place/country": "KG", "/place/region": "KG-O"},
        {"/place/country": "KG", "/place/region": "KG-C"},
        {"/place/district": "41706226000000"},
        {"/place/country": "TJ"},
        {"/place/point": {"lat": "40.5", "lon": "72.8", "accuracy_m": "50"}},
        {"/place/point": {"lat": "42.8", "lon": "74.6"}},
    ]
)
PLATES = st.sampled_from([{}, {}, {f"/vehicles/{uuid(5)}/plate": "01KG123ABC"}])


def at(minute: int) -> str:
    day, rest = divmod(minute, 24 * 60)
    return f"2020-02-{day + 1:02d}T{rest // 60:02d}:{rest % 60:02d}:00+06:00"


@st.composite
def reports(draw: st.DrawFn, number: int) -> Report:
    goods: dict = {}
    for index in range(draw(st.integers(0, 3))):
        entered = f"{plain(draw(GRAMS))} г"
        goods |= item(10 * number + index, draw(SUBSTANCES), entered)
    when = {"/event/at": at(draw(MINUTES))} if draw(st.integers(0, 9)) else {}
    return report(
        number,
        {**goods, **when, **draw(PLACES), **draw(PLATES)},
        agency=draw(st.sampled_from(["KG-CNS", "KG-CUSTOMS"])),
        team=draw(st.sampled_from(["team-1", "team-2"])),
        created_by=uuid(draw(st.sampled_from([900, 901]))),
    )


@settings(max_examples=300, deadline=None)
@given(reports(1), reports(2))
def test_comparing_is_symmetric_and_every_proposal_shares_a_block(one: Report, other: Report):
    a, b = features(one), features(other)

    found = match(a, b)

    assert match(b, a) == found
    assert weigh(b, a) == weigh(a, b)
    if found is not None:
        assert keys(a) & keys(b)
        assert found.reasons
        assert 50 <= found.score <= 100


def in_other_units(path: str, value: object) -> object:
    """The same amount in milligrams by amount and unit instead of grams as written."""
    if path.endswith("/quantity") and isinstance(value, dict):
        grams = Decimal(value["entered"].removesuffix(" г"))
        return {"amount": plain(grams * 1000), "unit": "mg"}
    if path.endswith("/plate"):
        return "01 kg-123 АВС"
    return value


@settings(max_examples=200, deadline=None)
@given(reports(1), reports(2))
def test_how_a_number_is_spelled_changes_nothing(one: Report, other: Report):
    fields = {path: in_other_units(path, state.value) for path, state in one.fields.items()}
    respelled = report(1, fields, agency=one.agency, team=one.team, created_by=one.created_by)

    assert features(respelled) == features(one)
    assert weigh(features(respelled), features(other)) == weigh(features(one), features(other))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**15 - 1) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)
PATHS = st.sampled_from(
    [
        "/event/at",
        "/event/ended_at",
        "/place/country",
        "/place/region",
        "/place/point",
        "/voided",
        "/case/number",
        "/agencies/owner",
        "/operation/name",
        *(f"/items/{uuid(1)}/{name}" for name in ("substance", "quantity", "gross", "struck")),
        f"/vehicles/{uuid(2)}/plate",
        f"/laboratory/{uuid(3)}",
        f"/links/{uuid(4)}",
        "/nonsense",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(PATHS, JSON), st.dictionaries(PATHS, st.tuples(JSON, JSON)))
def test_no_report_makes_it_raise(plain_fields: dict, contested_fields: dict):
    disputed = {path: contested(*sides) for path, sides in contested_fields.items()}
    one = report(1, {**plain_fields, **disputed})
    other = report(2, plain_fields, agency="KG-CUSTOMS", team="team-2")

    drawn = [features_of(each, form(), tables(), groups()) for each in (one, other)]
    known = [each for each in drawn if each is not None]
    for each in known:
        keys(each)
    if len(known) == 2:
        weigh(*known)
