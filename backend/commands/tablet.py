"""``khabar tablet``: the reference tablet on a folder, to try out, to demonstrate, to help with.

khabar tablet new osh-3 --node http://127.0.0.1:8000 --name Osh-3 --code 7TQ4N-0C2XV-9KRWB-HM5PD
khabar tablet edit osh-3 new --form seizure --set /place/text=Сары-Таш
khabar tablet sync osh-3
"""

import asyncio
import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from backend.commands.output import fail

if TYPE_CHECKING:
    from clients.tablet.events import SyncReport
    from clients.tablet.tablet import Tablet
    from clients.tablet.view import View
    from sync.ids import ReportId

app = typer.Typer(no_args_is_help=True, help="The reference tablet, one folder each.")

Folder = Annotated[Path, typer.Argument(help="The tablet's folder.")]
Report = Annotated[str, typer.Argument(help="The report's id, or how it begins.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Sets = Annotated[
    list[str], typer.Option("--set", help="path=value; + in the path makes a new part.")
]


@contextmanager
def opened(folder: Path) -> Generator["Tablet"]:
    """The tablet in a folder; what a person can mend is told in a sentence."""
    from clients.courier import NotABundleError  # noqa: PLC0415 — help must not wait for it
    from clients.tablet.enrolment import EnrolmentRefusedError  # noqa: PLC0415 — as above
    from clients.tablet.identity import NotReadyError  # noqa: PLC0415 — as above
    from clients.tablet.log import UnwritableError  # noqa: PLC0415 — as above
    from clients.tablet.tablet import Tablet  # noqa: PLC0415 — as above
    from clients.tablet.typed import TypedError  # noqa: PLC0415 — as above
    from clients.tablet.writing import UnknownReportError  # noqa: PLC0415 — as above

    try:
        tablet = Tablet.open(folder)
        try:
            yield tablet
        finally:
            tablet.file.close()
    except UnknownReportError as unknown:
        fail(f"this tablet holds no {unknown}")
    except EnrolmentRefusedError as refused:
        fail(f"the node did not let this tablet in: {refused}")
    except (NotABundleError, NotReadyError, OSError, TypedError, UnwritableError) as fault:
        fail(str(fault))


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


@app.command("new")
def new(
    folder: Folder,
    *,
    node: Annotated[str, typer.Option(help="Address of the node.")],
    name: Annotated[str, typer.Option(help="What people call the tablet.")],
    code: Annotated[str | None, typer.Option(help="One-time code of khabar enrol.")] = None,
    officer: Annotated[str | None, typer.Option(help="Id of the officer who holds it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a tablet, and have it let in when there is a code. It can be written on before."""
    from clients.tablet.identity import NotReadyError  # noqa: PLC0415 — help must not wait for it
    from clients.tablet.tablet import Tablet  # noqa: PLC0415 — as above

    made = Tablet.create(folder, name=name, node_url=node)
    try:
        _ = made.identity.officer
    except NotReadyError:
        made.identity.sign_in(made.world.ids.uuid() if officer is None else officer, name)
    made.file.close()
    if code is not None:
        _enrol(folder, code)
    with opened(folder) as tablet:
        told = {
            "device": tablet.identity.device,
            "is_enrolled": tablet.identity.node is not None,
            "officer": tablet.identity.officer,
        }
    if as_json:
        print_json(told)
    else:
        state = "enrolled" if told["is_enrolled"] else "not enrolled yet"
        typer.echo(f"Tablet {name} is in {folder}: {told['device']}, {state}")


@app.command("enrol")
def enrol(
    folder: Folder, code: Annotated[str, typer.Argument(help="One-time code of khabar enrol.")]
) -> None:
    """Have a tablet let in by its node."""
    _enrol(folder, code)
    typer.echo("Enrolled")


def _enrol(folder: Path, code: str) -> None:
    import httpx  # noqa: PLC0415 — help must not wait for it

    async def ask(tablet: "Tablet") -> None:
        async with httpx.AsyncClient() as client:
            await tablet.enrol(client, code)

    with opened(folder) as tablet:
        asyncio.run(ask(tablet))


@app.command("edit")
def edit(
    folder: Folder,
    report: Annotated[str, typer.Argument(help="The report's id, how it begins, or new.")],
    *,
    sets: Sets,
    form: Annotated[str, typer.Option(help="Form of a new report.")] = "seizure",
    lang: Annotated[str, typer.Option(help="Language of quantities and names.")] = "ru",
    as_json: AsJson = False,
) -> None:
    """Write a change to a report. It is on the tablet when this returns, and goes with a sync."""
    from clients.tablet.typed import Typist  # noqa: PLC0415 — help must not wait for it
    from schemas.forms.registry import CURRENT  # noqa: PLC0415 — as above

    with opened(folder) as tablet:
        if report == "new":
            # The form is asked first: a report of no form would stay on the desk for ever.
            typed = Typist(CURRENT.get(form, form), (), tablet.world.ids, lang).read(sets)
            chosen = tablet.new_report(form)
        else:
            chosen = find_report(tablet, report)
            view = tablet.view(chosen)
            written_in = tablet.desk.form_of(chosen)
            typed = Typist(written_in, view.fields, tablet.world.ids, lang).read(sets)
        line = tablet.write(chosen, typed)
    seq = None if line is None else line.seq
    if as_json:
        print_json({"report": chosen, "seq": seq, "paths": sorted(typed)})
    else:
        typer.echo(f"Report {chosen}: " + ("nothing to write" if seq is None else f"line {seq}"))


@app.command("void")
def void(
    folder: Folder, report: Report, *, reason: Annotated[str, typer.Option(help="Why.")]
) -> None:
    """Strike a report. It stays on record with the reason."""
    with opened(folder) as tablet:
        chosen = find_report(tablet, report)
        line = tablet.void(chosen, reason)
    typer.echo(f"Report {chosen}: line {line.seq}")


@app.command("answer")
def answer(
    folder: Folder,
    conflict: Annotated[str, typer.Argument(help="The conflict's id, or how it begins.")],
    *,
    value: Annotated[str, typer.Option(help="The value that is right: JSON, or plain text.")],
    reason: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Answer a conflict on a report of this tablet. An administrator settles it."""
    from sync.ids import ConflictId  # noqa: PLC0415 — help must not wait for it
    from sync.strictjson import Unreadable, parse  # noqa: PLC0415 — as above

    read = parse(value.encode())
    with opened(folder) as tablet:
        rows = tablet.file.all("SELECT id FROM conflict WHERE id LIKE ? || '%'", conflict)
        chosen = ConflictId(one_of("conflict", conflict, [row[0] for row in rows]))
        line = tablet.answer(chosen, value if isinstance(read, Unreadable) else read, reason)
    typer.echo(f"Conflict {chosen}: line {line.seq}")


@app.command("attach")
def attach(
    folder: Folder,
    report: Report,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Photo or film.")],
    *,
    media_type: Annotated[str, typer.Option(help="Its media type.")] = "image/jpeg",
) -> None:
    """Attach a file to a report. It goes after the data, and goes on where it stopped."""
    from clients.tablet.attachments import UnsuitableError  # noqa: PLC0415 — as in opened

    with opened(folder) as tablet, file.open("rb") as source:
        chosen = find_report(tablet, report)
        try:
            made = tablet.attachments.attach(chosen, source, media_type, {"name": file.name})
        except UnsuitableError as unsuitable:
            fail(str(unsuitable))
    typer.echo(f"Report {chosen}: attachment {made.sha256}")


@app.command("show")
def show(
    folder: Folder,
    report: Annotated[str | None, typer.Argument(help="A report; none lists them all.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a report as its officer sees it, or list the reports."""
    if report is None:
        status(folder, as_json=as_json)
        return
    with opened(folder) as tablet:
        view = tablet.view(find_report(tablet, report))
    if as_json:
        print_json({**asdict(view), "own": sorted(view.own)})
    else:
        _print_view(view)


def _print_view(view: "View") -> None:
    table = Table("field", "value", "", title=f"{view.report}  {view.form}  r{view.revision}")
    for path, value in sorted(view.fields.items()):
        mark = "contested" if path in view.contested else "not sent" if path in view.own else ""
        table.add_row(path, _spelled(value), mark)
    console = Console()
    console.print(table)
    for refused in view.refused:
        console.print(f"Line {refused.seq} does not stand: {refused.reason}", markup=False)


def _spelled(value: Any) -> str:
    match value:
        case str(text) | {"entered": str(text)}:
            return text
        case _:
            return json.dumps(value, ensure_ascii=False)


@app.command("sync")
def sync(folder: Folder, *, as_json: AsJson = False) -> None:
    """Hand in what is on the tablet, read what is new. Status 1 when something is left over."""
    import httpx  # noqa: PLC0415 — help must not wait for it

    async def run(tablet: "Tablet") -> "SyncReport":
        async with httpx.AsyncClient() as client:
            return await tablet.sync(client)

    with opened(folder) as tablet:
        told = asyncio.run(run(tablet))
    if as_json:
        print_json({**asdict(told), "is_complete": told.is_complete})
    else:
        typer.echo(
            f"Handed in {told.lines_handed_in} lines, {told.attachments_sent} attachments,"
            f" {told.bundles_carried} bundles; took {told.reports_taken} reports,"
            f" {told.reference_rows_taken} reference rows, {told.forms_taken} forms"
        )
        for trouble in told.troubles:
            typer.echo(f"{trouble.about}: {trouble.reason} ({trouble.retry})", err=True)
    if not told.is_complete:
        raise typer.Exit(1)


@app.command("status")
def status(folder: Folder, *, as_json: AsJson = False) -> None:
    """Where each report stands, and what is still on this tablet only."""
    with opened(folder) as tablet:
        told = tablet.status()
    if as_json:
        print_json(asdict(told))
        return
    table = Table(title=f"{told.name}  {told.device}")
    table.add_column("report", no_wrap=True, min_width=36)
    for heading in ("what", "stage", "not sent"):
        table.add_column(heading)
    for each in told.reports:
        table.add_row(each.report, each.title, each.stage.value, str(each.lines_on_tablet or ""))
    console = Console()
    console.print(table)
    since = f", the oldest of {told.oldest_on_tablet_at}" if told.oldest_on_tablet_at else ""
    console.print(
        f"{told.lines_on_tablet} of {told.lines_written} lines are on this tablet only{since}",
        highlight=False,
    )
    for first, last, reason in told.refused:
        console.print(f"Lines {first} to {last} are not taken: {reason}", markup=False)


@app.command("find")
def find(
    folder: Folder,
    table: Annotated[str, typer.Argument(help="border_points, substances, districts...")],
    name: Annotated[str, typer.Argument(help="A name in any language, a code, or how it begins.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Look a name up in the reference tables on the tablet. Status 1 when nothing bears it."""
    with opened(folder) as tablet:
        tables = tablet.reference.tables()
        if table not in tables:
            fail(f"no table {table} on this tablet; it has: {', '.join(tables) or 'none, sync it'}")
        found = tablet.reference.find(table, name)
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        for each in found:
            names = [str(each.body[key]) for key in ("name_en", "name_ru") if each.body.get(key)]
            mark = "" if each.is_exact else "begins so: "
            typer.echo(f"{mark}{each.code}  {' / '.join(names)}")
        if sum(each.is_exact for each in found) > 1:
            typer.echo("Several bear this name: only the officer can say which", err=True)
    if not found:
        raise typer.Exit(1)


@app.command("export")
def export(
    folder: Folder,
    path: Annotated[Path, typer.Argument(help="A file, or a folder such as a USB stick.")],
    *,
    carried: Annotated[bool, typer.Option(help="With what it carries for others.")] = False,
) -> None:
    """Write what the node has not acknowledged into a file that only the node can read."""
    with opened(folder) as tablet:
        written = tablet.export_bundle(path, with_carried=carried)
    for file in written:
        typer.echo(str(file))
    if not written:
        typer.echo("Nothing to export: the node has acknowledged everything", err=True)


def find_report(tablet: "Tablet", begins: str) -> "ReportId":
    """The one report on the tablet whose id begins so."""
    from sync.ids import ReportId  # noqa: PLC0415 — help must not wait for it

    found = [each.report for each in tablet.status().reports if each.report.startswith(begins)]
    return ReportId(one_of("report", begins, found))


def one_of(what: str, begins: str, found: Sequence[str]) -> str:
    if len(found) != 1:
        count = len(found) or "no"
        fail(f"{count} {what}s on this tablet begin with {begins}")
    return found[0]
