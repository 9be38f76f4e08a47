"""The page that lists the fields lists the fields there are.

To rewrite it: ``python -c "from pathlib import Path; from schemas.forms.fieldtable import
with_tables; p = Path('docs/forms.md'); p.write_text(with_tables(p.read_text()))"``.
"""

from pathlib import Path

from schemas.forms.fieldtable import with_tables
from schemas.forms.registry import CURRENT, FORMS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "forms.md"


def test_the_page_is_what_the_definitions_generate():
    page = PAGE.read_text(encoding="utf-8")

    assert with_tables(page) == page


def test_the_page_names_every_field_and_every_version():
    page = PAGE.read_text(encoding="utf-8")

    missing = [
        one.rule.path
        for form in CURRENT.values()
        for one in FORMS[form].fields
        if f"| `{one.rule.path}` |" not in page
    ]
    assert missing == []
    assert [form for form in FORMS if f"`{form}`" not in page] == []
