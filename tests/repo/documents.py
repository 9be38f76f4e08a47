"""What the documents say, cut so that it can be compared with the code: spans, commands, paths."""

import re
import shlex
from collections.abc import Iterator

from tests.repo.tree import ROOT

FENCE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
FILE_SUFFIXES = (".py", ".md", ".toml", ".yaml", ".json", ".csv", ".lock", ".ini", ".sh", ".ts")


def spans(document: str) -> list[str]:
    """The inline code of a document, without its fenced blocks."""
    return SPAN.findall(FENCE.sub("", document))


def command_lines(document: str) -> list[str]:
    """Every code span and every line of a fenced block: where a reader copies commands from."""
    fenced = (
        line.strip().removeprefix("$ ")
        for block in FENCE.findall(document)
        for line in block.splitlines()
    )
    return [*spans(document), *fenced]


def make_targets(document: str) -> Iterator[str]:
    """The targets that a document tells its reader to make."""
    for line in command_lines(document):
        words = line.split()
        if words[:1] == ["make"] and len(words) > 1:
            yield next(
                word for word in [*words[1:], ""] if "=" not in word and not word.startswith("-")
            )


def khabar_calls(document: str) -> Iterator[list[str]]:
    """The words after ``khabar`` in each call that a document or a Makefile shows."""
    for line in command_lines(document):
        call = re.match(r"(?:\S*/)?khabar +(.+)", line.partition(" # ")[0])
        if call:
            yield shlex.split(call[1].split(" | ")[0].split(" > ")[0])


def missing_paths(document: str) -> list[str]:
    """Paths of this repository that a document names and that are not there."""
    tops = {path.name for path in ROOT.iterdir()}
    named = (span.partition("::")[0].partition("#")[0].split(":")[0] for span in spans(document))
    return [
        path
        for path in named
        if PATH.fullmatch(path)
        and "/" in path
        and (path.partition("/")[0] in tops or path.endswith(FILE_SUFFIXES))
        and not (ROOT / path).exists()
    ]
