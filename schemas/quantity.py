"""The wire form of a reading of a written quantity, the same at the command line and over HTTP."""

from typing import Annotated, Any

from pydantic import StringConstraints

from schemas.base import WireModel
from schemas.types import Many
from sync.quantity import Outcome, Qualifier, Reading, candidate_text, plain

ExactDecimal = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$")]
"""An exact decimal without exponent and trailing zeros: equal values are equal text."""


class QuantityReading(WireModel):
    """What a written quantity says: a value, the candidates it leaves open, or why not."""

    text: str
    outcome: Outcome
    value: ExactDecimal | None
    unit: str | None
    qualifier: Qualifier | None
    candidates: Many[str]
    """``1320``, with its unit where the candidates differ in it (``5 {box}``), with its basis."""
    reason: str | None


def reading_to_json(text: str, reading: Reading) -> dict[str, Any]:
    """Write ``reading`` of ``text`` as JSON members. Total, also for text that is no Unicode."""
    with_unit = reading.unit is None
    return {
        "text": text,
        "outcome": reading.outcome,
        "value": None if reading.value is None else plain(reading.value),
        "unit": reading.unit,
        "qualifier": reading.qualifier,
        "candidates": [candidate_text(one, with_unit=with_unit) for one in reading.candidates],
        "reason": reading.reason,
    }
