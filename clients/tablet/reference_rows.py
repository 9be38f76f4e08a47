"""The reference tables as the tablet takes them in: rows, the names of each, and how far they go.

Everything here can be fetched again, and is kept while it is: a look-up on the road sees the rows
of the last whole or half sync, never none (docs/protocol.md S9).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from clients.tablet.file import TabletFile
from clients.wire_reference import ReferenceItem
from schemas.reference_set import names
from sync.strictjson import Json, dumps
from sync.values import fold_name

_NAMING: Final = ("name", "short", "abbr")
"""How the columns begin that name a row of a table whose rows bring no ``search``."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far the tables have been fetched, and of which life of the node's data."""

    epoch: str
    through: int


class ReferenceRows:
    """The stored rows of one tablet. Its methods are called inside a transaction."""

    __slots__ = ("_file",)

    def __init__(self, file: TabletFile) -> None:
        self._file = file

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
