"""Signing in and out."""

from fastapi import APIRouter, Request, Response

from backend.api.actors import (
    PERSON_PROBLEMS,
    PERSON_SECURITY,
    PersonDependency,
    bearer_token,
)
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency, address_of
from backend.api.people import to_wire
from backend.clock import to_datetime
from backend.services import sign_in
from schemas import problems
from schemas.people import Session, SessionRequest
from schemas.problems import problem_responses

router = APIRouter(prefix="/v1/sessions", tags=["people"])


@router.post(
    "",
    operation_id="sign_in",
    status_code=201,
    responses=problem_responses(
        *BODY_PROBLEMS, problems.WRONG_CREDENTIALS, problems.TOO_MANY_REQUESTS
    ),
    openapi_extra=json_body(
        SessionRequest, usual={"username": "a.bekova", "password": "correct horse battery"}
    ),
)
async def sign_in_here(request: Request, node: NodeDependency) -> Session:
    """Sign in with a password. The token is shown this once; send it as `Authorization: Bearer`."""
    body = await read_json(request, SessionRequest)
    opened = await sign_in.sign_in(
        node, username=body.username, password=body.password, address=address_of(request)
    )
    return Session(
        token=opened.token,
        expires_at=to_datetime(opened.expires_at),
        person=to_wire(opened.person),
    )


@router.delete(
    "/current",
    operation_id="sign_out",
    status_code=204,
    responses=problem_responses(*PERSON_PROBLEMS),
    dependencies=PERSON_SECURITY,
)
async def sign_out_here(
    request: Request, node: NodeDependency, actor: PersonDependency
) -> Response:
    """Sign out: the token ends at once."""
    await sign_in.sign_out(node, actor, bearer_token(request))
    return Response(status_code=204)
