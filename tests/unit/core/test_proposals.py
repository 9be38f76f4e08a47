"""Edits by an agency that neither owns a report nor is joint to it: rule M9."""

from sync.changes import Decide
from sync.conflicts import Decided, Refusal, conflict_id, decide
from sync.ids import Revision, TeamId
from sync.merge import Outcome, Result, Writer, sameness
from sync.report import Conflict, Report, Side
from sync.verdicts import Agreed, Applied, Proposed
from tests.builders import (
    FOREIGN_AGENCY,
    NODE,
    REPORT,
    RULES,
    A,
    B,
    D,
    World,
    foreigner,
    witness,
    writer,
)

SAME = sameness(RULES)


def proposed() -> World:
    world = World(writers={D: foreigner()})
    world.write(A, {"/place": (None, "Osh")})
    world.write(D, {"/place": ("Osh", "Khujand")}, seen=1)
    return world


def the_proposal(report: Report) -> Conflict:
    [found] = report.conflicts.values()
    return found


def settle(value: object) -> Decide:
    return Decide("settle", None, value, "the border guard was there")


def test_m9_a_foreign_edit_changes_nothing_and_waits_in_the_owners_queue():
    world = proposed()

    name = conflict_id(REPORT, "/place", "proposal", D, 1)
    expected = Conflict(
        id=name,
        report=REPORT,
        kind="proposal",
        path="/place",
        life="open",
        version=1,
        accepted=Side("Osh", (witness(A, 1, 1),)),
        candidates=(Side("Khujand", (witness(D, 1, 2),)),),
        opened=Revision(2),
    )
    assert world.outcomes[-1].verdict == Proposed((name,))
    assert world.outcomes[-1].results == {"/place": Result.PROPOSED}
    assert world.now.conflicts == {name: expected}
    assert world.stands("/place") == ("Osh", ["A"], [])
    assert world.now.contested == ()
    assert world.now.revision == 2


def test_m9_a_team_mate_of_another_agency_merges():
    world = World(writers={B: writer(B, agency=FOREIGN_AGENCY)})
    world.write(A, {"/place": (None, "Osh")})

    assert world.write(B, {"/place": ("Osh", "Uzgen")}, seen=1).verdict == Applied(Revision(2))


def test_m9_two_tablets_without_a_team_are_no_team():
    alone = TeamId("")
    world = World(writers={A: writer(A, team=alone), D: Writer(D, FOREIGN_AGENCY, alone)})
    world.write(A, {"/place": (None, "Osh")})

    outcome = world.write(D, {"/place": ("Osh", "Khujand")}, seen=1)

    assert outcome.results == {"/place": Result.PROPOSED}


def test_m9_each_agency_joint_to_the_report_merges():
    for joint in ("/agencies/lead", "/agencies/owner"):
        world = World(writers={D: foreigner()})
        world.write(A, {joint: (None, FOREIGN_AGENCY)})
        assert world.write(D, {"/place": (None, "Osh")}, seen=1).verdict == Applied(Revision(2))

    world = World(writers={D: foreigner()})
    world.write(A, {f"/agencies/participating/{FOREIGN_AGENCY}": (None, True)})
    assert world.write(D, {"/place": (None, "Osh")}, seen=1).verdict == Applied(Revision(2))


def test_m9_what_stands_already_is_no_proposal():
    world = World(writers={D: foreigner()})
    world.write(A, {"/place": (None, "Osh")})

    outcome = world.write(D, {"/place": (None, "Osh"), "/count": (3, 3)})

    assert outcome == Outcome(
        Agreed(Revision(1)),
        None,
        (),
        {"/count": Result.UNTOUCHED, "/place": Result.AGREED},
    )


def test_m9_a_proposer_who_writes_again_replaces_the_own_proposal():
    world = proposed()

    world.write(D, {"/place": ("Khujand", "Isfara")}, seen=1)

    proposal = the_proposal(world.now)
    assert proposal.version == 2
    assert proposal.candidates == (Side("Isfara", (witness(D, 2, 3),)),)


def test_m9_a_proposer_who_comes_to_agree_takes_the_proposal_back():
    world = proposed()

    outcome = world.write(D, {"/place": ("Khujand", "Osh")}, seen=1)

    assert outcome.verdict == Agreed(Revision(3))
    assert world.now.conflicts == {}
    [closed] = outcome.conflicts
    assert closed.life == "settled"
    assert closed.resolution is not None
    assert (closed.resolution.how, closed.resolution.reason) == ("agreed", "taken back")


def test_m9_the_owners_own_edit_gives_a_standing_proposal_a_new_version():
    """Else an administrator could settle it over a value nobody showed them (P3)."""
    world = proposed()

    outcome = world.write(A, {"/place": ("Osh", "Uzgen")}, seen=2)

    proposal = the_proposal(world.now)
    assert proposal.version == 2
    assert proposal.accepted == Side("Uzgen", (witness(A, 2, 3),))
    assert outcome.conflicts == (proposal,)


def test_m9_m13_settling_for_the_proposal_accepts_it_by_the_nodes_own_line():
    world = proposed()

    decided = decide(
        world.now, the_proposal(world.now), settle("Khujand"), witness(NODE, 1, 3), SAME
    )

    assert isinstance(decided, Decided)
    assert decided.report.value("/place") == "Khujand"
    assert decided.report.fields["/place"].witnesses == (witness(NODE, 1, 3),)
    assert decided.report.conflicts == {}
    assert decided.others == ()


def test_m9_m13_settling_one_of_two_proposals_shows_the_other_the_new_value():
    world = proposed()
    world.writers[B] = foreigner(B)
    world.write(B, {"/place": ("Osh", "Isfara")}, seen=1)
    first, second = world.now.conflicts.values()

    decided = decide(world.now, first, settle("Khujand"), witness(NODE, 1, 4), SAME)

    assert isinstance(decided, Decided)
    [other] = decided.others
    assert (other.id, other.version) == (second.id, 2)
    assert other.accepted == Side("Khujand", (witness(NODE, 1, 4),))
    assert decided.report.conflicts == {second.id: other}


def test_m9_m13_refusing_a_proposal_leaves_the_witnesses_as_they_are():
    world = proposed()

    decided = decide(world.now, the_proposal(world.now), settle("Osh"), witness(NODE, 1, 3), SAME)

    assert isinstance(decided, Decided)
    assert decided.report.fields == world.now.fields
    assert decided.conflict.life == "settled"


def test_m9_m6_a_proposal_for_a_contested_field_waits_for_the_contest():
    world = proposed()
    proposal = the_proposal(world.now)
    world.write(B, {"/place": (None, "Naryn")})

    assert decide(
        world.now, world.now.conflicts[proposal.id], settle("Khujand"), witness(NODE, 1, 4), SAME
    ) == Refusal("field-is-contested")
