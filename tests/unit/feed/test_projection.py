"""What an entry says about a report, and that nothing else can get into it."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from backend.feed import allowed
from backend.feed.catalogue import Schedule, catalogue
from backend.feed.entries import Draft, write_entry
from backend.feed.projection import Reference, Setting, project
from schemas.feed import EntryBody
from schemas.forms.registry import CURRENT, FORMS
from sync.forms import FieldRule, Kind, MemberRule
from sync.ids import AgencyCode, ConflictId, ReportId
from sync.report import Conflict, FieldState, Report, Side
from sync.sharing import sharing_of
from sync.strictjson import Json, dumps
from tests.feed_reports import contested, form, item, reference, report, tables, uuid, witness

CANARY = "КАНАРЕЙКА"
CODE_CANARY = "CANARY"

ENTRY: TypeAdapter[Any] = TypeAdapter(EntryBody)


def read_by(kind: str = "seizure") -> Reference:
    return Reference(form(kind), tables(), catalogue(reference()))


def content(one: Report, **setting: Any) -> dict[str, Any]:
    kind = one.form.partition("/")[0]
    return dict(project(one, read_by(kind), Setting(sharing_of(one), **setting)))


def check_shape(members: dict[str, Json]) -> None:
    """The body as it would be written fits the published schema."""
    draft = Draft("publish", frozenset({"TJ"}), {**members, "action": "publish"})
    ENTRY.validate_json(write_entry(draft, node=uuid(1), at_ms=0, salt="0" * 32).body)


SHARED = {"/handling/release/TJ": True, "/handling/tlp": "amber"}
OPERATION = {
    **SHARED,
    "/event/at": "2020-02-01T14:00:00+06:00",
    "/place/country": "KG",
    "/place/region": "KG-O",
    "/agencies/lead": "KG-CNS",
    "/agencies/participating/KG-GKNB": True,
    **item(1, "CAN-RESIN", "276 кг"),
    **item(2, "AMPHETAMINE", "4 кг 620 гр"),
}


def test_the_operation_of_february_2020_as_an_entry_says_it():
    body = content(report(1, OPERATION))

    assert body == {
        "report": uuid(1),
        "form": CURRENT["seizure"],
        "revision": 1,
        "table": "tables-1",
        "sharing": {
            "originator": "KG-CNS",
            "state": "KG",
            "release": ["TJ"],
            "tlp": "amber",
            "onward": "consent",
        },
        "agencies": {"owner": "KG-CNS", "lead": "KG-CNS", "credited": ["KG-CNS", "KG-GKNB"]},
        "event": {"at": "2020-02-01T14:00:00+06:00"},
        "place": {"country": "KG", "region": "KG-O"},
        "items": [
            {
                "id": uuid(1),
                "substance": {
                    "code": "CAN-RESIN",
                    "group": "cannabis",
                    "is_nps": False,
                    "is_precursor": False,
                    "schedules": [
                        {"convention": "1961", "schedule": "I"},
                        {"convention": "1961", "schedule": "IV"},
                    ],
                },
                "quantity": {
                    "entered": {"text": "276 кг", "lang": "ru"},
                    "value": "276",
                    "unit": "kg",
                    "qualifier": "exact",
                },
            },
            {
                "id": uuid(2),
                "substance": {
                    "code": "AMPHETAMINE",
                    "group": "ats",
                    "cas": "300-62-9",
                    "is_nps": False,
                    "is_precursor": False,
                    "schedules": [{"convention": "1971", "schedule": "II"}],
                },
                "quantity": {
                    "entered": {"text": "4 кг 620 гр", "lang": "ru"},
                    "value": "4.62",
                    "unit": "kg",
                    "qualifier": "exact",
                },
            },
        ],
    }
    check_shape(body)


def test_schedules_are_those_of_the_day_of_the_event():
    later = report(1, {**OPERATION, "/event/at": "2021-06-01T00:30:00+06:00"})

    resin = content(later)["items"][0]["substance"]

    assert resin["schedules"] == [{"convention": "1961", "schedule": "I"}]


@pytest.mark.parametrize(
    ("begins", "ends", "holds", "holds_not"),
    [
        (None, None, ["1900-01-01", "2100-01-01"], []),
        ("2020", None, ["2020-01-01"], ["2019-12-31"]),
        ("2020-03", None, ["2020-03-01"], ["2020-02-29"]),
        (None, "2021-01-22", ["2021-01-21"], ["2021-01-22"]),
        ("2003", "2009", ["2003-01-01", "2008-12-31"], ["2009-01-01"]),
    ],
)
def test_a_schedule_holds_from_its_first_day_until_the_first_it_no_longer_did(
    begins: str | None, ends: str | None, holds: list, holds_not: list
):
    schedule = Schedule("1961", "I", begins, ends)

    assert [day for day in (*holds, *holds_not) if schedule.holds_on(day)] == holds


def test_p8_an_ambiguous_amount_leaves_as_a_question_with_its_candidates():
    body = content(report(1, {**SHARED, **item(1, "CAN-HERB", "1,320 кг")}))

    assert body["items"][0]["quantity"] == {
        "entered": {"text": "1,320 кг", "lang": "ru"},
        "question": True,
        "candidates": ["1.32 kg", "1320 kg"],
    }
    check_shape(body)


def test_text_beside_an_amount_stays_at_home():
    wordy = {"entered": "2 кг у Иванова", "lang": "ru"}
    body = content(report(1, {**SHARED, **item(1, "CAN-HERB", "", quantity=wordy)}))

    assert body["items"][0]["quantity"] == {"question": True}


def test_a_name_the_table_does_not_know_stays_at_home():
    unknown = {"entered": "порошок Иванова", "lang": "ru"}
    body = content(report(1, {**SHARED, f"/items/{uuid(1)}/substance": unknown}))

    assert body["items"][0]["substance"] == {"question": True}
    check_shape(body)


def test_j3_not_known_zero_and_missing_stay_apart():
    fields = {**SHARED, "/outcome/arrests": 0, "/outcome/women": {"not_known": True}}

    body = content(report(1, fields))

    assert body["outcome"] == {"arrests": 0}
    assert body["not_known"] == ["/outcome/women"]


def test_m6_a_contested_field_is_named_and_its_standing_value_given():
    disputed = contested({"entered": "276 кг", "lang": "ru"}, {"entered": "267 кг", "lang": "ru"})
    name = contested("Иванов", "Петров")
    fields = {
        **OPERATION,
        f"/items/{uuid(1)}/quantity": disputed,
        f"/persons/{uuid(3)}/family_name": name,
    }

    body = content(report(1, fields))

    assert body["items"][0]["quantity"]["value"] == "276"
    assert body["contested"] == [f"/items/{uuid(1)}/quantity"]


def test_struck_parts_are_left_out():
    struck = {f"/items/{uuid(2)}/struck": {"reason": CANARY}}

    body = content(report(1, {**OPERATION, **struck}))

    assert [each["id"] for each in body["items"]] == [uuid(1)]
    assert CANARY not in dumps(body).decode()


def test_f6_persons_become_counts():
    def person(number: int, **fields: Any) -> dict[str, Any]:
        return {f"/persons/{uuid(number)}/{name}": value for name, value in fields.items()}

    fields = {
        **SHARED,
        **person(1, role="driver", nationality="TJ", sex="male", family_name=CANARY),
        **person(2, role="courier", nationality="TJ", sex="female", age_band="25_34"),
        **person(3, role="courier", nationality={"not_known": True}, given_name=CANARY),
        **person(4, role="witness", nationality="KG", sex="male"),
        **person(5, role="courier", nationality="AF", struck={"reason": "a mistake"}),
    }

    body = content(report(1, fields))

    assert body["persons"] == {
        "count": 3,
        "role": {"courier": 2, "driver": 1},
        "nationality": {"TJ": 2, "not_known": 1},
        "sex": {"female": 1, "male": 1},
        "age_band": {"25_34": 1},
    }
    assert CANARY not in dumps(body).decode()
    check_shape(body)


def test_f8_agencies_of_the_same_event_told_apart_are_credited():
    body = content(report(1, OPERATION), credited=frozenset({AgencyCode("KG-CUSTOMS")}))

    assert body["agencies"]["credited"] == ["KG-CNS", "KG-CUSTOMS", "KG-GKNB"]


def test_p10_only_links_to_reports_that_every_reader_has_are_named():
    links = {
        f"/links/{uuid(7)}": {"report": uuid(50), "kind": "backtracking", "note": CANARY},
        f"/links/{uuid(8)}": {"report": uuid(51), "kind": "related"},
    }

    body = content(report(1, {**SHARED, **links}), linkable=frozenset({ReportId(uuid(50))}))

    assert body["links"] == [{"report": uuid(50), "kind": "backtracking"}]


def test_the_opinion_that_another_corrects_is_left_out():
    opinion = {"on": "2020-03-01", "purity": "61.5", "number": CANARY, "by": CANARY}
    fields = {
        **SHARED,
        f"/laboratory/{uuid(1)}": {**opinion, "purity": "16.5"},
        f"/laboratory/{uuid(2)}": {**opinion, "corrects": uuid(1), "conclusion": CANARY},
    }

    body = content(report(1, fields))

    assert body["laboratory"] == [{"id": uuid(2), "on": "2020-03-01", "purity": "61.5"}]


# --- nothing else gets in ---------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(FORMS))
def test_f6_no_allowed_field_is_nominal_in_any_form(name: str):
    rules = [rule for rule in FORMS[name].rules().rules if rule.path in allowed.ALLOWED]

    assert [rule.path for rule in rules if rule.nominal] == []
    texts = {rule.path for rule in rules if rule.kind in {Kind.TEXT, Kind.NARRATIVE}}
    assert texts <= allowed.FREE_TEXT


def test_every_allowed_field_exists_in_a_current_form():
    paths = {rule.path for name in CURRENT.values() for rule in FORMS[name].rules().rules}

    assert allowed.ALLOWED - paths == set()


_CANARIES: dict[Kind, Json] = {
    Kind.QUANTITY: {"entered": f"2 кг {CANARY}", "lang": "ru"},
    Kind.SUBSTANCE: {"entered": CANARY, "lang": "ru"},
    Kind.POINT: {"lat": "40.123456", "lon": "72.8"},
    Kind.MONEY: {"amount": "10", "currency": "KGS"},
    Kind.STRIKE: None,
    Kind.INSTANT: "2020-02-01T14:00:00+06:00",
    Kind.DAY: "2020-02-01",
    Kind.BOOLEAN: True,
    Kind.MEMBER: True,
    Kind.INTEGER: 7,
    Kind.DECIMAL: "61.5",
    Kind.CODE: CODE_CANARY,
}
"""A canary wherever a kind has room for one."""


def _canary(rule: FieldRule | MemberRule) -> Json:
    if isinstance(rule, FieldRule) and rule.kind is Kind.GROUP:
        is_laboratory = rule.path == allowed.LABORATORY_FIELD
        sent = allowed.LABORATORY if is_laboratory else ()
        return {
            member.name: "sent"
            if member.name in sent and member.kind is Kind.CODE
            else _canary(member)
            for member in rule.members
        }
    return _CANARIES.get(rule.kind, CANARY)


def _path(rule: FieldRule) -> str:
    return rule.path.replace("*", CODE_CANARY if rule.kind is Kind.MEMBER else uuid(1))


def _full(kind: str) -> Report:
    """Every field of a form filled with canaries, but those whose texts are meant to leave."""
    fields: dict[str, Json] = {}
    for rule in form(kind).rules:
        is_sent = rule.path in allowed.ALLOWED and rule.kind not in {
            Kind.QUANTITY,
            Kind.SUBSTANCE,
            Kind.GROUP,
        }
        is_handling = rule.path.startswith(("/handling/", "/agencies/"))
        if not is_sent and not is_handling:
            fields[_path(rule)] = _canary(rule)
    return report(1, {**fields, **SHARED}, kind=kind)


@pytest.mark.parametrize("kind", ["seizure", "checkpoint"])
def test_f6_a_canary_in_every_field_that_must_stay_is_not_in_the_bytes(kind: str):
    full = _full(kind)
    states = {
        path: FieldState(
            state.value,
            state.witnesses,
            contested(state.value, {"entered": CANARY}, CANARY).stances,
        )
        for path, state in full.fields.items()
        if not path.startswith("/handling/")
    }
    question = Conflict(
        id=ConflictId(uuid(701)),
        report=full.id,
        kind="proposal",
        path="/summary",
        life="open",
        version=1,
        accepted=Side(CANARY, (witness(),)),
        candidates=(Side(CANARY, (witness(),)),),
        opened=full.revision,
        details={"reason": CANARY},
    )
    loaded = report(
        1,
        {**full.fields, **states},
        kind=kind,
        readings={"/narrative": CANARY, f"/items/{uuid(1)}/substance": {"entered": CANARY}},
        conflicts={question.id: question},
    )

    text = dumps(content(loaded)).decode()

    assert len(full.fields) > 50
    assert CANARY not in text
    assert CODE_CANARY not in text
    assert "40.123456" not in text


@pytest.mark.parametrize("kind", ["seizure", "checkpoint"])
def test_every_allowed_field_reaches_the_entry_and_fits_its_schema(kind: str):
    fields: dict[str, Any] = {}
    for rule in form(kind).rules:
        if rule.path in allowed.ALLOWED - {allowed.LINK, allowed.LABORATORY_FIELD}:
            value = _canary(rule)
            if rule.kind is Kind.QUANTITY:
                value = {"amount": "2000", "unit": "g", "entered": "2 кг", "lang": "ru"}
            if rule.kind is Kind.SUBSTANCE:
                value = {"code": "HEROIN", "entered": "героин", "identified": "visual"}
            fields[_path(rule)] = value
    filled = report(1, {**fields, **SHARED}, kind=kind)

    body = content(filled)

    check_shape(body)
    told = set(_leaves(body))
    assert {path for path in fields if not _is_told(path, told, body)} == set()


def _leaves(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [
            leaf
            for name in value
            for leaf in [f"{path}/{name}", *_leaves(value[name], f"{path}/{name}")]
        ]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner, path)]
    return [path]


def _is_told(path: str, told: set[str], body: dict[str, Any]) -> bool:
    """Whether the entry has a member for the field at ``path``."""
    rule = next(r for k in CURRENT.values() for r in FORMS[k].rules().rules if _path(r) == path)
    single = {
        source: f"/{section}/{member}"
        for table in (allowed.SINGLE, allowed.SETS)
        for section, members in table.items()
        for member, source in members.items()
    }
    counted = {source: f"/persons/{member}" for member, source in allowed.COUNTED.items()}
    return {**single, **counted}.get(rule.path, rule.path.replace("/*/", "/")) in told


def test_the_day_a_report_ends_is_part_of_its_conditions():
    body = content(report(1, {**SHARED, "/handling/expires_on": "2021-01-01"}))

    assert body["sharing"]["expires_on"] == date(2021, 1, 1).isoformat()
