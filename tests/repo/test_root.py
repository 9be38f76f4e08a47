"""The repository as a newcomer and a build machine find it: nothing stray, no one machine in it."""

import os
import re

import pytest

from tests.repo.tree import ROOT, advise, files, text

AT_THE_ROOT = frozenset({
    ".ci", ".dockerignore", ".editorconfig", ".gitattributes", ".gitignore", ".python-version",
    "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "Makefile", "README.md",
    "SECURITY.md", "alembic.ini", "backend", "bench", "clients", "compose.yaml", "deploy",
    "docs", "fixtures", "openapi.yaml", "pyproject.toml", "requirements.lock", "schemas",
    "scripts", "sync", "tests", "web",
})  # fmt: skip
THIS = "tests/repo/test_root.py"  # it has to spell what it looks for
LOCKS = ("requirements.lock", "package-lock.json")
ADDRESS = re.compile(r"\w+://|--(?:extra-)?index|--find-links")
HEADER = re.compile(r"^#.*$", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.*-])/(work|root|home|Users)/")
REGISTRY = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|proxy\.golang\.org)\b"
    r"|(index-url|find-links)[ =]+[^\s-]"
)
OPTIMISED = re.compile(r"(?<=\s)-OO?(?=\s|$)|PYTHONOPTIMIZE\s*[:?]?=", re.MULTILINE)
AUDIENCES = ["Devices and protocol", "Operating", "Internals"]


def lines_with(pattern: re.Pattern[str], path: str) -> list[str]:
    """Where a file says what it must not."""
    return [
        f"{path}:{number} {line.strip()[:100]}"
        for number, line in enumerate((text(path) or "").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_nothing_stray_at_the_root():
    advise(
        sorted({path.partition("/")[0] for path in files()} - AT_THE_ROOT),
        "Move these into the folder they belong to; a plan that is agreed is a decision.",
    )


def test_nothing_names_a_path_of_one_machine():
    advise(
        [found for path in files() if path != THIS for found in lines_with(MACHINE_PATH, path)],
        "Make these paths relative, or settings.",
    )


def test_nothing_names_a_package_registry():
    advise(
        [found for path in files() if path != THIS for found in lines_with(REGISTRY, path)],
        "Leave the registry to the client as it is set up on the machine.",
    )


@pytest.mark.parametrize("lock", [path for path in files() if path.endswith(LOCKS)])
def test_a_lock_holds_names_versions_and_hashes_only(lock: str):
    said = HEADER.sub("", text(lock) or "")

    advise(
        ADDRESS.findall(said), f"{lock} carries download addresses: rewrite it with `make lock`."
    )
    assert "sha256:" in said or "sha512-" in said


def test_assertions_are_never_switched_off():
    runs_python = [
        path
        for path in files()
        if path.startswith((".ci/", "scripts/", "Makefile", "Dockerfile", "deploy/"))
    ]

    assert {"Makefile", ".ci/run"} <= set(runs_python)
    advise(
        [found for path in runs_python for found in lines_with(OPTIMISED, path)],
        "Drop -O: assertions state what must be true, in production too.",
    )


def test_ci_runs_make_test():
    assert os.access(ROOT / ".ci/run", os.X_OK), "chmod +x .ci/run"
    assert "make test" in (text(".ci/run") or "")


def test_changelog_speaks_to_its_three_audiences_in_order():
    unreleased = (text("CHANGELOG.md") or "").partition("## [Unreleased]")[2].partition("\n## ")[0]

    assert re.findall(r"^### (.+)$", unreleased, re.MULTILINE) == AUDIENCES


@pytest.mark.parametrize(
    ("pattern", "planted"),
    [
        (ADDRESS, "alembic @ https://example.test/alembic.whl"),
        (MACHINE_PATH, "cd /home/aigul/khabar"),
        (REGISTRY, "pip install --index-url https://example.test/simple khabar"),
        (REGISTRY, "see https://pypi.org/project/khabar"),
        (OPTIMISED, "\t$(PY) -O -m backend.cli"),
        (OPTIMISED, "ENV PYTHONOPTIMIZE=1"),
    ],
)
def test_a_planted_line_is_found(pattern: re.Pattern[str], planted: str):
    assert pattern.search(planted)
