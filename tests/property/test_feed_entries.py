"""The feed for every history of a report, and for every way to touch its bytes.

Goal: whatever becomes of a report, a reader who folds its entries holds exactly what it
should hold now, and nothing before an altered entry verifies past it. Method: drawn sequences of
who should hold which text, told entry by entry; drawn damage to a chain.
"""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.feed.entries import Audience, Live, Target, content_hash, decide, write_entry
from sync.chain import CHAIN_START, Link, entry_hash, extend, first_break
from sync.ids import ReportId, Revision
from sync.strictjson import parse
from tests.feed_reports import uuid

READERS = ("KZ", "TJ", "UZ")
OTHER = ReportId(uuid(2))


@dataclass(frozen=True)
class Moment:
    """Who should hold which text from now on."""

    audience: Audience
    text: int
    is_voided: bool
    is_told_by_other: bool


MOMENTS = st.builds(
    Moment,
    st.frozensets(st.sampled_from(READERS)),
    st.integers(0, 2),
    st.booleans(),
    st.booleans(),
)


def target_of(moment: Moment, revision: int) -> Target:
    audience = frozenset[str]() if moment.is_voided else moment.audience
    told_by = dict.fromkeys(READERS, OTHER) if moment.is_told_by_other else {}
    content = {"report": uuid(1), "revision": revision, "summary": f"text {moment.text}"}
    return Target(
        ReportId(uuid(1)),
        Revision(revision),
        audience,
        content if audience else None,
        is_voided=moment.is_voided,
        told_by={code: by for code, by in told_by.items() if code not in audience},
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(MOMENTS, max_size=8))
def test_f2_a_reader_who_folds_its_entries_holds_what_it_should_hold_now(moments: list[Moment]):
    live: Live | None = None
    held: dict[str, str] = {}

    for revision, moment in enumerate(moments, 1):
        target = target_of(moment, revision)
        for draft in decide(live, target):
            entry = write_entry(draft, node=uuid(7), at_ms=0, salt=f"{revision:032x}")
            body = parse(entry.body)
            assert isinstance(body, dict)
            for code in entry.audience:
                if body["action"] == "withdraw":
                    del held[code]  # nobody is told to forget what they never had
                else:
                    assert (body["action"] == "publish") == (live is None or not live.audience)
                    held[code] = str(body["summary"])
            if body["action"] != "withdraw":
                live = Live(target.audience, content_hash(target.content or {}), entry.id)
        if live is not None:
            live = Live(target.audience, live.content_hash, live.entry)

        assert held == dict.fromkeys(target.audience, f"text {moment.text}")
        assert decide(live, target) == ()


def chained(bodies: list[bytes]) -> list[Link]:
    links, chain = [], CHAIN_START
    for position, body in enumerate(bodies, 1):
        chain = extend(chain, entry_hash(body))
        links.append(Link(position, entry_hash(body), chain, body))
    return links


BODIES = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(BODIES, st.data())
def test_p9_any_damage_is_found_at_its_place(bodies: list[bytes], data: st.DataObject):
    links = chained(bodies)
    index = data.draw(st.integers(0, len(links) - 1))
    kind = data.draw(st.sampled_from(["flip", "remove", "swap", "repeat"]))
    damaged = list(links)

    match kind:
        case "flip":
            body = bytearray(bodies[index])
            body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
            damaged[index] = Link(index + 1, links[index].hash, links[index].chain, bytes(body))
        case "remove":
            del damaged[index]
        case "swap":
            damaged[index], damaged[-1] = damaged[-1], damaged[index]
        case _:
            damaged.insert(index, links[index])

    broken = first_break(CHAIN_START, 0, damaged)

    if damaged == links or damaged == links[:index]:
        assert broken is None
    else:
        assert broken == index + (2 if kind == "repeat" else 1)


@settings(max_examples=100, deadline=None)
@given(BODIES, st.data())
def test_f5_withheld_texts_change_nothing_for_the_chain(bodies: list[bytes], data: st.DataObject):
    hidden = data.draw(st.sets(st.integers(1, len(bodies))))

    seen = [
        Link(link.position, link.hash, link.chain, None if link.position in hidden else link.body)
        for link in chained(bodies)
    ]

    assert first_break(CHAIN_START, 0, seen) is None
