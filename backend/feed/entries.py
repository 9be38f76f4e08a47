"""Decides which entries a report needs: compares what its readers hold with what they should.

An entry is a text for some readers. Its bytes are hashed into the chain for all of them; whoever is
not in its audience gets the hash alone. So an entry carries a salt: nobody may find out what a
withheld text says by hashing guesses.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from backend.feed.projection import Members
from sync.ids import ReportId, Revision
from sync.sharing import Code, shift
from sync.strictjson import dumps

ENTRY_VERSION: Final = 1

Action: TypeAlias = Literal["publish", "correct", "withdraw"]
Reason: TypeAlias = Literal["voided", "same-event", "withdrawn"]
Audience: TypeAlias = frozenset[Code]

_NO_ONE: Final[Audience] = frozenset()
_NOT_CONTENT: Final = frozenset({"revision", "table"})
"""What moves without anything new being said."""


@dataclass(frozen=True, slots=True)
class Live:
    """What the readers of a report hold: who they are, which text, under which entry."""

    audience: Audience
    content_hash: str
    entry: str


@dataclass(frozen=True, slots=True)
class Target:
    """What the readers of a report should hold now. No audience: nobody should hold anything."""

    report: ReportId
    revision: Revision
    audience: Audience = _NO_ONE
    content: Members | None = None
    is_voided: bool = False
    told_by: Mapping[Code, ReportId] = field(default_factory=dict[Code, ReportId])
    """Readers who have the event from another report that a person said is the same (F8)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a position."""

    action: Action
    audience: Audience
    members: Members


def content_hash(content: Members) -> str:
    said = {name: value for name, value in content.items() if name not in _NOT_CONTENT}
    return hashlib.sha256(dumps(said)).hexdigest()


def decide(live: Live | None, target: Target) -> tuple[Draft, ...]:
    """The entries that take readers from what they hold to what they should. None when equal."""
    held = live.audience if live is not None else _NO_ONE
    moved = shift(held, target.audience)
    drafts = [*_withdrawals(live, target, moved.lost)]
    if target.content is not None and target.audience:
        is_new = live is None or not held
        is_same = live is not None and live.content_hash == content_hash(target.content)
        if is_new or moved.gained or not is_same:
            drafts.append(
                _telling(live, target, target.content, "publish" if is_new else "correct")
            )
    return tuple(drafts)


def _telling(live: Live | None, target: Target, content: Members, action: Action) -> Draft:
    replaces: Members = {"replaces": live.entry} if live is not None else {}
    return Draft(action, target.audience, {**content, **replaces, "action": action})


def _withdrawals(live: Live | None, target: Target, lost: Audience) -> list[Draft]:
    """One for each report that now tells the event instead, one for all other losers."""
    by_other: dict[ReportId | None, set[Code]] = {}
    for code in sorted(lost):
        other = None if target.is_voided else target.told_by.get(code)
        by_other.setdefault(other, set()).add(code)
    assert live is not None or not lost
    return [
        _withdrawal(live.entry, target, other, frozenset(codes))
        for other, codes in sorted(by_other.items(), key=lambda each: each[0] or "")
        if live is not None
    ]


def _withdrawal(replaces: str, target: Target, other: ReportId | None, audience: Audience) -> Draft:
    members: Members = {
        "report": target.report,
        "revision": target.revision,
        "action": "withdraw",
        "replaces": replaces,
        "reason": _reason(target, other),
    }
    if other is not None:
        members["same_event"] = other
    return Draft("withdraw", audience, members)


def _reason(target: Target, other: ReportId | None) -> Reason:
    if target.is_voided:
        return "voided"
    return "withdrawn" if other is None else "same-event"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry's bytes as hashed and served, and its own id within them."""

    id: str
    action: Action
    audience: Audience
    body: bytes


def write_entry(draft: Draft, *, node: str, at_ms: int, salt: str) -> Entry:
    """``salt`` is fresh for each entry; the id follows from it."""
    raw = hashlib.sha256(f"khabar-entry-id-v1\n{node}\n{salt}".encode()).hexdigest()
    entry = f"{raw[:8]}-{raw[8:12]}-8{raw[13:16]}-a{raw[17:20]}-{raw[20:32]}"
    at = datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)
    members: Members = {
        **draft.members,
        "v": ENTRY_VERSION,
        "id": entry,
        "node": node,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "salt": salt,
    }
    return Entry(entry, draft.action, draft.audience, dumps(members))
