"""Builders of reports for tests of sharing, duplicates and the feed: a test sets what matters."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from backend.reference_files import load_reference
from schemas.forms.registry import CURRENT, rules
from schemas.reference_set import Tables as ReferenceTables
from schemas.reference_set import code_lists, substance_names, unit_rows
from sync.duplicates.features import Features, Groups, features_of
from sync.forms import FormRules
from sync.ids import AgencyCode, ConflictId, DeviceId, OfficerId, ReportId, Revision, Seq, TeamId
from sync.quantity import UnitTable
from sync.report import FieldState, Report, Stance, Witness
from sync.strictjson import Json
from sync.values import Tables


def uuid(number: int) -> str:
    """The id a test calls by a number."""
    return f"00000000-0000-7000-8000-{number:012x}"


@cache
def reference() -> ReferenceTables:
    return load_reference().tables


@cache
def tables() -> Tables:
    units = UnitTable.from_rows(unit_rows(reference()), "units-1")
    return Tables("tables-1", units, substance_names(reference()), code_lists(reference()))


@cache
def groups() -> Groups:
    substances = {code: str(row["group"]) for code, row in reference()["substances"].items()}
    districts = {code: str(row["region"]) for code, row in reference()["districts"].items()}
    points = {
        code: str(row["region_code"])
        for code, row in reference()["border_points"].items()
        if row["region_code"]
    }
    return Groups(substances, {**districts, **points})


def form(name: str = "seizure") -> FormRules:
    found = rules(CURRENT[name])
    assert found is not None
    return found


def witness(number: int = 1, *, log: str | None = None) -> Witness:
    return Witness(log or uuid(900), Seq(number), Revision(number), OfficerId(uuid(800)))


def contested(value: Json, *others: Json) -> FieldState:
    """A field on which people disagree: ``value`` stands, ``others`` stand against it."""
    stances = tuple(Stance(each, witness(2, log=uuid(901 + n))) for n, each in enumerate(others))
    return FieldState(value, (witness(),), stances, ConflictId(uuid(700)))


def report(
    number: int = 1,
    fields: Mapping[str, Any] | None = None,
    *,
    kind: str = "seizure",
    agency: str = "KG-CNS",
    team: str = "team-1",
    **more: Any,
) -> Report:
    """A report whose accepted values are ``fields``; a ``FieldState`` stands as it is."""
    states = {
        path: value if isinstance(value, FieldState) else FieldState(value, (witness(),))
        for path, value in (fields or {}).items()
    }
    made = Report(
        id=ReportId(uuid(number)),
        form=CURRENT[kind],
        revision=Revision(1),
        created_by=DeviceId(uuid(900 + number)),
        agency=AgencyCode(agency),
        team=TeamId(team),
        fields=states,
    )
    return replace(made, **more)


def item(number: int, substance: str, entered: str, **more: Any) -> dict[str, Any]:
    """The fields of one item: a substance code and a quantity as written."""
    fields = {
        "substance": {"code": substance},
        "quantity": {"entered": entered, "lang": "ru"},
        **more,
    }
    return {f"/items/{uuid(number)}/{name}": value for name, value in fields.items()}


def features(one: Report) -> Features:
    found = features_of(one, form(one.form.partition("/")[0]), tables(), groups())
    assert found is not None
    return found
