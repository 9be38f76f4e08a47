"""What the node merges by now: forms, reference tables at one version, the epoch's floor."""

from dataclasses import dataclass
from typing import Final

from schemas.forms import registry
from schemas.reference_set import ReferenceSet, code_lists, substance_names, unit_rows
from sync.changes import Edit
from sync.forms import FormRules
from sync.merge import Rules
from sync.quantity import UnitTable
from sync.values import Tables

_REVISIONS_PER_GENERATION: Final = 1 << 32
"""More revisions than a report ever has in one life of the data set (docs/decisions/0003)."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rebuilt when the reference tables change; otherwise shared by every request."""

    tables: Tables
    revision_floor: int = 0

    def rules(self, form: FormRules) -> Rules:
        return Rules(form, self.tables, self.revision_floor)


def rulebook(reference: ReferenceSet, *, generation: int) -> Rulebook:
    """``generation`` counts the restores from a backup, from 1."""
    tables = Tables(
        version=reference.digest[:16],
        units=UnitTable.from_rows(unit_rows(reference.tables), reference.table_digests["units"]),
        substances=substance_names(reference.tables),
        codes=code_lists(reference.tables),
    )
    return Rulebook(tables, (generation - 1) * _REVISIONS_PER_GENERATION)


def current_form(form: str) -> FormRules | None:
    """The rules of the newest version of the form a change names; None when it was never published.

    A version newer than this server's is unknown to it too: the change is parked until an upgrade.
    """
    if registry.rules(form) is None:
        return None
    newest = registry.CURRENT[form.partition("/")[0]]
    return registry.rules(newest)


def to_current(form: str, edit: Edit) -> Edit:
    """The edit as the newest version of its form would have written it (P7)."""
    if form in registry.CURRENT.values():
        return edit
    _, converted = registry.to_current(form, edit.touched)
    return Edit(converted)
