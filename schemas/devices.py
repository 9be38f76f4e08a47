"""Tablets on the wire: enrolment, assignment, orders; teams, officers and the feed's subscribers.

A tablet proves its key at enrolment by signing ``enrolment_text``. After that each request carries
a token that it signs itself: a JWT with ``alg`` ``Ed25519`` (or ``EdDSA``) and the claims ``iss``
(the device), ``aud`` (the node), ``iat``, ``exp`` (at most ten minutes later) and ``jti``. A
subscriber's token is the same, with ``"kind": "subscriber"``.
"""

import hashlib
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.base import WireModel
from schemas.people import Line, Reason
from schemas.types import WHOLE, Code, Identifier, Many, Sha256, Timestamp
from sync.limits import INTEGER_DIGITS_MAX

PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""32 raw bytes as base64: an Ed25519 or X25519 public key."""

Signature = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{86}==$")]
"""64 raw bytes as base64: an Ed25519 signature."""

EnrolmentCodeText = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{16,40}$")]
"""As printed or typed: letter case, spaces and hyphens do not count."""

SeqNumber = Annotated[int, Field(ge=1, lt=10**INTEGER_DIGITS_MAX), WHOLE]


def enrolment_text(device: str, public_key: str, code: str) -> bytes:
    """What a tablet signs to show that it holds the key. The code enters as its hash only."""
    return f"khabar-enrol-v1\n{device}\n{public_key}\n{enrolment_code_hash(code)}\n".encode("ascii")


def enrolment_code_hash(code: str) -> str:
    """SHA-256 of the code as everybody spells it: upper case, without spaces and hyphens."""
    plain = code.upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


class EnrolmentCodeRequest(WireModel):
    """Where the tablet will stand. Its agency is that of the administrator who asks."""

    team: Identifier | None = None
    post: Code | None = None


class EnrolmentCode(WireModel):
    """A one-time code, shown this once. ``link`` is what a QR code holds."""

    id: Identifier
    code: str
    link: str
    agency: Code
    team: Identifier | None
    post: Code | None
    expires_at: Timestamp


class EnrolmentRequest(WireModel):
    """A tablet asks to be let in, with an id and a key it made itself."""

    code: EnrolmentCodeText
    device: Identifier
    name: Line
    public_key: PublicKey
    proof: Signature


class NodeDescription(WireModel):
    """Who a node is and the keys everybody may know."""

    id: Identifier
    name: str
    country: str
    epoch: str
    signing_key: PublicKey
    sealing_key: PublicKey
    protocol: int
    protocol_min: int
    server_time: Timestamp


class Enrolment(WireModel):
    """What a tablet must know to work: where it stands and whom it talks to."""

    device: Identifier
    name: Line
    agency: Code
    team: Identifier | None
    post: Code | None
    assignment: int
    node: NodeDescription


class Assignment(WireModel):
    """Where a tablet stood from line ``from_seq`` of its log on; null until it has said so."""

    ordinal: Annotated[int, Field(ge=1)]
    from_seq: int | None
    agency: Code
    team: Identifier | None
    post: Code | None
    assigned_by: str
    assigned_at: Timestamp


class Order(WireModel):
    """What a tablet is told to do. It stays until the tablet sends a receipt."""

    id: Identifier
    kind: Literal["wipe", "resend-from"]
    from_seq: int | None
    reason: str
    ordered_at: Timestamp
    done_at: Timestamp | None
    outcome: Literal["done", "failed"] | None


class Device(WireModel):
    """A tablet as its agency sees it. What the tablet reports is null until it reported."""

    id: Identifier
    name: str
    agency: Code
    team: Identifier | None
    post: Code | None
    enrolled_at: Timestamp
    revoked_at: Timestamp | None
    revoked_reason: str | None
    last_contact_at: Timestamp | None
    log_seq: int | None
    log_head: Sha256 | None
    clock_offset_ms: int | None
    app_version: str | None
    storage_left_bytes: int | None


class DeviceDetail(Device):
    """One tablet with its history."""

    assignments: Many[Assignment]
    orders: Many[Order]


class Devices(WireModel):
    """A page of tablets in the order of their ids; ``next`` is given back as ``after``."""

    items: Many[Device]
    next: Identifier | None


class RevokeRequest(WireModel):
    reason: Reason


class ReassignRequest(WireModel):
    agency: Code
    team: Identifier | None = None
    post: Code | None = None


class WipeRequest(WireModel):
    reason: Reason


class ResendRequest(WireModel):
    from_seq: SeqNumber
    reason: Reason


class OrderReceipt(WireModel):
    """What became of an order on the tablet."""

    outcome: Literal["done", "failed"]


class Team(WireModel):
    id: Identifier
    name: Line
    lead_agency: Code
    agencies: Many[Code]
    is_active: bool


class Teams(WireModel):
    items: Many[Team]
    next: Identifier | None


class TeamRequest(WireModel):
    """A new team led by the administrator's agency; ``agencies`` are the others in it."""

    name: Line
    agencies: Annotated[Many[Code], Field(max_length=20)] = ()


class Officer(WireModel):
    id: Identifier
    name: Line
    agency: Code
    is_active: bool


class Officers(WireModel):
    items: Many[Officer]
    next: Identifier | None


class OfficerRequest(WireModel):
    name: Line


class ActiveRequest(WireModel):
    is_active: bool


class Subscriber(WireModel):
    id: Identifier
    name: Line
    code: Code
    is_active: bool


class Subscribers(WireModel):
    items: Many[Subscriber]
    next: Identifier | None


class SubscriberRequest(WireModel):
    """A regional centre or member state that may pull the feed with the key it made."""

    name: Line
    code: Code
    public_key: PublicKey
