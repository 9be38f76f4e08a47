"""The application as a server process starts it: settings from the environment, the real clock."""

from fastapi import FastAPI

from backend import logs
from backend.app import create_app
from backend.settings import Settings


def application() -> FastAPI:
    settings = Settings()
    logs.configure(settings.log_level)
    return create_app(settings)
