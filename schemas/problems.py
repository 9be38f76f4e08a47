"""Every refusal a client can meet: its name, its status and what to do with the outbox (RFC 9457).

A problem's ``type`` is ``urn:khabar:problem:<slug>``: it names and is not fetched, because a tablet
in the mountains could not fetch it. Its page is ``docs/problems/<slug>.md``. A program goes by
``type``, with an unknown one by ``retry``, never by ``title`` or ``detail``.

    Problem(Exception)      raise it anywhere in the backend; the handler writes it to the wire
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

JsonSchema = Mapping[str, Any]

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:khabar:problem:"


class Retry(StrEnum):
    """What a client does with the request that was refused."""

    NEVER = "never"
    """Set it aside and tell a person: the same request will never be served."""
    AFTER_CHANGE = "after_change"
    """Change something first: split it, sign in again, fetch the newer state."""
    LATER = "later"
    """Keep it and send it again as it is, after ``Retry-After`` and with growing pauses."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of refusal. ``extensions`` are the JSON Schemas of its own members."""

    slug: str
    status: int
    title: str
    retry: Retry
    extensions: Mapping[str, JsonSchema] = field(default_factory=dict[str, JsonSchema])

    @property
    def uri(self) -> str:
        return TYPE_PREFIX + self.slug


class Problem(Exception):  # noqa: N818 — RFC 9457 calls it a problem
    """A request that cannot be served. ``detail`` is one sentence for a person, about this time."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        assert members.keys() <= kind.extensions.keys(), f"undeclared members of {kind.slug}"
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def document(self, request_id: str) -> dict[str, object]:
        """The body sent. ``instance`` is the request's id: the same one stands in the log."""
        return {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "instance": f"urn:uuid:{request_id}",
            "retry": self.kind.retry.value,
            **self.members,
        }


_INTEGER: Final[JsonSchema] = {"type": "integer"}
_TEXT: Final[JsonSchema] = {"type": "string"}
_INSTANT: Final[JsonSchema] = {"type": "string", "format": "date-time"}
_ERRORS: Final[JsonSchema] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["pointer", "message"],
        "properties": {"pointer": _TEXT, "message": _TEXT},
    },
}
_RETRY_AFTER: Final[Mapping[str, JsonSchema]] = {"retry_after_ms": _INTEGER}

INVALID_REQUEST: Final = ProblemType(
    "invalid-request", 422, "The request is not valid", Retry.NEVER, {"errors": _ERRORS}
)
NOT_JSON: Final = ProblemType("not-json", 400, "The body is not JSON", Retry.NEVER)
BODY_ENCODING: Final = ProblemType(
    "body-encoding", 400, "The compressed body cannot be read", Retry.AFTER_CHANGE
)
UNSUPPORTED_ENCODING: Final = ProblemType(
    "unsupported-encoding",
    415,
    "The body's encoding is not supported",
    Retry.AFTER_CHANGE,
    {"supported": {"type": "array", "items": _TEXT}},
)
UNSUPPORTED_MEDIA_TYPE: Final = ProblemType(
    "unsupported-media-type",
    415,
    "The body's media type is not supported",
    Retry.AFTER_CHANGE,
    {"supported": {"type": "array", "items": _TEXT}},
)
BODY_TOO_LARGE: Final = ProblemType(
    "body-too-large", 413, "The body is too large", Retry.AFTER_CHANGE, {"bytes_max": _INTEGER}
)
NOT_AUTHENTICATED: Final = ProblemType(
    "not-authenticated", 401, "Who is asking is not known", Retry.AFTER_CHANGE
)
CLOCK_OFF: Final = ProblemType(
    "clock-off",
    401,
    "The token was signed by a clock that is off",
    Retry.AFTER_CHANGE,
    {"server_time": _INSTANT, "server_time_ms": _INTEGER},
)
WRONG_CREDENTIALS: Final = ProblemType(
    "wrong-credentials", 401, "The account or the password is wrong", Retry.AFTER_CHANGE
)
DEVICE_REVOKED: Final = ProblemType(
    "device-revoked",
    403,
    "The device has been revoked",
    Retry.NEVER,
    {"revoked_at": _INSTANT},
)
NOT_PERMITTED: Final = ProblemType(
    "not-permitted", 403, "This is not permitted", Retry.NEVER, {"permission": _TEXT}
)
ENROLMENT_CODE_INVALID: Final = ProblemType(
    "enrolment-code-invalid", 403, "The enrolment code is not valid", Retry.AFTER_CHANGE
)
ENROLMENT_PROOF_INVALID: Final = ProblemType(
    "enrolment-proof-invalid", 403, "The proof of the key is not right", Retry.AFTER_CHANGE
)
DEVICE_ALREADY_ENROLLED: Final = ProblemType(
    "device-already-enrolled", 409, "The device is already enrolled", Retry.AFTER_CHANGE
)
ALREADY_EXISTS: Final = ProblemType(
    "already-exists", 409, "Something by this name exists already", Retry.NEVER
)
STATE_CONFLICT: Final = ProblemType(
    "state-conflict", 409, "The thing is in a state that does not allow this", Retry.AFTER_CHANGE
)
NOT_FOUND: Final = ProblemType("not-found", 404, "There is no such thing here", Retry.NEVER)
METHOD_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed", 405, "The method is not allowed here", Retry.NEVER
)
PRECONDITION_FAILED: Final = ProblemType(
    "precondition-failed",
    412,
    "The thing has changed since it was read",
    Retry.AFTER_CHANGE,
    {"current_version": _INTEGER},
)
PRECONDITION_REQUIRED: Final = ProblemType(
    "precondition-required", 428, "Say which version is meant (If-Match)", Retry.AFTER_CHANGE
)
CURSOR_STALE: Final = ProblemType(
    "cursor-stale",
    410,
    "The cursor leads nowhere any more",
    Retry.AFTER_CHANGE,
    {"epoch": _TEXT, "manifest": _TEXT},
)
BUNDLE_UNREADABLE: Final = ProblemType(
    "bundle-unreadable", 422, "The bundle file cannot be opened by this node", Retry.NEVER
)
UPLOAD_OFFSET: Final = ProblemType(
    "upload-offset",
    409,
    "The upload continues elsewhere",
    Retry.AFTER_CHANGE,
    {"upload_offset": _INTEGER},
)
UPLOAD_BUSY: Final = ProblemType(
    "upload-busy", 423, "Another request is writing this upload", Retry.LATER, _RETRY_AFTER
)
UPLOAD_CHECKSUM: Final = ProblemType(
    "upload-checksum",
    460,
    "The chunk does not match its checksum",
    Retry.LATER,
    {"upload_offset": _INTEGER, **_RETRY_AFTER},
)
UPLOAD_CONTENT: Final = ProblemType(
    "upload-content",
    422,
    "The content does not match its name",
    Retry.AFTER_CHANGE,
    {"sha256": _TEXT},
)
TUS_VERSION: Final = ProblemType(
    "tus-version", 412, "The upload protocol's version is not supported", Retry.NEVER
)
TOO_MANY_REQUESTS: Final = ProblemType(
    "too-many-requests", 429, "Too many requests", Retry.LATER, _RETRY_AFTER
)
INTERNAL: Final = ProblemType("internal", 500, "The node made a mistake", Retry.LATER)
STORAGE_UNAVAILABLE: Final = ProblemType(
    "storage-unavailable", 503, "The node cannot store anything now", Retry.LATER, _RETRY_AFTER
)

REGISTRY: Final[Mapping[str, ProblemType]] = {
    kind.slug: kind for kind in tuple(globals().values()) if isinstance(kind, ProblemType)
}
RETIRED: Final[frozenset[str]] = frozenset()
"""Slugs that were once on the wire; none is ever used again for something else."""

assert not RETIRED & REGISTRY.keys()


def by_uri(uri: str) -> ProblemType | None:
    """What a client reads a ``type`` with; None for one of a newer server."""
    return REGISTRY.get(uri.removeprefix(TYPE_PREFIX))


EVERYWHERE: Final = (INTERNAL, STORAGE_UNAVAILABLE)
"""What any operation may answer."""


def problem_responses(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an operation that raises these; those of ``EVERYWHERE`` are added."""
    by_status: dict[int, list[ProblemType]] = {}
    for kind in (*kinds, *EVERYWHERE):
        by_status.setdefault(kind.status, []).append(kind)
    return {
        status: {
            "description": "; ".join(f"`{kind.slug}`: {kind.title}" for kind in same),
            "content": {MEDIA_TYPE: _content(same)},
            "headers": _headers(status),
        }
        for status, same in sorted(by_status.items())
    }


def _content(kinds: Sequence[ProblemType]) -> dict[str, Any]:
    schemas = [{"$ref": f"#/components/schemas/{schema_name(kind)}"} for kind in kinds]
    return {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}


def _headers(status: int) -> dict[str, Any]:
    wanted = {401: "WWW-Authenticate", 423: "Retry-After", 429: "Retry-After", 503: "Retry-After"}
    return {wanted[status]: {"schema": {"type": "string"}}} if status in wanted else {}


def schema_name(kind: ProblemType) -> str:
    return "Problem" + "".join(word.capitalize() for word in kind.slug.split("-"))


def schema(kind: ProblemType) -> dict[str, Any]:
    """The JSON Schema of one problem's document, with what is constant about it."""
    members = {name: dict(shape) for name, shape in kind.extensions.items()}
    return {
        "title": kind.title,
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance", "retry"],
        "properties": {
            "type": {"type": "string", "const": kind.uri},
            "title": {"type": "string", "const": kind.title},
            "status": {"type": "integer", "const": kind.status},
            "detail": {"type": "string"},
            "instance": {"type": "string", "format": "uri"},
            "retry": {"type": "string", "const": kind.retry.value},
            **members,
        },
    }
