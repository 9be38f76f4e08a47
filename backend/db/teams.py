"""Teams and officers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backend.clock import Instant
from backend.db.tables.base import table_of
from backend.db.tables.teams import OfficerRow, TeamAgencyRow, TeamRow

_team = table_of(TeamRow)
_member = table_of(TeamAgencyRow)
_officer = table_of(OfficerRow)


@dataclass(frozen=True, slots=True)
class Team:
    """A mobile team. ``agencies`` are sorted and hold the leading one."""

    id: str
    name: str
    lead_agency: str
    agencies: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True, slots=True)
class Officer:
    """An author of changes."""

    id: str
    name: str
    agency: str
    is_active: bool


def add_team(connection: Connection, team: Team, now: Instant) -> None:
    connection.execute(
        _team.insert().values(
            id=team.id,
            name=team.name,
            lead_agency=team.lead_agency,
            is_active=team.is_active,
            created_at=now,
        )
    )
    members = [{"team": team.id, "agency": agency} for agency in team.agencies]
    connection.execute(_member.insert(), members)


def find_team(connection: Connection, team: str) -> Team | None:
    rows = connection.execute(select(_team).where(_team.c.id == team)).all()
    return next(iter(_with_agencies(connection, rows)), None)


def list_teams(connection: Connection, agency: str, *, after: str | None, limit: int) -> list[Team]:
    """Teams that ``agency`` is in, in the order of their ids."""
    query = (
        select(_team)
        .join(_member, _member.c.team == _team.c.id)
        .where(_member.c.agency == agency)
        .order_by(_team.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(_team.c.id > after)
    return _with_agencies(connection, connection.execute(query).all())


def set_team_active(connection: Connection, team: str, *, is_active: bool) -> None:
    connection.execute(update(_team).where(_team.c.id == team).values(is_active=is_active))


def add_officer(connection: Connection, officer: Officer, now: Instant) -> None:
    connection.execute(
        _officer.insert().values(
            id=officer.id,
            name=officer.name,
            agency=officer.agency,
            is_active=officer.is_active,
            created_at=now,
        )
    )


def find_officer(connection: Connection, officer: str) -> Officer | None:
    row = connection.execute(select(_officer).where(_officer.c.id == officer)).one_or_none()
    return None if row is None else _officer_of(row)


def list_officers(
    connection: Connection, agencies: Sequence[str], *, after: str | None, limit: int
) -> list[Officer]:
    """Officers of these agencies, in the order of their ids."""
    query = select(_officer).where(_officer.c.agency.in_(agencies)).order_by(_officer.c.id)
    if after is not None:
        query = query.where(_officer.c.id > after)
    return [_officer_of(row) for row in connection.execute(query.limit(limit))]


def set_officer_active(connection: Connection, officer: str, *, is_active: bool) -> None:
    connection.execute(update(_officer).where(_officer.c.id == officer).values(is_active=is_active))


def _with_agencies(connection: Connection, rows: Sequence[Row[Any]]) -> list[Team]:
    agencies: dict[str, list[str]] = {row.id: [] for row in rows}
    members = select(_member).where(_member.c.team.in_(agencies)).order_by(_member.c.agency)
    for member in connection.execute(members):
        agencies[member.team].append(member.agency)
    return [
        Team(row.id, row.name, row.lead_agency, tuple(agencies[row.id]), row.is_active)
        for row in rows
    ]


def _officer_of(row: Row[Any]) -> Officer:
    return Officer(row.id, row.name, row.agency, row.is_active)
