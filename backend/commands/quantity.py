"""``khabar quantity``: what a written quantity says, for one text or for a file of them."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from backend.commands.output import fail

if TYPE_CHECKING:
    from sync.quantity import UnitTable

CONTEXT_SETTINGS: Final = {"ignore_unknown_options": True}
"""For whoever registers the command: "-5 кг" is a text to refuse, not an option."""


class Language(StrEnum):
    """The language an officer writes in; it decides what a point between digits means."""

    RU = "ru"
    EN = "en"
    KY = "ky"
    KK = "kk"
    UZ = "uz"


def command(
    text: Annotated[str | None, typer.Argument(help="The quantity as written.")] = None,
    *,
    lang: Annotated[
        Language, typer.Option(help="Language of TEXT, and of rows that name none.")
    ] = Language.RU,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    csv_file: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            exists=True,
            dir_okay=False,
            help="Read the columns text and lang of FILE; print one JSON object a line.",
        ),
    ] = None,
) -> None:
    """Read a written quantity: a value, candidates to ask about, or a refusal with its reason."""
    if (text is None) == (csv_file is None):
        fail("Give a TEXT or --csv FILE, one of the two.", status=2)
    units = _reference_units()
    if csv_file is not None:
        for row_text, row_lang in _rows(csv_file):
            _print_json(_members(row_text, row_lang or lang.value, units))
    elif text is not None:
        members = _members(text, lang.value, units)
        if as_json:
            _print_json(members)
        else:
            typer.echo(_sentence(members))


def _reference_units() -> "UnitTable":
    import csv  # noqa: PLC0415 — help must not wait for it
    import hashlib  # noqa: PLC0415 — as above

    from backend.reference_files import REFERENCE_DIRECTORY  # noqa: PLC0415 — as above
    from sync.quantity import UnitTable  # noqa: PLC0415 — as above

    content = (REFERENCE_DIRECTORY / "units.csv").read_bytes()
    rows = csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True))
    return UnitTable.from_rows(rows, version=hashlib.sha256(content).hexdigest()[:16])


def _members(text: str, lang: str, units: "UnitTable") -> dict[str, Any]:
    from schemas.quantity import reading_to_json  # noqa: PLC0415 — help must not wait for it
    from sync.quantity import read  # noqa: PLC0415 — as above

    return reading_to_json(text, read(text, lang=lang, units=units))


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (text, lang) of each row. A byte that is no UTF-8 spoils its own row only."""
    import csv  # noqa: PLC0415 — help must not wait for it

    # The reader refuses what is too long; the file must not be refused because of it.
    csv.field_size_limit(max(csv.field_size_limit(), path.stat().st_size))
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file)
        header = [name.strip().lower() for name in next(rows, list[str]())]
        if "text" not in header:
            fail(f"{path} has no column named text.", status=2)
        text_at = header.index("text")
        lang_at = header.index("lang") if "lang" in header else -1
        for row in rows:
            if not row and len(header) > 1:
                continue  # an empty line between rows; alone in its column it is an empty text
            yield _cell(row, text_at), _cell(row, lang_at).strip().lower()


def _cell(row: list[str], at: int) -> str:
    return row[at] if 0 <= at < len(row) else ""


def _print_json(members: Mapping[str, Any]) -> None:
    """Print UTF-8 whatever the locale is; a text that is no Unicode is escaped."""
    import json  # noqa: PLC0415 — help must not wait for it

    try:
        line = json.dumps(members, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        line = json.dumps(members).encode()
    typer.echo(line)


def _sentence(members: Mapping[str, Any]) -> str:
    unit = f" {members['unit']}" if members["unit"] else ""
    match members["outcome"]:
        case "ok":
            return f"{members['value']}{unit} ({members['qualifier']})"
        case "ambiguous":
            candidates = " or ".join(f"{candidate}{unit}" for candidate in members["candidates"])
            return f"ambiguous ({members['reason']}): {candidates}"
        case _:
            return f"refused ({members['reason']})"
