"""Old form versions made new: pure functions on what a change touched, one version at a time.

A converter is total and loses nothing. What it does not know, or cannot carry over, passes through
as it is; the newer version's rules then park it with the bytes as sent (P6, P7).
"""

from collections.abc import Callable, Mapping
from typing import Final

from schemas.forms.detection import METHOD_NOT_ESTABLISHED
from sync.changes import Touch
from sync.ids import is_code
from sync.strictjson import Json

Touched = Mapping[str, Touch]
"""A change's ``set``: path to touch."""

Converter = Callable[[Touched], Touched]

_METHOD: Final = "/detection/method"
_METHODS: Final = "/detection/methods/"


def _member_of(method: Json) -> str | None:
    """The set member that says what a single method said; "" for none, None if it cannot."""
    if method is None:
        return ""
    if method == {"not_known": True}:
        return METHOD_NOT_ESTABLISHED
    return method if isinstance(method, str) and is_code(method) else None


def seizure_1_to_2(touched: Touched) -> Touched:
    """``/detection/method`` becomes a member of the set ``/detection/methods/*``.

    A change from one method to another takes the first out of the set and puts the second in.
    An unreadable old value has no member to take out; an unreadable new one is left to be parked.
    """
    if _METHOD not in touched:
        return touched
    was, now = _member_of(touched[_METHOD].was), _member_of(touched[_METHOD].now)
    if now is None:
        return touched
    members: dict[str, Touch] = {}
    if was:
        members[_METHODS + was] = Touch(was=True, now=None)
    if now:
        members[_METHODS + now] = Touch(was=True if now == was else None, now=True)
    if any(path in touched for path in members):
        return touched
    converted = {path: touch for path, touch in touched.items() if path != _METHOD}
    return {**converted, **members}


CONVERTERS: Final[Mapping[str, tuple[str, Converter]]] = {
    "seizure/1": ("seizure/2", seizure_1_to_2),
}
"""From a version to the next. A new version adds its row; a row never changes."""


def to_newest(form: str, touched: Touched) -> tuple[str, Touched]:
    """Apply every converter from ``form`` on; a form without one is returned as it is."""
    while form in CONVERTERS:
        form, converter = CONVERTERS[form]
        touched = converter(touched)
    return form, touched
