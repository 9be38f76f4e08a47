"""One version of all reference tables as devices get them, and the look-ups built from it.

A body is the row as JSON. Bodies carry ``search``: the folded names a person may type. The look-ups
read bodies only, so that a tablet builds the very same ones from what it pulled.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from schemas.reference import TABLES, Parsed, ReferenceRow
from sync.strictjson import Json
from sync.values import fold_name

Body = Mapping[str, Json]
Tables = Mapping[str, Mapping[str, Body]]
"""Table name -> key -> body."""

_IN_BRACKETS: Final = re.compile(r"\s*\(([^()]*)\)")
_POST_SUFFIX: Final = re.compile(r"\s+-\s+(?:автодорожный|железнодорожный)$")
_NO_NAMES: Final = frozenset({"", "bridge", "city", "rail", "road", "road and rail"})
"""What a bracket holds when it tells two things apart and names neither."""
_QUOTES: Final = str.maketrans("", "", '"«»“”„')


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """All tables at one version. ``digest`` names the version: equal content, equal digest."""

    tables: Tables
    row_digests: Mapping[str, Mapping[str, str]]
    table_digests: Mapping[str, str]
    digest: str


def reference_set(tables: Tables) -> ReferenceSet:
    """The set over these bodies, with a digest per row, per table and of the whole."""
    rows = {
        name: {key: _digest(_canonical(body)) for key, body in table.items()}
        for name, table in tables.items()
    }
    of_tables = {name: _digest(_canonical(digests)) for name, digests in rows.items()}
    return ReferenceSet(tables, rows, of_tables, _digest(_canonical(of_tables)))


def _canonical(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def bodies(parsed: Parsed) -> Tables:
    """The rows as JSON, with the folded names by which each is found."""
    return {
        name: {key: _body(name, row) for key, row in table.items()}
        for name, table in parsed.items()
    }


def _body(table: str, row: ReferenceRow) -> Body:
    body: dict[str, Json] = row.model_dump(mode="json")
    columns = _NAME_COLUMNS.get(table)
    if columns is not None:
        found = {
            name for column in columns for text in _texts(body[column]) for name in names(text)
        }
        body["search"] = sorted(found)
    return body


_NAME_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "agencies": ("code", "name_en", "name_ru", "short_en", "short_ru"),
    "border_points": ("code", "name_en", "name_ru", "other_side_name"),
    "districts": ("name_en", "name_ru"),
    "regions": ("code", "name_en", "name_ru", "name_local", "former_code"),
    "substances": ("code", "name_en", "name_ru", "name_ky", "synonyms"),
}
"""The columns that name a row, in whatever language."""


def _texts(cell: Json) -> tuple[str, ...]:
    if cell is None:
        return ()
    if isinstance(cell, str):
        return (cell,)
    return tuple(str(one).partition(":")[2] for one in cast("Iterable[Json]", cell))


def names(text: str) -> frozenset[str]:
    """The folded names in one cell: whole, without its brackets, what they hold, what a / parts.

    "Дустлик (Do'stlik)" is found by both words, "Достук - автодорожный" without its kind.
    """
    bare = text.translate(_QUOTES)
    outside = _IN_BRACKETS.sub("", bare)
    inside = (part for found in _IN_BRACKETS.findall(bare) for part in found.split(", "))
    parts = [bare, outside, *inside, *re.split(r" / |, ", outside)]
    folded = {fold_name(_POST_SUFFIX.sub("", part.strip())) for part in parts}
    return frozenset(folded - _NO_NAMES)


def unit_rows(tables: Tables) -> tuple[Mapping[str, str], ...]:
    """The unit table as text rows with the columns of ``units.csv``."""
    return tuple(
        {column: str(cell or "") for column, cell in body.items()}
        for body in tables["units"].values()
    )


def substance_names(tables: Tables) -> Mapping[str, tuple[str, ...]]:
    """Folded name -> codes, in order. Several codes are a question to the officer, not an answer.

    A code always means its own substance; a word of the street means all that the table of
    ambiguous names says it may, and the code for "not resolved" where there is one.
    """
    found: dict[str, set[str]] = {}
    for code, body in tables["substances"].items():
        for name in _substance_words(body):
            found.setdefault(name, set()).add(code)
    for body in tables["ambiguous_names"].values():
        candidates = cast("Iterable[str]", body["candidates"])
        found.setdefault(fold_name(str(body["name"])), set()).update(candidates)
    for code in tables["substances"]:
        found[fold_name(code)] = {code}
    return {name: tuple(sorted(codes)) for name, codes in sorted(found.items())}


def _substance_words(body: Body) -> frozenset[str]:
    """Names whole and before their bracket. What a bracket holds may be a remark, "(plant)"."""
    words = {fold_name(text) for text in _texts(body["synonyms"])}
    for column in ("name_en", "name_ru", "name_ky"):
        for text in _texts(body[column]):
            bare = text.translate(_QUOTES)
            words |= {fold_name(bare), fold_name(_IN_BRACKETS.sub("", bare))}
    return frozenset(words - {""})


def border_point_names(tables: Tables) -> Mapping[str, tuple[str, ...]]:
    """Folded name, from either side of the border -> the points that bear it."""
    found: dict[str, set[str]] = {}
    for code, body in tables["border_points"].items():
        for name in cast("Iterable[str]", body["search"]):
            found.setdefault(name, set()).add(code)
    return {name: tuple(sorted(codes)) for name, codes in sorted(found.items())}


CODE_LISTS: Final[Mapping[str, str]] = {
    "agency": "agencies",
    "border_point": "border_points",
    "country": "countries",
    "currency": "currencies",
    "district": "districts",
    "region": "regions",
    "substance": "substances",
    "unit": "units",
}
"""The name a form's ``options`` uses -> the table whose keys it means."""

STATELESS: Final = "XX"
"""A citizenship, not a state: nothing can be released to it."""

REGIONAL_CENTRE: Final = "CARICC"


def code_lists(tables: Tables) -> Mapping[str, frozenset[str]]:
    """Every list a form may name that is not its own: list name -> codes."""
    lists = {name: frozenset(tables[table]) for name, table in CODE_LISTS.items()}
    return {**lists, "recipient": lists["country"] - {STATELESS} | {REGIONAL_CENTRE}}


def device_tables() -> tuple[str, ...]:
    """The tables that tablets carry."""
    return tuple(name for name, table in TABLES.items() if table.is_for_devices)
