"""The reference tables as the tablet keeps them, and how a word an officer typed is looked up.

Everything here can be fetched again, and is kept while it is: a look-up on the road sees the rows
of the last whole or half sync, never none (docs/protocol.md S9).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from clients.tablet.file import TabletFile
from clients.wire import Object, read_object
from clients.wire_reference import ReferenceItem
from schemas.reference_set import names, substance_names
from sync.strictjson import Json, dumps
from sync.values import fold_name

FOUND_MAX: Final = 50
"""Rows of one look-up: more than an officer reads, and a letter typed alone finds hundreds."""

SUBSTANCES: Final = "substances"
_AMBIGUOUS_NAMES: Final = "ambiguous_names"
_NAMING: Final = ("name", "short", "abbr")
"""How the columns begin that name a row of a table whose rows bring no ``search``."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row that bears the name, or one that begins so."""

    code: str
    body: Object
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Place:
    """How far the tables have been fetched, and of which life of the node's data."""

    epoch: str
    through: int


class Reference:
    """The reference tables of one tablet."""

    __slots__ = ("_file", "_substances")

    def __init__(self, file: TabletFile) -> None:
        self._file = file
        self._substances: tuple[Place, Mapping[str, tuple[str, ...]]] | None = None

    # --- looking up -----------------------------------------------------------------------------

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
        place = self.place
        if self._substances is None or self._substances[0] != place:
            tables = {name: self._current(name) for name in (SUBSTANCES, _AMBIGUOUS_NAMES)}
            self._substances = (place, substance_names(tables))
        return self._substances[1]

    def _current(self, table: str) -> dict[str, Object]:
        rows = self._file.all(
            "SELECT code, body FROM reference_row WHERE table_name = ? AND NOT is_retired", table
        )
        return {code: read_object(body.encode()) for code, body in rows}

    # --- taking in ------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        return Place(
            self._file.get("reference_epoch") or "", int(self._file.get("reference_through") or 0)
        )

    def begin(self, epoch: str) -> None:
        """Another life of the node's data numbers its rows anew: they are all fetched again.

        Those of before stay until they are replaced, or until ``finish`` finds them gone.
        """
        self._file.put({"reference_epoch": epoch, "reference_through": 0})

    def put(self, items: Iterable[ReferenceItem], through: int) -> int:
        """Take in the rows of a page and how far it goes; how many."""
        epoch, count = self.place.epoch, 0
        for item in items:
            count += 1
            self._file.run(
                "INSERT OR REPLACE INTO reference_row VALUES (?, ?, ?, ?, ?)",
                item.table,
                item.code,
                epoch,
                int(item.is_retired),
                dumps(item.body).decode(),
            )
            self._put_names(item)
        self._file.put({"reference_through": through})
        return count

    def _put_names(self, item: ReferenceItem) -> None:
        self._file.run(
            "DELETE FROM reference_name WHERE table_name = ? AND code = ?", item.table, item.code
        )
        # Nobody picks a retired row for a new report.
        for name in () if item.is_retired else sorted(_names(item)):
            self._file.run(
                "INSERT INTO reference_name VALUES (?, ?, ?)", item.table, name, item.code
            )

    def finish(self) -> None:
        """All rows were fetched: what only another life of the node's data had, goes."""
        epoch = self.place.epoch
        self._file.run(
            "DELETE FROM reference_name WHERE (table_name, code) IN"
            " (SELECT table_name, code FROM reference_row WHERE epoch <> ?)",
            epoch,
        )
        self._file.run("DELETE FROM reference_row WHERE epoch <> ?", epoch)


def _names(item: ReferenceItem) -> frozenset[str]:
    """The folded names of a row: those the node gives, else what its naming columns hold."""
    code = fold_name(item.code)
    search = item.body.get("search")
    if isinstance(search, list | tuple):
        given = cast("Iterable[Json]", search)
        return frozenset({code} | {fold_name(each) for each in given if isinstance(each, str)})
    cells = (item.body[column] for column in item.body if column.startswith(_NAMING))
    found = (names(cell) for cell in cells if isinstance(cell, str))
    return frozenset({code}.union(*found))
