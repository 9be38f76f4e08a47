"""Who may read a report: the release list, and what narrows it."""

from datetime import date

import pytest

from sync.sharing import (
    PARTNERS,
    Shift,
    barrier,
    ends_on,
    recipients,
    sharing_of,
    shift,
    visible_to,
)
from tests.feed_reports import contested, report

TODAY = date(2020, 2, 1)
TO_TWO = {"/handling/release/TJ": True, "/handling/release/CARICC": True}


def reach(fields: dict) -> frozenset[str]:
    return recipients(sharing_of(report(1, fields)), TODAY)


def test_f1_nothing_is_shared_by_default():
    sharing = sharing_of(report(1))

    assert recipients(sharing, TODAY) == frozenset()
    assert [visible_to(sharing, reader, TODAY) for reader in sorted(PARTNERS)] == [False] * 8
    assert barrier(sharing, TODAY) == "not-released"


def test_f1_the_release_list_names_the_readers():
    sharing = sharing_of(report(1, TO_TWO))

    assert recipients(sharing, TODAY) == {"TJ", "CARICC"}
    assert visible_to(sharing, "TJ", TODAY)
    assert not visible_to(sharing, "UZ", TODAY)
    assert barrier(sharing, TODAY) is None


def test_a_third_party_on_the_list_is_let_in_by_nobody():
    assert reach({"/handling/release/FR": True, "/handling/release/TJ": True}) == {"TJ"}


@pytest.mark.parametrize(
    ("tlp", "readers"),
    [
        ("red", set()),
        ("amber+strict", {"KG"}),
        ("amber", {"KG", "TJ"}),
        ("green", {"KG", "TJ"}),
        ("clear", {"KG", "TJ"}),
        ("purple", set()),
        ({"not_known": True}, set()),
    ],
)
def test_a_traffic_light_narrows_the_list_and_never_widens_it(tlp: object, readers: set):
    listed = {"/handling/release/KG": True, "/handling/release/TJ": True}

    assert reach({**listed, "/handling/tlp": tlp}) == readers
    assert reach({"/handling/tlp": tlp}) == set()


@pytest.mark.parametrize("classification", ["secret", "top-secret", {"not_known": True}])
def test_a_secret_report_is_refused_with_its_reason(classification: object):
    sharing = sharing_of(report(1, {**TO_TWO, "/handling/classification": classification}))

    assert recipients(sharing, TODAY) == frozenset()
    assert barrier(sharing, TODAY) == "classified-secret"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({**TO_TWO, "/handling/tlp": "red"}, "own-agency-only"),
        ({**TO_TWO, "/handling/tlp": "amber+strict"}, "own-state-only"),
        ({**TO_TWO, "/handling/expires_on": "2020-01-31"}, "expired"),
        ({"/handling/release/FR": True}, "not-released"),
    ],
)
def test_each_barrier_has_its_reason(fields: dict, reason: str):
    assert barrier(sharing_of(report(1, fields)), TODAY) == reason


def test_a_report_is_readable_on_its_last_day_and_not_after():
    sharing = sharing_of(report(1, {**TO_TWO, "/handling/expires_on": "2020-02-01"}))

    assert visible_to(sharing, "TJ", date(2020, 2, 1))
    assert not visible_to(sharing, "TJ", date(2020, 2, 2))
    assert ends_on(sharing) == date(2020, 2, 2)


@pytest.mark.parametrize(
    ("path", "sides", "readers"),
    [
        ("/handling/release/TJ", (True, None), {"CARICC"}),
        ("/handling/release/TJ", (None, True), {"CARICC"}),
        ("/handling/tlp", ("green", "red"), set()),
        ("/handling/classification", ("unclassified", "secret"), set()),
        ("/handling/expires_on", ("2021-01-01", "2020-01-01"), set()),
    ],
)
def test_p10_while_people_disagree_the_strictest_side_counts(path: str, sides: tuple, readers: set):
    assert reach({**TO_TWO, path: contested(*sides)}) == readers


def test_f2_a_lowered_list_says_who_loses_and_who_gains():
    assert shift({"TJ", "UZ"}, {"UZ", "KZ"}) == Shift(
        lost=frozenset({"TJ"}), kept=frozenset({"UZ"}), gained=frozenset({"KZ"})
    )
