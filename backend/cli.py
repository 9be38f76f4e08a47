"""The command ``khabar``: which commands there are. Each lives in a module of ``backend/commands``.

A new command is one line here. Those modules import nothing heavy at their top, only inside their
functions, so that ``khabar --help`` answers at once.
"""

import typer

from backend.commands import (
    bundle,
    demo,
    enrol,
    fsck,
    migrate,
    mirror,
    openapi,
    people,
    quantity,
    restore,
    scenario,
    serve,
    tablet,
)

app = typer.Typer(
    name="khabar",
    help="Offline-first field reporting: merge field by field, ask a person, publish.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold people's data
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("serve")(serve.command)
app.command("migrate")(migrate.command)
app.command("demo")(demo.command)
app.command("openapi")(openapi.command)
app.command("restore-epoch")(restore.command)
app.command("enrol")(enrol.command)
app.command("fsck")(fsck.command)
app.add_typer(people.app, name="people")
app.add_typer(tablet.app, name="tablet")
app.add_typer(bundle.app, name="bundle")
app.command("mirror")(mirror.command)
app.add_typer(mirror.app, name="feed")
app.add_typer(scenario.app, name="scenario")
app.command("quantity", context_settings=quantity.CONTEXT_SETTINGS)(quantity.command)


def main() -> None:
    app()
