"""Attachments: tus 1.0 for sending (creation, checksum, expiration), a plain GET for reading."""

import base64
import hashlib
from email.utils import format_datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import FileResponse

from backend.api.actors import (
    DEVICE_PROBLEMS,
    DEVICE_SECURITY,
    PERSON_PROBLEMS,
    READER_SECURITY,
    DeviceDependency,
    ReaderDependency,
)
from backend.api.dependencies import NodeDependency
from backend.api.etags import is_known, tag
from backend.clock import to_datetime
from backend.limits import ATTACHMENT_BYTES_MAX
from backend.services import read_attachment, upload
from backend.services.upload import Patch, Progress
from schemas import problems
from schemas.problems import Problem, problem_responses
from schemas.types import Identifier, Sha256
from sync.ids import is_sha256

router = APIRouter(prefix="/v1/attachments", tags=["attachments"])

TUS_VERSION: Final = "1.0.0"
PATCH_MEDIA_TYPE: Final = "application/offset+octet-stream"
LENGTH_DIGITS_MAX: Final = 15
IMMUTABLE: Final = "private, max-age=31536000, immutable"
"""The name is the content: it never changes."""

_TUS_HEADERS: Final = {"Tus-Resumable": TUS_VERSION}
_ABILITIES: Final = {
    **_TUS_HEADERS,
    "Tus-Version": TUS_VERSION,
    "Tus-Extension": "creation,checksum,expiration",
    "Tus-Max-Size": str(ATTACHMENT_BYTES_MAX),
    "Tus-Checksum-Algorithm": "sha256",
}


_VERSION: Final = ("Tus-Resumable", "The protocol's version.", {"const": TUS_VERSION}, TUS_VERSION)
_LENGTH: Final = (
    "Upload-Length",
    "Size of the file in bytes.",
    {"type": "integer", "minimum": 1, "maximum": ATTACHMENT_BYTES_MAX},
    1_048_576,
)
_METADATA: Final = (
    "Upload-Metadata",
    "`sha256 ` and the base64 of the file's SHA-256 in hexadecimal.",
    {"type": "string", "pattern": "^sha256 [A-Za-z0-9+/]{86}==$"},
    "sha256 " + base64.b64encode(hashlib.sha256().hexdigest().encode()).decode(),
)
_OFFSET: Final = (
    "Upload-Offset",
    "Where these bytes belong.",
    {"type": "integer", "minimum": 0, "maximum": ATTACHMENT_BYTES_MAX},
    0,
)
_CHECKSUM: Final = (
    "Upload-Checksum",
    "`sha256 ` and the base64 of the body's SHA-256.",
    {"type": "string", "pattern": "^sha256 [A-Za-z0-9+/]{43}=$"},
    "sha256 " + base64.b64encode(hashlib.sha256().digest()).decode(),
)


def _parameters(*headers: tuple[str, str, dict[str, Any], object]) -> dict[str, Any]:
    """Header parameters in the contract; they are read by hand to answer as tus says."""
    return {
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": name != _CHECKSUM[0],
                "description": description,
                "schema": schema,
                "example": example,
            }
            for name, description, schema, example in (_VERSION, *headers)
        ]
    }


_HEADERS_SENT: Final[dict[str, Any]] = {
    "Tus-Resumable": {"schema": {"const": TUS_VERSION}},
    "Upload-Offset": {"description": "What is here.", "schema": {"type": "integer"}},
    "Upload-Expires": {"description": "Kept until then.", "schema": {"type": "string"}},
}


@router.options(
    "",
    operation_id="show_upload_abilities",
    status_code=204,
    responses=problem_responses(),
)
async def show_upload_abilities() -> Response:
    """What this node takes: the version, extensions, size and checksum of tus."""
    return Response(status_code=204, headers=_ABILITIES)


@router.post(
    "",
    operation_id="begin_upload",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "description": "Announced; `Location` is where the bytes go.",
            "headers": {
                **_HEADERS_SENT,
                "Location": {"required": True, "schema": {"type": "string"}},
            },
        },
        **problem_responses(
            *DEVICE_PROBLEMS,
            problems.TUS_VERSION,
            problems.INVALID_REQUEST,
            problems.BODY_TOO_LARGE,
            problems.UPLOAD_CONTENT,
            problems.TOO_MANY_REQUESTS,
        ),
    },
    dependencies=DEVICE_SECURITY,
    openapi_extra=_parameters(_LENGTH, _METADATA),
)
async def begin_upload(request: Request, node: NodeDependency, actor: DeviceDependency) -> Response:
    """Announce a file by its hash. `Upload-Offset` equal to the length: the node has it already."""
    _require_version(request)
    size = _number(request, "upload-length")
    if size > ATTACHMENT_BYTES_MAX:
        raise Problem(
            problems.BODY_TOO_LARGE, "The file is too large.", bytes_max=ATTACHMENT_BYTES_MAX
        )
    sha256 = _sha256_of(request.headers.get("upload-metadata", ""))
    if size == 0 or sha256 is None:
        raise _invalid("Upload-Length is 1 or more; Upload-Metadata names the file's sha256.")
    begun = await upload.begin(node, actor, sha256=sha256, size_bytes=size)
    location = f"/v1/attachments/uploads/{begun.upload.id}"
    return Response(status_code=201, headers={**_headers(begun), "Location": location})


UploadId = Annotated[Identifier, Path()]


@router.head(
    "/uploads/{upload_id}",
    operation_id="show_upload",
    response_class=Response,
    responses={
        200: {
            "description": "Where it stands.",
            "headers": {**_HEADERS_SENT, "Upload-Length": {"schema": {"type": "integer"}}},
        },
        **problem_responses(*DEVICE_PROBLEMS, problems.TUS_VERSION, problems.NOT_FOUND),
    },
    dependencies=DEVICE_SECURITY,
    openapi_extra=_parameters(),
)
async def show_upload(
    request: Request, node: NodeDependency, actor: DeviceDependency, upload_id: UploadId
) -> Response:
    """How much of an upload is here: where to go on."""
    _require_version(request)
    shown = await upload.show(node, actor, upload_id)
    return Response(headers={**_headers(shown), "Upload-Length": str(shown.upload.size_bytes)})


@router.patch(
    "/uploads/{upload_id}",
    operation_id="append_to_upload",
    status_code=204,
    responses={
        204: {"description": "Taken.", "headers": _HEADERS_SENT},
        **problem_responses(
            *DEVICE_PROBLEMS,
            problems.TUS_VERSION,
            problems.INVALID_REQUEST,
            problems.NOT_FOUND,
            problems.BODY_ENCODING,
            problems.UNSUPPORTED_ENCODING,
            problems.UNSUPPORTED_MEDIA_TYPE,
            problems.UPLOAD_OFFSET,
            problems.UPLOAD_BUSY,
            problems.UPLOAD_CHECKSUM,
            problems.UPLOAD_CONTENT,
            problems.BODY_TOO_LARGE,
        ),
    },
    dependencies=DEVICE_SECURITY,
    openapi_extra={
        **_parameters(_OFFSET, _CHECKSUM),
        "requestBody": {
            "required": True,
            "content": {PATCH_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def append_to_upload(
    request: Request, node: NodeDependency, actor: DeviceDependency, upload_id: UploadId
) -> Response:
    """Send bytes. When the last one is here and the hash is right, the file is safe."""
    _require_version(request)
    if request.headers.get("content-type") != PATCH_MEDIA_TYPE:
        raise Problem(
            problems.UNSUPPORTED_MEDIA_TYPE,
            f"Send {PATCH_MEDIA_TYPE}.",
            supported=[PATCH_MEDIA_TYPE],
        )
    checksum = request.headers.get("upload-checksum")
    patch = Patch(
        _number(request, "upload-offset"),
        None if checksum is None else upload.decode_checksum(checksum),
        request.stream(),
    )
    return Response(
        status_code=204, headers=_headers(await upload.append(node, actor, upload_id, patch))
    )


@router.get(
    "/{sha256}",
    operation_id="read_attachment",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "The file."},
        206: {"description": "The range asked for."},
        304: {"description": "Not changed; it never does."},
        **problem_responses(*DEVICE_PROBLEMS, *PERSON_PROBLEMS, problems.NOT_FOUND),
    },
    dependencies=READER_SECURITY,
)
async def read_attachment_of(
    request: Request,
    node: NodeDependency,
    actor: ReaderDependency,
    sha256: Annotated[Sha256, Path()],
) -> Response:
    """A file, for who sent it and for who sees a report that lists it."""
    path = await read_attachment.open_for(node, actor, sha256)
    headers = {"ETag": tag(sha256), "Cache-Control": IMMUTABLE}
    if is_known(request, sha256):
        return Response(status_code=304, headers=headers)
    return FileResponse(
        path,
        headers=headers,
        media_type="application/octet-stream",
        filename=sha256,
        content_disposition_type="attachment",
    )


def _headers(shown: Progress) -> dict[str, str]:
    return {
        **_TUS_HEADERS,
        "Upload-Offset": str(shown.offset),
        "Upload-Expires": format_datetime(to_datetime(shown.expires_at), usegmt=True),
        "Cache-Control": "no-store",
    }


def _require_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != TUS_VERSION:
        raise Problem(
            problems.TUS_VERSION, "Send Tus-Resumable: 1.0.0.", headers={"Tus-Version": TUS_VERSION}
        )


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= LENGTH_DIGITS_MAX):
        raise _invalid(f"{header} is a number of bytes.")
    return int(text)


def _sha256_of(metadata: str) -> str | None:
    """The file's hash in ``Upload-Metadata``; other pairs are the client's own affair."""
    for pair in metadata.split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "sha256":
            try:
                text = base64.b64decode(value, validate=True).decode("ascii")
            except ValueError:
                return None
            return text if is_sha256(text) else None
    return None


def _invalid(detail: str) -> Problem:
    return Problem(problems.INVALID_REQUEST, detail, errors=[])
