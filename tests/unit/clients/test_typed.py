"""What is typed as path=value becomes a path and a value of the form."""

import pytest

from clients.tablet.typed import TypedError, Typist
from tests.unit.clients.tablets import CountedIds

FIRST, SECOND = "01920000-0000-7000-8000-000000000001", "01920000-0000-7000-8000-000000000002"


def typist() -> Typist:
    known = [f"/items/{SECOND}/gross", f"/items/{FIRST}/gross", "/place/text"]
    return Typist("seizure/2", known, CountedIds(1))


@pytest.mark.parametrize(
    ("typed", "path", "value"),
    [
        ("/place/text=Сары-Таш", "/place/text", "Сары-Таш"),
        ("place.text=km 12 = мост", "/place/text", "km 12 = мост"),
        ("/event/at=?", "/event/at", {"not_known": True}),
        ("/place/text=", "/place/text", None),
        (
            "/items/1/gross=8 кг. 268 гр",
            f"/items/{FIRST}/gross",
            {"entered": "8 кг. 268 гр", "lang": "ru"},
        ),
        ('items.2.gross={"amount":"9"}', f"/items/{SECOND}/gross", {"amount": "9"}),
        ("items.1.packages=12", f"/items/{FIRST}/packages", 12),
        ("items.1.struck=описка", f"/items/{FIRST}/struck", {"reason": "описка"}),
        ("agencies.participating.KG-CUS=да", "/agencies/participating/KG-CUS", True),
        ("online.used=нет", "/online/used", False),
        (
            "place.point=39.73, 73.25",
            "/place/point",
            {"lat": "39.73", "lon": "73.25", "source": "typed"},
        ),
        ("value.estimate=1200.50 kgs", "/value/estimate", {"amount": "1200.50", "currency": "KGS"}),
    ],
)  # fmt: skip
def test_a_typed_assignment_is_read_by_the_kind_of_its_field(typed: str, path: str, value):
    assert typist().read([typed]) == {path: value}


def test_every_plus_of_one_command_is_one_new_part_and_numbered_ones_are_others():
    read = typist().read(["items.+.gross=1 кг", "items.+.colour=белый", "items.+2.gross=2 кг"])

    keys = [path.split("/")[2] for path in read]
    assert keys[0] == keys[1] != keys[2]
    assert [path.split("/")[3] for path in read] == ["gross", "colour", "gross"]


@pytest.mark.parametrize(
    "typed",
    [
        "place.text",
        "nowhere=1",
        "items.3.gross=1 кг",
        "items.1.packages=many",
        'place.text={"a":1.5}',
    ],
)
def test_what_is_no_field_or_no_value_is_refused_before_it_is_written(typed: str):
    with pytest.raises(TypedError):
        typist().read([typed])
