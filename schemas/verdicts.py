"""What became of a change, on the wire and as stored: to and from the core's verdicts."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, cast

from sync.ids import ConflictId, Revision
from sync.verdicts import (
    Agreed,
    Applied,
    Contested,
    Duplicate,
    Held,
    Parked,
    Proposed,
    SetAside,
    Verdict,
)

WAITING: Final = (Held, Parked)
"""Verdicts that still need a person or another line."""


_NAMES: Final[Mapping[type, str]] = {
    Applied: "applied",
    Agreed: "agreed",
    Contested: "contested",
    Proposed: "proposed",
    Held: "held",
    Parked: "parked",
    SetAside: "set-aside",
    Duplicate: "duplicate",
}

_VERDICTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Verdict]]] = {
    "applied": lambda wire: Applied(Revision(wire["revision"])),
    "agreed": lambda wire: Agreed(Revision(wire["revision"])),
    "contested": lambda wire: Contested(Revision(wire["revision"]), _conflicts(wire)),
    "proposed": lambda wire: Proposed(_conflicts(wire)),
    "held": lambda wire: Held(wire["reason"], wire["waits_for"]),
    "parked": lambda wire: Parked(wire["reason"], wire["path"]),
    "set-aside": lambda wire: SetAside(wire["reason"]),
    "duplicate": lambda wire: Duplicate(to_core(wire["first"])),
}


def to_wire(verdict: Verdict) -> dict[str, Any]:
    """``{"verdict": name, ...members}`` as docs/protocol.md lists them."""
    members = {each.name: getattr(verdict, each.name) for each in fields(verdict)}
    if isinstance(verdict, Duplicate):
        members = {"first": to_wire(verdict.first)}
    elif isinstance(verdict, Contested | Proposed):
        members["conflicts"] = list(verdict.conflicts)
    return {"verdict": _NAMES[type(verdict)], **members}


def to_core(wire: Mapping[str, Any]) -> Verdict:
    """The inverse of ``to_wire``, for what this node stored itself."""
    return _VERDICTS[wire["verdict"]](wire)


def _conflicts(wire: Mapping[str, Any]) -> tuple[ConflictId, ...]:
    return tuple(ConflictId(each) for each in cast("list[str]", wire["conflicts"]))


def revision_of(verdict: Verdict) -> Revision | None:
    """The report's revision a change made, if it made one."""
    match verdict:
        case Applied(revision) | Agreed(revision) | Contested(revision):
            return revision
        case _:
            return None
