"""Bring a database to the tables this version of the program knows."""

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from backend.db.engine import open_database

MIGRATIONS: Final = Path(__file__).resolve().parent.parent / "migrations"


class SchemaOutdated(Exception):  # noqa: N818 — a state of the database, said at start
    """The tables are not those of this program; ``khabar migrate`` makes them so."""


def config() -> Config:
    """Made here and not read from ``alembic.ini``, which an installed package does not have."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


def migrate(url: str) -> str:
    """Run what is missing; the revision reached."""
    database = open_database(url)
    try:
        return database.write_blocking(upgrade)
    finally:
        database.close()


def upgrade(connection: Connection) -> str:
    """All revisions or none: a work of the writer, so that no server runs meanwhile."""
    alembic = config()
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, "head")
    return head()


@cache
def head() -> str:
    """The newest revision of this program; its files are read once."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    assert revision is not None
    return revision


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def require_current(connection: Connection) -> None:
    found = current(connection)
    if found != head():
        raise SchemaOutdated(
            f"the database is at revision {found or 'none'}, the program at {head()}: "
            "run `khabar migrate`"
        )
