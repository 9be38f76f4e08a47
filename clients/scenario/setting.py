"""Act 1: a node, people at its consoles, one joint team of three agencies, and a fourth agency."""

from datetime import timedelta
from typing import Final

from clients.scenario.console import Console
from clients.scenario.crew import Place, enlist
from clients.scenario.stage import Account, Stage

LEAD: Final = "KG-CNS"
CUSTOMS: Final = "KG-CUSTOMS"
BORDER: Final = "KG-BG"
SECOND: Final = "KG-GKNB"

OPERATOR: Final = "operator"
PASSWORD_BYTES: Final = 12

YEARS_OFF: Final = timedelta(days=-6 * 365)
"""The border guard's tablet believes it is years ago; that must stop nothing."""

TEAM_NAME: Final = "Joint mobile team"
_ADMINISTRATORS: Final = (
    ("cns", "Administrator, Counter Narcotics Service", LEAD),
    ("customs", "Administrator, State Customs Service", CUSTOMS),
    ("border", "Administrator, State Border Guard Service", BORDER),
    ("gknb", "Administrator, State Committee for National Security", SECOND),
)


async def set_up(stage: Stage) -> None:
    """Migrate, make the first account, serve, make everybody else over HTTP."""
    stage.tell("A node is set up and served")
    operator = _account(stage, OPERATOR, "Node operator", LEAD, "operator")
    installation = stage.server.installation
    await installation.run("migrate")
    await installation.run(
        *("people", "add", operator.username, "--name", operator.name),
        *("--agency", operator.agency, "--role", "operator"),
        environment={"KHABAR_ADMIN_PASSWORD": operator.password},
    )
    await stage.server.start()
    await stage.road.open()
    await _sign_in(stage, operator, OPERATOR)
    stage.tell("Administrators, a joint team and its tablets are enrolled")
    for username, name, agency in _ADMINISTRATORS:
        await _administrator(stage, _account(stage, username, name, agency, "administrator"))
    team = await stage.consoles[LEAD].post(
        "/v1/teams", {"name": TEAM_NAME, "agencies": [CUSTOMS, BORDER]}
    )
    stage.team = team["id"]
    await _enlist_all(stage)


def _account(stage: Stage, username: str, name: str, agency: str, role: str) -> Account:
    password = stage.ids.secret(PASSWORD_BYTES).hex()
    account = Account(username, name, agency, (role,), password)
    stage.accounts.append(account)
    return account


async def _administrator(stage: Stage, account: Account) -> None:
    await stage.consoles[OPERATOR].post(
        "/v1/people",
        {
            "username": account.username,
            "name": account.name,
            "agency": account.agency,
            "roles": list(account.roles),
            "password": account.password,
        },
    )
    await _sign_in(stage, account, account.agency)


async def _sign_in(stage: Stage, account: Account, key: str) -> None:
    stage.consoles[key] = await Console.sign_in(
        stage.server.url, account.username, account.password
    )


async def _enlist_all(stage: Stage) -> None:
    for name, agency in (("cns", LEAD), ("customs", CUSTOMS), ("border", BORDER)):
        offset = YEARS_OFF if name == "border" else None
        stage.members[name] = await enlist(place(stage, agency), name, clock_offset=offset)
    stage.members["gknb"] = await enlist(place(stage, SECOND, is_in_team=False), "gknb")


def place(stage: Stage, agency: str, *, is_in_team: bool = True) -> Place:
    return Place(
        stage.folder / "tablets",
        stage.road.url,
        stage.consoles[agency],
        stage.team if is_in_team else None,
    )
