"""Accounts: who may make them, close them, list them."""

from dataclasses import dataclass

from sqlalchemy import Connection

from backend.actors import PersonActor, Role
from backend.db import audit, people
from backend.db.audit import Deed
from backend.db.people import Person
from backend.node import Node
from schemas import problems
from schemas.problems import Problem


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made."""

    username: str
    name: str
    agency: str
    roles: frozenset[Role]
    password: str


async def make(node: Node, actor: PersonActor, new: NewAccount) -> Person:
    """Make an account, in the own agency and without the operator's role unless one asks."""
    _require_reach(actor, new.agency, new.roles)
    person = _person(node, new)
    hashed = await node.passwords.hash(new.password)
    now = node.now()

    def work(connection: Connection) -> None:
        _add(connection, person, hashed, actor.deed("person.added", person.id, now))

    await node.database.write(work)
    return person


def make_at_console(node: Node, new: NewAccount) -> Person:
    """The same for the command line, whose user owns the machine: how the first account is made."""
    person = _person(node, new)
    hashed = node.passwords.hash_blocking(new.password)
    deed = Deed(new.agency, "node", node.identity.id, "person.added", person.id, node.now())
    node.database.write_blocking(lambda connection: _add(connection, person, hashed, deed))
    return person


async def set_active(node: Node, actor: PersonActor, person_id: str, *, is_active: bool) -> Person:
    """Open or close an account. Closing ends its sessions at once."""
    now = node.now()

    def work(connection: Connection) -> Person:
        found = people.find(connection, person_id)
        if found is None:
            raise Problem(problems.NOT_FOUND, "No such account.")
        _require_reach(actor, found.agency, found.roles)
        people.set_active(connection, found.id, is_active=is_active)
        action = "person.opened" if is_active else "person.closed"
        audit.append(connection, actor.deed(action, found.id, now))
        changed = people.find(connection, person_id)
        assert changed is not None
        return changed

    return await node.database.write(work)


async def list_accounts(
    node: Node, actor: PersonActor, *, after: str | None, limit: int
) -> list[Person]:
    """Accounts of the own agency; all of them for an operator."""
    agency = None if Role.OPERATOR in actor.roles else actor.agency
    return await node.database.read(
        lambda connection: people.list_people(connection, agency, after=after, limit=limit)
    )


def _require_reach(actor: PersonActor, agency: str, roles: frozenset[Role]) -> None:
    """An account of another agency is not there for an administrator (P10)."""
    if Role.OPERATOR in actor.roles:
        return
    if agency != actor.agency:
        raise Problem(problems.NOT_FOUND, "No such account.")
    if Role.OPERATOR in roles:
        raise Problem(
            problems.NOT_PERMITTED, "Only an operator makes operators.", permission="operator"
        )


def _person(node: Node, new: NewAccount) -> Person:
    return Person(node.ids.uuid(), new.username, new.name, new.agency, new.roles, is_active=True)


def _add(connection: Connection, person: Person, hashed: str, deed: Deed) -> None:
    if not people.add(connection, person, password_hash=hashed, now=deed.at):
        raise Problem(problems.ALREADY_EXISTS, "This username is taken.")
    audit.append(connection, deed)
