"""A request's id, its one log line, and the net under every handler."""

from time import perf_counter
from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api import errors
from backend.ids import IdSource

log = structlog.get_logger("khabar.request")

REQUEST_ID_HEADER: Final = b"x-request-id"


class RequestMiddleware:
    """Gives each request an id, logs what became of it, and answers what no handler caught.

    The log line holds the route, never the path or the query: those carry names and numbers.
    """

    def __init__(self, app: ASGIApp, ids: IdSource) -> None:
        self.app = app
        self.ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = self.ids.uuid()
        scope.setdefault("state", {})["request_id"] = request_id
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (REQUEST_ID_HEADER, request_id.encode()),
                ]
            await send(message)

        started_s = perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            except ClientDisconnect:
                log.info("client_gone")  # a tablet behind a mountain: nobody is left to answer
            except Exception:
                log.exception("unhandled")
                if status is not None:
                    raise  # the answer had begun: the server must break the connection
                answer = errors.response(errors.internal(), request_id)
                await answer(scope, receive, send_with_id)
            finally:
                log.info(
                    "request",
                    method=scope["method"],
                    route=getattr(scope.get("route"), "path", None),
                    status=status,
                    duration_ms=round((perf_counter() - started_s) * 1_000, 1),
                )
