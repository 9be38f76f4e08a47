"""Signing in to the console and out of it."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from backend import limits
from backend.actors import PersonActor
from backend.clock import Instant, after
from backend.db import attempts, audit, people
from backend.db.attempts import Bound
from backend.db.people import Credentials, Person
from backend.node import Node
from backend.services.authenticate import SESSION_PREFIX, session_hash
from schemas import problems
from schemas.problems import Problem

SESSION_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. The token is here and with the person, nowhere else."""

    token: str
    expires_at: Instant
    person: Person


async def sign_in(node: Node, *, username: str, password: str, address: str) -> SignedIn:
    """Open a session. A wrong account and a wrong password are one answer, in one time."""
    name = username.lower()
    bounds = _bounds(name, address)
    now = node.now()
    credentials = await node.database.write(
        lambda connection: _reserve(connection, bounds, name, now)
    )
    hashed = None if credentials is None else credentials.password_hash
    if not await node.passwords.matches(password, hashed) or credentials is None:
        raise Problem(problems.WRONG_CREDENTIALS, "The account or the password is wrong.")
    token = SESSION_PREFIX + urlsafe_b64encode(node.ids.secret(SESSION_TOKEN_BYTES)).decode()
    signed_in = SignedIn(token, after(node.now(), limits.SESSION_MS), credentials.person)
    await node.database.write(lambda connection: _open(connection, signed_in, bounds, now))
    return signed_in


async def sign_out(node: Node, actor: PersonActor, token: str) -> None:
    """End this session. Ending it twice is no error."""
    now = node.now()

    def work(connection: Connection) -> None:
        people.close_session(connection, session_hash(token))
        audit.append(connection, actor.deed("session.closed", actor.id, now))

    await node.database.write(work)


def _bounds(name: str, address: str) -> tuple[Bound, ...]:
    """One account from one address; all of an address; all of an account."""
    return (
        Bound(attempts.key("sign-in", name, address), limits.LOGIN_FAILURES_MAX),
        Bound(attempts.key("sign-in", address), limits.LOGIN_FAILURES_PER_ADDRESS_MAX),
        Bound(attempts.key("sign-in-account", name), limits.LOGIN_FAILURES_PER_ACCOUNT_MAX),
    )


def _reserve(
    connection: Connection, bounds: tuple[Bound, ...], name: str, now: Instant
) -> Credentials | None:
    refuse_when_full(connection, bounds, now)
    return people.find_credentials(connection, name)


def refuse_when_full(connection: Connection, bounds: tuple[Bound, ...], now: Instant) -> None:
    """Count an attempt, or raise the Problem that says when to come back."""
    come_back_at = attempts.reserve(connection, bounds, now)
    if come_back_at is not None:
        raise Problem(
            problems.TOO_MANY_REQUESTS,
            "Too many attempts; wait before the next.",
            retry_after_ms=come_back_at - now,
        )


def _open(
    connection: Connection, signed_in: SignedIn, bounds: tuple[Bound, ...], now: Instant
) -> None:
    person = signed_in.person
    attempts.give_back(connection, bounds)
    people.open_session(
        connection,
        token_hash=session_hash(signed_in.token),
        person=person.id,
        now=now,
        expires_at=signed_in.expires_at,
    )
    audit.append(connection, person.as_actor().deed("session.opened", person.id, now))
