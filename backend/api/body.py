"""Reading a JSON body: bounded, strict, and in JSON's own terms.

FastAPI would decode the JSON first and validate Python objects after, where strict models refuse
every UUID and instant and lax ones take ``true`` for 1; so endpoints read the bytes themselves.
"""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from backend.api import errors
from backend.api.middleware.decompress import too_large
from backend.limits import REQUEST_BODY_BYTES_MAX
from schemas import problems
from schemas.problems import Problem

M = TypeVar("M", bound=BaseModel)


async def read_bytes(request: Request, bytes_max: int) -> bytes:
    """The body, decoded, or a Problem as soon as it is longer than ``bytes_max``."""
    parts: list[bytes] = []
    count = 0
    async for part in request.stream():
        count += len(part)
        if count > bytes_max:
            raise too_large(bytes_max)
        parts.append(part)
    return b"".join(parts)


async def read_json(
    request: Request, model: type[M], *, bytes_max: int = REQUEST_BODY_BYTES_MAX
) -> M:
    """The body as ``model``, or a Problem that names all that is wrong with it."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise Problem(
            problems.UNSUPPORTED_MEDIA_TYPE,
            "The body must be sent as application/json.",
            supported=["application/json"],
        )
    body = await read_bytes(request, bytes_max)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        if found[0]["type"] == "json_invalid":
            raise Problem(problems.NOT_JSON, "The body is not JSON.") from error
        raise errors.invalid([dict(one) for one in found]) from error


BODY_MODELS: dict[str, type[BaseModel]] = {}
"""Models that FastAPI does not see, because endpoints read their bodies themselves."""


def json_body(model: type[BaseModel], **examples: Any) -> dict[str, Any]:
    """``openapi_extra`` of an operation whose body ``read_json`` reads."""
    assert BODY_MODELS.setdefault(model.__name__, model) is model, f"two {model.__name__}"
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{model.__name__}"},
                    "examples": {name: {"value": value} for name, value in examples.items()},
                }
            },
        }
    }


BODY_PROBLEMS = (
    problems.NOT_JSON,
    problems.BODY_ENCODING,
    problems.BODY_TOO_LARGE,
    problems.INVALID_REQUEST,
    problems.UNSUPPORTED_ENCODING,
    problems.UNSUPPORTED_MEDIA_TYPE,
)
"""What an operation that calls ``read_json`` may answer."""
