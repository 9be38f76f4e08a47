"""How a change's path finds the rule of its field: J4, and what a strike covers (M10)."""

import pytest

from sync.forms import FieldRule, FormRules, Kind, part_of
from sync.ids import is_sha256, is_uuid
from tests.builders import EVENT, ITEM, PHOTO, TRIAL


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/place", "/place"),
        ("/place/border_point", "/place/border_point"),
        (f"/items/{ITEM}/colour", "/items/*/colour"),
        (f"/weighings/{EVENT}", "/weighings/*"),
        (f"/photos/{PHOTO}", "/photos/*"),
        ("/tags/joint", "/tags/*"),
        ("/voided", "/voided"),
    ],
)
def test_j4_a_path_finds_its_rule(path: str, rule: str):
    found = TRIAL.find(path)

    assert found is not None
    assert found.path == rule


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "place",
        "/place/",
        "//place",
        "/Place",
        "/items",
        f"/items/{ITEM}",
        f"/items/{ITEM}/",
        f"/items/{ITEM}/colour/deeper",
        "/items/*/colour",
        "/items//colour",
        "/items/a b/colour",
        "/items/пункт/colour",
        "/tags/*",
        "/tags/" + "x" * 65,
        "/tags/~0",
        "/place\n",
        "/" + "a/" * 200,
    ],
)
def test_j4_a_path_of_no_field_finds_nothing(path: str):
    assert TRIAL.find(path) is None


def test_one_path_has_one_rule():
    twice = [FieldRule("/place", Kind.TEXT), FieldRule("/place", Kind.CODE)]

    with pytest.raises(AssertionError, match="two rules for /place in trial/9"):
        FormRules("trial/9", twice, {})


@pytest.mark.parametrize(
    ("path", "strike"),
    [
        (f"/items/{ITEM}/colour", f"/items/{ITEM}/struck"),
        (f"/items/{ITEM}/struck", f"/items/{ITEM}/struck"),
        ("/place", None),
        (f"/weighings/{EVENT}", None),
        ("/agencies/participating/KG-BS", None),
    ],
)
def test_m10_a_field_of_a_part_is_covered_by_the_parts_strike(path: str, strike: str | None):
    assert TRIAL.strike_over(path) == strike


def test_m10_a_strike_covers_its_part_and_a_void_everything():
    assert part_of(f"/items/{ITEM}/struck") == f"/items/{ITEM}/"
    assert part_of("/voided") == "/"


@pytest.mark.parametrize(
    "text",
    [ITEM.upper().replace("7", "A"), ITEM.replace("-", ""), ITEM + "\n", "", 7, None, "x" * 36],
)
def test_ids_are_written_in_one_way(text: object):
    assert is_uuid(ITEM)
    assert is_sha256(PHOTO)
    assert not is_uuid(text)
    assert not is_sha256(text)
    assert not is_sha256(PHOTO.upper())
