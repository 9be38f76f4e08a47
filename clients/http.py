"""The one place that knows httpx: timeouts, compression, bounds, what counts as an answer.

    send(request) -> Reply      the node served it
                     Refusal    the node refused it, and says what to do with the outbox (RFC 9457)
                     Lost       nobody can tell: dropped, timed out, garbled, or not a node at all

Nothing raises: a dropped connection is an ordinary Tuesday on a mountain road.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeAlias

import httpx

from clients.wire import Object, read_object

JSON_TYPE: Final = "application/json"
PROBLEM_TYPE: Final = "application/problem+json"
PROBLEM_PREFIX: Final = "urn:khabar:problem:"

ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024
"""One answer after decompression: twice the largest push, so never less than a node may send."""

COMPRESSED_FROM_BYTES: Final = 512
"""Below this gzip's own header and the CPU cost more than they save."""

TIMEOUT: Final = httpx.Timeout(connect=30.0, read=120.0, write=120.0, pool=30.0)
"""2G: a first byte may take a minute, and half a megabyte of lines goes out at 5 kB/s."""

Retry = str
"""``never``, ``after_change`` or ``later``: what a refusal says about sending it again."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a client. ``content`` is sent compressed where that pays."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""
    media_type: str = JSON_TYPE
    is_compressible: bool = True
    is_json_expected: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """The node served the request."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """The node did not serve the request. A program goes by ``slug``, else by ``retry``."""

    slug: str
    status: int
    retry: Retry
    retry_after_ms: int | None = None
    body: Object = field(default_factory=dict[str, object])  # pyright: ignore[reportAssignmentType] — an empty mapping of any value type is the same


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer that could be believed. The request may have been served or not."""

    reason: str


Answer: TypeAlias = Reply | Refusal | Lost


class NodeClient:
    """Speaks to one node. Holds no state of its own: whoever asks, decides what comes next."""

    __slots__ = ("_http", "_url")

    def __init__(self, http: httpx.AsyncClient, node_url: str) -> None:
        self._http = http
        self._url = node_url.rstrip("/")

    async def send(self, request: Request, headers: Mapping[str, str]) -> Answer:
        """Send one request, once."""
        content, more = _encoded(request)
        try:
            async with self._http.stream(
                request.method,
                self._url + request.path,
                params=dict(request.params),
                headers={**headers, **request.headers, **more},
                content=content,
                timeout=TIMEOUT,
                follow_redirects=False,
            ) as response:
                body = await _bounded(response)
        except httpx.TimeoutException:
            return Lost("timed-out")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            return Lost("dropped")
        if body is None:
            return Lost("too-large")
        return read_answer(request, response.status_code, response.headers, body)


def _encoded(request: Request) -> tuple[bytes, dict[str, str]]:
    if not request.content:
        return b"", {}
    headers = {"Content-Type": request.media_type}
    if not request.is_compressible or len(request.content) < COMPRESSED_FROM_BYTES:
        return request.content, headers
    # No time in the header: the same lines are the same bytes.
    packed = gzip.compress(request.content, compresslevel=6, mtime=0)
    return packed, {**headers, "Content-Encoding": "gzip"}


async def _bounded(response: httpx.Response) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def read_answer(request: Request, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """What an HTTP answer means. A page of HTML is never the node's word, whatever its status."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == PROBLEM_TYPE:
        return _refusal(status, headers, read_object(body))
    if status == HTTPStatus.NOT_MODIFIED and _is_known(request, headers):
        return Reply(status, {name.lower(): headers[name] for name in headers}, b"")
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        if request.is_json_expected and media_type != JSON_TYPE:
            return Lost("not-the-node")
        return Reply(status, {name.lower(): headers[name] for name in headers}, body)
    # Something between here and the node answered; these it may well say on the node's behalf.
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Refusal("body-too-large", status, "after_change")
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Refusal("no-problem", status, "later", _retry_after_ms(headers, {}))
    return Lost("not-the-node")


def _is_known(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether "not changed" is about the version that was asked about; compression weakens it."""
    known = request.headers.get("If-None-Match")
    return known is not None and headers.get("etag", "").removeprefix("W/") == known


def _refusal(status: int, headers: Mapping[str, str], body: Object) -> Refusal:
    kind, retry = body.get("type"), body.get("retry")
    slug = kind.removeprefix(PROBLEM_PREFIX) if isinstance(kind, str) else f"status-{status}"
    if retry not in {"never", "after_change", "later"}:
        # The answer to a HEAD has no body to say so: nothing is given up for that.
        retry = "later" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "after_change"
    return Refusal(slug, status, str(retry), _retry_after_ms(headers, body), body)


def _retry_after_ms(headers: Mapping[str, str], body: Object) -> int | None:
    exact = body.get("retry_after_ms")
    if isinstance(exact, int) and exact >= 0:
        return exact
    seconds = headers.get("retry-after", "")
    return int(seconds) * 1_000 if seconds.isdecimal() and seconds.isascii() else None
