"""Cleans a text before it is read: what is invisible goes, what could deceive the eye refuses.

Only ASCII digits are digits here. Compatibility forms are never folded: a full-width or superscript
digit turned into a plain one is a value nobody wrote.
"""

import re
import unicodedata
from typing import Final

from sync.limits import ENTERED_CHARACTERS_MAX
from sync.quantity.model import Unreadable
from sync.quantity.words import NOT_STATED

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_INVISIBLE_IN_NUMBER: Final = re.compile("[0-9.,][\u00ad\u200b-\u200f\u2060\ufeff]+[0-9.,]")
_POWER: Final = re.compile("(?<=[мmМM])[²³]")
_POWERS: Final = {"²": "2", "³": "3"}
_CATEGORIES: Final = {"Nd": "foreign-digits", "No": "fraction", "Nl": "fraction"}
_REFUSED: Final = (
    (re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"), "control-character"),
    (re.compile("[$€£¥₽₸₼₴₹⃀]"), "money"),
    (re.compile("[%‰]"), "percentage"),
    (re.compile(r"[0-9]\s*:\s*[0-9]"), "colon"),
    (re.compile(r"[0-9]\s*[/⁄]\s*[0-9]"), "fraction"),
    (
        re.compile(r"[0-9][OoОоIЗ](?![^\W\d_])|[0-9]l[0-9]|(?<![^\W\d_])[OoОоlIЗ][0-9]"),
        "look-alike-digit",
    ),
)
"""Patterns that refuse wherever they stand, with the reason."""

_APOSTROPHES: Final = dict.fromkeys(map(ord, "ʻʼ‘’`´ʹ"), "'")
_CYRILLIC: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")
_LATIN: Final = str.maketrans("авсенкмортху", "abcehkmoptxy")


def prepare(text: str) -> str:
    """Compose ``text``, drop invisible characters and end punctuation; refuse what deceives."""
    if len(text) > ENTERED_CHARACTERS_MAX:
        raise Unreadable("too-long")
    text = unicodedata.normalize("NFC", text)
    if _INVISIBLE_IN_NUMBER.search(text):
        raise Unreadable("hidden-character")
    text = _INVISIBLE.sub("", text).strip()
    if not text:
        raise Unreadable("empty")
    if " ".join(text.casefold().rstrip(".").split()) in NOT_STATED:
        raise Unreadable("not-stated")
    text = _POWER.sub(lambda match: _POWERS[match[0]], text)
    _refuse_characters(text)
    return text.rstrip(".;, \t\r\n\u00a0\u202f")


def _refuse_characters(text: str) -> None:
    """Refuse what no later rule may overlook, each with its own reason."""
    for character in text:
        reason = _CATEGORIES.get(unicodedata.category(character))
        if reason and not character.isascii():
            raise Unreadable(reason)
    for pattern, reason in _REFUSED:
        if pattern.search(text):
            raise Unreadable(reason)


def fold(word: str) -> str:
    """Bring a word to the form in which every table is keyed."""
    return word.translate(_APOSTROPHES).casefold().replace("ё", "е").rstrip(".")


def look_alikes(word: str) -> tuple[str, ...]:
    """Return a folded word of mixed scripts in each script alone: "kг" is "кг"; others: nothing."""
    if not (has_cyrillic(word) and re.search("[a-z]", word)):
        return ()
    return (word.translate(_CYRILLIC), word.translate(_LATIN))


def has_cyrillic(word: str) -> bool:
    return re.search("[\u0400-\u04ff]", word) is not None
