"""Migrations and tables say the same, from an empty database up."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from backend.db import migrate
from backend.db.engine import Database, open_database
from backend.db.tables import metadata


def test_migrations_from_empty_make_exactly_the_tables_of_the_program(database: Database):
    def difference(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))

    assert database.write_blocking(difference) == []


def test_every_constraint_and_index_has_a_name(database: Database):
    def unnamed(connection: Connection) -> list[str]:
        found = inspect(connection)
        return [
            table
            for table in found.get_table_names()
            for kind in (
                found.get_unique_constraints(table)
                + found.get_check_constraints(table)
                + found.get_foreign_keys(table)
                + found.get_indexes(table)
            )
            if not kind["name"]
        ]

    assert database.write_blocking(unnamed) == []


def test_migrating_twice_changes_nothing(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'khabar.db'}"

    first = migrate.migrate(url)
    second = migrate.migrate(url)

    assert (first, second) == (migrate.head(), migrate.head())


def test_a_database_that_was_not_migrated_is_refused_at_start(tmp_path: Path):
    database = open_database(f"sqlite:///{tmp_path / 'khabar.db'}")

    try:
        with pytest.raises(migrate.SchemaOutdated):
            database.read_blocking(migrate.require_current)
    finally:
        database.close()
