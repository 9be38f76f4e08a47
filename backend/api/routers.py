"""The list of routers. A new one is one line here."""

from typing import Final

from fastapi import APIRouter

from backend.api import (
    attachments,
    audit,
    conflicts,
    devices,
    enrolment,
    feed,
    health,
    node,
    people,
    reference,
    reference_page,
    reports,
    sessions,
    subscribers,
    sync,
    teams,
    waiting,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    node.router,
    reference.router,
    reference_page.router,
    sessions.router,
    people.router,
    audit.router,
    enrolment.router,
    devices.router,
    teams.router,
    attachments.router,
    subscribers.router,
    feed.router,
    sync.router,
    conflicts.router,
    reports.router,
    waiting.router,
)
