"""Turns a prepared text into numbers, unit words and marks; a word of no table refuses the text."""

import re
from dataclasses import dataclass
from typing import Final

from sync.quantity.model import Unit, Unreadable
from sync.quantity.numerals import GROUP_SPACES
from sync.quantity.text import fold, has_cyrillic, look_alikes
from sync.quantity.units import Case, Sense, UnitTable
from sync.quantity.words import (
    ADJECTIVE,
    HOMOGRAPHS,
    MARKS,
    MONEY,
    NUMBER_WORD,
    ONE_VALUE_MISSING,
    SUBSTANCE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A numeral as written, group spaces included."""

    raw: str


@dataclass(frozen=True, slots=True)
class UnitWord:
    """A unit by name. More than one unit: the name is a homograph."""

    units: tuple[Unit, ...]
    case: Case = ""
    after_fraction: bool = False
    cyrillic: bool = False
    doubt: str | None = None
    may_mean_year: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Any other word or sign the grammar knows. ``value`` is what its table says of it."""

    kind: str
    value: str = ""
    text: str = ""


Token = Number | UnitWord | Mark

_LETTER: Final = r"[^\W\d_]"
_SCAN: Final = re.compile(
    rf"(?P<space>\s+)"
    # Thousands grouped by spaces come first: "5 10" is no group and stays two numbers.
    rf"|(?P<number>[0-9]{{1,3}}(?:[{GROUP_SPACES}][0-9]{{3}})+(?![0-9])(?:[.,][0-9]+)*"
    rf"|[0-9]+(?:[.,][0-9]+)*)"
    # "5-ти", "2-х": a spelled case ending of the numeral.
    rf"(?:-(?:х|ти|ми|и)(?!{_LETTER}))?"
    # A dot after a letter is the dot of an abbreviation, a comma after a space parts components.
    rf"|(?P<bare>(?:(?<![\w,;)\s])[.,]|(?<=\s)\.)[0-9]+(?:[.,][0-9]+)*)"
    rf"|(?P<word>(?:(?:[cс]?[mм])[23](?!\w)|{_LETTER}+(?:['ʻʼ‘’`-]{_LETTER}+)*)\.?)"
    rf"|(?P<sign>>=|<=|[-‐‑‒–—−~≈∼≃≅˜<>≥≤⩾⩽(),;/:])",
    re.IGNORECASE,
)
_SIGNS: Final = {"(": "open", ")": "close", ",": "comma", ";": "break", "/": "break", ":": "colon"}
_PHRASE_WORDS_MAX: Final = 4
_MEGAGRAM: Final = re.compile("[MМ][gг]")
"""Capital M, small g in either script: SI megagram, or a misspelt milligram."""
_SOM_CODE: Final = "KGS"
"""In capitals also the ISO 4217 code of the Kyrgyz som."""


def tokenise(text: str, lang: str, units: UnitTable) -> tuple[Token, ...]:
    """Split ``text`` and name each part."""
    tokens: list[Token] = []
    words: list[str] = []
    position = 0
    while position < len(text):
        match = _SCAN.match(text, position)
        if match is None:
            raise Unreadable("unexpected-character")
        position = match.end()
        if match["word"]:
            words.append(match["word"])
        elif not match["space"]:
            tokens += _phrases(words, lang, units, after=tokens)
            words = []
            tokens.append(_number_or_sign(match))
    return (*tokens, *_phrases(words, lang, units, after=tokens))


def _number_or_sign(match: re.Match[str]) -> Token:
    if number := match["number"] or match["bare"]:
        return Number(number)
    sign = match["sign"]
    if sign in MARKS:
        return Mark(*MARKS[sign], text=sign)
    return Mark(_SIGNS.get(sign, "dash"), text=sign)


def _phrases(words: list[str], lang: str, units: UnitTable, *, after: list[Token]) -> list[Token]:
    """Name a run of words, longest phrase first."""
    found: list[Token] = []
    while words:
        for length in range(min(_PHRASE_WORDS_MAX, len(words)), 0, -1):
            token = _named(words[:length], lang, units)
            if token is not None:
                break
        else:
            follows = found[-1] if found else after[-1] if after else None
            raise Unreadable(_why_unknown(fold(words[0]), after_number=isinstance(follows, Number)))
        found.append(token)
        words = words[length:]
    return found


def _named(words: list[str], lang: str, units: UnitTable) -> Token | None:
    phrase = " ".join(map(fold, words))
    if phrase in MARKS:
        return Mark(*MARKS[phrase], text=phrase)
    senses = units.senses(phrase, lang)
    if not senses and len(words) == 1:
        for spelling in look_alikes(phrase):
            senses = senses or units.senses(spelling, lang)
    if senses:
        return _unit_word(senses, words[0].rstrip("."), units)
    if phrase in HOMOGRAPHS:
        return UnitWord(tuple(filter(None, map(units.get, HOMOGRAPHS[phrase]))))
    if ADJECTIVE.fullmatch(phrase):
        return Mark("adjective", text=phrase)
    if SUBSTANCE.fullmatch(phrase):
        return Mark("substance", text=phrase)
    return None


def _unit_word(senses: tuple[Sense, ...], raw: str, units: UnitTable) -> UnitWord:
    named = tuple(sense.unit for sense in senses)
    if _MEGAGRAM.fullmatch(raw):
        named += tuple(filter(None, [units.get("t")]))
    return UnitWord(
        units=named,
        case=senses[0].case,
        after_fraction=all(sense.after_fraction for sense in senses),
        cyrillic=has_cyrillic(raw),
        doubt="currency-code" if raw == _SOM_CODE else None,
        may_mean_year=fold(raw) == "г",
    )


def _why_unknown(word: str, *, after_number: bool) -> str:
    if MONEY.fullmatch(word):
        return "money"
    if word in ONE_VALUE_MISSING:
        return "unit-without-one-value"
    if NUMBER_WORD.fullmatch(word):
        return "number-in-words"
    return "unknown-unit" if after_number else "unknown-word"
