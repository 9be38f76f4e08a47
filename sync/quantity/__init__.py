"""The reader of written quantities: text in, an exact value, candidates or a refusal out.

Reading order: model, words, text, units, numerals, tokens, grammar, judge, reader.
"""

from sync.quantity.model import (
    Basis,
    Candidate,
    Dimension,
    Outcome,
    Qualifier,
    Reading,
    Unit,
    plain,
)
from sync.quantity.reader import REASONS, candidate_text, read
from sync.quantity.units import UnitTable, canonical

__all__ = [
    "REASONS",
    "Basis",
    "Candidate",
    "Dimension",
    "Outcome",
    "Qualifier",
    "Reading",
    "Unit",
    "UnitTable",
    "candidate_text",
    "canonical",
    "plain",
    "read",
]
