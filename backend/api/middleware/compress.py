"""Answers sent as zstd or gzip to clients that take them: 2G is paid by the byte."""

import gzip
import sys
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WORTH_BYTES_MIN: Final = 512
"""Below this the header costs about what the coding saves."""
GZIP_LEVEL: Final = 5
ZSTD_LEVEL: Final = 3
_COMPRESSIBLE: Final = ("text/", "application/json", "application/problem+json", "application/x-")
_COMPRESSIBLE_SUFFIXES: Final = ("+json", "+xml", "/xml", "/javascript", "/yaml", "/geo+json")
_BODILESS: Final = frozenset({204, 304})


class CompressMiddleware:
    """Compresses answers that come in one piece; streams and files go as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        coding = choose_coding(Headers(scope=scope).get("accept-encoding", ""))
        await self.app(scope, receive, _Answer(send, coding).send)


def choose_coding(accept: str) -> str | None:
    """The coding with the highest q-value the client takes; zstd on a tie (RFC 9110, 12.5.3)."""
    qualities: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            qualities[name] = _quality(parameters)
    anything = qualities.get("*", 0.0)
    best = max(("zstd", "gzip"), key=lambda name: qualities.get(name, anything))
    return best if qualities.get(best, anything) > 0 else None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


class _Answer:
    def __init__(self, send: Send, coding: str | None) -> None:
        self._send = send
        self._coding = coding
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _may_compress(message):
            self._start = message  # held back: its headers depend on the body
            return
        if self._start is not None and message["type"] == "http.response.body":
            start, self._start = self._start, None
            headers = MutableHeaders(scope=start)
            headers.add_vary_header("Accept-Encoding")
            if not message.get("more_body", False):
                message = self._compressed(headers, message)
            await self._send(start)
        await self._send(message)

    def _compressed(self, headers: MutableHeaders, message: Message) -> Message:
        body: bytes = message.get("body", b"")
        if self._coding is None or len(body) < WORTH_BYTES_MIN:
            return message
        if self._coding == "zstd":
            body = zstd.compress(body, ZSTD_LEVEL)
        else:
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = self._coding
        headers["Content-Length"] = str(len(body))
        tag = headers.get("etag")
        if tag is not None and not tag.startswith("W/"):
            # A strong tag names bytes, and these are others now (RFC 9110, 8.8.3.3).
            headers["ETag"] = f"W/{tag}"
        return {**message, "body": body}


def _may_compress(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if "content-encoding" in headers or "content-range" in headers:
        return False
    if start["status"] in _BODILESS or media_type == "text/event-stream":
        return False
    return media_type.startswith(_COMPRESSIBLE) or media_type.endswith(_COMPRESSIBLE_SUFFIXES)
