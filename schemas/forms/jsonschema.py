"""Forms as devices fetch them: a JSON Schema of the field map, and what people see of each field.

The schema is of the flat map ``path -> value``, the shape a change carries and a pull returns, so
that a device checks exactly what it sends. Repeating parts are ``patternProperties``.
"""

import hashlib
import json
import re
from functools import cache
from typing import Final

from schemas.forms.definition import (
    WIDGETS,
    CodeList,
    FormDefinition,
    FormField,
    Label,
    Part,
    PartKey,
    Section,
)
from schemas.forms.registry import CURRENT, FORMS
from schemas.forms.value_schemas import CODE, Lists, Schema, definitions, field_schema
from sync.ids import SHA256_PATTERN, UUID_PATTERN

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_ACTIVE_IN_PATTERNS: Final = re.compile(r"([.+(){}\[\]])")


def form_document(definition: FormDefinition) -> Schema:
    """One form version whole: its schema and its UI hints."""
    return {
        "form": definition.form,
        "name": definition.name,
        "version": definition.version,
        "title": _label(definition.title),
        "schema": form_schema(definition),
        "ui": {
            "sections": [_section(section) for section in definition.sections],
            "lists": {name: _options(one) for name, one in definition.lists.items()},
        },
    }


def form_schema(definition: FormDefinition) -> Schema:
    """JSON Schema 2020-12 of the form's field map."""
    lists = definition.lists
    fixed: Schema = {}
    patterned: Schema = {}
    for one in definition.fields:
        schema = field_schema(one.rule, one.members, lists)
        if one.key is None:
            fixed[one.rule.path] = schema
        else:
            patterned[path_pattern(one, lists)] = schema
    return {
        "$schema": DIALECT,
        "$id": f"urn:khabar:form:{definition.name}:{definition.version}",
        "title": definition.title.en,
        "type": "object",
        "properties": fixed,
        "patternProperties": patterned,
        "additionalProperties": False,
        "$defs": definitions(),
    }


def path_pattern(one: FormField, lists: Lists) -> str:
    """The paths of a field in a repeating part, as a pattern that every regex dialect reads."""
    before, _, after = one.rule.path.partition("*")
    return f"^{_literal(before)}{_key_pattern(one, lists)}{_literal(after)}$"


def _key_pattern(one: FormField, lists: Lists) -> str:
    if one.key is PartKey.UUID:
        return UUID_PATTERN.pattern.removesuffix(r"\Z")
    if one.key is PartKey.SHA256:
        return SHA256_PATTERN.pattern.removesuffix(r"\Z")
    own = lists.get(one.rule.options or "")
    if own is None:
        return CODE.strip("^$")
    return f"({'|'.join(_literal(option.code) for option in own.options)})"


def _literal(text: str) -> str:
    return _ACTIVE_IN_PATTERNS.sub(r"\\\1", text)


def _label(label: Label) -> dict[str, str]:
    texts = {"en": label.en, "ru": label.ru}
    return texts if label.ky is None else {**texts, "ky": label.ky}


def _options(code_list: CodeList) -> list[Schema]:
    return [{"code": one.code, "label": _label(one.label)} for one in code_list.options]


def _section(section: Section) -> Schema:
    return {
        "name": section.name,
        "label": _label(section.label),
        "fields": [_field(one) for one in section.fields],
        "parts": [_part(one) for one in section.parts],
    }


def _part(part: Part) -> Schema:
    return {
        "path": part.path,
        "label": _label(part.label),
        "many": _label(part.many),
        "title": list(part.title),
    }


def _field(one: FormField) -> Schema:
    """What people see of a field; members left out say "none" by their absence."""
    rule = one.rule
    optional: Schema = {
        "help": _label(one.help) if one.help else None,
        "list": rule.options,
        "units": list(one.units),
        "key": one.key,
        "members": [
            {
                "name": inner.rule.name,
                "kind": inner.rule.kind,
                "label": _label(inner.label),
                "widget": WIDGETS[inner.rule.kind],
                "list": inner.rule.options,
                "required": inner.rule.required,
                "nominal": inner.rule.nominal,
            }
            for inner in one.members
        ],
    }
    return {
        "path": rule.path,
        "kind": rule.kind,
        "policy": rule.policy,
        "label": _label(one.label),
        "widget": one.widget or WIDGETS[rule.kind],
        "required": rule.required,
        "nominal": rule.nominal,
        **{name: value for name, value in optional.items() if value},
    }


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def document_digest(form: str) -> str:
    """The hash of a form's document: its ETag. Changes with a label too."""
    return _digest(form_document(FORMS[form]))


def meaning_digest(definition: FormDefinition) -> str:
    """The hash of what a version means to the merge: all but labels, help, order and widgets.

    A published version keeps it for ever; a corrected translation does not change it.
    """
    fields = {
        one.rule.path: [
            one.rule.kind,
            one.rule.policy,
            one.rule.options,
            one.rule.nominal,
            one.rule.required,
            one.key,
            [
                [inner.name, inner.kind, inner.options, inner.required, inner.nominal]
                for inner in one.rule.members
            ],
        ]
        for one in definition.fields
    }
    lists = {
        name: sorted(option.code for option in one.options)
        for name, one in definition.lists.items()
    }
    return _digest([definition.form, fields, lists])


def form_index() -> Schema:
    """Every published version with the hash of its document, and one hash over all."""
    forms = [
        {
            "form": form,
            "name": definition.name,
            "version": definition.version,
            "title": _label(definition.title),
            "is_current": CURRENT[definition.name] == form,
            "digest": document_digest(form),
        }
        for form, definition in FORMS.items()
    ]
    return {"forms": forms, "current": dict(CURRENT), "digest": _digest(forms)}
