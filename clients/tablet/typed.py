"""What a person types on a command line as ``path=value``, as a path and a value of the form.

    /items/+/quantity=8 кг 268 гр      a new item; every ``+`` of one command is the same item
    items.+2.substance=героин          dots for slashes; ``+2`` is a second new item
    /items/1/gross=8,3 кг              the first item there is
    /agencies/participating/KG-CUS=да  a member of a set
    /event/at=?                        asked and not known

A value that begins like JSON is read as JSON; any other is read by the kind of its field.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from clients.ids import IdSource
from schemas.forms.registry import rules
from sync.forms import FieldRule, FormRules, Kind
from sync.strictjson import Json, Unreadable, parse

NOT_KNOWN: Final[Json] = {"not_known": True}

_JSON_START: Final = re.compile(r'[{\["]|(?:null|true|false)\Z')
_YES: Final = frozenset({"true", "yes", "да", "ооба", "1"})
_NO: Final = frozenset({"false", "no", "нет", "жок", "0"})
_POINT: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*\Z")
_MONEY: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]{3})\s*\Z")


class TypedError(ValueError):
    """What was typed is no field of the form, or no value of that field."""


@dataclass
class Typist:
    """Reads what is typed about one report."""

    form: str
    known: Iterable[str]
    """Paths the report has, so that parts can be counted."""
    ids: IdSource
    lang: str = "ru"
    _new: dict[str, str] = field(default_factory=dict[str, str])

    def read(self, assignments: Iterable[str]) -> dict[str, Json]:
        """Paths and values of ``path=value`` texts."""
        found = rules(self.form)
        if found is None:
            raise TypedError(f"no form is called {self.form}")
        return dict(self._one(text, found) for text in assignments)

    def _one(self, text: str, form: FormRules) -> tuple[str, Json]:
        typed, separator, value = text.partition("=")
        if not separator:
            raise TypedError(f"{text!r} is not path=value")
        path = self._path(typed.strip())
        rule = form.find(path)
        if rule is None:
            near = get_close_matches(path, [each.path for each in form.rules], n=3)
            hint = f"; near: {', '.join(near)}" if near else ""
            raise TypedError(f"{self.form} has no field {path}{hint}")
        return path, read_value(value.strip(), rule, self.lang)

    def _path(self, typed: str) -> str:
        path = typed if typed.startswith("/") else "/" + typed.replace(".", "/")
        head, *rest = path.removeprefix("/").split("/")
        if not rest:
            return path
        key = rest[0]
        if key.startswith("+"):
            rest[0] = self._new.setdefault(f"{head}/{key}", "") or self._fresh(head, key)
        elif key.isdecimal():
            rest[0] = self._part(head, int(key))
        return "/" + "/".join([head, *rest])

    def _fresh(self, collection: str, key: str) -> str:
        made = self.ids.uuid()
        self._new[f"{collection}/{key}"] = made
        return made

    def _part(self, collection: str, number: int) -> str:
        """The nth part: their keys sort by age."""
        prefix = f"/{collection}/"
        keys = sorted({p.split("/")[2] for p in self.known if p.startswith(prefix)})
        if not 1 <= number <= len(keys):
            raise TypedError(f"there are {len(keys)} {collection}, and no number {number}")
        return keys[number - 1]


def read_value(text: str, rule: FieldRule, lang: str) -> Json:
    """One value as its field wants it; None takes the value out."""
    if not text:
        return None
    if text == "?":
        return NOT_KNOWN
    if _JSON_START.match(text):
        value = parse(text.encode())
        if isinstance(value, Unreadable):
            raise TypedError(f"{rule.path}: {value.reason}")
        return value
    reader = _READERS.get(rule.kind)
    value = text if reader is None else reader(text, lang)
    if value is None:
        raise TypedError(f"{text!r} is no {rule.kind.value} for {rule.path}")
    return value


def _entered(text: str, lang: str) -> Json:
    return {"entered": text, "lang": lang}


def _yes_or_no(text: str, _lang: str) -> Json:
    word = text.casefold()
    return True if word in _YES else False if word in _NO else None


def _point(text: str, _lang: str) -> Json:
    found = _POINT.match(text)
    return None if found is None else {"lat": found[1], "lon": found[2], "source": "typed"}


def _money(text: str, _lang: str) -> Json:
    found = _MONEY.match(text)
    return None if found is None else {"amount": found[1], "currency": found[2].upper()}


def _count(text: str, _lang: str) -> Json:
    return int(text) if text.isdecimal() and text.isascii() else None


def _reason(text: str, _lang: str) -> Json:
    return {"reason": text}


_READERS: Final[Mapping[Kind, Callable[[str, str], Json]]] = {
    Kind.QUANTITY: _entered,
    Kind.SUBSTANCE: _entered,
    Kind.BOOLEAN: _yes_or_no,
    Kind.MEMBER: _yes_or_no,
    Kind.POINT: _point,
    Kind.MONEY: _money,
    Kind.INTEGER: _count,
    Kind.STRIKE: _reason,
}
"""How a plain text is read; a kind that is not here takes the text as it stands."""
