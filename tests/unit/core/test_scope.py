"""Who sees which report, and where a device belonged when it wrote: S1, S2, S4, P10."""

import pytest

from sync.ids import AgencyCode, Seq, TeamId
from sync.report import agencies_of, owner_of
from sync.scope import Assignment, assignment_at, may_see, scopes_for, scopes_of
from tests.builders import TEAM, A, B, World, uid, writer

POST = "KG-UZ-DOSTUK"


def world(**fields: object) -> World:
    """A report of team 700 of KG-CNS with these accepted values; ``_`` stands for ``/``."""
    found = World()
    found.write(A, {"/place": (None, "Osh")})
    for path, value in fields.items():
        found.write(A, {path: (None, value)})
    return found


def test_s1_a_report_is_in_the_scopes_of_its_team_its_agencies_and_its_post():
    report = world(
        **{
            "/agencies/lead": "KG-SCS",
            "/agencies/participating/KG-BS": True,
            "/place/border_point": POST,
        }
    ).now

    assert scopes_of(report) == {
        f"team:{TEAM}",
        "agency:KG-CNS",
        "agency:KG-SCS",
        "agency:KG-BS",
        f"post:{POST}",
    }


def test_s1_an_agency_that_was_taken_out_is_out():
    found = world(**{"/agencies/participating/KG-BS": True})
    found.write(A, {"/agencies/participating/KG-BS": (True, None)})

    assert agencies_of(found.now) == {"KG-CNS"}


def test_s1_the_owner_is_who_the_report_names_else_who_created_it():
    assert owner_of(world().now) == "KG-CNS"
    handed_over = world(**{"/agencies/owner": "KG-SCS"}).now
    assert owner_of(handed_over) == "KG-SCS"
    assert agencies_of(handed_over) == {"KG-SCS"}
    unknown = world(**{"/agencies/owner": {"not_known": True}}).now
    assert owner_of(unknown) == "KG-CNS"


def test_s1_a_report_not_known_to_be_at_a_post_is_in_no_posts_scope():
    report = world(**{"/place/border_point": {"not_known": True}}).now

    assert scopes_of(report) == {f"team:{TEAM}", "agency:KG-CNS"}


def test_s1_s2_no_team_is_no_scope():
    alone = World(writers={A: writer(A, team=TeamId(""))})
    alone.write(A, {"/place": (None, "Osh")})

    assert scopes_of(alone.now) == {"agency:KG-CNS"}
    assert scopes_for(B, Assignment(Seq(1), AgencyCode("KG-BS"), TeamId(""))) == {
        "agency:KG-BS",
        f"device:{B}",
    }


def test_s2_a_device_reads_by_team_agency_post_and_a_scope_of_its_own():
    at_post = Assignment(Seq(1), AgencyCode("KG-BS"), TEAM, POST)
    inland = Assignment(Seq(1), AgencyCode("KG-BS"), TEAM)

    assert scopes_for(B, at_post) == {f"team:{TEAM}", "agency:KG-BS", f"post:{POST}", f"device:{B}"}
    assert scopes_for(B, inland) == {f"team:{TEAM}", "agency:KG-BS", f"device:{B}"}


@pytest.mark.parametrize(
    ("agency", "team", "post", "sees"),
    [
        ("KG-BS", TEAM, None, True),
        ("KG-CNS", uid(702), None, True),
        ("KG-BS", uid(702), POST, True),
        ("KG-BS", uid(702), "KG-UZ-OTHER", False),
        ("KG-BS", uid(702), None, False),
    ],
)
def test_p10_one_scope_in_common_is_enough_and_none_is_too_little(
    agency: str, team: str, post: str | None, *, sees: bool
):
    report = world(**{"/place/border_point": POST}).now
    reader = scopes_for(B, Assignment(Seq(1), AgencyCode(agency), TeamId(team), post))

    assert may_see(reader, report) is sees


def test_s4_a_line_belongs_where_its_device_was_when_it_was_written():
    first = Assignment(Seq(1), AgencyCode("KG-CNS"), TEAM)
    second = Assignment(Seq(10), AgencyCode("KG-SCS"), TEAM)
    announced = Assignment(None, AgencyCode("KG-BS"), TEAM)
    held = [first, second, announced]

    assert [assignment_at(held, Seq(seq)) for seq in (1, 9, 10, 99)] == [
        first,
        first,
        second,
        second,
    ]
    assert assignment_at([second], Seq(9)) is None
    assert assignment_at([], Seq(1)) is None
