"""Who asks: a tablet, a person at the console, a subscriber of the feed. Facts, no decisions."""

from dataclasses import dataclass
from enum import StrEnum

from backend.clock import Instant
from backend.db.audit import Deed


class Role(StrEnum):
    """What a person may do. One person may have several."""

    ADMINISTRATOR = "administrator"
    """Decides in one agency: enrols, revokes, settles, releases."""
    ANALYST = "analyst"
    """Reads in one agency."""
    OPERATOR = "operator"
    """Runs the node: accounts, subscribers. Reads no report."""


@dataclass(frozen=True, slots=True)
class DeviceActor:
    """A tablet that proved its key, and where it is assigned now."""

    id: str
    agency: str
    team: str | None
    post: str | None
    revoked_at: Instant | None

    def deed(self, action: str, subject: str, at: Instant, **detail: str | int | None) -> Deed:
        return Deed(self.agency, "device", self.id, action, subject, at, detail)


@dataclass(frozen=True, slots=True)
class PersonActor:
    """A person who signed in."""

    id: str
    agency: str
    roles: frozenset[Role]
    name: str

    def deed(self, action: str, subject: str, at: Instant, **detail: str | int | None) -> Deed:
        return Deed(self.agency, "person", self.id, action, subject, at, detail)


@dataclass(frozen=True, slots=True)
class SubscriberActor:
    """A regional centre or member state that proved its key."""

    id: str
    code: str
