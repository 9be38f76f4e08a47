"""Who is asking, as something an endpoint depends on.

    async def pull(actor: DeviceDependency) -> ...

``PROBLEMS`` of each goes into the operation's ``responses``.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from backend.actors import DeviceActor, PersonActor, Role, SubscriberActor
from backend.api.dependencies import NodeDependency
from backend.clock import to_text
from backend.services import authenticate
from schemas import problems
from schemas.problems import Problem

DEVICE_SCHEME: Final = HTTPBearer(
    scheme_name="device",
    description="A JWT the tablet signs itself: alg Ed25519; iss, aud, iat, exp, jti.",
    bearerFormat="JWT",
    auto_error=False,
)
SUBSCRIBER_SCHEME: Final = HTTPBearer(
    scheme_name="subscriber",
    description='A JWT the subscriber signs itself, with `"kind": "subscriber"`.',
    bearerFormat="JWT",
    auto_error=False,
)
PERSON_SCHEME: Final = HTTPBearer(
    scheme_name="person", description="The token of POST /v1/sessions.", auto_error=False
)

PERSON_PROBLEMS: Final = (problems.NOT_AUTHENTICATED, problems.NOT_PERMITTED)
DEVICE_EVEN_REVOKED_PROBLEMS: Final = (problems.NOT_AUTHENTICATED, problems.CLOCK_OFF)
DEVICE_PROBLEMS: Final = (*DEVICE_EVEN_REVOKED_PROBLEMS, problems.DEVICE_REVOKED)
SUBSCRIBER_PROBLEMS: Final = (problems.NOT_AUTHENTICATED, problems.CLOCK_OFF)


def bearer_token(request: Request) -> str:
    """The token of ``Authorization: Bearer``, or a Problem when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(problems.NOT_AUTHENTICATED, "A bearer token is needed.")
    return token.strip()


async def device_actor_even_revoked(request: Request, node: NodeDependency) -> DeviceActor:
    """For what a revoked tablet may still do: hand in its outbox, and say that it is wiped."""
    return await authenticate.device(node, bearer_token(request))


async def device_actor(request: Request, node: NodeDependency) -> DeviceActor:
    actor = await authenticate.device(node, bearer_token(request))
    if actor.revoked_at is not None:
        raise Problem(
            problems.DEVICE_REVOKED,
            "The device is revoked; its outbox may still be pushed.",
            revoked_at=to_text(actor.revoked_at),
        )
    return actor


async def subscriber_actor(request: Request, node: NodeDependency) -> SubscriberActor:
    return await authenticate.subscriber(node, bearer_token(request))


def person_actor(*roles: Role) -> Callable[[Request, NodeDependency], Awaitable[PersonActor]]:
    """A dependency: a signed-in person with one of ``roles``, or with any when none is named."""

    async def dependency(request: Request, node: NodeDependency) -> PersonActor:
        actor = await authenticate.person(node, bearer_token(request))
        if roles and not actor.roles & frozenset(roles):
            raise Problem(
                problems.NOT_PERMITTED,
                "The account has not the role this needs.",
                permission=" or ".join(roles),
            )
        return actor

    return dependency


async def reader_actor(request: Request, node: NodeDependency) -> DeviceActor | PersonActor:
    """Either kind of reader, where both may ask for the same thing."""
    if bearer_token(request).startswith(authenticate.SESSION_PREFIX):
        return await authenticate.person(node, bearer_token(request))
    return await device_actor(request, node)


DeviceDependency = Annotated[DeviceActor, Depends(device_actor)]
DeviceEvenRevokedDependency = Annotated[DeviceActor, Depends(device_actor_even_revoked)]
SubscriberDependency = Annotated[SubscriberActor, Depends(subscriber_actor)]
PersonDependency = Annotated[PersonActor, Depends(person_actor())]
AdministratorDependency = Annotated[PersonActor, Depends(person_actor(Role.ADMINISTRATOR))]
OperatorDependency = Annotated[PersonActor, Depends(person_actor(Role.OPERATOR))]
ReaderDependency = Annotated[DeviceActor | PersonActor, Depends(reader_actor)]

PERSON_SECURITY: Final = [Depends(PERSON_SCHEME)]
DEVICE_SECURITY: Final = [Depends(DEVICE_SCHEME)]
SUBSCRIBER_SECURITY: Final = [Depends(SUBSCRIBER_SCHEME)]
READER_SECURITY: Final = [Depends(DEVICE_SCHEME), Depends(PERSON_SCHEME)]
"""``dependencies`` of an operation: they put its scheme into the contract and check nothing."""
