"""People at the console on the wire: signing in, accounts, the audit log."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from schemas.base import WireModel
from schemas.types import Code, Identifier, Many, Sha256, Timestamp

PASSWORD_CHARACTERS_MIN: Final = 12
PASSWORD_CHARACTERS_MAX: Final = 1_000
"""argon2id reads any length; this bounds what a sign-in may send."""

Role = Literal["administrator", "analyst", "operator"]
"""``administrator`` and ``analyst`` within their own agency; ``operator`` of the node itself."""

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A name or title: one line of text."""

Reason = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
"""Why somebody decided something, for those who read it later."""

Username = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{1,63}$")]


class SessionRequest(WireModel):
    """A sign-in with a password. A second factor will be a member of its own."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_CHARACTERS_MAX)]


class Person(WireModel):
    """An account of this node."""

    id: Identifier
    username: Username
    name: Line
    agency: Code
    roles: Many[Role]
    is_active: bool


class Session(WireModel):
    """A signed-in console. ``token`` is shown this once and sent as ``Authorization: Bearer``."""

    token: str
    expires_at: Timestamp
    person: Person


class PersonRequest(WireModel):
    """A new account. An administrator makes accounts of the own agency, an operator any."""

    username: Username
    name: Line
    agency: Code
    roles: Annotated[Many[Role], Field(min_length=1, max_length=3)]
    password: Annotated[
        str,
        StringConstraints(min_length=PASSWORD_CHARACTERS_MIN, max_length=PASSWORD_CHARACTERS_MAX),
    ]


class People(WireModel):
    """A page of accounts in the order of their ids; ``next`` is given back as ``after``."""

    items: Many[Person]
    next: Identifier | None


class AuditLine(WireModel):
    """Who did or read what. ``hash`` is over this line with the hash of the line before in it."""

    position: Annotated[int, Field(ge=1)]
    at: Timestamp
    agency: str
    actor_kind: Literal["person", "device", "subscriber", "node"]
    actor: str
    action: str
    subject: str
    detail: dict[str, str | int | bool | None]
    prev: Sha256
    hash: Sha256


class AuditLines(WireModel):
    """A page of the audit log, newest first; ``next`` is given back as ``before``."""

    items: Many[AuditLine]
    next: int | None
