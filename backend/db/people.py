"""Accounts, roles and sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from backend.actors import PersonActor, Role
from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.people import PersonRoleRow, PersonRow, SessionRow
from backend.db.upsert import insert_new

_person = table_of(PersonRow)
_role = table_of(PersonRoleRow)
_session = table_of(SessionRow)


@dataclass(frozen=True, slots=True)
class Person:
    """An account."""

    id: str
    username: str
    name: str
    agency: str
    roles: frozenset[Role]
    is_active: bool

    def as_actor(self) -> PersonActor:
        return PersonActor(self.id, self.agency, self.roles, self.name)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against. ``password_hash`` is None for who signs in elsewhere."""

    person: Person
    password_hash: str | None


def add(connection: Connection, person: Person, *, password_hash: str | None, now: Instant) -> bool:
    """Whether the account went in; not when its username is taken."""
    row = {
        "id": person.id,
        "username": person.username,
        "name": person.name,
        "agency": person.agency,
        "password_hash": password_hash,
        "is_active": person.is_active,
        "created_at": now,
    }
    if insert_new(connection, _person, row) == 0:
        return False
    insert_new(connection, _role, [{"person": person.id, "role": role} for role in person.roles])
    return True


def find_credentials(connection: Connection, username: str) -> Credentials | None:
    row = connection.execute(
        select(_person).where(_person.c.username == username, _person.c.is_active)
    ).one_or_none()
    if row is None:
        return None
    (person,) = _with_roles(connection, [row])
    return Credentials(person, row.password_hash)


def list_people(
    connection: Connection, agency: str | None, *, after: str | None, limit: int
) -> list[Person]:
    """Accounts of one agency, or of all when ``agency`` is None."""
    query = select(_person).order_by(_person.c.id).limit(limit)
    if agency is not None:
        query = query.where(_person.c.agency == agency)
    if after is not None:
        query = query.where(_person.c.id > after)
    return _with_roles(connection, connection.execute(query).all())


def set_active(connection: Connection, person: str, *, is_active: bool) -> None:
    """Close or open an account. Closing ends its sessions at once."""
    connection.execute(_person.update().where(_person.c.id == person).values(is_active=is_active))
    if not is_active:
        connection.execute(delete(_session).where(_session.c.person == person))


def find(connection: Connection, person: str) -> Person | None:
    rows = connection.execute(select(_person).where(_person.c.id == person)).all()
    return next(iter(_with_roles(connection, rows)), None)


def open_session(
    connection: Connection, *, token_hash: str, person: str, now: Instant, expires_at: Instant
) -> None:
    """Keep a session, and drop those that have ended."""
    connection.execute(delete(_session).where(_session.c.expires_at <= now))
    connection.execute(
        _session.insert().values(
            token_hash=token_hash, person=person, created_at=now, expires_at=expires_at
        )
    )


def find_session(connection: Connection, token_hash: str, now: Instant) -> Person | None:
    """Whose session it is, while it lasts and the account is open."""
    row = connection.execute(
        select(_person)
        .join(_session, _session.c.person == _person.c.id)
        .where(
            _session.c.token_hash == token_hash, _session.c.expires_at > now, _person.c.is_active
        )
    ).one_or_none()
    return None if row is None else _with_roles(connection, [row])[0]


def close_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(_session).where(_session.c.token_hash == token_hash))


def _with_roles(connection: Connection, rows: Iterable[Row[Any]]) -> list[Person]:
    found = list(rows)
    held: dict[str, set[Role]] = {row.id: set() for row in found}
    of_these = select(_role).where(_role.c.person.in_(held))
    for role in connection.execute(of_these):
        held[role.person].add(Role(role.role))
    return [
        Person(row.id, row.username, row.name, row.agency, frozenset(held[row.id]), row.is_active)
        for row in found
    ]
