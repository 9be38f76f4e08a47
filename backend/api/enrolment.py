"""Letting tablets in."""

from fastapi import APIRouter, Request

from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, AdministratorDependency
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency, address_of
from backend.api.node import describe
from backend.clock import to_datetime
from backend.db.devices import Place
from backend.services import enrol
from schemas import problems
from schemas.devices import Enrolment, EnrolmentCode, EnrolmentCodeRequest, EnrolmentRequest
from schemas.problems import problem_responses

router = APIRouter(prefix="/v1", tags=["devices"])


@router.post(
    "/enrolment-codes",
    operation_id="make_enrolment_code",
    status_code=201,
    responses=problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND),
    dependencies=PERSON_SECURITY,
    openapi_extra=json_body(
        EnrolmentCodeRequest,
        usual={"team": "01920000-0001-7e73-a640-39b9b00eff55", "post": "KG-DOSTUK"},
    ),
)
async def make_enrolment_code(
    request: Request, node: NodeDependency, actor: AdministratorDependency
) -> EnrolmentCode:
    """Make a one-time code for one tablet of the own agency. It is shown this once."""
    body = await read_json(request, EnrolmentCodeRequest)
    place = Place(actor.agency, body.team, body.post)
    made = await enrol.make_code(node, actor, place)
    return EnrolmentCode(
        id=made.kept.id,
        code=made.text,
        link=made.link,
        agency=place.agency,
        team=place.team,
        post=place.post,
        expires_at=to_datetime(made.kept.expires_at),
    )


@router.post(
    "/enrolments",
    operation_id="enrol",
    status_code=201,
    responses=problem_responses(
        *BODY_PROBLEMS,
        problems.ENROLMENT_CODE_INVALID,
        problems.ENROLMENT_PROOF_INVALID,
        problems.DEVICE_ALREADY_ENROLLED,
        problems.TOO_MANY_REQUESTS,
    ),
    openapi_extra=json_body(
        EnrolmentRequest,
        usual={
            "code": "7TQ4N-0C2XV-9KRWB-HM5PD",
            "device": "01920000-0001-7e73-a640-39b9b00eff55",
            "name": "Osh-3",
            "public_key": "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=",
            "proof": "A" * 86 + "==",
        },
    ),
)
async def enrol_here(request: Request, node: NodeDependency) -> Enrolment:
    """Use a code. Sent again with the same key it is answered the same: answers get lost."""
    body = await read_json(request, EnrolmentRequest)
    device, ordinal = await enrol.enrol(node, body, address=address_of(request))
    return Enrolment(
        device=device.id,
        name=device.name,
        agency=device.place.agency,
        team=device.place.team,
        post=device.place.post,
        assignment=ordinal,
        node=describe(node),
    )
