"""Teams and officers."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from backend.api.actors import PERSON_PROBLEMS, PERSON_SECURITY, AdministratorDependency
from backend.api.body import BODY_PROBLEMS, json_body, read_json
from backend.api.dependencies import NodeDependency
from backend.api.paging import PAGE_ROWS_USUAL, After, Limit, next_after
from backend.db import teams
from backend.services import manage_teams
from schemas import problems
from schemas.devices import (
    ActiveRequest,
    Officer,
    OfficerRequest,
    Officers,
    Team,
    TeamRequest,
    Teams,
)
from schemas.problems import problem_responses
from schemas.types import Identifier

router = APIRouter(prefix="/v1", tags=["teams"], dependencies=PERSON_SECURITY)

Id = Annotated[Identifier, Path()]
_LISTED = problem_responses(*PERSON_PROBLEMS)
_MADE = problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS)
_CHANGED = problem_responses(*PERSON_PROBLEMS, *BODY_PROBLEMS, problems.NOT_FOUND)
_ACTIVE = json_body(ActiveRequest, end={"is_active": False})


def _team(team: teams.Team) -> Team:
    return Team(
        id=team.id,
        name=team.name,
        lead_agency=team.lead_agency,
        agencies=team.agencies,
        is_active=team.is_active,
    )


def _officer(officer: teams.Officer) -> Officer:
    return Officer(
        id=officer.id, name=officer.name, agency=officer.agency, is_active=officer.is_active
    )


@router.get("/teams", operation_id="list_teams", responses=_LISTED)
async def list_teams(
    node: NodeDependency,
    actor: AdministratorDependency,
    after: After = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> Teams:
    """Teams the own agency leads or is in."""
    found = await manage_teams.list_teams(node, actor, after=after, limit=limit)
    return Teams(items=tuple(map(_team, found)), next=next_after(found, limit))


@router.post(
    "/teams",
    operation_id="make_team",
    status_code=201,
    responses=_MADE,
    openapi_extra=json_body(
        TeamRequest, joint={"name": "Osh mobile team 1", "agencies": ["KG-CUS", "KG-SBG"]}
    ),
)
async def make_team(request: Request, node: NodeDependency, actor: AdministratorDependency) -> Team:
    """Make a team led by the own agency."""
    body = await read_json(request, TeamRequest)
    made = await manage_teams.make_team(
        node, actor, name=body.name, agencies=frozenset(body.agencies)
    )
    return _team(made)


@router.post(
    "/teams/{team}/active",
    operation_id="set_team_active",
    responses=_CHANGED,
    openapi_extra=_ACTIVE,
)
async def set_team_active(
    request: Request, node: NodeDependency, actor: AdministratorDependency, team: Id
) -> Team:
    """End a team, or take it up again. Only the leading agency does."""
    body = await read_json(request, ActiveRequest)
    return _team(await manage_teams.set_team_active(node, actor, team, is_active=body.is_active))


@router.get("/officers", operation_id="list_officers", responses=_LISTED)
async def list_officers(
    node: NodeDependency,
    actor: AdministratorDependency,
    after: After = None,
    limit: Limit = PAGE_ROWS_USUAL,
) -> Officers:
    """Officers of the own agency. The read goes into the audit log."""
    found = await manage_teams.list_officers(node, actor, after=after, limit=limit)
    return Officers(items=tuple(map(_officer, found)), next=next_after(found, limit))


@router.post(
    "/officers",
    operation_id="add_officer",
    status_code=201,
    responses=_MADE,
    openapi_extra=json_body(OfficerRequest, usual={"name": "Azamat Toktogulov"}),
)
async def add_officer(
    request: Request, node: NodeDependency, actor: AdministratorDependency
) -> Officer:
    """Add an officer of the own agency: an author of reports."""
    body = await read_json(request, OfficerRequest)
    return _officer(await manage_teams.add_officer(node, actor, body.name))


@router.post(
    "/officers/{officer}/active",
    operation_id="set_officer_active",
    responses=_CHANGED,
    openapi_extra=_ACTIVE,
)
async def set_officer_active(
    request: Request, node: NodeDependency, actor: AdministratorDependency, officer: Id
) -> Officer:
    """Whether the officer is offered as an author. What was written stays."""
    body = await read_json(request, ActiveRequest)
    return _officer(
        await manage_teams.set_officer_active(node, actor, officer, is_active=body.is_active)
    )
