"""The list of routers. A new one is one line here."""

from typing import Final

from fastapi import APIRouter

from backend.api import health

ROUTERS: Final[tuple[APIRouter, ...]] = (health.router,)
