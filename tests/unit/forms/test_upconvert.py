"""Goal: converting an old change is pure, total and loses nothing. Method: any JSON whatever."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.forms.registry import FORMS, rules, to_current
from schemas.forms.upconvert import Touched, seizure_1_to_2
from sync.changes import Touch

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
METHODS = st.none() | st.sampled_from(["dog", "xray", "search"]) | st.just({"not_known": True})
PATHS = st.sampled_from(["/detection/method", "/detection/methods/dog", "/event/at", "/x"])
TOUCHED = st.dictionaries(
    PATHS | st.text(max_size=20), st.builds(Touch, METHODS | JSON, METHODS | JSON), max_size=5
)


def converted(was: object, now: object) -> Touched:
    return seizure_1_to_2({"/detection/method": Touch(was, now)})


def test_p7_a_method_becomes_a_member_of_the_set():
    assert converted(None, "dog") == {"/detection/methods/dog": Touch(None, now=True)}


def test_p7_another_method_takes_the_first_out_of_the_set():
    assert converted("dog", "xray") == {
        "/detection/methods/dog": Touch(was=True, now=None),
        "/detection/methods/xray": Touch(None, now=True),
    }


def test_p7_a_method_taken_back_leaves_the_set():
    assert converted("dog", None) == {"/detection/methods/dog": Touch(was=True, now=None)}


def test_p7_a_method_that_did_not_change_stays_untouched():
    assert converted("dog", "dog") == {"/detection/methods/dog": Touch(was=True, now=True)}


def test_p7_not_known_stays_apart_from_missing():
    assert converted(None, {"not_known": True}) == {
        "/detection/methods/not_established": Touch(None, now=True)
    }
    assert converted(None, None) == {}


def test_p6_a_value_that_is_no_method_passes_through_to_be_parked():
    touched = {"/detection/method": Touch(None, ["dog"]), "/event/title": Touch(None, "Osh")}

    assert seizure_1_to_2(touched) == touched
    assert rules("seizure/2").find("/detection/method") is None


def test_p7_an_unreadable_old_value_does_not_hold_up_the_new_one():
    assert converted("no code", "dog") == {"/detection/methods/dog": Touch(None, now=True)}


def test_p6_a_change_that_already_names_the_member_is_left_alone():
    touched = {
        "/detection/method": Touch(None, "dog"),
        "/detection/methods/dog": Touch(was=True, now=None),
    }

    assert seizure_1_to_2(touched) == touched


@settings(max_examples=200, deadline=None)
@given(form=st.sampled_from([*FORMS, "seizure/99", ""]), touched=TOUCHED)
def test_p7_conversion_is_pure_total_and_touches_no_other_path(form: str, touched: Touched):
    before = copy.deepcopy(touched)

    new_form, new = to_current(form, touched)

    assert touched == before
    assert to_current(form, touched) == (new_form, new)
    assert to_current(new_form, new) == (new_form, new)
    others = {path: touch for path, touch in touched.items() if path != "/detection/method"}
    assert {path: new[path] for path in others} == others


@settings(max_examples=100, deadline=None)
@given(was=METHODS, now=METHODS)
def test_p7_every_legal_old_value_is_legal_in_the_new_version(was: object, now: object):
    current = rules("seizure/2")

    assert all(current.find(path) is not None for path in converted(was, now))
