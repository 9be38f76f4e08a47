"""Every form version ever published. Rows are only ever added: old tablets still deliver (P7)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.forms.checkpoint import CHECKPOINT_1
from schemas.forms.definition import FormDefinition
from schemas.forms.seizure import SEIZURE_1, SEIZURE_2
from schemas.forms.upconvert import Touched, to_newest
from sync.forms import FormRules

FORMS: Final[Mapping[str, FormDefinition]] = MappingProxyType(
    {definition.form: definition for definition in (SEIZURE_1, SEIZURE_2, CHECKPOINT_1)}
)

CURRENT: Final[Mapping[str, str]] = MappingProxyType(
    {"seizure": SEIZURE_2.form, "checkpoint": CHECKPOINT_1.form}
)
"""The version new reports are written in and every stored report is read by."""

_RULES: Final = {form: definition.rules() for form, definition in FORMS.items()}


def rules(form: str) -> FormRules | None:
    """The rules of a published version, or None: a form nobody published."""
    return _RULES.get(form)


def to_current(form: str, touched: Touched) -> tuple[str, Touched]:
    """A change of any published version as a change of the current one. Pure and total."""
    return to_newest(form, touched)
