"""What one edit does to one report: rules M1 to M11, each as a small history."""

import pytest

from sync.conflicts import conflict_id
from sync.ids import Revision, Seq
from sync.merge import Outcome, Result, Rules, knows
from sync.report import Conflict, FieldState, Side, Stance
from sync.verdicts import Agreed, Applied, Contested, Held, Parked
from tests.builders import (
    EVENT,
    ITEM,
    PHOTO,
    REPORT,
    TRIAL,
    A,
    B,
    C,
    World,
    change,
    edit,
    kg,
    tables,
    uid,
    witness,
    writer,
)

QUANTITY = f"/items/{ITEM}/quantity"
TAG = "/tags/joint"


def place(was: str | None, now: str | None):
    return {"/place": (was, now)}


# --- M1 to M4 ---------------------------------------------------------------------------------


def test_m1_a_field_that_was_not_changed_is_ignored_whatever_stands_there():
    world = World()
    world.write(A, place(None, "Osh"))

    outcome = world.write(B, place("Naryn", "Naryn"))

    assert outcome == Outcome(Agreed(Revision(1)), None, (), {"/place": Result.UNTOUCHED}, ())
    assert world.stands("/place") == ("Osh", ["A"], [])


def test_m2_who_writes_the_accepted_value_unseen_becomes_a_witness_too():
    world = World()
    world.write(A, place(None, "Osh"))

    outcome = world.write(B, place(None, "Osh"))

    assert outcome.verdict == Agreed(Revision(2))
    assert outcome.conflicts == ()
    assert world.now.fields["/place"] == FieldState("Osh", (witness(A, 1, 1), witness(B, 1, 2)))


def test_m2_a_witness_counts_once_with_its_latest_line():
    world = World()
    world.write(A, place(None, "Osh"))
    world.write(B, place(None, "Osh"))
    world.write(A, place(None, "Osh"))

    assert world.now.fields["/place"].witnesses == (witness(B, 1, 2), witness(A, 2, 3))


def test_m3_who_knew_every_witness_moves_the_field():
    world = World()
    world.write(A, place(None, "Osh"))
    world.write(B, place(None, "Osh"))

    outcome = world.write(C, place("Osh", "Uzgen"), seen=2)

    assert outcome.verdict == Applied(Revision(3))
    assert outcome.results == {"/place": Result.APPLIED}
    assert world.now.fields["/place"] == FieldState("Uzgen", (witness(C, 1, 3),))


def test_m3_an_earlier_line_of_the_same_log_is_known_without_being_seen():
    world = World()
    world.write(A, place(None, "Osh"))

    assert world.write(A, place("Osh", "Uzgen")).verdict == Applied(Revision(2))
    assert world.stands("/place") == ("Uzgen", ["A"], [])


def test_m3_one_unseen_witness_among_two_keeps_the_value_in_dispute():
    """The rule with one witness would lose B's Osh here: A had seen only its own."""
    world = World()
    world.write(A, place(None, "Osh"))
    world.write(B, place(None, "Osh"))

    assert isinstance(world.write(A, place("Osh", "Uzgen")).verdict, Contested)
    assert world.stands("/place") == ("Osh", ["B"], [("Uzgen", "A")])


def test_m3_a_client_that_names_another_base_is_flagged_and_does_not_win_over_a_colleague():
    world = World()
    world.write(A, place(None, "Osh"))

    outcome = world.write(B, place("Naryn", "Uzgen"), seen=1)

    assert outcome.flags == ("base-mismatch /place",)
    assert isinstance(outcome.verdict, Contested)
    assert world.stands("/place") == ("Osh", ["A"], [("Uzgen", "B")])


def test_m3_a_faulty_base_does_not_win_over_a_colleagues_narrative_either():
    world = World()
    world.write(A, {"/story": (None, "Stopped a lorry near Osh.")})

    outcome = world.write(B, {"/story": ("Quite another text.", "Mine alone.")}, seen=1)

    assert outcome.flags == ("base-mismatch /story",)
    assert world.stands("/story") == (
        "Stopped a lorry near Osh.",
        ["A"],
        [("Mine alone.", "B")],
    )


def test_m3_a_wrong_base_over_ones_own_value_is_flagged_and_harmless():
    world = World()
    world.write(A, place(None, "Osh"))

    outcome = world.write(A, place("Naryn", "Uzgen"))

    assert outcome.flags == ("base-mismatch /place",)
    assert outcome.verdict == Applied(Revision(2))


def test_m3_a_cleared_field_has_a_witness_like_any_other_value():
    world = World()
    world.write(A, place(None, "Osh"))
    world.write(A, place("Osh", None))

    world.write(B, place(None, "Naryn"))

    assert world.stands("/place") == (None, ["A"], [("Naryn", "B")])


@pytest.mark.parametrize(
    ("log", "seq", "revision", "known"),
    [
        (B, 9, 5, True),  # seen: the tablet held revision 5
        (B, 1, 6, False),  # taken in after what the tablet held
        (A, 3, 6, True),  # an earlier line of its own log
        (A, 4, 6, False),  # the line itself
        (A, 7, 6, False),  # a later line, merged before this one was retried
    ],
)
def test_m4_a_write_is_known_by_revision_or_by_its_place_in_the_same_log(
    log: str, seq: int, revision: int, *, known: bool
):
    line = change(A, 4, edit({}), seen=5)

    assert knows(line, writer(A), witness(log, seq, revision)) is known


@pytest.mark.parametrize(("seq", "known"), [(4, True), (5, False)])
def test_m4_l7_a_branch_knows_the_common_trunk_and_not_what_came_after(seq: int, *, known: bool):
    branch = writer(f"{A}~1", branched_from=(A, Seq(5)))

    assert knows(change(f"{A}~1", 6, edit({})), branch, witness(A, seq, 9)) is known


# --- M5: policies -----------------------------------------------------------------------------


def test_m5_contest_opens_a_conflict_that_tells_both_sides():
    world = World()
    world.write(A, place(None, "Osh"))

    outcome = world.write(B, place(None, "Naryn"))

    name = conflict_id(REPORT, "/place", "field", B, 1)
    expected = Conflict(
        id=name,
        report=REPORT,
        kind="field",
        path="/place",
        life="open",
        version=1,
        accepted=Side("Osh", (witness(A, 1, 1),)),
        candidates=(Side("Naryn", (witness(B, 1, 2),)),),
        opened=Revision(2),
    )
    assert outcome.verdict == Contested(Revision(2), (name,))
    assert outcome.conflicts == (expected,)
    assert world.now.conflicts == {name: expected}
    assert world.now.contested == ("/place",)


def test_m5_union_keeps_what_both_added():
    world = World()
    world.write(A, {"/tags/joint": (None, True)})
    world.write(B, {"/tags/dog": (None, True), f"/photos/{PHOTO}": (None, "cargo")})

    assert {path: state.value for path, state in world.now.fields.items()} == {
        "/tags/joint": True,
        "/tags/dog": True,
        f"/photos/{PHOTO}": "cargo",
    }


def test_m5_union_keeps_a_member_that_a_colleague_added_unseen():
    world = World()
    world.write(A, {TAG: (None, True)})
    world.write(B, {TAG: (None, True)})

    outcome = world.write(A, {TAG: (True, None)})

    assert outcome.results == {TAG: Result.KEPT}
    assert world.stands(TAG) == (True, ["A", "B"], [])


def test_m5_union_takes_back_what_one_added_oneself():
    """A removed it, C adds it unseen and takes it back: nobody wants it any more."""
    world = World()
    world.write(A, {TAG: (None, True)})
    world.write(A, {TAG: (True, None)})
    world.write(C, {TAG: (None, True)})
    assert world.stands(TAG) == (True, ["C"], [])

    world.write(C, {TAG: (True, None)})

    assert world.stands(TAG) == (None, ["C"], [])


def test_m5_union_of_two_captions_of_one_photo_is_a_conflict():
    world = World()
    world.write(A, {f"/photos/{PHOTO}": (None, "cargo")})

    outcome = world.write(B, {f"/photos/{PHOTO}": (None, "driver")})

    assert isinstance(outcome.verdict, Contested)


def test_m5_append_adds_events_side_by_side_and_never_changes_one():
    path, other = f"/weighings/{EVENT}", f"/weighings/{uid(4)}"
    weighed = {"at": "2020-02-01T14:00:00+06:00", "gross": kg("5")}
    world = World()
    world.write(A, {path: (None, weighed)})
    world.write(B, {other: (None, weighed)})

    changed = world.write(A, {path: (weighed, weighed | {"gross": kg("6")})})
    removed = world.write(A, {path: (weighed, None)})

    assert changed.verdict == Parked("event-is-immutable", path)
    assert removed.verdict == Parked("event-is-immutable", path)
    assert world.now.value(path) == weighed
    assert world.now.value(other) == weighed


def test_m5_append_takes_the_same_event_twice_as_agreement():
    path = f"/weighings/{EVENT}"
    world = World()
    weighed = {"at": "2020-02-01T14:00:00+06:00", "gross": kg("5")}
    world.write(A, {path: (None, weighed)})

    again = world.write(B, {path: (None, {"at": "2020-02-01T08:00:00Z", "gross": kg("5.0")})})

    assert again.verdict == Agreed(Revision(2))
    assert world.now.value(path) == weighed


def test_m5_text_weaves_edits_of_different_places_and_both_are_witnesses():
    base = "Stopped a lorry. Searched it. Found bags."
    world = World()
    world.write(A, {"/story": (None, base)})
    world.write(A, {"/story": (base, base.replace("a lorry", "a blue lorry"))})

    outcome = world.write(B, {"/story": (base, base + " Called the laboratory.")}, seen=1)

    assert outcome.results == {"/story": Result.MERGED}
    assert outcome.verdict == Applied(Revision(3))
    assert world.stands("/story") == (
        "Stopped a blue lorry. Searched it. Found bags. Called the laboratory.",
        ["A", "B"],
        [],
    )


def test_m5_text_asks_a_person_where_edits_touch():
    world = World()
    world.write(A, {"/story": (None, "Stopped a lorry.")})
    world.write(A, {"/story": ("Stopped a lorry.", "Stopped a blue lorry.")})

    outcome = world.write(B, {"/story": ("Stopped a lorry.", "Stopped a red lorry.")}, seen=1)

    assert isinstance(outcome.verdict, Contested)
    assert world.stands("/story") == (
        "Stopped a blue lorry.",
        ["A"],
        [("Stopped a red lorry.", "B")],
    )


@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        ((A, 100), (B, 200), "by B"),
        ((A, 200), (B, 100), "by A"),
        ((B, 200), (A, 200), "by B"),  # a tie goes to the greater log name
        ((A, 200), (B, 200), "by B"),
    ],
)
def test_m5_latest_goes_by_the_corrected_clock_in_any_order_of_arrival(
    first: tuple[str, int], second: tuple[str, int], stays: str
):
    world = World()
    for log, at_ms in (first, second):
        by = "by A" if log == A else "by B"
        world.write(log, {"/note": (None, by)}, by=writer(log, at_ms=at_ms))

    assert world.stands("/note") == (stays, [stays[-1]], [])


def test_m5_latest_lets_who_saw_the_note_replace_it_whatever_the_clock_says():
    world = World()
    world.write(A, {"/note": (None, "first")}, by=writer(A, at_ms=100))
    world.write(B, {"/note": (None, "second")}, by=writer(B, at_ms=900))

    world.write(C, {"/note": ("second", "third")}, seen=2, by=writer(C, at_ms=1))

    assert world.stands("/note") == ("third", ["C"], [])


# --- M11: equality ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        (QUANTITY, kg("1"), {"amount": "1000", "unit": "g"}),
        (QUANTITY, {"entered": "8 кг 268 гр", "lang": "ru"}, kg("8.268")),
        (f"/items/{ITEM}/substance", {"entered": "Heroin", "lang": "en"}, {"code": "HEROIN"}),
        ("/at", "2020-02-01T14:03:00+06:00", "2020-02-01T08:03:00Z"),
        ("/plate", "01 KG 123-ABC", "01kg123abc"),
        ("/place", "Osh ", "Osh"),
    ],
)
def test_m11_two_notations_of_one_value_agree(path: str, one: object, other: object):
    world = World()
    world.write(A, {path: (None, one)})

    assert world.write(B, {path: (None, other)}).verdict == Agreed(Revision(2))
    assert world.now.value(path) == one


# --- what is not merged -----------------------------------------------------------------------


def test_j4_an_edit_that_does_not_fit_its_form_is_parked_whole():
    world = World()
    world.write(A, place(None, "Osh"))

    outcome = world.write(A, {"/count": (None, "three"), "/place": ("Osh", "Uzgen")})

    assert outcome == Outcome(Parked("wrong-type", "/count"))
    assert world.stands("/place") == ("Osh", ["A"], [])


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("/nowhere", "x", "unknown-path"),
        ("", "x", "unknown-path"),
        ("/items/*/colour", "x", "unknown-path"),
        (f"/items/{ITEM}/quantity/amount", "5", "unknown-path"),
        ("/items/first/colour", "x", "bad-key"),
        ("/tags/cat", True, "unknown-code"),
        ("/agencies/participating/XX-NONE", True, "unknown-code"),
        ("/place", "a\x00b", "control-character"),
        ("/agencies/owner", "XX-NONE", "unknown-code"),
    ],
)
def test_j4_each_misfit_has_its_reason(path: str, value: object, reason: str):
    assert World().write(A, {path: (None, value)}).verdict == Parked(reason, path)


def test_j4_a_long_unknown_path_is_named_shortened():
    assert World().write(A, {"/" + "x" * 900: (None, 1)}).verdict == Parked(
        "unknown-path", "/" + "x" * 299
    )


def test_an_edit_of_a_report_the_server_never_saw_waits_for_it():
    world = World()

    outcome = world.write(B, place("Osh", "Uzgen"), seen=4)

    assert outcome == Outcome(Held("report-unknown", f"report {REPORT}"))


def test_the_first_edit_creates_the_report_of_its_writers_team_and_agency():
    world = World()
    world.write(A, place(None, "Osh"))

    report = world.now
    assert (report.id, report.form, report.revision) == (REPORT, "trial/1", 1)
    assert (report.created_by, report.agency, report.team) == (A, "KG-CNS", writer().team)


def test_revisions_start_above_the_floor_that_a_restore_raised():
    world = World(rules=Rules(TRIAL, tables(), revision_floor=1000))
    world.write(A, place(None, "Osh"))

    assert world.now.revision == 1001


def test_a_seen_from_before_a_restore_knows_no_write_made_after_it():
    world = World()
    world.write(A, place(None, "Osh"))
    world.rules = Rules(TRIAL, tables(), revision_floor=1000)
    world.write(C, place("Osh", "Talas"), seen=1)

    world.write(B, place("Osh", "Naryn"), seen=40)

    assert world.stands("/place") == ("Talas", ["C"], [("Naryn", "B")])


def test_a_line_retried_after_a_later_one_of_its_own_log_contests_it():
    """Its author has moved on meanwhile; a person says which word counts. Nothing is lost."""
    world = World()
    world.write(B, place(None, "Osh"))
    world.sequence[A] = 6
    world.write(A, place("Osh", "Uzgen"), seen=1)
    world.sequence[A] = 3

    world.write(A, place("Osh", "Talas"), seen=1)

    state = world.now.fields["/place"]
    assert (state.value, state.witnesses) == ("Uzgen", (witness(A, 7, 2),))
    assert state.stances == (Stance("Talas", witness(A, 4, 3)),)


def test_m1_an_event_that_was_not_touched_is_no_attempt_to_change_it():
    path = f"/weighings/{EVENT}"
    world = World()
    world.write(A, {path: (None, {"at": "2020-02-01T14:00:00Z"})})

    outcome = world.write(B, {path: (None, None), "/count": (None, 3)}, seen=1)

    assert outcome.results == {path: Result.UNTOUCHED, "/count": Result.APPLIED}
