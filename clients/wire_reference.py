"""What a node's answers say about reference tables and forms; read as ``clients.wire`` reads.

One row that cannot be read makes its page unreadable: a page passed over would never come again.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from clients.wire import Object, read_object
from sync.ids import is_sha256
from sync.strictjson import Json, dumps

_FORM: Final = re.compile(r"[a-z]{1,40}/[1-9][0-9]{0,3}\Z")


@dataclass(frozen=True, slots=True)
class ReferenceItem:
    """One row of one table at its newest."""

    table: str
    code: str
    version: int
    is_retired: bool
    body: Object


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """Rows in the order they changed; ``through`` is where the next page begins."""

    items: tuple[ReferenceItem, ...]
    through: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class FormIndex:
    """Every published version to the hash of its document, and which ones are current."""

    digests: Mapping[str, str]
    current: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True)
class FormDocument:
    """One form as the node sent it, under the hash that the index calls it by."""

    digest: str
    text: str


def read_reference_page(raw: bytes, *, since: int) -> ReferencePage | None:
    """A page that goes on from ``since``, or None: garbled, or one that leads nowhere."""
    match read_object(raw):
        case {"items": list(items), "through": int(through), "has_more": bool(has_more)}:
            rows = [_item(each) for each in items]
        case _:
            return None
    found = tuple(row for row in rows if row is not None)
    versions = [row.version for row in found]
    is_whole = len(found) == len(rows) and versions == sorted(versions)
    is_onward = all(since < version <= through for version in versions) and through >= since
    if not is_whole or not is_onward or (has_more and through == since):
        return None
    return ReferencePage(found, through, has_more)


def _item(value: Json) -> ReferenceItem | None:
    match value:
        case {
            "table": str(table),
            "code": str(code),
            "version": int(version),
            "is_retired": bool(is_retired),
            "body": dict(body),
        }:
            return ReferenceItem(table, code, version, is_retired, cast("Object", body))
        case _:
            return None


def read_form_index(raw: bytes) -> FormIndex | None:
    match read_object(raw):
        case {"forms": list(forms), "current": dict(current), "digest": str(digest)}:
            digests = dict(filter(None, map(_form, forms)))
        case _:
            return None
    if len(digests) != len(forms) or not is_sha256(digest):
        return None
    return FormIndex(digests, {name: str(form) for name, form in current.items()}, digest)


def _form(value: Json) -> tuple[str, str] | None:
    match value:
        case {"form": str(form), "digest": str(digest)} if _FORM.match(form) and is_sha256(digest):
            return form, digest
        case _:
            return None


def read_form(raw: bytes, *, form: str) -> FormDocument | None:
    """The document of that form, or None. Its hash is over the JSON with sorted keys, no spaces."""
    body = read_object(raw)
    if body.get("form") != form or "schema" not in body:
        return None
    text = dumps(body)
    return FormDocument(hashlib.sha256(text).hexdigest(), text.decode())
