"""Reads a written quantity: the one entry, total on every text. Rules: docs/quantities.md."""

from collections.abc import Sequence
from typing import Final

from sync.quantity.grammar import Measure, measures
from sync.quantity.judge import Judged, judge
from sync.quantity.model import Candidate, Reading, Unreadable, plain
from sync.quantity.text import prepare
from sync.quantity.tokens import tokenise
from sync.quantity.units import UnitTable

REASONS: Final = frozenset(
    {
        "basis-of-a-count",
        "brackets",
        "case-without-postposition",
        "colon",
        "component-above-ratio",
        "components-not-descending",
        "control-character",
        "currency-code",
        "dash",
        "decimal-before-lower-component",
        "digit-grouping",
        "empty",
        "foreign-digits",
        "fraction",
        "hidden-character",
        "implausible",
        "last-unit-missing",
        "leading-digit-missing",
        "leading-zero",
        "look-alike-digit",
        "mixed-dimensions",
        "mixed-expression",
        "mixed-systems",
        "money",
        "no-number",
        "no-unit",
        "not-stated",
        "number-in-words",
        "percentage",
        "range",
        "same-unit-twice",
        "several-quantities",
        "signed",
        "stray-words",
        "three-digit-group",
        "too-long",
        "too-many-components",
        "too-many-digits",
        "two-bases",
        "two-measures",
        "two-numbers",
        "two-qualifiers",
        "two-units",
        "unexpected-character",
        "unit-with-two-meanings",
        "unit-without-one-value",
        "unknown-unit",
        "unknown-word",
        "words-before-unit",
        "year",
        "zero",
    }
)
"""Every slug a reading may carry. Stable: screens and questions are keyed by them."""


def read(text: str, *, lang: str, units: UnitTable) -> Reading:
    """Read ``text`` as an officer writing in ``lang`` (ru, en, ky, kk, uz) would be understood.

    Never raises and never guesses: what is not certain comes back as ``ambiguous`` or ``reject``.
    """
    try:
        parsed = measures(tokenise(prepare(text), lang, units))
        judged = [judge(measure, lang=lang, units=units) for measure in parsed]
    except Unreadable as refusal:
        return Reading("reject", reason=refusal.reason)
    if len(judged) > 1:
        return _several(parsed, judged)
    return _single(judged[0])


def candidate_text(candidate: Candidate, *, with_unit: bool) -> str:
    """Write a candidate as reports list them: "1320", "5 {box}", "5.3 gross"."""
    parts = [plain(candidate.value)]
    if with_unit and candidate.unit:
        parts.append(candidate.unit)
    if candidate.basis:
        parts.append(candidate.basis)
    return " ".join(parts)


def _single(judged: Judged) -> Reading:
    first = judged.candidates[0]
    if judged.doubt is None:
        assert len(judged.candidates) == 1, "several candidates are a doubt"
        return Reading("ok", first.value, first.unit, judged.qualifier, first.basis)
    return _ambiguous(judged.candidates, judged.doubt)


def _several(parsed: Sequence[Measure], judged: Sequence[Judged]) -> Reading:
    """Offer two measures of the same goods; refuse two quantities."""
    for measure, result in zip(parsed[1:], judged[1:], strict=True):
        if not _same_goods(judged[0].candidates[0], measure, result.candidates[0]):
            return Reading("reject", reason="several-quantities")
    found = [candidate for result in judged for candidate in result.candidates]
    return _ambiguous(tuple(dict.fromkeys(found)), "two-measures")


def _same_goods(first: Candidate, measure: Measure, other: Candidate) -> bool:
    if measure.bond == "bracket":
        return True
    if first.basis and other.basis:
        return first.basis != other.basis
    return measure.bond == "label" and first.unit != other.unit


def _ambiguous(candidates: tuple[Candidate, ...], reason: str) -> Reading:
    units = {candidate.unit for candidate in candidates}
    shared = all(candidate.basis == candidates[0].basis for candidate in candidates)
    return Reading(
        "ambiguous",
        unit=units.pop() if len(units) == 1 else None,
        basis=candidates[0].basis if shared else None,
        candidates=candidates,
        reason=reason,
    )
