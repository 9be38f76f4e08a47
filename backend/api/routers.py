"""The list of routers. A new one is one line here."""

from typing import Final

from fastapi import APIRouter

from backend.api import (
    audit,
    devices,
    enrolment,
    health,
    node,
    people,
    reference,
    sessions,
    subscribers,
    teams,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    node.router,
    reference.router,
    sessions.router,
    people.router,
    audit.router,
    enrolment.router,
    devices.router,
    teams.router,
    subscribers.router,
)
