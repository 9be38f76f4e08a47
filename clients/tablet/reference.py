"""Looks up a word that an officer typed in the reference tables, with no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clients.tablet.file import TabletFile
from clients.tablet.reference_rows import Place, ReferenceRows
from clients.wire import Object, read_object
from schemas.reference_set import substance_names
from sync.values import fold_name

FOUND_MAX: Final = 50
"""Rows of one look-up: more than an officer reads, and a letter typed alone finds hundreds."""

SUBSTANCES: Final = "substances"
_AMBIGUOUS_NAMES: Final = "ambiguous_names"


@dataclass(frozen=True, slots=True)
class Found:
    """A row that bears the name, or one that begins so."""

    code: str
    body: Object
    is_exact: bool


class Reference:
    """The reference tables of one tablet."""

    __slots__ = ("_file", "_substances", "rows")

    def __init__(self, file: TabletFile) -> None:
        self._file = file
        self.rows = ReferenceRows(file)
        self._substances: tuple[Place, Mapping[str, tuple[str, ...]]] | None = None

    def tables(self) -> tuple[str, ...]:
        """The tables the tablet has rows of."""
        rows = self._file.all("SELECT DISTINCT table_name FROM reference_row ORDER BY table_name")
        return tuple(row[0] for row in rows)

    def row(self, table: str, code: str) -> Object | None:
        """One row by its code; a retired one too, because old reports name it."""
        found = self._file.one(
            "SELECT body FROM reference_row WHERE table_name = ? AND code = ?", table, code
        )
        return None if found is None else read_object(found[0].encode())

    def find(self, table: str, text: str) -> tuple[Found, ...]:
        """The rows that bear this name in any language, then those whose name begins so."""
        wanted = fold_name(text)
        if not wanted:
            return ()
        exact = self._exact(table, wanted)
        begins = self._codes(
            "name >= ? AND name < ? || char(1114111)", table, wanted, wanted, limit=FOUND_MAX
        )
        codes = [*exact, *(code for code in begins if code not in exact)][:FOUND_MAX]
        bodies = {code: self.row(table, code) for code in codes}
        return tuple(
            Found(code, body, code in exact) for code, body in bodies.items() if body is not None
        )

    def substances(self, text: str) -> tuple[str, ...]:
        """The codes a name may mean. Several are a question to the officer, not an answer."""
        return self._substance_names().get(fold_name(text), ())

    def _exact(self, table: str, wanted: str) -> Sequence[str]:
        # What a bracket holds may be a remark, "(plant)": of substances it is no name.
        if table == SUBSTANCES:
            return self._substance_names().get(wanted, ())
        return self._codes("name = ?", table, wanted, limit=FOUND_MAX)

    def _codes(self, condition: str, table: str, *wanted: str, limit: int) -> list[str]:
        rows = self._file.all(
            f"SELECT DISTINCT code FROM reference_name WHERE table_name = ? AND {condition}"  # noqa: S608 — one of two conditions written here
            " ORDER BY code LIMIT ?",
            table,
            *wanted,
            limit,
        )
        return [row[0] for row in rows]

    def _substance_names(self) -> Mapping[str, tuple[str, ...]]:
        """The very look-up the node makes of the same rows, made once for each state of them."""
        place = self.rows.place
        if self._substances is None or self._substances[0] != place:
            tables = {name: self._current(name) for name in (SUBSTANCES, _AMBIGUOUS_NAMES)}
            self._substances = (place, substance_names(tables))
        return self._substances[1]

    def _current(self, table: str) -> dict[str, Object]:
        rows = self._file.all(
            "SELECT code, body FROM reference_row WHERE table_name = ? AND NOT is_retired", table
        )
        return {code: read_object(body.encode()) for code, body in rows}
