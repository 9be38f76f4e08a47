"""A conflict's life as people move it: asked, answered, settled, reopened, and each refusal."""

import pytest

from sync.changes import Answer, Decide, DecisionKind
from sync.conflicts import Decided, Refusal, answer, conflict_id, decide, other_report
from sync.ids import AgencyCode, ConflictId, Revision, TeamId, is_uuid
from sync.merge import sameness
from sync.report import (
    AuthorAnswer,
    Conflict,
    FieldState,
    Report,
    Resolution,
    Side,
    Stance,
)
from sync.strictjson import Json
from tests.builders import ITEM, NODE, REPORT, RULES, A, B, C, World, kg, uid, witness

SAME = sameness(RULES)
QUANTITY = f"/items/{ITEM}/quantity"


def decision(kind: DecisionKind, value: Json = None) -> Decide:
    return Decide(kind, None, value, "weighed again")


def contested(path: str = "/place", one: Json = "Osh", other: Json = "Naryn") -> World:
    world = World()
    world.write(A, {path: (None, one)})
    world.write(B, {path: (None, other)})
    return world


def only(report: Report) -> Conflict:
    [found] = report.conflicts.values()
    return found


def take(world: World, conflict: Conflict, kind: DecisionKind, value: Json = None) -> Decided:
    """The decision, which must be possible, as the next line of the node's log."""
    seq = world.sequence[NODE] = world.sequence.get(NODE, 0) + 1
    revision = world.now.revision + 1
    decided = decide(world.now, conflict, decision(kind, value), witness(NODE, seq, revision), SAME)
    assert isinstance(decided, Decided), decided
    world.report = decided.report
    return decided


def test_m13_settling_accepts_the_value_by_the_nodes_line_and_keeps_the_sides_on_record():
    world = contested()
    before = only(world.now)

    settled = take(world, before, "settle", "Naryn").conflict

    node = witness(NODE, 1, 3)
    assert world.now.fields["/place"] == FieldState("Naryn", (node,))
    assert world.now.revision == 3
    assert world.now.conflicts == {}
    assert settled.life == "settled"
    assert settled.version == before.version + 1
    assert (settled.accepted, settled.candidates) == (before.accepted, before.candidates)
    assert settled.resolution == Resolution("decided", "Naryn", "weighed again", node)


def test_m13_a_new_value_may_be_settled_on():
    world = contested()

    take(world, only(world.now), "settle", "Talas")

    assert world.stands("/place") == ("Talas", ["N"], [])


def test_m13_who_wrote_without_seeing_the_decision_opens_a_new_conflict():
    world = contested()
    first = take(world, only(world.now), "settle", "Naryn").conflict

    world.write(A, {"/place": ("Osh", "Uzgen")}, seen=2)

    assert world.stands("/place") == ("Naryn", ["N"], [("Uzgen", "A")])
    assert only(world.now).id != first.id


def test_m13_who_saw_the_decision_may_write_on():
    world = contested()
    take(world, only(world.now), "settle", "Naryn")

    world.write(A, {"/place": ("Naryn", "Uzgen")}, seen=3)

    assert world.stands("/place") == ("Uzgen", ["A"], [])


def test_m13_reopening_lets_the_sides_stand_again_against_what_was_settled():
    world = contested()
    settled = take(world, only(world.now), "settle", "Talas").conflict

    reopened = take(world, settled, "reopen").conflict

    assert world.now.fields["/place"] == FieldState(
        "Talas",
        (witness(NODE, 1, 3),),
        (Stance("Osh", witness(A, 1, 1)), Stance("Naryn", witness(B, 1, 2))),
        settled.id,
    )
    assert (reopened.life, reopened.version, reopened.resolution) == ("open", 3, None)
    assert reopened.accepted == Side("Talas", (witness(NODE, 1, 3),))
    assert reopened.candidates == (
        Side("Osh", (witness(A, 1, 1),)),
        Side("Naryn", (witness(B, 1, 2),)),
    )
    assert world.now.conflicts == {settled.id: reopened}


def test_m13_m11_reopening_does_not_pit_one_value_against_itself_in_another_unit():
    world = contested(QUANTITY, kg("1"), kg("2"))
    settled = take(world, only(world.now), "settle", {"amount": "1000", "unit": "g"}).conflict

    take(world, settled, "reopen")

    assert [side.value for side in only(world.now).candidates] == [kg("2")]


def test_m13_who_moved_on_to_the_accepted_value_does_not_stand_for_the_old_one_again():
    world = contested()
    settled = take(world, only(world.now), "settle", "Naryn").conflict
    world.write(A, {"/place": ("Naryn", "Uzgen")}, seen=3)

    take(world, settled, "reopen")

    assert world.stands("/place") == ("Uzgen", ["A"], [("Naryn", "B")])


def test_m13_a_reopened_conflict_can_be_settled_again():
    world = contested()
    settled = take(world, only(world.now), "settle", "Naryn").conflict
    reopened = take(world, settled, "reopen").conflict

    again = take(world, reopened, "settle", "Osh").conflict

    assert again.version == 4
    assert world.stands("/place") == ("Osh", ["N"], [])


def test_asking_changes_no_value_and_an_answer_is_kept_beside_the_sides():
    world = contested()
    asked = take(world, only(world.now), "ask").conflict
    assert (asked.life, asked.version) == ("asked", 2)
    assert world.stands("/place") == ("Osh", ["A"], [("Naryn", "B")])

    answered = answer(asked, Answer(asked.id, "Osh", "I was at the post"), witness(B, 2, 4))

    assert (answered.life, answered.version) == ("answered", 3)
    assert answered.answers == (AuthorAnswer("Osh", "I was at the post", witness(B, 2, 4)),)
    assert answered.candidates == asked.candidates


def test_a_late_answer_is_kept_and_does_not_reopen():
    world = contested()
    settled = take(world, only(world.now), "settle", "Naryn").conflict

    late = answer(settled, Answer(settled.id, "Osh", ""), witness(A, 2, 4))

    assert late.life == "settled"
    assert len(late.answers) == 1


def _settled() -> tuple[World, Conflict]:
    world = contested()
    return world, take(world, only(world.now), "settle", "Naryn").conflict


@pytest.mark.parametrize(
    ("kind", "is_settled", "reason"),
    [
        ("settle", True, "already-settled"),
        ("ask", True, "already-settled"),
        ("reopen", False, "not-settled"),
        ("release", False, "not-about-a-conflict"),
        ("withhold", True, "not-about-a-conflict"),
    ],
)
def test_a_decision_out_of_turn_is_refused(kind: DecisionKind, reason: str, *, is_settled: bool):
    world, conflict = _settled() if is_settled else (contested(), None)
    conflict = conflict or only(world.now)

    refused = decide(world.now, conflict, decision(kind, "Osh"), witness(NODE, 9, 9), SAME)

    assert refused == Refusal(reason)


def test_reopening_beside_a_newer_conflict_of_the_field_is_refused():
    world, settled = _settled()
    world.write(A, {"/place": ("Osh", "Uzgen")}, seen=2)

    assert decide(world.now, settled, decision("reopen"), witness(NODE, 9, 9), SAME) == Refusal(
        "field-is-contested"
    )


def test_reopening_where_nobody_says_otherwise_is_refused():
    world = contested()
    settled = take(world, only(world.now), "settle", "Naryn").conflict
    for log in (A, B):
        world.write(log, {"/place": ("Naryn", "Talas")}, seen=3)

    assert decide(world.now, settled, decision("reopen"), witness(NODE, 9, 9), SAME) == Refusal(
        "nothing-to-reopen"
    )


def test_m10_settling_a_void_voids_or_keeps_the_report():
    for value, voided in (({"reason": "filed twice"}, True), (None, False)):
        world = World()
        world.write(A, {"/place": (None, "Osh")})
        world.write(C, {"/count": (None, 3)}, seen=1)
        world.write(B, {"/voided": (None, {"reason": "filed twice"})}, seen=1)

        take(world, only(world.now), "settle", value)

        assert world.now.is_voided is voided


# --- duplicates -------------------------------------------------------------------------------

TWIN = uid(901)


def duplicate(details: Json) -> tuple[Report, Conflict]:
    conflict = Conflict(
        id=ConflictId(uid(500)),
        report=REPORT,
        kind="duplicate",
        path="",
        life="open",
        version=1,
        accepted=Side(None, ()),
        candidates=(),
        opened=Revision(1),
        details=details,
    )
    report = Report(
        id=REPORT,
        form="trial/1",
        revision=Revision(1),
        created_by=A,
        agency=AgencyCode("KG-CNS"),
        team=TeamId(uid(700)),
        conflicts={conflict.id: conflict},
    )
    return report, conflict


@pytest.mark.parametrize(("value", "twins"), [(True, (TWIN,)), (False, ()), ("yes", ())])
def test_f8_same_event_links_the_two_reports_and_nothing_less_does(
    value: Json, twins: tuple[str, ...]
):
    report, conflict = duplicate({"other": TWIN})

    decided = decide(report, conflict, decision("settle", value), witness(NODE, 1, 2), SAME)

    assert isinstance(decided, Decided)
    assert decided.report.twins == twins


def test_f8_reopening_parts_the_twins():
    report, conflict = duplicate({"other": TWIN})
    linked = decide(report, conflict, decision("settle", value=True), witness(NODE, 1, 2), SAME)
    assert isinstance(linked, Decided)

    parted = decide(linked.report, linked.conflict, decision("reopen"), witness(NODE, 2, 3), SAME)

    assert isinstance(parted, Decided)
    assert parted.report.twins == ()
    assert parted.conflict.life == "open"


@pytest.mark.parametrize("details", [None, "other", {"other": 7}, {}, []])
def test_a_duplicate_that_names_no_other_report_links_none(details: Json):
    _, conflict = duplicate(details)

    assert other_report(conflict) is None


# --- names ------------------------------------------------------------------------------------


def test_p2_a_conflict_is_named_by_what_opened_it():
    name = conflict_id(REPORT, "/place", "field", A, 1)

    assert is_uuid(name)
    assert name == conflict_id(REPORT, "/place", "field", A, 1)
    others = {
        conflict_id(REPORT, "/count", "field", A, 1),
        conflict_id(REPORT, "/place", "proposal", A, 1),
        conflict_id(REPORT, "/place", "field", B, 1),
        conflict_id(REPORT, "/place", "field", A, 2),
    }
    assert len(others | {name}) == 5
