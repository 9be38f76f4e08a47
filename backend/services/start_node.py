"""What happens before a node serves: keys, the database, its tables and its identity."""

from sqlalchemy import Connection

from backend.attachment_files import AttachmentFiles
from backend.clock import Clock
from backend.db import migrate, node_store, reference
from backend.db.engine import open_database
from backend.db.node_store import NewNode, NodeIdentity
from backend.ids import IdSource
from backend.keys import load_or_create
from backend.node import Node
from backend.reference_files import REFERENCE_DIRECTORY, load_reference
from backend.rulebook import rulebook
from backend.settings import Settings
from schemas.reference_set import ReferenceSet


def open_node(
    settings: Settings, *, clock: Clock, ids: IdSource, tables: ReferenceSet | None = None
) -> Node:
    """A node ready to serve. Refuses tables of another version of the program.

    ``tables``, the reference tables, are read from their files when they are not given.
    """
    reference_tables = tables or read_reference(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = load_or_create(settings.keys_dir)
    database = open_database(settings.resolved_database_url)
    try:
        database.read_blocking(migrate.require_current)
        identity = database.write_blocking(
            lambda connection: prepare(connection, settings, reference_tables, clock=clock, ids=ids)
        )
    except BaseException:
        database.close()
        raise
    rules = rulebook(reference_tables, generation=identity.generation)
    files = AttachmentFiles(settings.attachments_dir)
    return Node(settings, clock, ids, keys, database, identity, rules, files)


def read_reference(settings: Settings) -> ReferenceSet:
    """The reference tables; every fault of their files is named at once."""
    return load_reference(settings.reference_dir or REFERENCE_DIRECTORY)


def set_up(settings: Settings, *, clock: Clock, ids: IdSource) -> NodeIdentity:
    """What ``khabar migrate`` does: tables, keys, identity. Idempotent."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    load_or_create(settings.keys_dir)
    migrate.migrate(settings.resolved_database_url)
    node = open_node(settings, clock=clock, ids=ids)
    node.close()
    return node.identity


def check_ready(settings: Settings) -> None:
    """Refuse before a server process starts, in words: another writer, or other tables."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.resolved_database_url)
    try:
        database.read_blocking(migrate.require_current)
    finally:
        database.close()


def prepare(
    connection: Connection,
    settings: Settings,
    tables: ReferenceSet,
    *,
    clock: Clock,
    ids: IdSource,
) -> NodeIdentity:
    """What every start does to a database that is current. Idempotent."""
    reference.load(connection, tables)
    return node_store.ensure(
        connection,
        NewNode(
            id=ids.uuid(),
            name=settings.node_name,
            country=settings.node_country,
            epoch_random=ids.secret(6).hex(),
            created_at=clock.now(),
        ),
    )
