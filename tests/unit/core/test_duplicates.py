"""Which pairs of reports are shown to a person as one event, with which reasons; which are not."""

import hashlib
import math

import pytest

from sync.duplicates.features import Features, features_of, keys
from sync.duplicates.likeness import THRESHOLD, match, weigh
from sync.report import Report
from tests.feed_reports import contested, features, form, groups, item, report, tables, uuid

OSH = {"/place/country": "KG", "/place/region": "KG-O"}
FIRST = {"/event/at": "2020-02-01T14:00:00+06:00", **OSH}


def cns_operation() -> Report:
    """1 February 2020 as the Counter Narcotics Service told it."""
    goods = {**item(1, "CAN-RESIN", "276 кг"), **item(2, "AMPHETAMINE", "4 кг 620 гр")}
    return report(1, {**FIRST, **goods}, agency="KG-CNS")


def gknb_operation(at: str, place: dict[str, str]) -> Report:
    """The same, as told by another agency: other masses, another substance, another day."""
    goods = {**item(3, "CAN-RESIN", "274 кг"), **item(4, "METHAMPHETAMINE", "3,5 кг")}
    fields = {"/event/at": at, **place, **goods}
    return report(2, fields, agency="KG-GKNB", team="team-2")


def herb(number: int, at: str, entered: str, **who: str) -> Report:
    return report(number, {"/event/at": at, **OSH, **item(number, "CAN-HERB", entered)}, **who)


def found(one: Report, other: Report) -> bool:
    return match(features(one), features(other)) is not None


def slugs(one: Report, other: Report) -> set[str]:
    pair = weigh(features(one), features(other))
    return set() if pair is None else {reason.slug for reason in pair.reasons}


@pytest.mark.parametrize("at", ["2020-02-01T09:00:00+06:00", "2020-02-07T00:00:00+06:00"])
@pytest.mark.parametrize("place", [OSH, {"/place/country": "KG"}, {}])
def test_the_operation_of_february_2020_told_by_two_agencies_is_found(at: str, place: dict):
    pair = match(features(cns_operation()), features(gknb_operation(at, place)))

    assert pair is not None
    assert (pair.one, pair.other) == (uuid(1), uuid(2))
    assert pair.score >= THRESHOLD + 10
    by_slug = {(reason.slug, reason.values.get("group")): reason for reason in pair.reasons}
    mass = by_slug["near-amount", "cannabis"]
    assert dict(mass.values) == {
        "group": "cannabis",
        "ratio": "0.993",
        "one": "276 kg",
        "other": "274 kg",
    }
    assert dict(by_slug["same-group", "ats"].values) == {
        "group": "ats",
        "one": "AMPHETAMINE",
        "other": "METHAMPHETAMINE",
    }
    assert by_slug["near-amount", "ats"].values["ratio"] == "0.758"
    assert by_slug["same-substance", "cannabis"].values["code"] == "CAN-RESIN"
    assert by_slug["independent-agencies", None].values == {"one": "KG-CNS", "other": "KG-GKNB"}


def test_two_tellings_of_one_event_share_a_block():
    for at in ("2020-02-01T09:00:00+06:00", "2020-02-07T00:00:00+06:00"):
        other = gknb_operation(at, {})
        assert keys(features(cns_operation())) & keys(features(other))


def test_ordinary_seizures_of_one_team_a_day_apart_are_not_proposed():
    one = herb(1, "2020-05-01T10:00:00+06:00", "2 кг")
    other = herb(2, "2020-05-02T10:00:00+06:00", "2 кг")

    assert not found(one, other)


def test_ordinary_seizures_of_two_agencies_a_day_apart_are_not_proposed():
    one = herb(1, "2020-05-01T10:00:00+06:00", "2 кг")
    other = herb(2, "2020-05-02T16:00:00+06:00", "2 кг", agency="KG-CUSTOMS", team="team-2")

    assert not found(one, other)


def test_an_exact_weight_told_by_two_agencies_on_one_day_is_proposed():
    one = herb(1, "2020-05-01T10:00:00+06:00", "8 кг 268 гр")
    other = herb(2, "2020-05-01T18:00:00+06:00", "8268 г", agency="KG-CUSTOMS", team="team-2")

    assert found(one, other)
    assert "equal-amount" in slugs(one, other)


def test_two_tablets_of_one_team_that_write_the_same_weight_in_one_hour_are_proposed():
    one = herb(1, "2020-05-01T10:00:00+06:00", "8 кг 268 гр")
    other = herb(2, "2020-05-01T10:20:00+06:00", "8,268 кг")

    assert found(one, other)


def test_episodes_of_one_operation_on_one_tablet_do_not_flood():
    weights = ("1 кг 681 гр", "1 кг 68 гр", "940 гр")
    episodes = [
        report(
            n,
            {**FIRST, "/operation/name": "Канал", **item(n, "OPIUM", weight)},
            created_by=uuid(900),
        )
        for n, weight in enumerate(weights, 1)
    ]

    pairs = [(a, b) for a in episodes for b in episodes if a.id < b.id]
    assert [found(a, b) for a, b in pairs] == [False, False, False]


def test_one_lump_and_its_parts_are_compared_by_the_sum():
    one = report(1, {**FIRST, **item(1, "HEROIN", "10 кг 500 г")})
    parts = {**item(2, "HEROIN", "4 кг 300 г"), **item(3, "HEROIN", "6 кг 200 г")}
    other = report(2, {**FIRST, **parts}, agency="KG-BG", team="team-2")

    assert found(one, other)
    assert "equal-amount" in slugs(one, other)


@pytest.mark.parametrize(
    ("path", "value", "as_written", "slug"),
    [
        (f"/vehicles/{uuid(5)}/plate", "01 KG 123 ABC", "01kg123авс", "same-plate"),
        (f"/containers/{uuid(5)}/number", "MSKU 907032-3", "msku9070323", "same-container"),
        (f"/seals/{uuid(5)}/number", "KG-000123", "kg 000123", "same-seal"),
    ],
)
def test_a_number_in_common_is_found_however_it_is_spelled(
    path: str, value: str, as_written: str, slug: str
):
    one = report(1, {**FIRST, path: value})
    other = report(2, {**FIRST, path: as_written}, agency="KG-CUSTOMS", team="team-2")

    assert found(one, other)
    assert slug in slugs(one, other)
    assert keys(features(one)) & keys(features(other))


def test_a_struck_vehicle_is_no_ground():
    plate = {f"/vehicles/{uuid(5)}/plate": "01KG123ABC"}
    struck = {**plate, f"/vehicles/{uuid(5)}/struck": {"reason": "another car"}}
    one = report(1, {**FIRST, **plate})
    other = report(2, {**FIRST, **struck}, agency="KG-CUSTOMS", team="team-2")

    assert not found(one, other)


def test_time_and_place_alone_are_no_ground():
    one = report(1, FIRST)
    other = report(2, FIRST, agency="KG-CUSTOMS", team="team-2")

    assert weigh(features(one), features(other)) is None


def test_the_same_truck_at_two_posts_on_one_day_is_two_controls():
    truck = {f"/vehicles/{uuid(5)}/plate": "01KG123ABC"}
    one = report(1, {"/event/at": "2020-02-01T08:00:00+06:00", **truck}, kind="checkpoint")
    other = report(2, {"/event/at": "2020-02-01T14:00:00+06:00", **truck}, kind="checkpoint")

    assert not found(one, other)


def test_an_unknown_powder_is_found_by_its_amount_on_the_same_day():
    one = report(1, {**FIRST, **item(1, "UNK-POWDER", "1 кг 237 г")})
    other = report(2, {**FIRST, **item(2, "HEROIN", "1237 г")}, agency="KG-CUSTOMS", team="team-2")

    assert found(one, other)


def test_a_doubtful_weight_is_compared_by_each_of_its_readings():
    one = report(1, {**FIRST, **item(1, "CAN-HERB", "1,320 кг")})
    other = report(2, {**FIRST, **item(2, "CAN-HERB", "1 т 320 кг")}, agency="KG-BG", team="t2")

    assert "equal-amount" in slugs(one, other)


def test_both_sides_of_a_contested_weight_are_compared():
    entered = contested({"entered": "3 кг", "lang": "ru"}, {"entered": "8 кг 268 г", "lang": "ru"})
    one = report(1, {**FIRST, **item(1, "CAN-HERB", "-", quantity=entered)})
    other = report(2, {**FIRST, **item(2, "CAN-HERB", "8268 г")}, agency="KG-BG", team="t2")

    assert "equal-amount" in slugs(one, other)


def test_a_pair_that_a_person_already_linked_is_not_proposed_again():
    other = gknb_operation("2020-02-01T09:00:00+06:00", OSH)
    twins = report(1, dict(cns_operation().fields), twins=(uuid(2),))
    link = {f"/links/{uuid(9)}": {"report": uuid(2), "kind": "related"}}
    linked = report(1, {**cns_operation().fields, **link})

    assert not found(twins, other)
    assert not found(linked, other)


def test_a_voided_report_has_no_twin():
    voided = report(1, {**FIRST, "/voided": {"reason": "an exercise"}})

    assert features_of(voided, form(), tables(), groups()) is None


class _Draws:
    """The same numbers at every run, from nothing but their count."""

    def __init__(self) -> None:
        self._count = 0

    def below(self, limit: int) -> int:
        self._count += 1
        digest = hashlib.sha256(f"ordinary {self._count}".encode()).digest()
        return int.from_bytes(digest[:6]) % limit


def _ordinary_weight(draws: _Draws) -> str:
    """5 g to 60 kg, each size as likely; four in ten round, as officers and scales write them."""
    grams = round(5 * math.exp(draws.below(9_390) / 1_000))
    digits = (1, 1, 1, 1, 2, 2, 2, 4, 4, 4)[draws.below(10)]
    return f"{int(float(f'{grams:.{digits}g}'))} г"


def _ordinary_seizure(number: int, draws: _Draws) -> Report:
    regions = ("KG-B", "KG-C", "KG-GB", "KG-GO", "KG-J", "KG-N", "KG-O", "KG-T", "KG-Y")
    agencies = ("KG-CNS", "KG-MIA", "KG-CUSTOMS", "KG-BG", "KG-GKNB")
    substances = (*["CAN-HERB"] * 5, "CAN-RESIN", "CAN-RESIN", "HEROIN", "OPIUM", "MEPHEDRONE")
    minutes = draws.below(20 * 24 * 60)
    day, rest = divmod(minutes, 24 * 60)
    agency = agencies[draws.below(5)]
    fields = {
        "/event/at": f"2020-03-{day + 1:02d}T{rest // 60:02d}:{rest % 60:02d}:00+06:00",
        "/place/country": "KG",
        "/place/region": regions[draws.below(9)],
        **item(number, substances[draws.below(10)], _ordinary_weight(draws)),
    }
    team = f"{agency}-{draws.below(6)}"
    return report(
        number, fields, agency=agency, team=team, created_by=uuid(9_000 + draws.below(90))
    )


def test_twenty_ordinary_days_of_a_country_propose_next_to_nothing():
    """Goal: an administrator reads what is proposed, so false alarms stay rare. Method: twenty
    seizures a day, none told twice, by five agencies in nine regions; every pair is weighed."""
    draws = _Draws()
    blocks: dict[str, list[Features]] = {}
    proposed: set[tuple[str, str]] = set()

    for number in range(1, 401):
        one = features(_ordinary_seizure(number, draws))
        near = {each.report: each for key in keys(one) for each in blocks.get(key, ())}
        for other in near.values():
            if match(one, other) is not None:
                proposed.add((other.report, one.report))
        for key in keys(one):
            blocks.setdefault(key, []).append(one)

    assert len(proposed) <= 12, "more than three false alarms in a hundred reports"
