"""Owns the unit table: names to units, the endings of the region's languages, exact factors."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Final, Literal, cast

from sync.quantity.model import Dimension, Unit
from sync.quantity.text import fold
from sync.quantity.words import ALIASES

Case = Literal["", "ablative", "dative"]

_WORD: Final = re.compile(r"[^\W\d_]+[23]?(?:['-][^\W\d_]+)*")
_FULL_WORD_LETTERS_MIN: Final = 4
"""A shorter name is an abbreviation; abbreviations take no endings."""

_RUSSIAN_ENDINGS: Final = "а у ом ой е ы и ов ам ами ах"
_TURKIC_ENDINGS: Final[Mapping[Case, str]] = {
    "": "ды ди ду дү ды ді ты ти ту тү ті ны ни ну нү ні ни ы и у ү і сы си су сү сі ni i si",
    "ablative": "дан ден дон дөн тан тен тон төн нан нен dan",
    "dative": "га ге го гө ка ке ко кө ға қа ga",
}
_ADJUSTED_EXPONENT_MAX: Final = 1_000
"""Beyond it an amount is no quantity, and writing it out would only cost memory."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing a word may name, and the grammatical case the word stands in."""

    unit: Unit
    lang: str
    case: Case = ""
    after_fraction: bool = False
    """The full Russian noun in the genitive singular, which a fraction governs: "килограмма"."""


@dataclass(frozen=True, slots=True)
class UnitTable:
    """One version of the unit table. A name may have several senses: "коробок"."""

    version: str
    units: tuple[Unit, ...]
    _by_code: Mapping[str, Unit]
    _senses: Mapping[str, tuple[Sense, ...]]
    """By name as listed."""
    _stems: Mapping[str, Unit]
    """By the stem of a Russian noun."""

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str | None]], version: str) -> "UnitTable":
        """Build the table from rows with the columns of ``units.csv``; empty cells may be None."""
        senses: dict[str, list[Sense]] = {}
        stems: dict[str, Unit] = {}
        by_code: dict[str, Unit] = {}
        for cells in rows:
            row = {column: text or "" for column, text in cells.items()}
            names = _names(row)
            unit = _unit(row, tuple(dict.fromkeys(name for name, _ in names)))
            by_code[unit.code] = unit
            nouns = _nouns(row["name_ru"])
            fractions = set(map(_genitive, nouns))
            stems |= {noun.rstrip("аеьй"): unit for noun in nouns}
            names += [(fraction, "ru") for fraction in fractions]
            for name, lang in names:
                found = senses.setdefault(key(name), [])
                if all(sense.unit != unit for sense in found):
                    found.append(Sense(unit, lang, after_fraction=key(name) in fractions))
        frozen = {name: tuple(found) for name, found in senses.items()}
        return cls(version, tuple(by_code.values()), by_code, frozen, stems)

    def get(self, code: str) -> Unit | None:
        return self._by_code.get(code)

    def senses(self, name: str, lang: str) -> tuple[Sense, ...]:
        """Return what ``name`` may mean, in ``lang`` where it means something there."""
        word = key(name)
        found = self._senses.get(word) or self._inflected(word)
        native = tuple(sense for sense in found if sense.lang == lang)
        return native or found

    def find(self, name: str, lang: str) -> tuple[Unit, ...]:
        """Return the units ``name`` may mean: none, one, or the several of a homograph."""
        return tuple(dict.fromkeys(sense.unit for sense in self.senses(name, lang)))

    def _inflected(self, word: str) -> tuple[Sense, ...]:
        """Find a word by its case ending: "тоннами", "граммды", "кг-нан"."""
        found: dict[Unit, Sense] = {}
        for ending in _RUSSIAN_ENDINGS.split():
            unit = self._stems.get(word.removesuffix(ending)) if word.endswith(ending) else None
            if unit is not None:
                found.setdefault(unit, Sense(unit, "ru"))
        for case, endings in _TURKIC_ENDINGS.items():
            for ending in endings.split():
                for sense in self._senses.get(_base(word, ending), ()):
                    if sense.lang != "en":
                        found.setdefault(sense.unit, Sense(sense.unit, "", case))
        return tuple(found.values())


def _base(word: str, ending: str) -> str:
    """Cut a Turkic ending off; an abbreviation takes it only behind a hyphen."""
    base = word.removesuffix(ending)
    if base == word or " " in word:
        return ""
    if base.endswith("-"):
        return base[:-1]
    return base if len(base) >= _FULL_WORD_LETTERS_MIN else ""


def canonical(amount: Decimal, unit: str, units: UnitTable) -> tuple[Decimal, str] | None:
    """Convert exactly to the canonical unit; None when there is no such unit or no one factor."""
    found = units.get(unit)
    if found is None or found.factor is None or not amount.is_finite():
        return None
    if abs(amount.adjusted()) > _ADJUSTED_EXPONENT_MAX:
        return None
    return scale(amount, found.factor), found.canonical


def scale(amount: Decimal, factor: Decimal) -> Decimal:
    """Multiply without rounding, whatever the caller's decimal context is."""
    digits = len(amount.as_tuple().digits) + len(factor.as_tuple().digits)
    return Context(prec=digits + 1, Emax=MAX_EMAX, Emin=MIN_EMIN).multiply(amount, factor)


def key(name: str) -> str:
    """Reduce a name to folded words, so that "Куб. М" is found as "куб м"."""
    return " ".join(_WORD.findall(fold(name).replace("²", "2").replace("³", "3")))


def _unit(row: Mapping[str, str], names: tuple[str, ...]) -> Unit:
    factor = row["factor_to_canonical"]
    return Unit(
        code=row["code"],
        dimension=cast("Dimension", row["dimension"]),
        canonical=row["canonical_unit"] or row["code"],
        factor=Decimal(factor) if factor else None,
        names=names,
        label_en=row["name_en"],
        label_ru=row["name_ru"],
    )


def _names(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return every (name, language) of a row, regular English plurals and spellings included."""
    english = [*_split(row["abbr_en"]), *_plain_names(row["name_en"])]
    english += [name.replace("tre", "ter") for name in english if "metre" in name]
    english += [f"{name}s" for name in english if len(name.split()[-1]) >= _FULL_WORD_LETTERS_MIN]
    names = [(name, "en") for name in english]
    names += [(name, "ru") for name in _split(row["abbr_ru"])]
    names += [(name, "ru") for name in _plain_names(row["name_ru"])]
    names += [(name, "") for name in _split(ALIASES.get(row["code"], ""))]
    for group in filter(None, row["other_languages"].split(";")):
        lang, _, words = group.partition(":")
        names += [(name, lang.strip()) for name in _split(re.sub(r"\(.*?\)", "", words))]
    return names


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split("|") if name.strip()]


def _plain_names(name: str) -> list[str]:
    """Return the alternatives of a name column; one with brackets needs them, so it is left out."""
    return [
        part.strip() for part in name.split("/") if part.strip() and not re.search(r'[("]', name)
    ]


def _nouns(name: str) -> list[str]:
    """Return the one-word alternatives of a Russian name that are long enough to be inflected."""
    folded = map(fold, _plain_names(name))
    return [noun for noun in folded if " " not in noun and len(noun) >= _FULL_WORD_LETTERS_MIN]


def _genitive(noun: str) -> str:
    """Decline a regular Russian noun to the genitive singular."""
    if noun.endswith("а"):
        return noun[:-1] + ("и" if noun[-2] in "гкхжчшщ" else "ы")
    if noun.endswith("е"):
        return noun[:-1] + "я"
    return noun + "а"
