"""Rules and tests in step: each rule of docs/protocol.md has a test, none names one that is gone.

A rule is a heading such as ``### M2: Equal values agree``. A test names it in its own name
(``test_m2_...``) or in its docstring.
"""

import ast
import re
from collections.abc import Iterable

from tests.repo.tree import ROOT, Module, advise, modules, parse

PROTOCOL = "docs/protocol.md"
RULE = re.compile(r"^#{2,4} ([A-Z]\d+)[:.] ", re.MULTILINE)
NAME = re.compile(r"test_((?:[a-z]\d+_)+)")
MENTION = re.compile(r"\b[A-Z]\d+\b")


def rules(protocol: str) -> list[str]:
    """The ids of the rules, in the order of the document."""
    return RULE.findall(protocol)


def named(tests: Iterable[Module]) -> dict[str, str]:
    """Rule ids in the names of tests, each with one such test; ``test_m2_p3_...`` names two."""
    return {
        rule.upper(): f"{module.path}::{test.name}"
        for module in tests
        for test in _tests(module)
        if (found := NAME.match(test.name))
        for rule in found[1].strip("_").split("_")
    }


def mentioned(tests: Iterable[Module]) -> set[str]:
    """Words in docstrings of tests that look like rule ids."""
    docstrings = (ast.get_docstring(test) or "" for module in tests for test in _tests(module))
    return {word for docstring in docstrings for word in MENTION.findall(docstring)}


def _tests(module: Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    ]


def untested(protocol: str, tests: list[Module]) -> list[str]:
    """Rules that no test names."""
    known = named(tests).keys() | mentioned(tests)
    return [rule for rule in rules(protocol) if rule not in known]


def gone(protocol: str, tests: list[Module]) -> list[str]:
    """Tests named after a rule that the document lost. A letter it never used is no rule."""
    current = rules(protocol)
    letters = {rule[0] for rule in current}
    return [
        f"{test} names {rule}"
        for rule, test in named(tests).items()
        if rule[0] in letters and rule not in current
    ]


def _suite() -> list[Module]:
    return [m for m in modules() if m.package == "tests" and not m.path.startswith("tests/repo/")]


def _protocol() -> str:
    return (ROOT / PROTOCOL).read_text()


def test_every_rule_has_a_test():
    advise(
        untested(_protocol(), _suite()),
        f"Write a test for these rules of {PROTOCOL} and name it after the rule.",
    )


def test_no_test_names_a_rule_that_is_gone():
    advise(
        gone(_protocol(), _suite()),
        f"Rename or drop these tests, or restore the rule in {PROTOCOL}.",
    )


def test_rule_ids_are_unique():
    ids = rules(_protocol())

    assert ids, f"{PROTOCOL} has no heading like `### M2: ...`."
    advise(
        [rule for rule in set(ids) if ids.count(rule) > 1],
        f"Give each rule of {PROTOCOL} an id of its own.",
    )


def test_a_planted_gap_is_found_on_both_sides():
    protocol = "### M1: One\ntext\n### M2. Two\n### M3: Three\n## Not a rule\n"
    tests = [
        parse(
            "tests/unit/test_a.py",
            "def test_m1_one(): ...\ndef test_m9_old(): ...\ndef test_h3_is_a_code(): ...\n",
        ),
        parse("tests/unit/test_b.py", 'async def test_two():\n    """Keeps M2."""\n'),
    ]

    assert untested(protocol, tests) == ["M3"]
    assert gone(protocol, tests) == ["tests/unit/test_a.py::test_m9_old names M9"]
