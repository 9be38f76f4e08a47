"""Entity tags: naming a version in an answer, and reading what a request knows or means.

Compression weakens a tag on its way out (``W/``), so comparison goes by what is quoted alone.
"""

import re
from typing import Final

from fastapi import Request

from schemas import problems
from schemas.problems import Problem

_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')
_DIGITS_MAX: Final = 18


def tag(version: str | int) -> str:
    return f'"{version}"'


def is_known(request: Request, version: str | int) -> bool:
    """Whether ``If-None-Match`` names this version, or any."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or str(version) in _TAG.findall(known)


def required_version(request: Request) -> int:
    """The version ``If-Match`` means; a Problem when none or more than one is named."""
    named = _TAG.findall(request.headers.get("if-match", ""))
    if len(named) != 1 or not named[0].isdecimal() or len(named[0]) > _DIGITS_MAX:
        raise Problem(problems.PRECONDITION_REQUIRED, "Name the version you have seen in If-Match.")
    return int(named[0])
