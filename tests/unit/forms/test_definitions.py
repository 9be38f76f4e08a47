"""Every published form has no holes: a person can read it and the core can judge by it."""

import re
from collections.abc import Iterator

import pytest

from schemas.forms.definition import FormDefinition, Label, PartKey
from schemas.forms.registry import FORMS
from schemas.reference_set import CODE_LISTS
from sync.forms import SUBMITTED, VOIDED, FieldRule, Kind, Policy

EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)

CONTEST_LEAVES = (
    "/event/at",
    "/place/region",
    "/place/border_point",
    "/place/point",
    "/place/location_type",
    "/agencies/owner",
    "/agencies/lead",
    "/containers/*/number",
    "/seals/*/number",
    "/persons/*/role",
    "/persons/*/family_name",
    "/vehicles/*/plate",
    "/handling/tlp",
    "/handling/classification",
    "/handling/release/*",
    "/handling/europol/*",
    SUBMITTED,
    VOIDED,
)
CONTEST_LEAVES_OF_SEIZURES = (
    "/items/*/substance",
    "/items/*/quantity",
    "/items/*/gross",
    "/items/*/net",
    "/items/*/forensic",
    "/items/*/count",
    "/items/*/condition",
    "/items/*/purity",
    "/value/estimate",
    "/case/number",
    "/outcome/arrests",
)
NOMINAL = {
    "/persons/*/family_name",
    "/persons/*/given_name",
    "/persons/*/patronymic",
    "/persons/*/latin_name",
    "/persons/*/alias",
    "/persons/*/born_on",
    "/persons/*/birth_place",
    "/persons/*/personal_number",
    "/persons/*/document_number",
    "/persons/*/address",
    "/persons/*/phone",
    "/officers/*/name",
    "/vehicles/*/plate",
    "/vehicles/*/trailer_plate",
    "/vehicles/*/vin",
    "/vehicles/*/owner",
    "/cargo/consignor",
    "/cargo/consignee",
    "/documents/*/number",
    "/narrative",
    "/notes",
}
COUNTED = {
    "/persons/*/role",
    "/persons/*/status",
    "/persons/*/nationality",
    "/persons/*/residence",
    "/persons/*/sex",
    "/persons/*/age_band",
}
WITHOUT_STRIKE = {"weighings", "laboratory", "custody", "links", "attachments"}


def rules_of(form: FormDefinition) -> dict[str, FieldRule]:
    return {field.rule.path: field.rule for field in form.fields}


def labels_of(form: FormDefinition) -> Iterator[tuple[str, Label]]:
    yield form.form, form.title
    for section in form.sections:
        yield section.name, section.label
        for part in section.parts:
            yield part.path, part.label
            yield part.path, part.many
        for field in section.fields:
            yield field.rule.path, field.label
            if field.help is not None:
                yield f"{field.rule.path} help", field.help
            for member in field.members:
                yield f"{field.rule.path} {member.rule.name}", member.label
    for name, code_list in form.lists.items():
        for option in code_list.options:
            yield f"{name} {option.code}", option.label


def options_of(form: FormDefinition) -> Iterator[tuple[str, str]]:
    for field in form.fields:
        for rule in (field.rule, *field.rule.members):
            if rule.options is not None:
                yield field.rule.path, rule.options


@EVERY_FORM
def test_every_label_is_there_in_english_and_in_russian(form: FormDefinition):
    holes = [
        where
        for where, label in labels_of(form)
        if not label.en.strip() or CYRILLIC.search(label.en) or not CYRILLIC.search(label.ru)
    ]

    assert holes == []


@EVERY_FORM
def test_every_list_a_field_names_is_the_forms_own_or_a_reference_table(form: FormDefinition):
    known = {*form.lists, *CODE_LISTS, "recipient"}

    assert [named for named in options_of(form) if named[1] not in known] == []


@EVERY_FORM
def test_every_list_of_the_form_is_asked_for_somewhere(form: FormDefinition):
    used = {name for _, name in options_of(form)} | {one.name for one in form.kind_lists}

    assert set(form.lists) - used == set()


@EVERY_FORM
def test_evidence_is_contested_and_never_merged_by_itself(form: FormDefinition):
    rules = rules_of(form)
    expected = CONTEST_LEAVES + (CONTEST_LEAVES_OF_SEIZURES if form.name == "seizure" else ())

    assert {path: rules[path].policy for path in expected} == dict.fromkeys(
        expected, Policy.CONTEST
    )


@EVERY_FORM
def test_only_sets_links_and_attachments_are_joined_and_only_notes_follow_the_clock(
    form: FormDefinition,
):
    by_policy = {
        policy: {rule.path for rule in rules_of(form).values() if rule.policy is policy}
        for policy in Policy
    }

    assert by_policy[Policy.LATEST] == {"/notes"}
    assert by_policy[Policy.TEXT] == {"/narrative"}
    assert all(
        rules_of(form)[path].kind in {Kind.MEMBER, Kind.GROUP} for path in by_policy[Policy.UNION]
    )


def test_weighings_opinions_and_hand_overs_are_events_that_name_what_they_correct():
    rules = rules_of(FORMS["seizure/2"])

    events = {path: rule for path, rule in rules.items() if rule.policy is Policy.APPEND}
    assert set(events) == {"/weighings/*", "/laboratory/*", "/custody/*"}
    assert all("corrects" in {one.name for one in rule.members} for rule in events.values())


@EVERY_FORM
def test_p10_what_names_a_person_is_nominal_and_what_is_counted_is_not(form: FormDefinition):
    nominal = {path for path, rule in rules_of(form).items() if rule.nominal}

    assert nominal >= NOMINAL
    assert nominal & COUNTED == set()


@EVERY_FORM
def test_p10_free_text_that_may_hold_names_is_nominal_but_for_the_summary(form: FormDefinition):
    free = {
        rule.path
        for rule in rules_of(form).values()
        if rule.path.endswith("/note") or rule.kind is Kind.NARRATIVE
    }
    rules = rules_of(form)

    open_notes = {path for path in free if not rules[path].nominal}
    assert open_notes == {"/containers/*/note"}
    assert rules["/summary"].nominal is False


@EVERY_FORM
def test_every_repeating_part_can_be_struck_out_and_events_cannot(form: FormDefinition):
    rules = rules_of(form)
    parts = {
        path.split("/")[1]
        for path, rule in rules.items()
        if "*" in path and rule.kind is not Kind.MEMBER
    }

    struck = {path.split("/")[1] for path, rule in rules.items() if path.endswith("/*/struck")}
    assert struck == parts - WITHOUT_STRIKE
    assert {rules[f"/{part}/*/struck"].kind for part in struck} == {Kind.STRIKE}


@EVERY_FORM
def test_every_form_can_be_submitted_and_voided(form: FormDefinition):
    rules = rules_of(form)

    assert (rules[SUBMITTED].kind, rules[VOIDED].kind) == (Kind.BOOLEAN, Kind.STRIKE)


@EVERY_FORM
def test_parts_are_named_by_fields_that_exist(form: FormDefinition):
    rules = rules_of(form)

    missing = [
        f"{part.path}/*/{name}"
        for section in form.sections
        for part in section.parts
        for name in part.title
        if f"{part.path}/*/{name}" not in rules
    ]
    assert missing == []


@EVERY_FORM
def test_a_wildcard_stands_for_a_uuid_a_hash_or_a_code(form: FormDefinition):
    keys = {field.rule.path: field.key for field in form.fields if "*" in field.rule.path}

    assert {path for path, key in keys.items() if key is PartKey.SHA256} == {"/attachments/*"}
    assert {path for path, key in keys.items() if key is PartKey.CODE} == {
        path for path, rule in rules_of(form).items() if rule.kind is Kind.MEMBER
    }
    assert None not in keys.values()


def test_the_reports_ask_for_what_the_services_file_and_not_for_a_toy_subset():
    assert {form: len(definition.fields) for form, definition in FORMS.items()} == {
        "seizure/1": 197,
        "seizure/2": 197,
        "checkpoint/1": 149,
    }
