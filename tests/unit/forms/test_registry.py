"""A published form version never changes, and every one of them still leads to the current."""

from schemas.forms.jsonschema import meaning_digest
from schemas.forms.registry import CURRENT, FORMS, rules, to_current

PUBLISHED = {
    "seizure/1": "7d5943bb71b9e7b4aee27d92ed6ced392ddc09dd3b0bf276ca0c3a26bc3b66a9",
    "seizure/2": "27d8dc6a4adf365a65ecd2138fc58cc36e8bdd65a2c04eb2ee85d93790e18b87",
    "checkpoint/1": "97196702a8dae1fd899cbe40e8abf5b993f25735764e9214dbc1bde6ac794b87",
}
"""If a hash differs: publish the next version and its converter, never edit a published one."""


def test_p7_a_published_form_version_means_what_it_meant():
    assert {form: meaning_digest(definition) for form, definition in FORMS.items()} == PUBLISHED


def test_p7_every_version_ever_published_is_converted_to_the_current_one():
    reached = {form: to_current(form, {})[0] for form in FORMS}

    assert reached == {form: CURRENT[definition.name] for form, definition in FORMS.items()}


def test_versions_are_numbered_without_gaps():
    numbers = {
        name: [one.version for one in FORMS.values() if one.name == name] for name in CURRENT
    }

    assert numbers == {"seizure": [1, 2], "checkpoint": [1]}


def test_rules_of_a_form_that_nobody_published_are_none():
    assert rules("seizure/99") is None
    assert rules("") is None


def test_rules_find_the_fields_of_parts_and_nothing_beside_them():
    found = rules("seizure/2")
    assert found is not None
    item = "/items/01920000-0000-7000-8000-000000000000"

    assert found.find(f"{item}/substance") is not None
    assert found.find(f"{item}/substance/code") is None
    assert found.find(f"{item}/invented") is None
    assert found.find("/items/*/substance") is None
    assert found.strike_over(f"{item}/net") == f"{item}/struck"
    assert found.strike_over("/detection/methods/dog") is None
