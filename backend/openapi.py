"""The contract: what the application serves, as a document and as the text of ``openapi.yaml``.

The text is written by a few lines of our own, not by a library, so that it is the same byte for
byte wherever it is made.
"""

from typing import Any, Final, cast

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from backend.api.body import BODY_MODELS
from schemas import problems

ABOUT: Final[dict[str, Any]] = {
    "title": "Khabar",
    "version": "1",
    "summary": "Offline-first field reporting for interagency teams.",
    "description": (
        "Tablets push sealed segments of their logs and pull what is in their scope; people settle "
        "what two officers disagree on; regional centres pull one exchange feed.\n\n"
        "Every refusal is `application/problem+json` (RFC 9457) with a stable `type` and a `retry` "
        "member that says what to do with the request."
    ),
    "license_info": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}


def install(app: FastAPI) -> None:
    """Serve our document in place of FastAPI's."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    cast(Any, app).openapi = document


def build(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, with the problems' schemas in place of its own error's."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        license_info=app.license_info,
        routes=app.routes,
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for kind in problems.REGISTRY.values():
        schemas[problems.schema_name(kind)] = problems.schema(kind)
    for model in BODY_MODELS.values():
        _add_model(schemas, model)
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    for path in made["paths"].values():
        for operation in path.values():
            operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
            _drop_default_validation_error(operation)
    return made


def _add_model(schemas: dict[str, Any], model: type[BaseModel]) -> None:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema


def _drop_default_validation_error(operation: dict[str, Any]) -> None:
    responses = operation.get("responses", {})
    if "422" in responses and problems.MEDIA_TYPE not in responses["422"].get("content", {}):
        responses["422"] = problems.problem_responses(problems.INVALID_REQUEST)[422]


def render(document: dict[str, Any]) -> str:
    """The document as YAML: blocks for what has members, JSON for what has none."""
    return "\n".join(_lines(document, 0)) + "\n"


def _lines(value: Any, indent: int) -> list[str]:
    pad = "  " * indent
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        heads = [(f"{pad}{_scalar(name)}:", item) for name, item in members.items()]
    else:
        heads = [(f"{pad}-", item) for item in cast("list[Any]", value)]
    lines: list[str] = []
    for head, item in heads:
        if isinstance(item, dict | list) and item:
            lines.append(head)
            lines.extend(_lines(item, indent + 1))
        else:
            lines.append(f"{head} {_scalar(item)}")
    return lines


def _scalar(value: Any) -> str:
    """JSON is YAML; a plain word needs no quotes to be read the same."""
    if isinstance(value, str) and value.isascii() and value.isidentifier():
        return value if value.lower() not in _YAML_WORDS else f'"{value}"'
    return orjson.dumps(value).decode()


_YAML_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
