"""What the node knows of its feed's readers: how far each is, and who holds a report.

Also an agency's own rule on release, since it decides what they are given.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from backend.actors import PersonActor
from backend.db import audit, feed, feed_readers, report_store
from backend.db.feed import StoredEntry
from backend.db.feed_readers import SubscriberProgress
from backend.node import Node
from schemas import problems
from schemas.problems import Problem
from sync.ids import ReportId


@dataclass(frozen=True, slots=True)
class Lag:
    """Every subscriber's progress against the size of the feed."""

    size: int
    subscribers: tuple[SubscriberProgress, ...]


async def lag(node: Node) -> Lag:
    def work(connection: Connection) -> Lag:
        found = tuple(feed_readers.list_progress(connection))
        return Lag(feed.head(connection).size, found)

    return await node.database.read(work)


@dataclass(frozen=True, slots=True)
class Holding:
    """A subscriber that was given a report's text; ``withdrawal`` takes it back."""

    subscriber: SubscriberProgress
    position: int
    withdrawal: int | None


async def holders(node: Node, actor: PersonActor, report: ReportId) -> tuple[Holding, ...]:
    """The recall list of a report of the person's own agency."""

    def work(connection: Connection) -> tuple[Holding, ...]:
        if report_store.owner(connection, report) != actor.agency:
            raise Problem(problems.NOT_FOUND, "There is no such report.")
        entries = feed.entries_of(connection, report)
        found = (_holding(each, entries) for each in feed_readers.list_progress(connection))
        return tuple(holding for holding in found if holding is not None)

    return await node.database.read(work)


def _holding(subscriber: SubscriberProgress, entries: list[StoredEntry]) -> Holding | None:
    """The newest text the subscriber was given, and the withdrawal after it."""
    mine = [entry for entry in entries if subscriber.code in entry.audience]
    texts = [entry.position for entry in mine if entry.action != "withdraw"]
    given = [position for position in texts if position <= subscriber.progress.delivered]
    if not given:
        return None
    taken_back = [e.position for e in mine if e.action == "withdraw" and e.position > texts[-1]]
    return Holding(subscriber, given[-1], taken_back[0] if taken_back else None)


async def policy(node: Node, actor: PersonActor) -> bool:
    """Whether reports of the person's agency wait for an administrator's release."""
    return await node.database.read(lambda c: feed.requires_approval(c, actor.agency))


async def set_policy(node: Node, actor: PersonActor, *, release_requires_approval: bool) -> bool:
    """Change the agency's rule; its reports are looked at again."""
    now = node.now()

    def work(connection: Connection) -> None:
        feed.set_policy(
            connection, actor.agency, release_requires_approval=release_requires_approval
        )
        feed.ask_recheck(connection, feed.submitted_by(connection, actor.agency))
        detail = "required" if release_requires_approval else "not-required"
        subject = f"agency:{actor.agency}"
        audit.append(connection, actor.deed("release-policy.set", subject, now, approval=detail))

    await node.database.write(work)
    node.journal_moved()
    return release_requires_approval
