"""What people type is found: street words ask, both sides' names lead to one crossing."""

import pytest

from backend.reference_files import load_reference
from schemas.forms.registry import FORMS
from schemas.reference_set import (
    ReferenceSet,
    border_point_names,
    code_lists,
    names,
    reference_set,
    substance_names,
    unit_rows,
)
from sync.quantity import UnitTable
from sync.values import fold_name

QUOTES = str.maketrans("", "", '"«»')


@pytest.fixture(scope="module")
def reference() -> ReferenceSet:
    return load_reference()


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("Heroin", ("HEROIN",)),
        ("ГЕРОИН", ("HEROIN",)),
        ("  афганский   чарс ", ("CAN-RESIN",)),
        ("лёд", ("METHAMPHETAMINE",)),
        ("лед", ("METHAMPHETAMINE",)),
        ("4-cmc", ("4-CMC",)),
        ("серная кислота", ("SULFURIC-ACID",)),
        ("кара куурай", ("CAN-PLANT",)),
        ("Methcathinone", ("METHCATHINONE",)),
        ("вещество неизвестного происхождения", ("UNK-POWDER",)),
        ("анаша", ("AMBIG-ANASHA", "CAN-HERB", "CAN-RESIN")),
        ("нашаа", ("AMBIG-ANASHA", "CAN-HERB", "CAN-RESIN")),
        ("план", ("AMBIG-ANASHA", "CAN-HERB", "CAN-RESIN")),
        ("ханка", ("OPIUM", "OPIUM-ACET", "OPIUM-EXTRACT")),
        ("химка", ("CAN-HERB", "CAN-OIL", "SC-UNSPEC")),
        ("ecstasy", ("ECSTASY-UNSPEC", "MDMA")),
    ],
)
def test_p8_a_name_means_one_substance_or_is_asked_about(
    reference: ReferenceSet, word: str, codes: tuple[str, ...]
):
    assert substance_names(reference.tables)[fold_name(word)] == codes


def test_p8_salt_may_be_any_cathinone(reference: ReferenceSet):
    found = substance_names(reference.tables)

    assert found["соль"] == found["соли"]
    assert set(found["соль"]) >= {"CATHINONE-UNSPEC", "ALPHA-PVP", "MDPV", "MEPHEDRONE"}


def test_p8_amphetamine_and_methamphetamine_share_no_name(reference: ReferenceSet):
    found = substance_names(reference.tables)

    pair = {"AMPHETAMINE", "METHAMPHETAMINE"}
    assert [name for name, codes in found.items() if set(codes) >= pair] == []


def test_every_code_and_every_official_name_is_found(reference: ReferenceSet):
    found = substance_names(reference.tables)

    lost = [
        code
        for code, body in reference.tables["substances"].items()
        for text in (code, body["name_en"], body["name_ru"])
        if code
        not in found[fold_name(str(text).replace('"', "").replace("«", "").replace("»", ""))]
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("ours", "theirs", "code"),
    [
        ("Достук", "Дустлик", "KG-UZ-DOSTUK"),
        ("Dostuk", "Do'stlik", "KG-UZ-DOSTUK"),
        ("Кен-Сай", "Карасу", "KG-UZ-KENSAI"),
        ("Айритом", "Хайратон", "UZ-AF-AYRITOM"),
        ("Ак-Жол", "Кордай", "KG-KZ-AKJOL"),
        ("Торугарт", "Топа", "KG-CN-TORUGART"),
    ],
)
def test_a_crossing_is_found_by_the_names_of_both_sides(
    reference: ReferenceSet, ours: str, theirs: str, code: str
):
    found = border_point_names(reference.tables)

    assert code in found[fold_name(ours)]
    assert code in found[fold_name(theirs)]


def test_a_remark_in_brackets_is_no_name(reference: ReferenceSet):
    assert names("Dostuk (road)") == {"dostuk", "dostuk (road)"}
    assert "road" not in border_point_names(reference.tables)


def test_every_list_that_a_form_leaves_to_the_tables_is_there(reference: ReferenceSet):
    lists = code_lists(reference.tables)
    asked = {
        rule.options
        for form in FORMS.values()
        for one in form.fields
        for rule in (one.rule, *one.rule.members)
        if rule.options is not None and rule.options not in form.lists
    }

    assert asked <= lists.keys()
    assert all(lists[name] for name in asked)


def test_a_report_is_released_to_states_and_to_the_regional_centre(reference: ReferenceSet):
    recipients = code_lists(reference.tables)["recipient"]

    assert recipients >= {"KG", "KZ", "TJ", "TM", "UZ", "RU", "AZ", "CARICC"}
    assert "XX" not in recipients


def test_the_unit_table_is_built_from_the_bodies(reference: ReferenceSet):
    units = UnitTable.from_rows(unit_rows(reference.tables), version="test")

    assert [code for code in reference.tables["units"] if units.get(code) is None] == []


def test_a_device_that_pulled_the_bodies_computes_the_same_digest(reference: ReferenceSet):
    assert reference_set(reference.tables) == reference


def test_controls_are_dated_and_unknown_days_stay_empty(reference: ReferenceSet):
    schedules = reference.tables["substance_schedules"]

    dated = {
        key: (body["effective_from"], body["effective_to"])
        for key, body in schedules.items()
        if body["effective_from"] or body["effective_to"]
    }
    assert dated == {
        "CAN-HERB.1961.IV": (None, "2021-01-22"),
        "CAN-RESIN.1961.IV": (None, "2021-01-22"),
        "4-PIPERIDONE.1988.TI": ("2024-12-03", None),
        "1-BOC-4-PIPERIDONE.1988.TI": ("2024-12-03", None),
    }


def test_schedules_in_force_are_those_the_substances_name(reference: ReferenceSet):
    in_force: dict[str, set[str]] = {}
    for body in reference.tables["substance_schedules"].values():
        if body["effective_to"] is None:
            in_force.setdefault(str(body["substance"]), set()).add(str(body["schedule"]))

    assert in_force == {
        code: set(str(body["schedule"]).split("+"))
        for code, body in reference.tables["substances"].items()
        if body["schedule"]
    }


def test_the_kyrgyz_service_keeps_the_names_it_bore(reference: ReferenceSet):
    borne = [
        body["short_en"]
        for body in reference.tables["agency_names"].values()
        if body["agency"] == "KG-CNS"
    ]

    assert borne == ["AKN", "GSKN", "GOBNON", "SBNON"]


def test_every_member_state_of_the_regional_centre_has_its_agencies(reference: ReferenceSet):
    members = {
        code for code, body in reference.tables["countries"].items() if body["caricc"] == "member"
    }
    kinds: dict[str, set[str]] = {}
    for body in reference.tables["agencies"].values():
        kinds.setdefault(str(body["country"]), set()).add(str(body["kind"]))

    assert members == {"AZ", "KZ", "KG", "RU", "TJ", "TM", "UZ"}
    assert all(
        kinds[code] >= {"customs", "border_guard", "security", "police", "prosecutor"}
        for code in members
    )
