"""Builds measures from tokens: ``label? qualifier? component (joint component)* after? label?``.

A text holds one measure, or several of the same goods: "196 брикетов (1,9 килограмма)".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, cast

from sync.quantity.model import Basis, Qualifier, Unreadable
from sync.quantity.tokens import Mark, Number, Token, UnitWord
from sync.quantity.words import AFTER, AFTER_ABLATIVE, PIECE

Bond = Literal["first", "bracket", "label", "break"]
"""How a measure hangs on the one before it."""


@dataclass(frozen=True, slots=True)
class Component:
    """Numerals, each with its multiplier ("1" where none), and the unit they count, if written."""

    numerals: tuple[tuple[str, str], ...]
    unit: UnitWord | None
    joint: str = ""
    """Kind of the mark before it: "", "comma", "and", "dash", "or", "to"."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured thing as written."""

    components: tuple[Component, ...]
    qualifier: Qualifier
    is_range: bool
    basis: Basis | None
    bond: Bond


@dataclass(frozen=True, slots=True)
class _Part:
    """The tokens of one measure and the label that stands on it."""

    tokens: tuple[Token, ...]
    basis: Basis | None
    bond: Bond


_LABELS: Final = frozenset({"basis", "weight"})
_JOINTS: Final = {
    "comma": "comma",
    "and": "and",
    "dash": "dash",
    "or": "or",
    "to": "to",
    "upto": "to",
}
_AFTER_LABEL: Final = frozenset({"colon", "of"})
_BETWEEN: Final = frozenset({"comma", "and"})
_FILLERS: Final = frozenset({"adjective", "substance", "each"})
_TRAILERS: Final = frozenset({"of", "adjective", "substance"})


def measures(tokens: Sequence[Token]) -> tuple[Measure, ...]:
    """Parse all of ``tokens``; a token that finds no place refuses the text."""
    if not any(isinstance(token, Number) for token in tokens):
        raise Unreadable("no-number")
    return tuple(_measure(part) for chunk, bond in _chunks(tokens) for part in _parts(chunk, bond))


def _kind(tokens: Sequence[Token], index: int) -> str:
    if not 0 <= index < len(tokens):
        return ""
    match tokens[index]:
        case Mark(kind=kind):
            return kind
        case Number():
            return "number"
        case UnitWord():
            return "unit"


def _chunks(tokens: Sequence[Token]) -> list[tuple[list[Token], Bond]]:
    """Split at brackets and breaks; brackets without a number are ignored: "5 кг (нетто)"."""
    chunks: list[tuple[list[Token], Bond]] = [([], "first")]
    opened: list[Token] | None = None
    for index, token in enumerate(tokens):
        match _kind(tokens, index), opened:
            case "open", None:
                opened = []
            case "close", list():
                _close(chunks, opened)
                opened = None
            case (("open" | "close"), _):
                raise Unreadable("brackets")
            case _, list():
                opened.append(token)
            case "break", None:
                chunks.append(([], "break"))
            case _:
                chunks[-1][0].append(token)
    if opened is not None:
        raise Unreadable("brackets")
    return [(chunk, bond) for chunk, bond in chunks if chunk]


def _close(chunks: list[tuple[list[Token], Bond]], inner: list[Token]) -> None:
    if any(isinstance(token, Number) for token in inner):
        chunks.append((inner, "bracket"))
        chunks.append(([], "break"))
    else:
        chunks[-1][0].extend(inner)


def _parts(chunk: list[Token], bond: Bond) -> list[_Part]:
    """Split at labels: before their measures, or after them when the chunk ends with one."""
    kinds = [_kind(chunk, index) in _LABELS for index in range(len(chunk))]
    runs = [
        (labels, [token for token, _ in run])
        for labels, run in groupby(zip(chunk, kinds, strict=True), key=lambda pair: pair[1])
    ]
    labels_follow = kinds[-1] and not kinds[0]
    parts: list[_Part] = []
    label: list[Token] = []
    for labels, run in runs:
        if not labels:
            tokens = _trimmed(run, labelled=bool(label), labels_follow=labels_follow)
            parts.append(_Part(tokens, _basis(label), "label" if parts else bond))
            label = []
        elif labels_follow:
            parts[-1] = _Part(parts[-1].tokens, _basis(run), parts[-1].bond)
        else:
            label = run
    if label and parts and parts[-1].basis is None:  # "вес 5 кг нетто"
        parts[-1] = _Part(parts[-1].tokens, _basis(label), parts[-1].bond)
    elif label:
        raise Unreadable("stray-words")
    return parts


def _basis(labels: Sequence[Token]) -> Basis | None:
    bases = {label.value for label in labels if isinstance(label, Mark) and label.kind == "basis"}
    if len(bases) > 1:
        raise Unreadable("two-bases")
    return cast("Basis", bases.pop()) if bases else None


def _trimmed(run: list[Token], *, labelled: bool, labels_follow: bool) -> tuple[Token, ...]:
    """Drop what joins a measure to its label: "gross: 5 kg", "5 кг брутто, 4 кг нетто"."""
    leading = _AFTER_LABEL if labelled else _BETWEEN if labels_follow else frozenset[str]()
    start = 1 if _kind(run, 0) in leading else 0
    end = len(run) - 1 if _kind(run, len(run) - 1) in _BETWEEN else len(run)
    return tuple(run[start:end])


def _measure(part: _Part) -> Measure:
    opener, before, index = _opening(part.tokens)
    components, index = _components(part.tokens, index)
    after = _closing(part.tokens[index:], components[-1].unit)
    joints = [component.joint for component in components[1:]]
    is_range = "or" in joints or "to" in joints or opener == "between"
    if is_range and joints not in (["or"], ["to"], ["and"]):
        raise Unreadable("mixed-expression")
    if opener == "from" and not is_range:
        before = "gte"
    if before and after:
        raise Unreadable("two-qualifiers")
    return Measure(tuple(components), before or after or "exact", is_range, part.basis, part.bond)


def _opening(tokens: Sequence[Token]) -> tuple[str, Qualifier | None, int]:
    """Read what stands before the first number: (how it opens, qualifier, index of the number)."""
    index = 0
    if _kind(tokens, 0) in {"exactly", "slightly"}:
        index = 1
    match _kind(tokens, index), tokens[index : index + 1]:
        case "qualifier", [Mark(value=value)] if _kind(tokens, 0) != "exactly":
            if index and value not in {"gt", "lt"}:
                raise Unreadable("two-qualifiers")
            return "", cast("Qualifier", value), index + 1
        case "upto", _ if index == 0:
            return "", "lte", 1
        case ("from" | "between") as opener, _ if index == 0:
            return opener, None, 1
        case "number", _ if _kind(tokens, 0) != "slightly":
            return "", None, index
        case "dash", _:
            raise Unreadable("signed")
        case _:
            raise Unreadable("stray-words")


def _components(tokens: Sequence[Token], index: int) -> tuple[list[Component], int]:
    components: list[Component] = []
    while True:
        joint = _JOINTS.get(_kind(tokens, index), "") if components else ""
        if _kind(tokens, index + bool(joint)) != "number":
            break
        numerals, index = _numerals(tokens, index + bool(joint))
        unit, index = _unit(tokens, index)
        components.append(Component(numerals, unit, joint))
    if not components:
        raise Unreadable("stray-words")
    return components, index


def _numerals(tokens: Sequence[Token], index: int) -> tuple[tuple[tuple[str, str], ...], int]:
    """Read "1320", "1,2 млн" or "464 тысячи 858"."""
    numerals: list[tuple[str, str]] = []
    while isinstance(number := tokens[index] if index < len(tokens) else None, Number):
        match tokens[index + 1 : index + 2]:
            case [Mark(kind="multiplier", value=multiplier)]:
                numerals.append((number.raw, multiplier))
                index += 2
            case _:
                numerals.append((number.raw, "1"))
                return tuple(numerals), index + 1
    return tuple(numerals), index


def _unit(tokens: Sequence[Token], index: int) -> tuple[UnitWord | None, int]:
    """Read the unit; words may stand before a count only: "196 спрессованных брикетов"."""
    at = _after(tokens, index, _FILLERS)
    unit = tokens[at] if at < len(tokens) else None
    if not isinstance(unit, UnitWord):
        return None, index
    if at > index and not _counts(unit):
        raise Unreadable("words-before-unit")
    if [found.code for found in unit.units] == [PIECE]:
        noun_at = _after(tokens, at + 1, _FILLERS | _TRAILERS)
        noun = tokens[noun_at] if noun_at < len(tokens) else None
        if isinstance(noun, UnitWord) and _counts(noun):
            unit, at = noun, noun_at
    if _kind(tokens, at + 1) == "unit":
        raise Unreadable("two-units")
    return unit, at + 1


def _after(tokens: Sequence[Token], index: int, kinds: frozenset[str]) -> int:
    while _kind(tokens, index) in kinds:
        index += 1
    return index


def _counts(unit: UnitWord) -> bool:
    return all(found.dimension == "count" for found in unit.units)


def _closing(tokens: Sequence[Token], unit: UnitWord | None) -> Qualifier | None:
    """Read what follows the last component: a qualifier, the substance, nothing else."""
    qualifier: Qualifier | None = None
    for index, token in enumerate(tokens):
        if isinstance(token, Mark) and token.text in AFTER and qualifier is None and index == 0:
            qualifier = cast("Qualifier", AFTER[token.text])
        elif _kind(tokens, index) not in _TRAILERS:
            raise Unreadable("stray-words")
    if _kind(tokens, len(tokens) - 1) == "of":
        raise Unreadable("stray-words")
    if unit is not None and unit.case:
        needed = "ablative" if qualifier in AFTER_ABLATIVE else "dative"
        if qualifier is None or unit.case != needed:
            raise Unreadable("case-without-postposition")
    return qualifier
