"""What each folder may touch, where import-linter and ruff cannot say it."""

import ast
import io
import tokenize

import pytest

from tests.repo.tree import PACKAGES, Module, advise, modules, parse

# Values in, values out: none of these reads a clock, a file or an environment by being used.
SYNC_MAY_IMPORT = frozenset({
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "copy", "dataclasses",
    "datetime", "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq",
    "hmac", "itertools", "json", "math", "operator", "re", "string", "struct", "sync", "types",
    "typing", "unicodedata", "uuid",
})  # fmt: skip
# The core is held in one head: lines of code, without blank lines, comments and docstrings.
# The folders beside it (quantities, duplicates) are subjects of their own.
SYNC_LINES_MAX = 2_500
LAYOUT = frozenset({
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
})  # fmt: skip

# The two ends of the wire each have one place where the world's time and fresh ids come in.
WORLD_COMES_IN = frozenset(
    {"backend/clock.py", "backend/ids.py", "clients/clock.py", "clients/ids.py"}
)
CLOCKS_AND_IDS = frozenset({
    "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "os.urandom",
    "secrets.choice", "secrets.randbelow", "secrets.randbits", "secrets.token_bytes",
    "secrets.token_hex", "secrets.token_urlsafe", "time.gmtime", "time.localtime", "time.time",
    "time.time_ns",
})  # fmt: skip
# Whatever library they come from: each makes an id out of the clock or of chance.
ID_MAKERS = frozenset({"uuid1", "uuid4", "uuid6", "uuid7"})


def impure_imports(module: Module) -> list[str]:
    """Imports of sync/ that are not on its list."""
    if module.package != "sync":
        return []
    return [
        f"{module.path}:{node.lineno} imports {name}"
        for node in ast.walk(module.tree)
        for name in _imported(node)
        if name.partition(".")[0] not in SYNC_MAY_IMPORT
    ]


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom(level=0, module=str(name)):
            return [name]
        case _:
            return []


def stray_commits(module: Module) -> list[str]:
    """Transactions closed outside backend/db. A client has its own file; it is another program."""
    if module.package not in {"backend", "schemas", "sync"} or module.path.startswith(
        "backend/db/"
    ):
        return []
    return [
        f"{module.path}:{node.lineno} calls .commit()"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]


def stray_clocks(module: Module) -> list[str]:
    """Readings of the clock and fresh ids outside the modules that own them."""
    if module.package not in PACKAGES or module.path in WORLD_COMES_IN:
        return []
    return [
        f"{module.path}:{node.lineno} uses {name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute | ast.Name) and _asks_the_world(name := _last_two(node))
    ]


def _asks_the_world(name: str) -> bool:
    return name in CLOCKS_AND_IDS or name.rpartition(".")[2] in ID_MAKERS


def _last_two(node: ast.Attribute | ast.Name) -> str:
    """``datetime.now`` for ``dt.datetime.now``."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return f"{owner}.{name}"
        case _:
            return ""


def core_lines() -> int:
    """Lines of code; blank lines, comments and docstrings are there to help."""
    core = [
        module for module in modules() if module.package == "sync" and module.path.count("/") == 1
    ]
    return sum(len(code_lines(module)) for module in core)


def code_lines(module: Module) -> set[int]:
    """The numbers of the lines that hold a token of code."""
    tokens = tokenize.generate_tokens(io.StringIO(module.source).readline)
    lines = {
        line
        for token in tokens
        if token.type not in LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(module.tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            case _:
                pass
    return lines


def test_sync_imports_pure_standard_library_modules_only():
    advise(
        [finding for module in modules() for finding in impure_imports(module)],
        "Take what these give as an argument; a module that is pure may join SYNC_MAY_IMPORT.",
    )


def test_sync_can_be_read_in_one_sitting():
    lines = core_lines()

    assert 0 < lines < SYNC_LINES_MAX, (
        f"sync/ has {lines} lines of code: move out what decides nothing."
    )


def test_the_unit_of_work_alone_commits():
    advise(
        [finding for module in modules() for finding in stray_commits(module)],
        "Let `uow.begin()` in backend/db close the transaction, once a use case.",
    )


def test_time_and_ids_come_in_at_one_place():
    advise(
        [finding for module in modules() for finding in stray_clocks(module)],
        f"Take `now` or an id source as an argument; only {sorted(WORLD_COMES_IN)} ask the world.",
    )


@pytest.mark.parametrize(
    ("check", "path", "source"),
    [
        (impure_imports, "sync/merge.py", "def f():\n    from os import path\n"),
        (impure_imports, "sync/merge.py", "import re, secrets\n"),
        (stray_commits, "backend/services/push.py", "session.commit()\n"),
        (
            stray_clocks,
            "backend/services/push.py",
            "import datetime as dt\nx = dt.datetime.now(dt.UTC)\n",
        ),
        (stray_clocks, "clients/tablet.py", "x = str(uuid4())\n"),
        (stray_clocks, "clients/tablet.py", "x = compat.uuid7()\n"),
        (stray_clocks, "backend/keys.py", "x = secrets.token_bytes(32)\n"),
        (stray_clocks, "schemas/push.py", "x = field(default_factory=time.time)\n"),
    ],
)
def test_a_planted_crossing_is_found(check, path: str, source: str):
    assert len(check(parse(path, source))) == 1


@pytest.mark.parametrize(
    ("check", "path", "source"),
    [
        (
            impure_imports,
            "sync/merge.py",
            "from . import ids\nfrom sync.ids import DeviceId\nimport hashlib\n",
        ),
        (stray_commits, "backend/db/work.py", "session.commit()\n"),
        (stray_clocks, "backend/clock.py", "x = datetime.now(UTC)\n"),
        (
            stray_clocks,
            "backend/app.py",
            "started = time.monotonic()\nnow = clock.now()\nx = secrets.compare_digest(a, b)\n",
        ),
    ],
)
def test_what_is_allowed_is_not_a_crossing(check, path: str, source: str):
    assert check(parse(path, source)) == []
