"""What an administrator does with the tablets of the own agency, and what a tablet answers."""

from dataclasses import dataclass

from sqlalchemy import Connection

from backend.actors import DeviceActor, PersonActor
from backend.db import audit, devices, orders
from backend.db.devices import Assignment, Device, Place
from backend.db.orders import Order, OrderKind, Outcome
from backend.limits import PAGE_ROWS_MAX
from backend.node import Node
from backend.services.intake import Intake
from backend.services.postings import require_place
from backend.services.pull import get_reader
from backend.services.rescope import pass_by
from schemas import problems
from schemas.problems import Problem


@dataclass(frozen=True, slots=True)
class DeviceHistory:
    """A tablet, where it stood and what it was told."""

    device: Device
    assignments: tuple[Assignment, ...]
    orders: tuple[Order, ...]


async def list_devices(
    node: Node, actor: PersonActor, *, after: str | None, limit: int
) -> list[Device]:
    return await node.database.read(
        lambda connection: devices.list_devices(connection, actor.agency, after=after, limit=limit)
    )


async def show(node: Node, actor: PersonActor, device_id: str) -> DeviceHistory:
    return await node.database.read(lambda connection: _history(connection, actor, device_id))


async def revoke(node: Node, actor: PersonActor, device_id: str, reason: str) -> DeviceHistory:
    """Its reads stop at once; what it still pushes goes into quarantine (P7). Not to be undone."""
    now = node.now()

    def work(connection: Connection) -> DeviceHistory:
        device = _own(connection, actor, device_id)
        if devices.revoke(connection, device.id, by=actor.id, reason=reason, now=now):
            audit.append(connection, actor.deed("device.revoked", device.id, now, reason=reason))
        return _history(connection, actor, device_id)

    return await node.database.write(work)


async def reassign(node: Node, actor: PersonActor, device_id: str, place: Place) -> Device:
    """Put a tablet elsewhere, also into another agency's hands: then it is theirs from now on."""
    now = node.now()

    def work(connection: Connection) -> Device:
        device = _own(connection, actor, device_id)
        if device.revoked_at is not None:
            raise Problem(problems.STATE_CONFLICT, "The device is revoked.")
        require_place(connection, place)
        if device.place != place:
            before = get_reader(connection, device.id)
            devices.assign(connection, device.id, place, by=actor.id, now=now)
            pass_by(Intake(connection, node.rulebook, now), before)
            deed = actor.deed(
                "device.reassigned",
                device.id,
                now,
                agency=place.agency,
                team=place.team,
                post=place.post,
            )
            audit.append(connection, deed)
        moved = devices.find(connection, device_id)
        assert moved is not None
        return moved

    return await node.database.write(work)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to be given."""

    kind: OrderKind
    reason: str
    from_seq: int | None = None


async def give_order(node: Node, actor: PersonActor, device_id: str, wanted: Wanted) -> Order:
    """Tell a tablet something. The same order, still open, is not given twice."""
    now, order_id = node.now(), node.ids.uuid()

    def work(connection: Connection) -> Order:
        device = _own(connection, actor, device_id)
        for order in orders.list_open(connection, device.id):
            if (order.kind, order.from_seq) == (wanted.kind, wanted.from_seq):
                return order
        order = Order(
            order_id, device.id, wanted.kind, wanted.from_seq, wanted.reason, actor.id, now
        )
        orders.give(connection, order)
        deed = actor.deed(f"device.{wanted.kind}", device.id, now, reason=wanted.reason)
        audit.append(connection, deed)
        return order

    return await node.database.write(work)


async def receive_receipt(node: Node, actor: DeviceActor, order_id: str, outcome: Outcome) -> Order:
    """The tablet did as told, or could not. The first receipt stands (P2)."""
    now = node.now()

    def work(connection: Connection) -> Order:
        if orders.find(connection, actor.id, order_id) is None:
            raise Problem(problems.NOT_FOUND, "This device has no such order.")
        if orders.finish(connection, order_id, outcome=outcome, now=now):
            deed = actor.deed("order.finished", order_id, now, outcome=outcome)
            audit.append(connection, deed)
        finished = orders.find(connection, actor.id, order_id)
        assert finished is not None
        return finished

    return await node.database.write(work)


def _own(connection: Connection, actor: PersonActor, device_id: str) -> Device:
    """A tablet of another agency is not there (P10)."""
    device = devices.find(connection, device_id)
    if device is None or device.place.agency != actor.agency:
        raise Problem(problems.NOT_FOUND, "The agency has no such device.")
    return device


def _history(connection: Connection, actor: PersonActor, device_id: str) -> DeviceHistory:
    device = _own(connection, actor, device_id)
    return DeviceHistory(
        device,
        devices.assignments(connection, device.id),
        orders.list_all(connection, device.id, limit=PAGE_ROWS_MAX),
    )
