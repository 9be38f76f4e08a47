"""Documents and code in step: settings, problems, paths, commands that one names, the other has."""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

from tests.repo.documents import khabar_calls, make_targets, missing_paths, spans
from tests.repo.tree import ROOT, advise

DOCS = ROOT / "docs"
PROMISED = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "docs/architecture.md",
    "docs/decisions",
    "docs/glossary.md",
    "docs/operating.md",
    "docs/problems",
    "docs/protocol.md",
    "docs/testing.md",
    "openapi.yaml",
)
DECISION = re.compile(r"(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
SETTING = re.compile(r"\bKHABAR_[A-Z0-9_]+\b")


def documents() -> Iterator[Path]:
    """What people read today. Decisions and the changelog tell of days gone by."""
    yield from (path for path in sorted(ROOT.glob("*.md")) if path.name != "CHANGELOG.md")
    yield from (path for path in sorted(DOCS.rglob("*.md")) if path.parent.name != "decisions")


def _module(name: str) -> ModuleType | None:
    """A module of the project, or None where its file is not there; a broken one still fails."""
    return (
        importlib.import_module(name) if (ROOT / f"{name.replace('.', '/')}.py").exists() else None
    )


def _at(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_what_was_promised_to_readers_is_there():
    if _module("backend.cli") is None:
        return
    advise([path for path in PROMISED if not (ROOT / path).exists()], "Write these.")
    readme = (ROOT / "README.md").read_text()
    assert {"run", "test"} <= set(make_targets(readme)), "README.md shows the two commands."


def test_every_path_in_a_document_exists():
    if _module("backend.cli") is None:
        return
    advise(
        [
            f"{_at(path)}: {span}"
            for path in documents()
            for span in missing_paths(path.read_text())
        ],
        "Name the file as it is called now, or drop the claim.",
    )


def test_decisions_are_numbered_without_gaps():
    names = sorted(path.name for path in (DOCS / "decisions").glob("*") if path.name != "README.md")
    found = [DECISION.fullmatch(name) for name in names]

    advise(
        [n for n, m in zip(names, found, strict=True) if not m], "Name these NNNN-a-few-words.md."
    )
    assert [m[1] for m in found if m] == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_every_problem_has_a_page_and_every_page_a_problem():
    problems = _module("schemas.problems")
    if problems is None:
        return
    retired = getattr(problems, "RETIRED", frozenset())
    pages = {path.stem for path in (DOCS / "problems").glob("*.md")} - {"README"}

    assert slugs(problems), "schemas/problems.py registers no problem."
    advise(sorted(slugs(problems) - pages), "Write docs/problems/<slug>.md for these.")
    advise(
        sorted(pages - slugs(problems) - set(retired)), "These pages have no problem: drop them."
    )


def slugs(problems: ModuleType) -> set[str]:
    """The slugs of the registry, whether names, collections or mappings of the module hold them."""
    held = (each for value in vars(problems).values() for each in _members(value))
    return {each.slug for each in held if isinstance(getattr(each, "slug", None), str)}


def _members(value: object) -> Iterable[object]:
    match value:
        case Mapping():
            return value.values()
        case tuple() | list() | set() | frozenset():
            return value
        case _:
            return [value]


def test_every_setting_is_in_operating_and_every_one_there_is_a_setting():
    module = _module("backend.settings")
    if module is None:
        return
    prefix = module.Settings.model_config.get("env_prefix", "")
    settings = {f"{prefix}{name}".upper() for name in module.Settings.model_fields}
    operating = DOCS / "operating.md"
    told = set(SETTING.findall(operating.read_text() if operating.exists() else ""))

    advise(sorted(settings - told), "Describe these settings in docs/operating.md.")
    advise(sorted(told - settings), "docs/operating.md names these, and no such setting exists.")


def test_every_make_target_in_a_document_exists():
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    told = [(path, target) for path in documents() for target in make_targets(path.read_text())]

    advise(
        [f"{_at(p)}: make {t}" for p, t in told if t not in targets],
        "The Makefile has no such target.",
    )


def test_every_khabar_command_in_a_document_or_the_makefile_exists():
    cli = _module("backend.cli")
    if cli is None:
        return
    app = next(value for value in vars(cli).values() if isinstance(value, typer.Typer))
    root = typer.main.get_command(app)
    makefile = "```\n" + (ROOT / "Makefile").read_text().replace("@$(VENV)", "") + "```\n"
    told = [
        (where, call)
        for where, document in [
            ("Makefile", makefile),
            *((_at(p), p.read_text()) for p in documents()),
        ]
        for call in khabar_calls(document)
    ]

    assert told, "Nothing in the documents or the Makefile calls khabar."
    advise(
        [
            f"{where}: khabar {' '.join(call)}: {fault}"
            for where, call in told
            if (fault := wrong(root, call))
        ],
        "Show the command as `khabar --help` has it.",
    )


def wrong(command: Any, call: list[str]) -> str | None:
    """What the tree of commands says against a call; ``a|b`` stands for either.

    Typer brings its own copy of click, so a group is told by what it has, not by its class.
    """
    commands = getattr(command, "commands", None)
    if commands is not None:
        if not call or call[0].startswith("-"):
            return None
        below = [commands.get(name) for name in call[0].split("|")]
        faults = [wrong(each, call[1:]) if each else f"no command {call[0]}" for each in below]
        return next(filter(None, faults), None)
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    unknown = [
        word for word in call if word.startswith("--") and word.partition("=")[0] not in known
    ]
    return f"no option {unknown[0]}" if unknown else None


def test_planted_faults_in_a_document_are_found():
    planted = (
        "Run `make everything`, see `docs/none.md` and `backend/none/x.py`, not `text/plain`.\n"
    )

    assert list(make_targets(planted)) == ["everything"]
    assert missing_paths(planted) == ["docs/none.md", "backend/none/x.py"]
    assert spans(planted + "```\n`fenced`\n```\n") == spans(planted)


def test_planted_faults_in_a_call_are_found():
    planted = typer.Typer()
    bundle = typer.Typer()
    bundle.command("export")(lambda: None)
    bundle.command("show")(lambda: None)

    @planted.command("quantity")
    def quantity(text: str, lang: str = "ru") -> None: ...

    planted.add_typer(bundle, name="bundle")
    root = typer.main.get_command(planted)
    document = (
        '```\n$ khabar quantity "8 кг" --lang ru --jsn | less\n```\n`khabar bundle export|import`'
    )

    assert [wrong(root, call) for call in khabar_calls(document)] == [
        "no command export|import",
        "no option --jsn",
    ]
