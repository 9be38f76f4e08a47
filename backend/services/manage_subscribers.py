"""Who may pull the feed, as the node's operators keep them."""

from base64 import b64decode

from sqlalchemy import Connection

from backend.actors import PersonActor
from backend.db import audit, subscribers
from backend.db.subscribers import Subscriber
from backend.node import Node
from schemas import problems
from schemas.devices import SubscriberRequest
from schemas.problems import Problem


async def add(node: Node, actor: PersonActor, request: SubscriberRequest) -> Subscriber:
    """Let a subscriber in by the key it made."""
    now = node.now()
    public_key = b64decode(request.public_key, validate=True)
    new = Subscriber(node.ids.uuid(), request.name, request.code, public_key, is_active=True)

    def work(connection: Connection) -> None:
        if not subscribers.add(connection, new, now):
            raise Problem(problems.ALREADY_EXISTS, "A subscriber has this code.")
        audit.append(connection, actor.deed("subscriber.added", new.id, now, code=new.code))

    await node.database.write(work)
    return new


async def list_subscribers(node: Node, *, after: str | None, limit: int) -> list[Subscriber]:
    return await node.database.read(
        lambda connection: subscribers.list_subscribers(connection, after=after, limit=limit)
    )


async def set_active(
    node: Node, actor: PersonActor, subscriber_id: str, *, is_active: bool
) -> Subscriber:
    """Whether it may pull."""
    now = node.now()

    def work(connection: Connection) -> Subscriber:
        if not subscribers.set_active(connection, subscriber_id, is_active=is_active):
            raise Problem(problems.NOT_FOUND, "No such subscriber.")
        action = "subscriber.taken-up" if is_active else "subscriber.ended"
        audit.append(connection, actor.deed(action, subscriber_id, now))
        changed = subscribers.find(connection, subscriber_id)
        assert changed is not None
        return changed

    return await node.database.write(work)
