"""Goal: merge is right for every history, not only for those somebody thought of.

Method: Hypothesis plays random edits of random writers on random reports; what must hold of every
outcome is asserted, whatever the rules decided.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.changes import Decide, Edit, Touch
from sync.conflicts import Decided, decide
from sync.ids import Revision
from sync.invariants import Snapshot, violations
from sync.merge import Result, Rules, merge, sameness
from sync.questions import review
from sync.report import Report
from sync.strictjson import Json
from sync.verdicts import Agreed, Applied, Contested, Held, Parked, Proposed
from tests.builders import (
    EVENT,
    ITEM,
    NODE,
    PHOTO,
    RULES,
    TRIAL,
    A,
    B,
    C,
    D,
    World,
    change,
    edit,
    foreigner,
    kg,
    tables,
    witness,
    writer,
)

SAME = sameness(RULES)
QUANTITY = f"/items/{ITEM}/quantity"

scalars = st.none() | st.booleans() | st.integers(-5, 10**15) | st.text(max_size=12)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["amount", "unit", "entered", "code", "reason", "not_known", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)

VALUES: Mapping[str, list[Json]] = {
    "/place": [None, "Osh", "Naryn", "Osh "],
    "/count": [None, 0, 3],
    "/story": [None, "one two three", "one X two three", "one two three Y", "else"],
    "/note": [None, "a", "b"],
    "/tags/joint": [None, True],
    f"/photos/{PHOTO}": [None, "cargo", "driver"],
    f"/weighings/{EVENT}": [None, {"at": "2020-02-01T14:00:00Z"}],
    QUANTITY: [None, kg("1"), {"amount": "1000", "unit": "g"}, {"entered": "1,320 кг"}, kg("2")],
    f"/items/{ITEM}/substance": [None, {"code": "HEROIN"}, {"entered": "анаша"}],
    f"/items/{ITEM}/colour": [None, "white", "brown"],
    f"/items/{ITEM}/struck": [None, {"reason": "wrong"}, {"reason": "twice"}],
    "/agencies/participating/TJ-DCA": [None, True],
    "/voided": [None, {"reason": "filed twice"}],
}


@st.composite
def sensible_touches(draw: st.DrawFn) -> dict[str, tuple[Json, Json]]:
    paths = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4, unique=True))
    return {
        path: (draw(st.sampled_from(VALUES[path])), draw(st.sampled_from(VALUES[path])))
        for path in paths
    }


paths = st.sampled_from(sorted(VALUES)) | st.text(max_size=20).map("/".__add__)
nonsense_touches = st.dictionaries(paths, st.tuples(json_values, json_values), max_size=4)

LOGS = (A, B, C, D)


@st.composite
def steps(draw: st.DrawFn, touches: st.SearchStrategy[Any]) -> list[tuple[Any, ...]]:
    """(log, touches, how many of the last revisions were not seen, clock)."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(LOGS),
                touches,
                st.integers(0, 4),
                st.none() | st.integers(0, 10),
            ),
            min_size=1,
            max_size=8,
        )
    )


def play(history: list[tuple[Any, ...]], *, with_foreigner: bool = True) -> World:
    """Every step merged as the server would; D is of another agency when asked for."""
    world = World()
    for log, touched, unseen, at_ms in history:
        seen = 0 if world.report is None else max(0, world.report.revision - unseen)
        by = writer(log, at_ms=at_ms)
        if log == D and with_foreigner:
            by = replace(foreigner(), at_ms=at_ms)
        world.write(log, touched, seen=seen, by=by)
    return world


def well_formed(report: Report) -> None:
    """What holds of every report, however it came about."""
    for path, state in report.fields.items():
        logs = [w.log for w in state.witnesses]
        stances = [stance.witness.log for stance in state.stances]
        assert len(set(logs)) == len(logs), path
        assert len(set(stances)) == len(stances), path
        assert not set(logs) & set(stances), path
        assert bool(state.stances) == (state.conflict is not None), path
        assert not any(SAME(path, stance.value, state.value) for stance in state.stances), path
        if state.conflict is not None:
            conflict = report.conflicts[state.conflict]
            assert (conflict.path, conflict.accepted.value) == (path, state.value)
            assert conflict.life != "settled"
    contested = {state.conflict for state in report.fields.values() if state.conflict}
    standing = {
        conflict.id
        for conflict in report.conflicts.values()
        if conflict.kind in {"field", "void-vs-edit"}
    }
    assert standing == contested


@settings(max_examples=150, deadline=None, derandomize=True)
@given(steps(sensible_touches() | nonsense_touches))
def test_p6_merge_is_total_and_every_report_it_makes_is_well_formed(history):
    world = World()
    for log, touched, unseen, at_ms in history:
        seen = 0 if world.report is None else max(0, world.report.revision - unseen)
        by = foreigner() if log == D else writer(log, at_ms=at_ms)
        before = world.report
        outcome = world.write(log, touched, seen=seen, by=by)

        assert isinstance(outcome.verdict, Applied | Agreed | Contested | Proposed | Held | Parked)
        if isinstance(outcome.verdict, Held | Parked):
            assert outcome.report is None
            assert world.report is before
        if outcome.report is not None:
            assert outcome.report.revision == (before.revision if before else 0) + 1
            last = witness(log, world.sequence[log], outcome.report.revision)
            world.report, asked = review(before, outcome.report, TRIAL, tables(), last)
            assert {c.id for c in asked if c.life == "open"} <= world.report.conflicts.keys()
            well_formed(world.report)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(steps(sensible_touches()))
def test_p2_writing_what_already_stands_changes_no_value(history):
    """The log filters a resent line; even one that slipped through would move no value."""
    world = play(history, with_foreigner=False)
    if world.report is None:
        return
    standing = values_of(world.now)

    for path, state in list(world.now.fields.items()):
        if state.conflict is None and state.witnesses:
            said = {path: (None, state.value)}
            world.write(state.witnesses[-1].log, said, seen=world.now.revision)

    assert values_of(world.now) == standing


def values_of(report: Report) -> dict[str, tuple[Json, list[tuple[Json, str]]]]:
    return {
        path: (state.value, [(stance.value, stance.witness.log) for stance in state.stances])
        for path, state in report.fields.items()
    }


@settings(max_examples=150, deadline=None, derandomize=True)
@given(steps(sensible_touches()), st.integers(1, 3))
def test_m1_an_edit_that_changes_nothing_is_never_taken_for_a_write(history, seen: int):
    world = play(history)
    before = world.report
    if before is None:
        return
    untouched = {path: (value, value) for path, values in VALUES.items() for value in values[:1]}

    outcome = world.write(B, untouched, seen=seen)

    assert set(outcome.results.values()) == {Result.UNTOUCHED}
    assert world.report == before


@settings(max_examples=200, deadline=None, derandomize=True)
@given(steps(sensible_touches()))
def test_p3_p11_every_value_stands_or_is_accounted_for_and_has_its_witness(history):
    """The independent fold of sync/invariants.py over strikes, proposals and every policy."""
    world = play(history)
    if world.report is None:
        return

    breaches = violations(
        Snapshot(
            rules={"trial/1": RULES},
            lines=tuple(world.lines),
            reports={world.now.id: (world.now, "")},
            conflicts=world.conflicts,
        )
    )

    assert breaches == ()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(steps(sensible_touches()))
def test_m8_when_everybody_comes_to_say_the_same_the_conflict_is_over(history):
    world = play(history, with_foreigner=False)
    if world.report is None:
        return
    for path in world.now.contested:
        state = world.now.fields[path]
        logs = {w.log for w in state.witnesses} | {s.witness.log for s in state.stances}
        value = state.stances[0].value
        for log in sorted(logs):
            world.write(log, {path: ("something else", value)})

        after = world.now.fields[path]
        assert after.conflict is None, path
        assert SAME(path, after.value, value)
        assert {w.log for w in after.witnesses} == logs


@settings(max_examples=150, deadline=None, derandomize=True)
@given(steps(sensible_touches()), st.data())
def test_m13_settling_and_reopening_restores_every_side(history, data):
    world = play(history, with_foreigner=False)
    if world.report is None or not world.now.contested:
        return
    path = data.draw(st.sampled_from(world.now.contested))
    before = world.now.fields[path]
    conflict = world.now.conflicts[before.conflict]
    value = data.draw(
        st.sampled_from([before.value, before.stances[0].value]) | st.sampled_from(VALUES[path])
    )
    settled = decide(
        world.now, conflict, Decide("settle", None, value, "so"), witness(NODE, 1, 90), SAME
    )
    assert isinstance(settled, Decided)

    again = decide(
        settled.report,
        settled.conflict,
        Decide("reopen", None, None, "no"),
        witness(NODE, 2, 91),
        SAME,
    )

    assert isinstance(again, Decided)
    state = again.report.fields[path]
    sides = {(repr(before.value), w.log) for w in before.witnesses}
    sides |= {(repr(stance.value), stance.witness.log) for stance in before.stances}
    kept = {(repr(stance.value), stance.witness.log) for stance in state.stances}
    agreeing = {(text, log) for text, log in sides - kept}
    assert kept <= sides
    everyone = [before.value, *(s.value for s in before.stances)]
    same_as_settled = {repr(v) for v in everyone if SAME(path, v, value)}
    assert {text for text, _ in agreeing} <= same_as_settled
    well_formed(again.report)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(nonsense_touches, st.integers(0, 3))
def test_p6_a_report_of_nonsense_values_makes_nothing_raise(touched, seen: int):
    """State as a faulty migration might leave it: values that no check would let in."""
    world = World()
    world.write(A, {"/place": (None, "Osh")})
    fields = dict(world.now.fields)
    for path, (value, _) in touched.items():
        fields[path] = replace(fields["/place"], value=value)
    report = replace(world.now, fields=fields, revision=Revision(2))

    said = Edit({path: Touch(was, now) for path, (now, was) in touched.items()})
    for by in (writer(B), foreigner()):
        merge(report, change(B, 1, said, seen=seen), said, by, RULES)
        merge(report, change(B, 1, said, seen=seen), said, by, Rules(TRIAL, tables(), 10))
    well = edit(VALUES and {path: (None, values[-1]) for path, values in VALUES.items()})
    merge(report, change(B, 1, well, seen=seen), well, writer(B), RULES)
