"""``khabar people``: accounts made by who owns the machine, above all the first one."""

from typing import Annotated

import typer

from backend.commands.output import expected_faults, fail

app = typer.Typer(no_args_is_help=True, help="Accounts of the console.")


@app.command("add")
def add(
    username: Annotated[str, typer.Argument(help="What the person signs in with.")],
    *,
    name: Annotated[str, typer.Option(help="The person's name.")],
    agency: Annotated[str, typer.Option(help="Code of the person's agency, for example KG-CNS.")],
    role: Annotated[
        list[str], typer.Option(help="administrator, analyst or operator; may be repeated.")
    ],
) -> None:
    """Make an account. The password is asked for, or taken from KHABAR_ADMIN_PASSWORD."""
    from pydantic import ValidationError  # noqa: PLC0415 — help must not wait for it

    from backend.actors import Role  # noqa: PLC0415 — as above
    from backend.commands.local_node import local_node  # noqa: PLC0415 — as above
    from backend.services.accounts import NewAccount, make_at_console  # noqa: PLC0415 — as above
    from backend.settings import Settings  # noqa: PLC0415 — as above
    from schemas.people import PersonRequest  # noqa: PLC0415 — as above

    settings = Settings()
    given = settings.admin_password
    password: str = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if given is None
        else given.get_secret_value()
    )
    try:
        asked = PersonRequest.model_validate(
            {
                "username": username,
                "name": name,
                "agency": agency,
                "roles": role,
                "password": password,
            }
        )
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        fail("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults))
    new = NewAccount(
        asked.username, asked.name, asked.agency, frozenset(map(Role, asked.roles)), password
    )
    with expected_faults(), local_node(settings) as node:
        person = make_at_console(node, new)
    print(f"{person.username} of {person.agency} may sign in")
