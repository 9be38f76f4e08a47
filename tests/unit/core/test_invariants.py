"""The checkers of P1 to P11: each finds the breach it is for, and says nothing of a sound node."""

from dataclasses import replace
from typing import Any

import pytest

from sync.chain import CHAIN_START, Checkpoint, Link, entry_hash, extend
from sync.ids import Position, ReportId, Revision, Seq
from sync.invariants import (
    Delivery,
    DerivedQuantity,
    DeviceHolding,
    FeedEntry,
    InboxRow,
    Snapshot,
    StoredLine,
    Violation,
    violations,
)
from sync.report import FieldState
from sync.scope import Scope
from sync.verdicts import Applied, Held, Parked, SetAside
from tests.builders import (
    ITEM,
    REPORT,
    RULES,
    TEAM,
    A,
    B,
    C,
    World,
    foreigner,
    kg,
    tables,
    uid,
    witness,
)

QUANTITY = f"/items/{ITEM}/quantity"
OTHER_REPORT = ReportId(uid(901))
TEAM_SCOPE = frozenset({Scope(f"team:{TEAM}")})
ELSEWHERE = frozenset({Scope("team:elsewhere")})
STATE = "digest of the state"


def sound_world() -> World:
    """A history with something of everything: agreement, a contest, a proposal, a strike."""
    world = World(writers={C: foreigner(C)})
    world.write(A, {"/place": (None, "Osh"), QUANTITY: (None, kg("5"))})
    world.write(B, {"/place": (None, "Osh")})
    world.write(A, {"/place": ("Osh", "Uzgen")})
    world.write(C, {"/place": ("Osh", "Khujand")}, seen=2)
    world.write(B, {"/story": (None, "one two three")}, seen=3)
    world.write(A, {f"/items/{ITEM}/struck": (None, {"reason": "twice"})}, seen=1)
    world.write(B, {f"/items/{ITEM}/colour": (None, "white")}, seen=1)
    world.write(B, {"/count": (None, "many")})
    return world


def feed(*actions: tuple[str, str]) -> tuple[FeedEntry, ...]:
    """Entries of these (action, report), open to KZ alone."""
    entries: list[FeedEntry] = []
    chain = CHAIN_START
    for position, (action, report) in enumerate(actions, start=1):
        body = f"{position} {action}".encode()
        chain = extend(chain, entry_hash(body))
        link = Link(position, entry_hash(body), chain, body)
        entries.append(FeedEntry(link, ReportId(report), action, frozenset({"KZ"})))
    return tuple(entries)


def sound() -> Snapshot:
    world = sound_world()
    report = world.now
    entries = feed(("publish", REPORT), ("correct", REPORT), ("withdraw", REPORT))
    holding = DeviceHolding(
        device=A,
        receipted={line.seq: line.hash for line in world.lines if line.log == A},
        scopes=TEAM_SCOPE,
        cursor=9,
        replica={REPORT: (report.revision, STATE)},
        is_current=True,
    )
    return Snapshot(
        rules={"trial/1": RULES},
        tables={"reference-1": tables()},
        published=frozenset({"trial/1"}),
        lines=tuple(world.lines),
        reports={REPORT: (report, STATE)},
        conflicts=world.conflicts,
        quarantined=(("segment 1", "wrong-signature"), ("segment 2", "unknown-device")),
        inbox=(InboxRow(Scope(f"team:{TEAM}"), REPORT, Position(9)),),
        derived=(DerivedQuantity(report, QUANTITY, None, "5", "kg", "reference-1"),),
        entries=entries,
        checkpoints=(Checkpoint("feed", 2, entries[1].link.chain), Checkpoint("f", 0, CHAIN_START)),
        deliveries=(Delivery("KZ", 1, with_body=True), Delivery("TJ", 1, with_body=False)),
        holdings=(holding, replace(holding, device=B, receipted={}, cursor=9)),
    )


def test_a_sound_node_breaks_no_promise():
    assert violations(sound()) == ()


def found(**planted: Any) -> list[tuple[str, str]]:
    """Promise and detail of each breach of a sound node with something planted."""
    return [(v.promise, v.detail) for v in violations(replace(sound(), **planted))]


def with_line(**members: Any) -> tuple[StoredLine, ...]:
    """The sound lines and one more."""
    line = StoredLine(A, Seq(9), "9" * 64, Applied(Revision(1)))
    return (*sound().lines, replace(line, **members))


def held_by(index: int = 0, **members: Any) -> tuple[DeviceHolding, ...]:
    holdings = list(sound().holdings)
    holdings[index] = replace(holdings[index], **members)
    return tuple(holdings)


def report_with(path: str, state: FieldState) -> dict[ReportId, Any]:
    report, digest = sound().reports[REPORT]
    return {REPORT: (replace(report, fields={**report.fields, path: state}), digest)}


@pytest.mark.parametrize(
    "receipted", [{Seq(1): "0" * 64}, {Seq(77): "0" * 64}], ids=["other bytes", "no line"]
)
def test_p1_a_receipted_line_that_is_not_stored_is_found(receipted: dict[Seq, str]):
    assert found(holdings=held_by(receipted=receipted)) == [("P1", "receipted, not stored")]


def test_p1_a_receipt_for_a_line_kept_on_a_branch_is_honoured():
    branch = replace(sound().lines[0], log=f"{A}~1", hash="b" * 64, report=None)
    held = held_by(receipted={Seq(1): "b" * 64})

    assert found(lines=(*sound().lines, branch), holdings=held) == []


def test_p2_a_line_stored_twice_is_found():
    first = sound().lines[0]

    assert [v.promise for v in violations(replace(sound(), lines=(*sound().lines, first)))] == [
        "P2",
        "P2",
    ]
    again = replace(first, seq=Seq(40))
    assert ("P2", f"{first.hash} stands twice") in found(lines=(*sound().lines, again))


def test_p3_a_value_that_stands_nowhere_is_found():
    lost = {REPORT: (sound().reports[REPORT][0], STATE)}
    state = lost[REPORT][0].fields["/place"]
    assert [stance.value for stance in state.stances] == ["Uzgen"]
    planted = report_with("/place", FieldState("Osh", state.witnesses))

    assert ("P3", f"line 2 of {A} is lost") in found(reports=planted, conflicts=())


def test_p3_what_is_on_record_in_a_settled_conflict_is_not_lost():
    state = sound().reports[REPORT][0].fields["/place"]
    planted = report_with("/place", FieldState("Osh", state.witnesses))

    assert found(reports=planted) == []


def test_p3_a_proposal_that_vanished_is_found():
    conflicts = tuple(c for c in sound().conflicts if c.kind != "proposal")

    assert found(conflicts=conflicts) == [("P3", f"line 1 of {C} is lost")]


def test_p3_a_line_merged_into_no_report_is_found():
    line = with_line(report=OTHER_REPORT, revision=Revision(1), touched={"/place": "Osh"})

    assert found(lines=line) == [("P3", f"line 9 of {A} was merged into no report")]


@pytest.mark.parametrize(
    "replica",
    [{}, {REPORT: (Revision(1), STATE)}, {REPORT: (Revision(7), "another state")}],
    ids=["missing", "old", "other"],
)
def test_p4_a_current_device_that_holds_another_state_is_found(replica: dict[ReportId, Any]):
    assert ("P4", "differs from the node's") in found(
        holdings=held_by(1, replica=replica, cursor=0)
    )
    assert found(holdings=held_by(1, replica=replica, cursor=0, is_current=False)) == []


def test_p5_a_report_that_a_cursor_passed_unseen_is_found():
    behind = {REPORT: (Revision(1), "old state")}

    assert found(holdings=held_by(1, replica=behind, is_current=False)) == [
        ("P5", "skipped: position 9, cursor 9")
    ]
    assert found(holdings=held_by(1, replica={}, is_current=False, cursor=8)) == []
    assert found(holdings=held_by(1, replica={}, is_current=False, scopes=ELSEWHERE)) == []


@pytest.mark.parametrize(
    ("members", "detail"),
    [
        ({"verdict": None}, "has no verdict"),
        ({"verdict": Parked("")}, "waits without a reason"),
        ({"verdict": SetAside("")}, "waits without a reason"),
        ({"verdict": Held("gap", "lines 3 to 3"), "seq": Seq(4)}, "waits for a gap that is filled"),
        (
            {"verdict": Held("report-unknown", "report"), "report": REPORT},
            "waits for a report that is here",
        ),
    ],
)
def test_p6_what_was_dropped_or_forgotten_is_found(members: dict[str, Any], detail: str):
    assert found(lines=with_line(**members)) == [("P6", detail)]


def test_p6_what_waits_with_reason_is_in_order():
    assert found(lines=with_line(verdict=Held("gap", "lines 4 to 8"))) == []
    assert (
        found(lines=with_line(verdict=Held("report-unknown", "report"), report=OTHER_REPORT)) == []
    )
    assert found(lines=with_line(verdict=Held("device-revoked", "administrator"))) == []


def test_p7_a_published_form_that_is_refused_is_found():
    refused = with_line(verdict=Parked("unknown-form"), form="trial/1")
    never_published = with_line(verdict=Parked("unknown-form"), form="trial/99")

    assert found(lines=refused) == [("P7", "trial/1 was published, and is refused")]
    assert found(lines=never_published) == []


def test_p7_bytes_quarantined_for_who_sent_them_are_found():
    assert found(quarantined=(("segment 1", "device-revoked"),)) == [
        ("P7", "quarantined for device-revoked")
    ]


@pytest.mark.parametrize(
    ("members", "detail"),
    [
        ({"tables": "reference-0"}, "no table 'reference-0'"),
        ({"entered": "5 кг"}, "the text is not as entered"),
        ({"value": "5000"}, "5000 kg does not follow from it"),
        ({"unit": "g"}, "5 g does not follow from it"),
        ({"value": None, "unit": None}, "None None does not follow from it"),
    ],
)
def test_p8_a_quantity_that_does_not_follow_is_found(members: dict[str, Any], detail: str):
    assert found(derived=(replace(sound().derived[0], **members),)) == [("P8", detail)]


def test_p9_a_rewritten_entry_and_a_head_of_another_feed_are_found():
    entries = sound().entries
    gap = (entries[0], entries[2])
    other_head = (Checkpoint("feed", 2, entries[0].link.chain),)
    ahead = (Checkpoint("feed", 9, CHAIN_START),)

    assert ("P9", "does not follow from the one before") in found(entries=gap, checkpoints=())
    assert found(checkpoints=other_head) == [("P9", "signed another feed")]
    assert found(checkpoints=ahead) == [("P9", "signed another feed")]


@pytest.mark.parametrize(
    "actions",
    [
        [("correct", REPORT)],
        [("publish", REPORT), ("publish", REPORT)],
        [("publish", REPORT), ("withdraw", REPORT), ("withdraw", REPORT)],
    ],
)
def test_p9_an_action_out_of_turn_is_found(actions: list[tuple[str, str]]):
    last = f"{actions[-1][0]} of {REPORT} out of turn"

    assert found(entries=feed(*actions), checkpoints=(), deliveries=()) == [("P9", last)]


def test_p9_what_was_withdrawn_may_be_published_again():
    actions = [("publish", REPORT), ("withdraw", REPORT), ("publish", REPORT)]

    assert found(entries=feed(*actions), checkpoints=(), deliveries=()) == []


def test_p10_a_report_outside_a_readers_scope_is_found():
    assert found(holdings=held_by(1, scopes=ELSEWHERE)) == [
        ("P4", "differs from the node's"),
        ("P10", "outside its scope"),
    ]


@pytest.mark.parametrize("delivery", [Delivery("TJ", 1, True), Delivery("KZ", 99, True)])  # noqa: FBT003  # a body, yes
def test_p10_a_body_outside_its_release_list_is_found(delivery: Delivery):
    assert found(deliveries=(delivery,)) == [("P10", "outside its release list")]


@pytest.mark.parametrize(
    "state",
    [
        FieldState("Osh", (witness(A, 99, 1),)),  # no such line
        FieldState("Talas", (witness(A, 1, 1),)),  # a line that says something else
        FieldState("Osh", (witness(B, 4, 1),)),  # a line that says nothing of it
    ],
)
def test_p11_a_witness_that_does_not_say_it_is_found(state: FieldState):
    seq, log = state.witnesses[0].seq, state.witnesses[0].log

    assert ("P11", f"line {seq} of {log} does not say it") in found(
        reports=report_with("/place", state)
    )


def test_p11_a_value_without_a_witness_is_found():
    assert found(reports=report_with("/at", FieldState("2020-02-01T00:00:00Z"))) == [
        ("P11", "nobody is known to have said it")
    ]


def test_a_violation_says_promise_subject_and_detail():
    [violation] = violations(replace(sound(), holdings=held_by(receipted={Seq(77): "0" * 64})))

    assert violation == Violation("P1", f"line 77 of {A}", "receipted, not stored")
