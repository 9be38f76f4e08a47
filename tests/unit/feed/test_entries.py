"""Which entries take readers from what they hold to what they should hold."""

from typing import Any

from backend.feed.entries import Draft, Live, Target, content_hash, decide, write_entry
from sync.chain import entry_hash
from sync.ids import ReportId, Revision
from sync.strictjson import dumps, parse
from tests.feed_reports import uuid

CONTENT = {"report": uuid(1), "revision": 3, "table": "t1", "summary": "one"}
BOTH = frozenset({"TJ", "UZ"})


def target(audience: set[str], content: dict[str, Any] | None = None, **more: Any) -> Target:
    said = content or CONTENT
    return Target(ReportId(uuid(1)), Revision(3), frozenset(audience), said, **more)


def live(audience: set[str], content: dict[str, Any] | None = None) -> Live:
    return Live(frozenset(audience), content_hash(content or CONTENT), uuid(9))


def actions(drafts: tuple[Draft, ...]) -> list[tuple[str, set[str]]]:
    return [(draft.action, set(draft.audience)) for draft in drafts]


def test_f2_a_report_seen_for_the_first_time_is_published():
    drafts = decide(None, target({"TJ", "UZ"}))

    assert drafts == (Draft("publish", BOTH, {**CONTENT, "action": "publish"}),)


def test_f2_a_report_that_reaches_nobody_makes_no_entry():
    assert decide(None, target(set())) == ()


def test_f2_a_changed_report_is_corrected_and_names_what_it_replaces():
    drafts = decide(live({"TJ", "UZ"}, {**CONTENT, "summary": "before"}), target({"TJ", "UZ"}))

    assert drafts == (
        Draft("correct", BOTH, {**CONTENT, "action": "correct", "replaces": uuid(9)}),
    )


def test_an_unchanged_text_makes_no_entry_whatever_the_revision_and_table():
    moved = {**CONTENT, "revision": 4, "table": "t2"}

    assert decide(live({"TJ", "UZ"}), target({"TJ", "UZ"}, moved)) == ()


def test_f2_a_lowered_list_withdraws_from_those_who_lose_it():
    drafts = decide(live({"TJ", "UZ"}), target({"UZ"}))

    assert drafts == (
        Draft(
            "withdraw",
            frozenset({"TJ"}),
            {
                "report": uuid(1),
                "revision": 3,
                "action": "withdraw",
                "replaces": uuid(9),
                "reason": "withdrawn",
            },
        ),
    )


def test_f2_a_changed_list_withdraws_and_then_tells_the_others():
    drafts = decide(live({"TJ", "UZ"}), target({"UZ", "KZ"}))

    assert actions(drafts) == [("withdraw", {"TJ"}), ("correct", {"KZ", "UZ"})]


def test_f2_a_voided_report_is_withdrawn_from_all():
    drafts = decide(live({"TJ", "UZ"}), target(set(), is_voided=True))

    assert actions(drafts) == [("withdraw", {"TJ", "UZ"})]
    assert drafts[0].members["reason"] == "voided"


def test_a_withdrawn_report_that_is_released_again_is_published_again():
    assert actions(decide(live(set()), target({"TJ"}))) == [("publish", {"TJ"})]


def test_f8_who_has_the_event_from_its_twin_is_pointed_there_and_nobody_else_is():
    told_by = {"TJ": ReportId(uuid(2))}

    drafts = decide(live({"TJ", "UZ"}), target(set(), told_by=told_by))

    assert [(d.audience, d.members["reason"], d.members.get("same_event")) for d in drafts] == [
        (frozenset({"UZ"}), "withdrawn", None),
        (frozenset({"TJ"}), "same-event", uuid(2)),
    ]


def test_f3_an_entry_is_canonical_json_with_its_own_id_and_salt():
    draft = decide(None, target({"TJ"}))[0]

    one = write_entry(draft, node=uuid(7), at_ms=1_580_544_000_120, salt="a" * 32)
    other = write_entry(draft, node=uuid(7), at_ms=1_580_544_000_120, salt="b" * 32)

    read = parse(one.body)
    assert isinstance(read, dict)
    assert dumps(read) == one.body
    assert read["id"] == one.id
    assert read["at"] == "2020-02-01T08:00:00.120Z"
    assert {"v": 1, "node": uuid(7), "salt": "a" * 32}.items() <= read.items()
    assert one.id != other.id
    assert entry_hash(one.body) != entry_hash(other.body)
