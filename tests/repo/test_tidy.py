"""What no linter states about the shape of the code. Each message says what to do."""

import ast
import io
import re
import tokenize
from collections.abc import Callable

import pytest

from tests.repo.tree import PACKAGES, Module, advise, modules, parse

FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 500
CLASS_METHODS_MAX = 12
REASON_CHARACTERS_MIN = 8
NAMELESS = re.compile(r"(^|/)(utils?|helpers?|common|shared|misc)(/|\.py$)")
SUPPRESSION = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?"
    r"|(?:type|pyright):\s*ignore(?:\[[\w\s,-]+\])?)(?P<reason>.*)"
)
OPEN_END = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
SKIPPED = re.compile(r"\b(importorskip|skipif|xfail)\b|\b(pytest|mark)\.skip\b")
# A migration is a record of one day: as long as that day's change, and not edited afterwards.
RECORDS = "backend/migrations/versions/"


def long_functions(module: Module) -> list[str]:
    """Functions too long to hold in one look."""
    return [
        f"{module.path}:{node.lineno} {node.name} has {lines} lines"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
        and not module.path.startswith(RECORDS)
    ]


def long_modules(module: Module) -> list[str]:
    """Modules that are two modules."""
    lines = len(module.source.splitlines())
    too_long = lines > MODULE_LINES_MAX and not module.path.startswith(RECORDS)
    return [f"{module.path} has {lines} lines"] if too_long else []


def wide_classes(module: Module) -> list[str]:
    """Classes that are two classes; a test class is a list of claims and as long as they are."""
    return [
        f"{module.path}:{node.lineno} {node.name} has {methods} methods"
        for node in ast.walk(module.tree)
        if module.package in PACKAGES and isinstance(node, ast.ClassDef)
        if (
            methods := sum(
                isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in node.body
            )
        )
        > CLASS_METHODS_MAX
    ]


def nameless_modules(module: Module) -> list[str]:
    """Modules named for nothing, which grow everything."""
    return [module.path] if NAMELESS.search(module.path) else []


def silent_modules(module: Module) -> list[str]:
    """Modules that do not say what they own; an empty file owns nothing."""
    return [module.path] if module.source.strip() and not ast.get_docstring(module.tree) else []


def bare_suppressions(module: Module) -> list[str]:
    """Checks switched off without saying why."""
    comments = (
        token
        for token in tokenize.generate_tokens(io.StringIO(module.source).readline)
        if token.type == tokenize.COMMENT
    )
    return [
        f"{module.path}:{comment.start[0]} {comment.string}"
        for comment in comments
        if (found := SUPPRESSION.search(comment.string))
        and len(found["reason"].strip(" #-:.")) < REASON_CHARACTERS_MIN
    ]


def open_ends(module: Module) -> list[str]:
    """Work left open in the code."""
    return _lines_matching(module, OPEN_END)


def skipped_tests(module: Module) -> list[str]:
    """Tests that may not run."""
    return _lines_matching(module, SKIPPED)


def _lines_matching(module: Module, pattern: re.Pattern[str]) -> list[str]:
    if module.path == "tests/repo/test_tidy.py":  # it has to spell what it looks for
        return []
    return [
        f"{module.path}:{number} {line.strip()}"
        for number, line in enumerate(module.source.splitlines(), start=1)
        if pattern.search(line)
    ]


# Each check, what to do about a finding, and a planted fault that it must find.
CHECKS: tuple[tuple[Callable[[Module], list[str]], str, tuple[str, str]], ...] = (
    (
        long_functions,
        f"Split these functions ({FUNCTION_LINES_MAX} lines at most): one decides, leaves compute.",
        ("sync/a.py", "def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX),
    ),
    (
        long_modules,
        f"Split these modules ({MODULE_LINES_MAX} lines at most): one noun a file.",
        ("sync/a.py", "x = 1\n" * (MODULE_LINES_MAX + 1)),
    ),
    (
        wide_classes,
        f"Split these classes ({CLASS_METHODS_MAX} methods at most).",
        (
            "sync/a.py",
            "class A:\n"
            + "".join(f"    def f{n}(self): ...\n" for n in range(CLASS_METHODS_MAX + 1)),
        ),
    ),
    (
        nameless_modules,
        "Move what these hold beside its caller, or into a module named for its noun.",
        ("backend/common/ids.py", ""),
    ),
    (
        silent_modules,
        "Open these modules with a docstring sentence that says what they decide or own.",
        ("sync/a.py", "x = 1\n"),
    ),
    (
        bare_suppressions,
        "Say in the same line, after the code, why the check is wrong here; or drop it.",
        ("sync/a.py", "x = 1  # noqa: S101\n"),
    ),
    (
        open_ends,
        "Finish these, or open an issue and drop the remark.",
        ("sync/a.py", "x = 1  # TODO: later\n"),
    ),
    (
        skipped_tests,
        "Make these tests run everywhere: a test that may be skipped proves nothing.",
        ("tests/unit/test_a.py", "pytest.importorskip('x')\n"),
    ),
)
NAMES = [check.__name__ for check, _, _ in CHECKS]


@pytest.mark.parametrize(("check", "advice", "_planted"), CHECKS, ids=NAMES)
def test_no(check: Callable[[Module], list[str]], advice: str, _planted: tuple[str, str]):
    advise([finding for module in modules() for finding in check(module)], advice)


@pytest.mark.parametrize(("check", "_advice", "planted"), CHECKS, ids=NAMES)
def test_finds_a_planted(
    check: Callable[[Module], list[str]], _advice: str, planted: tuple[str, str]
):
    assert len(check(parse(*planted))) == 1


def test_a_suppression_with_its_reason_is_accepted():
    reasoned = parse(
        "sync/a.py", "x = 1  # noqa: S101, E501 - the table reads better on one line\n"
    )

    assert bare_suppressions(reasoned) == []
