"""The fields of the current forms as Markdown tables, for the page that lists them.

The page is generated between two marks; a test keeps it true.
"""

import re
from typing import Final

from schemas.forms.definition import FormDefinition, FormField, Section
from schemas.forms.registry import CURRENT, FORMS

_GENERATED: Final = re.compile(r"(<!-- fields of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD: Final = (
    "| field | label | по-русски | kind | policy | list | |\n|---|---|---|---|---|---|---|\n"
)


def with_tables(page: str) -> str:
    """The page with every generated part as it should be; the rest is left alone."""
    return _GENERATED.sub(
        lambda found: f"{found[1]}\n{field_tables(FORMS[CURRENT[found[2]]])}\n{found[3]}", page
    )


def field_tables(definition: FormDefinition) -> str:
    """One table a section, in the order of the form."""
    return "\n".join(_table(section) for section in definition.sections)


def _table(section: Section) -> str:
    rows = "".join(_row(one) for one in section.fields)
    return f"### {section.label.en}\n\n{_HEAD}{rows}"


def _row(one: FormField) -> str:
    marks = [
        mark
        for mark, is_set in (("required", one.rule.required), ("nominal", one.rule.nominal))
        if is_set
    ]
    cells = (
        f"`{one.rule.path}`",
        one.label.en,
        one.label.ru,
        one.rule.kind,
        one.rule.policy,
        one.rule.options or "",
        ", ".join(marks),
    )
    return f"| {' | '.join(cells)} |\n"
