"""Request bodies sent as gzip or zstd, decoded as they arrive and never past the bound."""

import sys
import zlib
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas import problems
from schemas.problems import Problem
from sync.limits import BUNDLE_BYTES_MAX

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SUPPORTED: Final = ("gzip", "zstd")
ZSTD_WINDOW_LOG_MAX: Final = 23
"""8 MiB, what RFC 9659 allows a content coding; more would be memory a request can take."""


class Decoder(Protocol):
    """Bytes in, bytes out, at most ``bytes_max`` of them; Problem when they are not the format."""

    def decode(self, chunk: bytes, bytes_max: int) -> bytes: ...

    @property
    def is_complete(self) -> bool: ...


class DecompressMiddleware:
    """Replaces a compressed body by its content. One that grows past the bound is refused (413).

    The refusal is raised where the endpoint reads the body, so that it is answered like any other.
    """

    def __init__(self, app: ASGIApp, bytes_max: int = BUNDLE_BYTES_MAX) -> None:
        self.app = app
        self.bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            encoding = Headers(scope=scope).get("content-encoding", "identity").strip().lower()
            if encoding != "identity":
                reader = _DecodedBody(receive, encoding, self.bytes_max)
                scope["headers"] = _without_encoding(
                    scope
                )  # in place: the log reads the route there
                await self.app(scope, reader.receive, send)
                return
        await self.app(scope, receive, send)


def _without_encoding(scope: Scope) -> list[tuple[bytes, bytes]]:
    gone = (b"content-encoding", b"content-length")
    return [(name, value) for name, value in scope["headers"] if name.lower() not in gone]


class _DecodedBody:
    def __init__(self, receive: Receive, encoding: str, bytes_max: int) -> None:
        self._receive = receive
        self._encoding = encoding
        self._decoder: Decoder | None = None
        self._bytes_max = bytes_max
        self._bytes_left = bytes_max

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        if self._decoder is None:
            self._decoder = _decoder(self._encoding)
        body = self._decoder.decode(message.get("body", b""), self._bytes_left + 1)
        self._bytes_left -= len(body)
        if self._bytes_left < 0:
            raise too_large(self._bytes_max)
        if not message.get("more_body", False) and not self._decoder.is_complete:
            raise _unreadable("The compressed body ends too early.")
        return {**message, "body": body}


def too_large(bytes_max: int) -> Problem:
    return Problem(
        problems.BODY_TOO_LARGE, f"The body is over {bytes_max} bytes.", bytes_max=bytes_max
    )


def _unreadable(detail: str) -> Problem:
    return Problem(problems.BODY_ENCODING, detail)


def _decoder(encoding: str) -> Decoder:
    if encoding in {"gzip", "x-gzip"}:
        return _Gzip()
    if encoding == "zstd":
        return _Zstd()
    raise Problem(
        problems.UNSUPPORTED_ENCODING,
        "The body may be sent as it is, or as gzip or zstd.",
        supported=list(SUPPORTED),
    )


class _Gzip:
    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)

    def decode(self, chunk: bytes, bytes_max: int) -> bytes:
        try:
            decoded = self._decoder.decompress(chunk, bytes_max)
        except zlib.error as error:
            raise _unreadable("The body is not gzip.") from error
        if self._decoder.unused_data:
            raise _unreadable("Something stands after the gzip body.")
        return decoded

    @property
    def is_complete(self) -> bool:
        return self._decoder.eof


class _Zstd:
    def __init__(self) -> None:
        self._decoder = zstd.ZstdDecompressor(
            options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG_MAX}
        )

    def decode(self, chunk: bytes, bytes_max: int) -> bytes:
        if self._decoder.eof:
            if chunk:
                raise _unreadable("Something stands after the zstd body.")
            return b""
        try:
            decoded = self._decoder.decompress(chunk, bytes_max)
        except zstd.ZstdError as error:
            raise _unreadable("The body is not zstd.") from error
        if self._decoder.unused_data:
            raise _unreadable("Something stands after the zstd body.")
        return decoded

    @property
    def is_complete(self) -> bool:
        return self._decoder.eof
