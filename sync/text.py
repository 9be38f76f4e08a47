"""Three-way merge of a narrative: both officers' words are kept, or a person is asked.

The classic diff3 construction (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007):
edits of each side against the base are laid side by side; edits that overlap or touch are no merge.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

_TOKENS_MAX: Final = 2_000
"""Bounds the quadratic worst case of the matcher; longer texts are compared by line."""

_WORDS: Final = re.compile(r"\s+|[^\s]+")
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Tokens ``start`` to ``end`` of the base become ``put``."""

    start: int
    end: int
    put: tuple[str, ...]


def merge_text(base: str, ours: str, theirs: str) -> str | None:
    """One text with both edits, or None when they overlap. Symmetric in ours and theirs."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    split = _splitter(base, ours, theirs)
    if split is None:
        return None
    tokens = split.findall(base)
    hunks = _together(
        _hunks(tokens, split.findall(ours)),
        _hunks(tokens, split.findall(theirs)),
    )
    return None if hunks is None else "".join(_apply(tokens, hunks))


def _splitter(*texts: str) -> re.Pattern[str] | None:
    for split in (_WORDS, _LINES):
        if all(len(split.findall(text)) <= _TOKENS_MAX for text in texts):
            return split
    return None


def _hunks(base: list[str], side: list[str]) -> list[_Hunk]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [
        _Hunk(start, end, tuple(side[put_start:put_end]))
        for tag, start, end, put_start, put_end in matcher.get_opcodes()
        if tag != "equal"
    ]


def _together(ours: list[_Hunk], theirs: list[_Hunk]) -> list[_Hunk] | None:
    """All hunks in order, equal ones once; None when two different ones touch."""
    merged = sorted({*ours, *theirs}, key=lambda hunk: (hunk.start, hunk.end))
    for before, after in pairwise(merged):
        if after.start <= before.end:
            return None
    return merged


def _apply(base: list[str], hunks: list[_Hunk]) -> list[str]:
    result: list[str] = []
    at = 0
    for hunk in hunks:
        result += [*base[at : hunk.start], *hunk.put]
        at = hunk.end
    return result + base[at:]
