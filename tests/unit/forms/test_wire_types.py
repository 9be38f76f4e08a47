"""A wire model takes what it says and nothing that merely looks like it."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from schemas.base import WireModel
from schemas.types import Code, DecimalText, Identifier, Many, Sha256, Timestamp

ID = "0192a000-0000-7000-8000-00000000000f"
GOOD = {
    "id": ID,
    "hash": "ab" * 32,
    "code": "KG-CNS",
    "amount": "280.620",
    "at": "2020-02-01T14:03:11+06:00",
    "counts": [1, 2],
}


class Sample(WireModel):
    id: Identifier
    hash: Sha256
    code: Code
    amount: DecimalText
    at: Timestamp
    counts: Many[int]


def test_text_becomes_the_types_that_json_lacks():
    sample = Sample.model_validate(GOOD)

    assert sample.at == datetime(2020, 2, 1, 8, 3, 11, tzinfo=UTC)
    assert sample.counts == (1, 2)
    assert sample.model_dump(mode="json") == {**GOOD, "at": "2020-02-01T08:03:11.000Z"}


@pytest.mark.parametrize(
    "bad",
    [
        {"id": ID.upper()},
        {"id": f"{ID}\n"},
        {"hash": "AB" * 32},
        {"code": "with space"},
        {"amount": 280.62},
        {"amount": "280,62"},
        {"amount": "1e3"},
        {"amount": "007"},
        {"at": 1580544191},
        {"at": "2020-02-01T14:03:11"},
        {"at": "2020-02-30T14:03:11Z"},
        {"at": "0001-01-01T00:00:00+10:00"},
        {"at": datetime(2020, 2, 1)},  # noqa: DTZ001 — a naive instant is the point
        {"counts": ["1"]},
        {"counts": [True]},
        {"counts": "12"},
        {"more": 1},
    ],
    ids=repr,
)
def test_what_merely_looks_like_it_is_refused(bad: dict[str, object]):
    with pytest.raises(ValidationError):
        Sample.model_validate({**GOOD, **bad})


def test_a_model_never_changes():
    sample = Sample.model_validate(GOOD)

    with pytest.raises(ValidationError):
        sample.code = "KG-GKNB"


def test_the_contract_shows_an_instant_as_text():
    properties = Sample.model_json_schema()["properties"]

    assert properties["at"] == {"format": "date-time", "title": "At", "type": "string"}
