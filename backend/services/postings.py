"""Where a tablet may be posted: a team that is there, works, and has the agency in it."""

from sqlalchemy import Connection

from backend.db import teams
from backend.db.devices import Place
from schemas import problems
from schemas.problems import Problem


def require_place(connection: Connection, place: Place) -> None:
    """Raise unless a tablet of this agency may stand here."""
    if place.team is None:
        return
    team = teams.find_team(connection, place.team)
    if team is None or not team.is_active or place.agency not in team.agencies:
        raise Problem(problems.NOT_FOUND, "The agency is in no such team.")
