"""Each problem's page says what the registry says: type, status, retry and members."""

import re
from pathlib import Path

import pytest

from schemas.problems import REGISTRY, ProblemType

PAGES = Path(__file__).parents[3] / "docs" / "problems"
FACT = re.compile(
    r"^- (?:(type|status|retry): `?([^`\n]+?)`?(?: \(.*\))?|`(\w+)`: .+)$", re.MULTILINE
)


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
def test_a_problems_page_states_its_facts(kind: ProblemType):
    page = (PAGES / f"{kind.slug}.md").read_text("utf-8")
    facts = FACT.findall(page)

    assert page.startswith(f"# {kind.title}\n")
    assert [(name, value) for name, value, _ in facts if name] == [
        ("type", kind.uri),
        ("status", str(kind.status)),
        ("retry", kind.retry.value),
    ]
    assert [member for *_, member in facts if member] == list(kind.extensions)
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## What happened",
        "## What a program does",
        "## What a person does",
    ]
