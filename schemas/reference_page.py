"""Reference tables on the wire: what changed since a tablet last asked, in pages."""

from typing import Any

from schemas.base import WireModel
from schemas.types import Many


class ReferenceItem(WireModel):
    """One row of one table at its newest. A retired row is kept: old reports name it."""

    table: str
    code: str
    version: int
    is_retired: bool
    body: dict[str, Any]


class ReferencePage(WireModel):
    """Rows in the order they changed. ``through`` is given back as ``since``."""

    items: Many[ReferenceItem]
    through: int
    has_more: bool


class FormSummary(WireModel):
    """One published version of a form. ``digest`` is the ETag of its document."""

    form: str
    name: str
    version: int
    title: dict[str, str]
    is_current: bool
    digest: str


class FormIndex(WireModel):
    """Every version ever published, and which one new reports are written in."""

    forms: Many[FormSummary]
    current: dict[str, str]
    digest: str
