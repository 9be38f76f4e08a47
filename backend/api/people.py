"""Accounts of the console."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from backend.actors import PersonActor, Role
from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, PersonDependency, person_actor
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency
from backend.api.paging import PAGE_ROWS_USUAL, After, Limit, next_after
from backend.db import people
from backend.services import accounts
from backend.services.accounts import NewAccount
from schemas import problems
from schemas.devices import ActiveRequest
from schemas.people import People, Person, PersonRequest
from schemas.problems import problem_responses
from schemas.types import Identifier

router = APIRouter(prefix="/v1/people", tags=["people"], dependencies=PERSON_SECURITY)

KeeperDependency = Annotated[PersonActor, Depends(person_actor(Role.ADMINISTRATOR, Role.OPERATOR))]


def to_wire(person: people.Person) -> Person:
    return Person(
        id=person.id,
        username=person.username,
        name=person.name,
        agency=person.agency,
        roles=tuple(role.value for role in sorted(person.roles)),
        is_active=person.is_active,
    )


@router.get("/me", operation_id="show_me", responses=problem_responses(*PERSON_PROBLEMS))
async def show_me(node: NodeDependency, actor: PersonDependency) -> Person:
    """Who is signed in."""
    found = await node.database.read(lambda connection: people.find(connection, actor.id))
    assert found is not None
    return to_wire(found)


@router.get("", operation_id="list_people", responses=problem_responses(*PERSON_PROBLEMS))
async def list_people(
    node: NodeDependency,
    actor: KeeperDependency,
    after: After = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> People:
    """Accounts of the own agency; all of them for an operator."""
    found = await accounts.list_accounts(node, actor, after=after, limit=limit)
    return People(items=tuple(map(to_wire, found)), next=next_after(found, limit))


@router.post(
    "",
    operation_id="add_person",
    status_code=201,
    responses=problem_responses(
        *PERSON_PROBLEMS, *BODY_PROBLEMS, problems.ALREADY_EXISTS, problems.NOT_FOUND
    ),
    openapi_extra=json_body(
        PersonRequest,
        usual={
            "username": "a.bekova",
            "name": "Aida Bekova",
            "agency": "KG-CNS",
            "roles": ["administrator"],
            "password": "correct horse battery",
        },
    ),
)
async def add_person(request: Request, node: NodeDependency, actor: KeeperDependency) -> Person:
    """Make an account."""
    body = await read_json(request, PersonRequest)
    new = NewAccount(
        username=body.username,
        name=body.name,
        agency=body.agency,
        roles=frozenset(map(Role, body.roles)),
        password=body.password,
    )
    return to_wire(await accounts.make(node, actor, new))


@router.post(
    "/{person}/active",
    operation_id="set_person_active",
    responses=problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND),
    openapi_extra=json_body(ActiveRequest, close={"is_active": False}),
)
async def set_person_active(
    request: Request,
    node: NodeDependency,
    actor: KeeperDependency,
    person: Annotated[Identifier, Path()],
) -> Person:
    """Open or close an account. Closing ends its sessions at once."""
    body = await read_json(request, ActiveRequest)
    changed = await accounts.set_active(node, actor, person, is_active=body.is_active)
    return to_wire(changed)
