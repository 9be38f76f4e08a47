"""Goal: what survives does not depend on who reached the server first.

Method: tablets write offline, each for itself; their lines arrive in any interleaving that keeps
each log's own order. Whatever the order, every log stands for the last thing it said.
"""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.cursor import scope_digest
from sync.merge import sameness
from sync.normal import Normal, normal
from sync.strictjson import Json
from sync.text import merge_text
from tests.builders import ITEM, RULES, TRIAL, A, B, C, World, kg, tables

SAME = sameness(RULES)
QUANTITY = f"/items/{ITEM}/quantity"
AMOUNTS: Sequence[Json] = (kg("1"), {"amount": "1000", "unit": "g"}, kg("2"), {"entered": "2 кг"})

Offline = dict[str, list[Json]]


def distinct(path: str, values: list[Json]) -> list[Json]:
    """What a tablet sends: each value differs from the one before it."""
    sent: list[Json] = []
    before: Json = None
    for value in values:
        if not SAME(path, value, before):
            sent.append(value)
            before = value
    return sent


@st.composite
def offline_and_order(draw: st.DrawFn, path: str, values: Sequence[Json]) -> tuple[Offline, list]:
    """Per log its values in order, and one arrival order as a list of logs."""
    written = {
        log: distinct(path, draw(st.lists(st.sampled_from(values), max_size=4)))
        for log in (A, B, C)
    }
    arrivals = [log for log, sent in written.items() for _ in sent]
    return written, draw(st.permutations(arrivals))


def arrive(path: str, written: Offline, order: Sequence[str]) -> World:
    world = World()
    at = dict.fromkeys(written, 0)
    for log in order:
        value = written[log][at[log]]
        was = written[log][at[log] - 1] if at[log] else None
        at[log] += 1
        world.write(log, {path: (was, value)})
    return world


def supported(world: World, path: str) -> set[tuple[str, Normal]]:
    """Which log stands for which value, be it accepted or a candidate."""
    rule = TRIAL.find(path)
    assert rule is not None
    state = world.now.fields[path]
    sides = [(w.log, state.value) for w in state.witnesses]
    sides += [(stance.witness.log, stance.value) for stance in state.stances]
    return {(log, normal(rule, value, tables())) for log, value in sides}


@settings(max_examples=120, deadline=None, derandomize=True)
@given(offline_and_order("/place", ("x", "y", "z", None)))
def test_p3_m7_every_log_stands_for_its_last_word_in_any_order_of_arrival(drawn):
    written, order = drawn
    if not order:
        return

    world = arrive("/place", written, order)

    assert supported(world, "/place") == {(log, sent[-1]) for log, sent in written.items() if sent}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(offline_and_order(QUANTITY, AMOUNTS))
def test_p3_m11_the_same_holds_for_amounts_in_several_notations(drawn):
    written, order = drawn
    if not order:
        return
    rule = TRIAL.find(QUANTITY)
    assert rule is not None

    world = arrive(QUANTITY, written, order)

    assert supported(world, QUANTITY) == {
        (log, normal(rule, sent[-1], tables())) for log, sent in written.items() if sent
    }
    assert (world.now.contested == ()) == (len({key for _, key in supported(world, QUANTITY)}) == 1)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(offline_and_order("/tags/joint", (True, None)))
def test_m5_a_set_holds_what_anybody_still_wants_in_any_order(drawn):
    """Removing what one added oneself takes effect; removing a colleague's unseen one does not."""
    written, order = drawn
    if not order:
        return

    world = arrive("/tags/joint", written, order)

    wanted = any(sent[-1] is True for sent in written.values() if sent)
    assert world.now.contested == ()
    if wanted:
        assert world.now.value("/tags/joint") is True


WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=8, unique=True)


@st.composite
def edited(draw: st.DrawFn, mark: str, base: list[str]) -> list[str]:
    """The base with some words taken out and some own ones, marked, put in."""
    result: list[str] = []
    for number, word in enumerate(base):
        action = draw(st.sampled_from(["keep", "keep", "keep", "drop", "add"]))
        if action != "drop":
            result.append(word)
        if action == "add":
            result.append(f"{mark}{number}")
    return result


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_m5_text_merge_is_symmetric_and_keeps_every_word_of_both(data):
    base = data.draw(WORDS)
    ours, theirs = (data.draw(edited(mark, base)) for mark in ("o", "t"))
    texts = [" ".join(words) for words in (base, ours, theirs)]

    merged = merge_text(*texts)

    assert merged == merge_text(texts[0], texts[2], texts[1])
    if merged is not None:
        found = merged.split()
        assert {word for word in (*ours, *theirs) if word not in base} <= set(found)
        assert set(found) & set(base) == set(ours) & set(theirs) & set(base)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.dictionaries(st.text(max_size=6), st.integers(0, 99)), st.randoms(use_true_random=False))
def test_s3_a_digest_does_not_depend_on_the_order_it_is_built_in(held: dict[str, int], dice):
    items = list(held.items())
    dice.shuffle(items)

    assert scope_digest(dict(items)) == scope_digest(held)
