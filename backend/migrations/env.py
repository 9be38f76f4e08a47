"""Alembic's entry: runs the revisions on the connection it is given, or on the default database."""

from alembic import context
from sqlalchemy import Connection

from backend.db.engine import open_database
from backend.db.tables import metadata
from backend.settings import Settings


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite alters a table by copying it
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    given = context.config.attributes.get("connection")
    if isinstance(given, Connection):
        run(given)
        return
    database = open_database(Settings().resolved_database_url)
    try:
        database.write_blocking(run)
    finally:
        database.close()


main()
