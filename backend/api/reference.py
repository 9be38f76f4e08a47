"""Reference tables and forms, for tablets and anybody else: nothing in them is about a person."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from backend.api.dependencies import NodeDependency
from backend.api.etags import is_known, tag
from backend.api.paging import Limit
from backend.db import reference
from schemas import problems
from schemas.forms.jsonschema import document_digest, form_document, form_index
from schemas.forms.registry import FORMS
from schemas.problems import Problem, problem_responses
from schemas.reference_page import FormIndex, ReferencePage

router = APIRouter(prefix="/v1", tags=["reference"])

REVALIDATED = "no-cache"
"""May be kept, must be asked about: a corrected label reaches every tablet at its next sync."""


@router.get(
    "/reference",
    operation_id="list_reference",
    response_model=ReferencePage,
    responses=problem_responses(problems.INVALID_REQUEST),
)
async def list_reference(
    node: NodeDependency,
    since: Annotated[int, Query(ge=0, lt=2**63, description="`through` of the page before.")] = 0,
    limit: Limit = 500,
) -> Response:
    """Rows that changed since, in order. A tablet keeps `through` and asks again from there."""
    rows = await node.database.read(
        lambda connection: reference.list_since(connection, since, limit=limit + 1)
    )
    page = rows[:limit]
    body = b"".join(
        (
            b'{"items":[',
            b",".join(map(_item, page)),
            b'],"through":%d' % (page[-1].version if page else since),
            b',"has_more":true}' if len(rows) > limit else b',"has_more":false}',
        )
    )
    return Response(body, media_type="application/json")


def _item(row: reference.Row) -> bytes:
    """Spliced, not parsed: the body is stored as it is served."""
    head = orjson.dumps(
        {
            "table": row.table_name,
            "code": row.code,
            "version": row.version,
            "is_retired": row.is_retired,
        }
    )
    return head[:-1] + b',"body":' + row.body.encode() + b"}"


@router.get(
    "/forms",
    operation_id="list_forms",
    response_model=FormIndex,
    responses={304: {"description": "Not changed."}, **problem_responses()},
)
async def list_forms(request: Request) -> Response:
    """Every form version ever published, and which one new reports are written in."""
    index = form_index()
    return _document(request, index, str(index["digest"]))


@router.get(
    "/forms/{name}/{version}",
    operation_id="show_form",
    responses={304: {"description": "Not changed."}, **problem_responses(problems.NOT_FOUND)},
)
async def show_form(
    request: Request,
    name: Annotated[str, Path(pattern=r"^[a-z]{1,40}$")],
    version: Annotated[int, Path(ge=1, le=10_000)],
) -> Response:
    """One form: its fields as JSON Schema, and what people see of each."""
    definition = FORMS.get(f"{name}/{version}")
    if definition is None:
        raise Problem(problems.NOT_FOUND, "No such form was published.")
    return _document(request, form_document(definition), document_digest(definition.form))


def _document(request: Request, content: object, digest: str) -> Response:
    headers = {"ETag": tag(digest), "Cache-Control": REVALIDATED}
    if is_known(request, digest):
        return Response(status_code=304, headers=headers)
    return Response(orjson.dumps(content), headers=headers, media_type="application/json")
