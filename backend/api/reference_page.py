"""The API reference for people at ``/docs``: no script, no font, no picture from anywhere."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from backend.openapi_page import STYLE, page

router = APIRouter(prefix="/docs", include_in_schema=False)

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}


@router.get("")
async def show_reference(request: Request) -> HTMLResponse:
    """The whole contract on one page."""
    return HTMLResponse(page(request.app.openapi()), headers=_HEADERS)


@router.get("/style.css")
async def show_style() -> Response:
    """How the page looks, in light and in dark."""
    return Response(STYLE, media_type="text/css", headers=_HEADERS)
