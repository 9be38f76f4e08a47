"""``khabar enrol``: a one-time code for a tablet."""

import json
from typing import Annotated

import typer
from rich.console import Console

from backend.commands.output import expected_faults, fail


def command(
    agency: Annotated[str, typer.Argument(help="Code of the tablet's agency, for example KG-CNS.")],
    *,
    team: Annotated[str | None, typer.Option(help="Id of the team it belongs to.")] = None,
    post: Annotated[str | None, typer.Option(help="Code of the post it stands at.")] = None,
    server: Annotated[
        str | None, typer.Option(help="Ask a running node at this address; needs --username.")
    ] = None,
    username: Annotated[str | None, typer.Option(help="Administrator to sign in as.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a one-time code that lets one tablet in.

    Without --server the node's own database is opened: no server may be running on it.
    """
    if server is None:
        made = _make_here(agency, team, post)
    elif username is None:
        fail("--server needs --username: a running node wants to know who asks")
    else:
        made = _make_there(server, username, {"team": team, "post": post})
        if made["agency"] != agency:
            fail(f"{username} is an administrator of {made['agency']}, not of {agency}")
    if as_json:
        print(json.dumps(made))
        return
    Console().print(
        f"Code   [bold]{made['code']}[/bold]\nLink   {made['link']}\nUntil  {made['expires_at']}",
        highlight=False,
    )


def _make_here(agency: str, team: str | None, post: str | None) -> dict[str, str]:
    from backend.clock import to_text  # noqa: PLC0415 — help must not wait for it
    from backend.commands.local_node import local_node  # noqa: PLC0415 — as above
    from backend.db.devices import Place  # noqa: PLC0415 — as above
    from backend.services.enrol import make_code_at_console  # noqa: PLC0415 — as above
    from backend.settings import Settings  # noqa: PLC0415 — as above
    from sync.ids import is_code  # noqa: PLC0415 — as above

    if not is_code(agency) or not (post is None or is_code(post)):
        fail("an agency or post is a code: letters, digits, hyphens")
    with expected_faults(), local_node(Settings()) as node:
        made = make_code_at_console(node, Place(agency, team, post))
    return {
        "code": made.text,
        "link": made.link,
        "agency": agency,
        "expires_at": to_text(made.kept.expires_at),
    }


def _make_there(server: str, username: str, place: dict[str, str | None]) -> dict[str, str]:
    import httpx  # noqa: PLC0415 — help must not wait for it

    from backend.settings import Settings  # noqa: PLC0415 — as above

    given = Settings().admin_password
    password: str = (
        typer.prompt("Password", hide_input=True) if given is None else given.get_secret_value()
    )
    with httpx.Client(base_url=server, timeout=30) as client:
        session = client.post("/v1/sessions", json={"username": username, "password": password})
        if session.is_error:
            fail(session.json()["detail"])
        headers = {"Authorization": f"Bearer {session.json()['token']}"}
        response = client.post("/v1/enrolment-codes", json=place, headers=headers)
        client.delete("/v1/sessions/current", headers=headers)
    if response.is_error:
        fail(response.json()["detail"])
    return response.json()
