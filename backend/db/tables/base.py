"""What all tables share: named constraints, and columns that mean the same on both databases.

Rules: an instant is a BigInteger of milliseconds (``_at``); JSON is text or bytes we wrote, so that
no decimal ever becomes a float; no column is filled by the database's clock or sequence.
"""

from typing import Any, Final, cast

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class TableModel(SQLModel):
    """Base of every table class. They describe columns; values travel as dataclasses."""

    metadata = metadata


def table_of(row: type[SQLModel]) -> Table:
    """The Core table behind a row class; statements are written with it."""
    return cast(Table, cast(Any, row).__table__)
