"""From exceptions to ``application/problem+json``: the one place where a refusal gets its bytes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backend.db.engine import StorageUnavailable
from schemas import problems
from schemas.problems import Problem

STORAGE_RETRY_AFTER_MS: Final = 5_000
ERRORS_SHOWN_MAX: Final = 100
"""Of one request: a client that got more than this wrong is not helped by more."""


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Starlette's class, not FastAPI's: an unknown route raises the former.

    ``routes`` are asked what a path serves when it does not serve a method.
    """

    async def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        return _answer(request, _refused_by_framework(request, error, routes))

    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(StarletteHTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_parameters)
    app.add_exception_handler(StorageUnavailable, _on_storage_unavailable)


def response(problem: Problem, request_id: str) -> Response:
    headers = dict(problem.headers)
    retry_after_ms = problem.members.get("retry_after_ms")
    if isinstance(retry_after_ms, int):
        headers["Retry-After"] = str(math.ceil(retry_after_ms / 1_000))
    if problem.kind.status == 401:  # noqa: PLR2004 — RFC 9110, 11.6.1: a 401 names a scheme
        headers.setdefault("WWW-Authenticate", 'Bearer realm="khabar"')
    body = orjson.dumps(problem.document(request_id))
    return Response(body, problem.kind.status, headers, problems.MEDIA_TYPE)


def internal() -> Problem:
    return Problem(problems.INTERNAL, "The request could not be served; nothing was acknowledged.")


def request_id_of(scope: Mapping[str, Any]) -> str:
    return str(scope["state"]["request_id"])


def invalid(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """All that is wrong with a request, each by JSON Pointer, and none of what was sent."""
    shown = [
        {"pointer": pointer(error["loc"]), "message": str(error["msg"])}
        for error, _ in zip(errors, range(ERRORS_SHOWN_MAX), strict=False)
    ]
    return Problem(problems.INVALID_REQUEST, "The request is not valid.", errors=shown)


def pointer(location: Sequence[int | str]) -> str:
    """RFC 6901, over pydantic's location."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in location)
    return "".join(f"/{step}" for step in steps)


def _answer(request: Request, problem: Problem) -> Response:
    return response(problem, request_id_of(request.scope))


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


async def _on_invalid_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, invalid(error.errors()))


async def _on_storage_unavailable(request: Request, _error: Exception) -> Response:
    return _answer(
        request,
        Problem(
            problems.STORAGE_UNAVAILABLE,
            "Nothing was stored; keep it and send it again.",
            retry_after_ms=STORAGE_RETRY_AFTER_MS,
        ),
    )


_BY_STATUS: Final = {
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    413: problems.BODY_TOO_LARGE,
}


def _refused_by_framework(
    request: Request, error: StarletteHTTPException, routes: Sequence[BaseRoute]
) -> Problem:
    """What the framework itself refuses: an unknown route, a method, a body."""
    kind = _BY_STATUS.get(error.status_code, problems.INVALID_REQUEST)
    if kind is not problems.METHOD_NOT_ALLOWED:
        return Problem(kind, kind.title, headers=error.headers)
    # The framework names the methods of the first route that fits; RFC 9110, 10.2.1: all of them.
    first = dict(error.headers or {}).get("Allow", "")
    allowed = {*filter(None, first.split(", ")), *_methods(routes, request.url.path)}
    return Problem(
        kind,
        f"{request.method} is not served here.",
        headers={"Allow": ", ".join(sorted(allowed))},
    )


def _methods(routes: Sequence[BaseRoute], path: str) -> set[str]:
    return {
        method
        for route in routes
        if isinstance(route, Route) and route.path_regex.match(path)
        for method in route.methods or ()
    }
