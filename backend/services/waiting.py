"""Lists what is held, parked or in quarantine, and lets a person retry it or set it aside (P6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from backend.actors import PersonActor
from backend.clock import Instant
from backend.db import audit, author_store, log_store
from backend.db.author_store import devices_of_agency
from backend.db.log_store import Quarantined, StoredLine
from backend.node import Node
from backend.services.intake import Intake
from backend.services.push import push
from backend.services.take_in import Delivery, rejudge_log
from schemas import problems
from schemas.problems import Problem
from sync.ids import Seq
from sync.verdicts import Held, Parked, SetAside, Verdict


@dataclass(frozen=True, slots=True)
class WaitingPage:
    lines: list[StoredLine]
    next: tuple[str, int] | None


async def list_waiting(
    node: Node, person: PersonActor, *, after: tuple[str, int], limit: int
) -> WaitingPage:
    """What waits in the logs of the person's agency's devices."""

    def work(connection: Connection) -> WaitingPage:
        logs = _logs(connection, person)
        lines = log_store.all_waiting(connection, logs=logs, after=after, limit=limit)
        last = lines[-1] if len(lines) == limit else None
        return WaitingPage(lines, None if last is None else (last.log, last.seq))

    return await node.database.read(work)


def _logs(connection: Connection, person: PersonActor) -> Sequence[str]:
    devices = devices_of_agency(connection, person.agency)
    return [log.name for device in devices for log in log_store.logs_of(connection, device)]


def _own_line(connection: Connection, person: PersonActor, log: str, seq: Seq) -> StoredLine:
    """A waiting line of the person's agency; a line of another agency is not there (P10)."""
    found = log_store.lines(connection, log, first=seq, last=seq)
    device = log.partition("~")[0]
    authors = author_store.load_authors(connection, [device])
    if not found or device not in authors or authors[device].agency != person.agency:
        raise Problem(problems.NOT_FOUND, "There is no such line.")
    if not isinstance(found[0].verdict, Held | Parked):
        raise Problem(problems.STATE_CONFLICT, "The line does not wait any more.")
    return found[0]


async def retry(node: Node, person: PersonActor, log: str, seq: Seq) -> Verdict:
    """Judge a line again, letting it in although its device is revoked; then what it held up."""
    return await _again(node, person, log, seq, None)


async def set_aside(node: Node, person: PersonActor, log: str, seq: Seq, reason: str) -> Verdict:
    """Leave a line as evidence only, on record; what depended on it is judged without it."""
    return await _again(node, person, log, seq, reason)


async def _again(node: Node, person: PersonActor, log: str, seq: Seq, aside: str | None) -> Verdict:
    now = node.now()

    def work(connection: Connection) -> Verdict:
        line = _own_line(connection, person, log, seq)
        intake = Intake(connection, node.rulebook, now)
        if aside is None:
            rejudge_log(intake, log, let_in=frozenset({seq}))
        else:
            intake.set_verdict(line, SetAside(aside))
            rejudge_log(intake, log)
        intake.finish()
        verdict = log_store.line_verdicts(connection, log, first=seq, last=seq)[seq]
        action = "line.retry" if aside is None else "line.set-aside"
        audit.append(connection, person.deed(action, f"line:{log}/{seq}", now))
        return verdict

    verdict = await node.database.write(work)
    node.journal_moved()
    return verdict


async def list_quarantine(
    node: Node, person: PersonActor, *, after: str, limit: int
) -> list[Quarantined]:
    """Bytes that proved nothing, brought by or in the name of the agency's devices."""

    def work(connection: Connection) -> list[Quarantined]:
        devices = frozenset(devices_of_agency(connection, person.agency))
        return log_store.quarantined(connection, devices=devices, after=after, limit=limit)

    return await node.database.read(work)


async def retry_quarantined(node: Node, person: PersonActor, piece: str) -> list[dict[str, object]]:
    """Take the bytes in again, as their carrier brought them; the segments' outcomes."""
    found = await node.database.read(lambda c: _own_piece(c, person, piece))
    answer = await push(node, found.bytes_as_sent, Delivery(found.carrier, node.now()))
    if all(segment["outcome"] != "quarantined" for segment in answer.segments):
        await _put_aside(node, person, piece, "taken in", node.now())
    return answer.segments


async def set_aside_quarantined(node: Node, person: PersonActor, piece: str, reason: str) -> None:
    await node.database.read(lambda c: _own_piece(c, person, piece))
    await _put_aside(node, person, piece, reason, node.now())


async def _put_aside(
    node: Node, person: PersonActor, piece: str, reason: str, now: Instant
) -> None:
    def work(connection: Connection) -> None:
        log_store.set_aside_quarantined(connection, piece, reason)
        audit.append(connection, person.deed("quarantine.set-aside", f"bytes:{piece}", now))

    await node.database.write(work)


def _own_piece(connection: Connection, person: PersonActor, piece: str) -> Quarantined:
    found = log_store.find_quarantined(connection, piece)
    devices = frozenset(devices_of_agency(connection, person.agency))
    if found is None or not {found.device, found.carrier} & devices:
        raise Problem(problems.NOT_FOUND, "There are no such bytes.")
    return found
