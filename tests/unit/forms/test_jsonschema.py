"""What a device checks with the schema it fetched is what the core will take."""

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.forms.jsonschema import document_digest, form_document, form_index, form_schema
from schemas.forms.registry import CURRENT, FORMS, rules
from schemas.forms.value_schemas import SCHEMA_OF_KIND
from sync.forms import Kind
from sync.values import check
from tests.unit.forms.reference_tables import shipped_tables

PART = "01920000-0000-7000-8000-000000000001"
PHOTO = "ab" * 32
VALIDATORS = {
    form: jsonschema_rs.validator_for(form_schema(definition), validate_formats=True)
    for form, definition in FORMS.items()
}
EVERY_FORM = pytest.mark.parametrize("form", FORMS)

WHOLE_SEIZURE = {
    "/event/at": "2020-02-01T14:03:11+06:00",
    "/event/kind": "interception",
    "/place/country": "KG",
    "/place/region": "KG-O",
    "/place/district": "41706226000000",
    "/place/border_point": "KG-UZ-DOSTUK",
    "/place/point": {"lat": "40.56", "lon": "72.75", "accuracy_m": "12", "source": "device"},
    "/agencies/owner": "KG-CNS",
    "/agencies/participating/KG-CUSTOMS": True,
    "/agencies/participating/KG-BG": None,
    f"/items/{PART}/substance": {"code": "CAN-RESIN", "identified": "visual"},
    f"/items/{PART}/quantity": {"entered": "276 кг", "lang": "ru"},
    f"/items/{PART}/gross": {"amount": "276", "unit": "kg", "basis": "gross"},
    f"/items/{PART}/net": {"not_known": True},
    f"/items/{PART}/struck": {"reason": "entered twice"},
    f"/containers/{PART}/number": "CSQU3054383",
    f"/persons/{PART}/born_on": "1990-01-31",
    f"/weighings/{PART}": {"at": "2020-02-01T16:00:00Z", "net": {"amount": "276", "unit": "kg"}},
    f"/attachments/{PHOTO}": {"media_type": "image/jpeg", "bytes": 204800, "kind": "photo_item"},
    f"/links/{PART}": {"report": PART, "kind": "backtracking"},
    "/detection/methods/dog": True,
    "/handling/tlp": "amber+strict",
    "/handling/release/KZ": True,
    "/value/estimate": {"amount": "2500000", "currency": "USD", "basis": "retail"},
    "/outcome/arrests": 0,
    "/narrative": "First line.\nSecond line.",
    "/submitted": True,
    "/voided": None,
}

REFUSED = {
    "a path that no form has": {"/event/when": "2020-02-01T14:03:11+06:00"},
    "a path into a merge group": {f"/items/{PART}/quantity/amount": "1"},
    "a part without a UUID": {"/items/1/purity": "50"},
    "an attachment named by a UUID": {f"/attachments/{PART}": {"media_type": "a/b", "bytes": 1}},
    "a number for an instant": {"/event/at": 1580544191},
    "an instant without an offset": {"/event/at": "2020-02-01T14:03:11"},
    "a day that does not exist": {f"/persons/{PART}/born_on": "1990-02-30"},
    "a code outside the list": {"/handling/tlp": "white"},
    "a method outside the list": {"/detection/methods/telepathy": True},
    "the method of an older version": {"/detection/method": "dog"},
    "a set member that is not true": {"/detection/methods/dog": False},
    "a quantity of nothing": {f"/items/{PART}/quantity": {"basis": "net"}},
    "an amount without a unit": {f"/items/{PART}/quantity": {"amount": "276"}},
    "a number for an amount": {f"/items/{PART}/quantity": {"amount": 276, "unit": "kg"}},
    "a negative mass": {f"/items/{PART}/net": {"amount": "-1", "unit": "kg"}},
    "a latitude beyond the pole": {"/place/point": {"lat": "90.1", "lon": "0"}},
    "money without a currency": {"/value/estimate": {"amount": "1"}},
    "a strike without a reason": {"/voided": {}},
    "a weighing without a time": {f"/weighings/{PART}": {"net": {"amount": "1", "unit": "kg"}}},
    "a link of an unknown kind": {f"/links/{PART}": {"report": PART, "kind": "cousin"}},
    "a count below zero": {"/outcome/arrests": -1},
    "a control character": {"/event/title": "a\u0007b"},
    "not known of a set member": {"/detection/methods/dog": {"not_known": True}},
    "an unknown member": {f"/items/{PART}/substance": {"code": "HEROIN", "purity": "1"}},
}


@EVERY_FORM
def test_the_schema_is_json_schema_2020_12(form: str):
    jsonschema_rs.meta.validate(form_schema(FORMS[form]))

    assert form_schema(FORMS[form])["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_kind_has_a_schema_but_those_whose_schema_depends_on_the_field():
    assert set(Kind) - set(SCHEMA_OF_KIND) == {Kind.CODE, Kind.GROUP}


def test_a_whole_seizure_is_valid_and_the_core_takes_every_value_of_it():
    form = rules("seizure/2")

    assert [error.message for error in VALIDATORS["seizure/2"].iter_errors(WHOLE_SEIZURE)] == []
    assert {
        path: check(form.find(path), value, form, shipped_tables())
        for path, value in WHOLE_SEIZURE.items()
    } == dict.fromkeys(WHOLE_SEIZURE)


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED)
def test_the_schema_refuses(bad: dict[str, object]):
    assert VALIDATORS["seizure/2"].is_valid(bad) is False


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.dictionaries(
        st.sampled_from(["code", "amount", "unit", "entered", "lat", "lon", "reason", "at"]), inner
    ),
    max_leaves=5,
)
LIKELY = st.sampled_from(
    [*WHOLE_SEIZURE.values(), *(v for one in REFUSED.values() for v in one.values())]
)
PATHS = {
    form: [
        field.rule.path.replace("*", PHOTO if field.key == "sha256" else PART)
        for field in definition.fields
        if field.key != "code"
    ]
    for form, definition in FORMS.items()
}


@settings(max_examples=300, deadline=None)
@given(data=st.data(), form=st.sampled_from(sorted(FORMS)), value=LIKELY | JUNK)
def test_what_the_schema_accepts_the_core_accepts_but_for_codes_of_the_tables(
    data: st.DataObject, form: str, value: object
):
    path = data.draw(st.sampled_from(PATHS[form]))
    core = rules(form)

    if VALIDATORS[form].is_valid({path: value}):
        reason = check(core.find(path), value, core, shipped_tables())
        assert reason in {None, "unknown-code", "unknown-unit"}


@EVERY_FORM
def test_every_field_of_the_document_says_what_a_screen_needs(form: str):
    document = form_document(FORMS[form])
    fields = [field for section in document["ui"]["sections"] for field in section["fields"]]

    assert [field["path"] for field in fields] == [one.rule.path for one in FORMS[form].fields]
    assert all(
        field.keys() >= {"kind", "policy", "label", "widget", "required", "nominal"}
        for field in fields
    )
    assert json.loads(json.dumps(document)) == document


def test_the_index_names_every_version_and_the_current_ones():
    index = form_index()

    assert [(one["form"], one["is_current"], one["digest"]) for one in index["forms"]] == [
        (form, form in CURRENT.values(), document_digest(form)) for form in FORMS
    ]
    assert index["current"] == {"seizure": "seizure/2", "checkpoint": "checkpoint/1"}
