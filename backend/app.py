"""The HTTP application: which parts a node is made of. Nothing happens at import."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from backend import openapi
from backend.api import errors
from backend.api.middleware.compress import CompressMiddleware
from backend.api.middleware.decompress import DecompressMiddleware
from backend.api.middleware.headers import SecurityHeadersMiddleware
from backend.api.middleware.request import RequestMiddleware
from backend.api.routers import ROUTERS
from backend.clock import Clock, SystemClock
from backend.ids import IdSource, SystemIds
from backend.services import upload
from backend.services.duplicates import DuplicateFinder
from backend.services.follow_journal import following
from backend.services.publish import Publisher
from backend.services.start_node import open_node
from backend.settings import Settings
from schemas.reference_set import ReferenceSet


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: IdSource | None = None,
    tables: ReferenceSet | None = None,
    is_following: bool = True,
) -> FastAPI:
    """One node's application. Its lifespan opens the database and closes it.

    ``tables`` are the reference tables; they are read from their files when they are not given.
    Without ``is_following`` nothing publishes or compares by itself: a test does, step by step.
    """
    the_clock = clock or SystemClock()
    the_ids = ids or SystemIds()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        node = open_node(settings, clock=the_clock, ids=the_ids, tables=tables)
        app.state.node = node
        try:
            await upload.clean_up(node)
            followers = (DuplicateFinder(node), Publisher(node)) if is_following else ()
            async with following(node.bell, followers):
                yield
        finally:
            node.close()

    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        **openapi.ABOUT,
    )
    errors.install(app, [route for router in ROUTERS for route in router.routes])
    for router in ROUTERS:
        app.include_router(router)
    openapi.install(app)
    # The last added is the outermost.
    app.add_middleware(DecompressMiddleware)
    app.add_middleware(CompressMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(RequestMiddleware, ids=the_ids)
    return app
