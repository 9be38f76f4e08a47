"""The files of this repository as its own tests see them: all that .gitignore does not name."""

import ast
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backend", "clients", "schemas", "sync")


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: where it is, what it says, and its tree."""

    path: str
    source: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The top folder, which is what most rules are about."""
        return self.path.partition("/")[0]


@functools.cache
def files() -> tuple[str, ...]:
    """Every file, sorted, relative to the root; from the disk, so an archive without git works."""
    patterns = [".git", *(ROOT / ".gitignore").read_text().split()]
    return tuple(sorted(_walk(patterns)))


def _walk(patterns: list[str]) -> Iterator[str]:
    for folder, below, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        below[:] = [name for name in below if not _ignored(here / name, patterns)]
        yield from (str(here / name) for name in names if not _ignored(here / name, patterns))


def _ignored(path: Path, patterns: list[str]) -> bool:
    return any(
        str(path) == pattern.strip("/")
        if pattern.startswith("/")
        else fnmatch(path.name, pattern.strip("/"))
        for pattern in patterns
    )


def text(path: str) -> str | None:
    """What a file says, or None when it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@functools.cache
def modules() -> tuple[Module, ...]:
    """Every Python file, parsed once for all the tests of a process."""
    return tuple(parse(path, (ROOT / path).read_text()) for path in files() if path.endswith(".py"))


def parse(path: str, source: str) -> Module:
    """One module; tests plant faults with it."""
    return Module(path, source, ast.parse(source))


def advise(offenders: list[str], advice: str) -> None:
    """Fail with what to do, then where."""
    __tracebackhide__ = True
    assert not offenders, "\n  ".join([advice, *offenders])
