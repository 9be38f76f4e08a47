"""Entity tags: naming a version in an answer, and reading what a request knows or means.

Compression weakens a tag on its way out (``W/``), so comparison goes by what is quoted alone.
"""

import re
from typing import Any, Final

from fastapi import Request

from schemas import problems
from schemas.problems import Problem

_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')
_VERSION_TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,15})"')


def tag(version: str | int) -> str:
    return f'"{version}"'


def is_known(request: Request, version: str | int) -> bool:
    """Whether ``If-None-Match`` names this version, or any."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or str(version) in _TAG.findall(known)


def required_version(request: Request) -> int:
    """The version ``If-Match`` names; a Problem when it is missing or names none or several."""
    header = request.headers.get("if-match")
    if header is None:
        raise Problem(problems.PRECONDITION_REQUIRED, "Name the version you have seen in If-Match.")
    named = _VERSION_TAG.fullmatch(header.strip())
    if named is None:
        raise Problem(
            problems.INVALID_REQUEST,
            "If-Match names no version.",
            errors=[{"pointer": "/header/if-match", "message": 'A version is written "3".'}],
        )
    return int(named[1])


IF_MATCH: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The version that was seen, as an entity tag.",
            "schema": {"type": "string", "pattern": f"^{_VERSION_TAG.pattern}$"},
            "example": '"3"',
        }
    ]
}
"""``openapi_extra`` of an operation that calls ``required_version``."""
