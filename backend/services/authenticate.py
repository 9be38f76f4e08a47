"""Who is asking: from a bearer token to an actor, or a Problem that says what to change."""

import hashlib
from typing import Final

from backend.actors import DeviceActor, PersonActor, SubscriberActor
from backend.clock import to_text
from backend.db import devices, people, subscribers
from backend.node import Node
from backend.tokens import Claims, ClockOff, TokenInvalid, read
from schemas import problems
from schemas.problems import Problem

SESSION_PREFIX: Final = "khs_"
"""Tells a console's session from a token that a device signed."""


def session_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def device(node: Node, token: str) -> DeviceActor:
    """The tablet that signed ``token``, revoked or not: the caller decides what that means."""
    claims = _read(node, token, "device")
    found = await node.database.read(lambda connection: devices.find(connection, claims.issuer))
    if found is None:
        raise _unknown()
    _verify(node, token, claims, found.public_key)
    return found.as_actor()


async def subscriber(node: Node, token: str) -> SubscriberActor:
    """The subscriber that signed ``token``, while it may pull."""
    claims = _read(node, token, "subscriber")
    found = await node.database.read(
        lambda connection: subscribers.find_named(connection, claims.issuer)
    )
    if found is None or not found.is_active:
        raise _unknown()
    _verify(node, token, claims, found.public_key)
    return found.as_actor()


async def person(node: Node, token: str) -> PersonActor:
    """The person whose session this is, while it lasts."""
    if not token.startswith(SESSION_PREFIX):
        raise _unknown()
    now, token_hash = node.now(), session_hash(token)
    found = await node.database.read(
        lambda connection: people.find_session(connection, token_hash, now)
    )
    if found is None:
        raise Problem(problems.NOT_AUTHENTICATED, "The session has ended; sign in again.")
    return found.as_actor()


def _read(node: Node, token: str, kind: str) -> Claims:
    try:
        claims = read(token)
    except TokenInvalid as invalid:
        raise _unknown() from invalid
    if claims.kind != kind or claims.audience != node.identity.id:
        raise _unknown()
    return claims


def _verify(node: Node, token: str, claims: Claims, public_key: bytes) -> None:
    now = node.now()
    try:
        node.tokens.verify(token, claims, public_key, now)
    except TokenInvalid as invalid:
        raise _unknown() from invalid
    except ClockOff as off:
        raise Problem(
            problems.CLOCK_OFF,
            "Sign a new token by the server's time; changes keep the times they have.",
            server_time=to_text(now),
            server_time_ms=now,
        ) from off


def _unknown() -> Problem:
    """One answer for every way not to be known: which one it was helps only who is guessing."""
    return Problem(problems.NOT_AUTHENTICATED, "A valid token is needed.")
