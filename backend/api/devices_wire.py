"""Tablets from the core's types to the wire's. Total: nothing here can fail on what is stored."""

from dataclasses import asdict
from datetime import datetime

from backend.clock import Instant, to_datetime
from backend.db import devices, orders
from backend.services.manage_devices import DeviceHistory
from schemas.devices import Assignment, Device, DeviceDetail, Order


def device_to_wire(device: devices.Device) -> Device:
    return Device.model_validate(_members(device))


def detail_to_wire(history: DeviceHistory) -> DeviceDetail:
    return DeviceDetail.model_validate(
        {
            **_members(history.device),
            "assignments": tuple(map(_assignment_to_wire, history.assignments)),
            "orders": tuple(map(order_to_wire, history.orders)),
        }
    )


def order_to_wire(order: orders.Order) -> Order:
    return Order(
        id=order.id,
        kind=order.kind.value,
        from_seq=order.from_seq,
        reason=order.reason,
        ordered_at=to_datetime(order.ordered_at),
        done_at=_maybe(order.done_at),
        outcome=None if order.outcome is None else order.outcome.value,
    )


def _members(device: devices.Device) -> dict[str, object]:
    return {
        "id": device.id,
        "name": device.name,
        **asdict(device.place),
        "enrolled_at": to_datetime(device.enrolled_at),
        "revoked_at": _maybe(device.revoked_at),
        "revoked_reason": device.revoked_reason,
        "last_contact_at": _maybe(device.last_contact_at),
        **asdict(device.last_contact),
    }


def _assignment_to_wire(assignment: devices.Assignment) -> Assignment:
    return Assignment(
        ordinal=assignment.ordinal,
        from_seq=assignment.from_seq,
        agency=assignment.place.agency,
        team=assignment.place.team,
        post=assignment.place.post,
        assigned_by=assignment.assigned_by,
        assigned_at=to_datetime(assignment.assigned_at),
    )


def _maybe(instant: Instant | None) -> datetime | None:
    return None if instant is None else to_datetime(instant)
