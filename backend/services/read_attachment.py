"""Who may read an attachment: who sent all of it, and who sees a report that lists it (P10)."""

from pathlib import Path

from sqlalchemy import Connection

from backend.actors import DeviceActor, PersonActor, Role
from backend.db import attachments, audit, author_store, report_store
from backend.node import Node
from schemas import problems
from schemas.problems import Problem
from sync.ids import DeviceId
from sync.scope import Scope, scopes_for

READERS = frozenset({Role.ADMINISTRATOR, Role.ANALYST})


async def open_for(node: Node, actor: DeviceActor | PersonActor, sha256: str) -> Path:
    """Where the file is; what the actor may not read is not there. A person's read is on record."""
    now = node.now()

    def work(connection: Connection) -> bool:
        is_there = attachments.find_size(connection, sha256) is not None
        if not (is_there and may_read(connection, actor, sha256)):
            return False
        if isinstance(actor, PersonActor):
            audit.append(connection, actor.deed("attachment.read", sha256, now))
        return True

    # A tablet's read writes nothing and need not wait for the writer.
    is_person = isinstance(actor, PersonActor)
    allowed = await (node.database.write(work) if is_person else node.database.read(work))
    if not allowed:
        raise Problem(problems.NOT_FOUND, "No such attachment.")
    return node.attachments.whole_path(sha256)


def may_read(connection: Connection, actor: DeviceActor | PersonActor, sha256: str) -> bool:
    """Whether the actor sent the file, or sees a report that lists it."""
    if isinstance(actor, DeviceActor) and attachments.is_holder(connection, sha256, actor.id):
        return True
    reports = report_store.reports_listing(connection, sha256)
    return bool(reports and report_store.visible(connection, _scopes(connection, actor), reports))


def _scopes(connection: Connection, actor: DeviceActor | PersonActor) -> frozenset[Scope]:
    if isinstance(actor, PersonActor):
        may = actor.roles & READERS
        return frozenset({Scope(f"agency:{actor.agency}")} if may else ())
    author = author_store.load_authors(connection, [actor.id])[actor.id]
    return scopes_for(DeviceId(actor.id), author.assignments[-1])
