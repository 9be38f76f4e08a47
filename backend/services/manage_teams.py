"""Teams and officers, as the administrators of their agencies keep them."""

from sqlalchemy import Connection

from backend.actors import PersonActor
from backend.db import audit, teams
from backend.db.teams import Officer, Team
from backend.node import Node
from schemas import problems
from schemas.problems import Problem


async def make_team(node: Node, actor: PersonActor, *, name: str, agencies: frozenset[str]) -> Team:
    """A team led by the own agency."""
    now = node.now()
    members = tuple(sorted(agencies | {actor.agency}))
    team = Team(node.ids.uuid(), name, actor.agency, members, is_active=True)

    def work(connection: Connection) -> None:
        teams.add_team(connection, team, now)
        audit.append(connection, actor.deed("team.made", team.id, now))

    await node.database.write(work)
    return team


async def list_teams(
    node: Node, actor: PersonActor, *, after: str | None, limit: int
) -> list[Team]:
    """Teams the own agency leads or is in."""
    return await node.database.read(
        lambda connection: teams.list_teams(connection, actor.agency, after=after, limit=limit)
    )


async def set_team_active(node: Node, actor: PersonActor, team_id: str, *, is_active: bool) -> Team:
    """Only the leading agency ends a team or takes it up again."""
    now = node.now()

    def work(connection: Connection) -> Team:
        team = teams.find_team(connection, team_id)
        if team is None or actor.agency not in team.agencies:
            raise Problem(problems.NOT_FOUND, "The agency is in no such team.")
        if team.lead_agency != actor.agency:
            raise Problem(
                problems.NOT_PERMITTED, "Another agency leads the team.", permission="lead-agency"
            )
        teams.set_team_active(connection, team.id, is_active=is_active)
        action = "team.taken-up" if is_active else "team.ended"
        audit.append(connection, actor.deed(action, team.id, now))
        changed = teams.find_team(connection, team_id)
        assert changed is not None
        return changed

    return await node.database.write(work)


async def add_officer(node: Node, actor: PersonActor, name: str) -> Officer:
    """An officer of the own agency."""
    now = node.now()
    officer = Officer(node.ids.uuid(), name, actor.agency, is_active=True)

    def work(connection: Connection) -> None:
        teams.add_officer(connection, officer, now)
        audit.append(connection, actor.deed("officer.added", officer.id, now))

    await node.database.write(work)
    return officer


async def list_officers(
    node: Node, actor: PersonActor, *, after: str | None, limit: int
) -> list[Officer]:
    """Officers of the own agency. Names of people: the read is on record."""
    now = node.now()

    def work(connection: Connection) -> list[Officer]:
        audit.append(connection, actor.deed("officers.read", actor.agency, now))
        return teams.list_officers(connection, [actor.agency], after=after, limit=limit)

    return await node.database.write(work)


async def set_officer_active(
    node: Node, actor: PersonActor, officer_id: str, *, is_active: bool
) -> Officer:
    """Whether the officer is offered as an author. What was written stays."""
    now = node.now()

    def work(connection: Connection) -> Officer:
        officer = teams.find_officer(connection, officer_id)
        if officer is None or officer.agency != actor.agency:
            raise Problem(problems.NOT_FOUND, "The agency has no such officer.")
        teams.set_officer_active(connection, officer.id, is_active=is_active)
        action = "officer.taken-up" if is_active else "officer.ended"
        audit.append(connection, actor.deed(action, officer.id, now))
        changed = teams.find_officer(connection, officer_id)
        assert changed is not None
        return changed

    return await node.database.write(work)
