"""The contract as a page for people: plain HTML and one style sheet, nothing from any network.

Made from the same document that is served as ``openapi.json``, so it cannot say anything else.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any, Final, cast

Object = Mapping[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_CODE: Final = re.compile(r"`([^`]+)`")
_REFERENCE: Final = "#/components/schemas/"
_MEDIA_TYPES_SHOWN: Final = 3


def page(document: Object) -> str:
    """The whole page."""
    about = cast("Object", document["info"])
    operations = list(_operations(document))
    groups = _grouped(operations)
    schemas = cast("Object", document.get("components", {}).get("schemas", {}))
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_e(about['title'])} API</title>",
            '<link rel="stylesheet" href="/docs/style.css"></head><body>',
            '<a class="skip" href="#main">Skip to the operations</a>',
            _navigation(groups),
            f'<main id="main" tabindex="-1"><h1>{_e(about["title"])} API</h1>',
            f"<p>{_e(about.get('summary', ''))}</p>",
            _paragraphs(str(about.get("description", ""))),
            '<p>The same as a machine reads it: <a href="/openapi.json">openapi.json</a>.</p>',
            *(_group(tag, found) for tag, found in groups.items()),
            '<h2 id="schemas">Schemas</h2>',
            *(_schema(name, cast("Object", schema)) for name, schema in schemas.items()),
            "</main></body></html>",
        )
    )


def _e(text: object) -> str:
    return escape(str(text))


def _words(text: str) -> str:
    """Escaped text; what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", _e(text))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_words(each.strip())}</p>" for each in text.split("\n\n") if each.strip())


def _operations(document: Object) -> Iterator[tuple[str, str, Object]]:
    """(method, path, operation), in the order of the contract."""
    for path, item in cast("Mapping[str, Object]", document["paths"]).items():
        for method in METHODS:
            if method in item:
                yield method, path, cast("Object", item[method])


def _grouped(
    operations: Iterable[tuple[str, str, Object]],
) -> dict[str, list[tuple[str, str, Object]]]:
    groups: dict[str, list[tuple[str, str, Object]]] = {}
    for each in operations:
        tags = cast("list[str]", each[2].get("tags", ["other"]))
        groups.setdefault(tags[0], []).append(each)
    return groups


def _navigation(groups: Mapping[str, list[tuple[str, str, Object]]]) -> str:
    links = "".join(
        f'<h2>{_e(tag)}</h2><ul class="plain">'
        + "".join(
            f'<li><a href="#{_e(o["operationId"])}">{_e(o["summary"])}</a></li>' for *_, o in found
        )
        + "</ul>"
        for tag, found in groups.items()
    )
    return f'<nav aria-label="Operations">{links}<p><a href="#schemas">Schemas</a></p></nav>'


def _group(tag: str, found: list[tuple[str, str, Object]]) -> str:
    return (
        f"<section><h2>{_e(tag)}</h2>" + "".join(_operation(*each) for each in found) + "</section>"
    )


def _operation(method: str, path: str, operation: Object) -> str:
    name = _e(operation["operationId"])
    return "".join(
        (
            f'<article id="{name}"><h3><a href="#{name}">{_e(operation["summary"])}</a></h3>',
            f'<p class="route"><b class="{method}">{method.upper()}</b> <code>{_e(path)}</code>',
            _who(operation),
            "</p>",
            _paragraphs(str(operation.get("description", ""))),
            _parameters(cast("list[Object]", operation.get("parameters", []))),
            _body(cast("Object", operation.get("requestBody", {}))),
            _responses(cast("Mapping[str, Object]", operation.get("responses", {}))),
            "</article>",
        )
    )


def _who(operation: Object) -> str:
    """By which credentials, in words of the contract."""
    schemes = [
        name for each in cast("list[Object]", operation.get("security", [])) for name in each
    ]
    return f' <span class="who">{_e(" or ".join(schemes))}</span>' if schemes else ""


def _parameters(parameters: list[Object]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><th scope=row><code>{_e(each['name'])}</code></th><td>{_e(each['in'])}</td>"
        f"<td>{_type(cast('Object', each.get('schema', {})))}</td>"
        f"<td>{'required' if each.get('required') else ''}</td>"
        f"<td>{_words(str(each.get('description', '')))}</td></tr>"
        for each in parameters
    )
    return _table(("Parameter", "In", "Type", "", "Meaning"), rows)


def _table(heads: tuple[str, ...], rows: str) -> str:
    head = "".join(f"<th scope=col>{_e(each)}</th>" for each in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _body(body: Object) -> str:
    content = cast("Mapping[str, Object]", body.get("content", {}))
    if not content:
        return ""
    kinds = ", ".join(f"<code>{_e(kind)}</code>" for kind in list(content)[:_MEDIA_TYPES_SHOWN])
    first = next(iter(content.values()))
    return (
        f"<h4>Body</h4><p>{kinds}: {_type(cast('Object', first.get('schema', {})))}</p>"
        + _examples(first)
    )


def _examples(content: Object) -> str:
    examples = cast("Mapping[str, Object]", content.get("examples", {}))
    return "".join(
        f"<details><summary>Example: {_e(name)}</summary><pre>"
        f"{_e(json.dumps(example.get('value'), indent=2, ensure_ascii=False))}</pre></details>"
        for name, example in examples.items()
    )


def _responses(responses: Mapping[str, Object]) -> str:
    rows = ""
    for status, response in responses.items():
        content = cast("Mapping[str, Object]", response.get("content", {}))
        types = " ".join(_type(cast("Object", each.get("schema", {}))) for each in content.values())
        examples = "".join(map(_examples, content.values()))
        rows += (
            f"<tr><th scope=row>{_e(status)}</th><td>{types}</td>"
            f"<td>{_words(str(response.get('description', '')))}{examples}</td></tr>"
        )
    return "<h4>Answers</h4>" + _table(("Status", "Holds", "Meaning"), rows)


def _type(schema: Object) -> str:
    """A schema in a few words, with links to those that have a name."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = _e(reference.removeprefix(_REFERENCE))
        return f'<a href="#schema-{name}">{name}</a>'
    for joined in ("anyOf", "oneOf", "allOf"):
        if joined in schema:
            return " or ".join(_type(each) for each in cast("list[Object]", schema[joined]))
    if "enum" in schema:
        return " | ".join(f"<code>{_e(each)}</code>" for each in cast("list[Any]", schema["enum"]))
    if "const" in schema:
        return f"<code>{_e(json.dumps(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"array of {_type(cast('Object', schema.get('items', {})))}"
    kind = _e(schema.get("type", "any"))
    detail = schema.get("format") or schema.get("pattern")
    return f"{kind} <code>{_e(detail)}</code>" if detail else kind


def _schema(name: str, schema: Object) -> str:
    required = cast("list[str]", schema.get("required", []))
    rows = "".join(
        f"<tr><th scope=row><code>{_e(member)}</code></th><td>{_type(each)}</td>"
        f"<td>{'required' if member in required else ''}</td>"
        f"<td>{_words(str(each.get('description', '')))}</td></tr>"
        for member, each in cast("Mapping[str, Object]", schema.get("properties", {})).items()
    )
    table = _table(("Member", "Type", "", "Meaning"), rows) if rows else f"<p>{_type(schema)}</p>"
    about = _paragraphs(str(schema.get("description", "")))
    return f'<article id="schema-{_e(name)}"><h3>{_e(name)}</h3>{about}{table}</article>'


STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff;
  --side: #f5f6f8; --line: #d5d9de; --link: #0b5bd3; --code: #eef0f3; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #a3abb5; --paper: #14171b; --side: #1b1f25;
    --line: #343a43; --link: #7fb1ff; --code: #252a32; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; display: grid; grid-template-columns: minmax(14rem, 19rem) minmax(0, 1fr);
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
a { color: var(--link); } a:focus-visible, summary:focus-visible, main:focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem;
  background: var(--paper); padding: .5rem 1rem; z-index: 1; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem 1.25rem;
  background: var(--side); border-right: 1px solid var(--line); }
nav h2 { font-size: .85rem; color: var(--soft); margin: 1rem 0 .25rem; text-transform: capitalize; }
ul.plain { list-style: none; margin: 0; padding: 0; } ul.plain a { text-decoration: none; }
ul.plain a:hover { text-decoration: underline; }
main { padding: 1rem 2rem 6rem; max-width: 64rem; min-width: 0; }
h1 { margin-top: .5rem; } section > h2, #schemas { text-transform: capitalize;
  border-bottom: 1px solid var(--line); padding-bottom: .25rem; margin-top: 3rem; }
article { margin: 2rem 0; }
h3 { margin: 0 0 .25rem; font-size: 1.1rem; } h4 { margin: 1rem 0 .25rem; }
h3 a { color: inherit; text-decoration: none; } .route { margin: 0 0 .5rem; }
code, pre { font: .875rem/1.45 ui-monospace, SFMono-Regular, Consolas, monospace;
  background: var(--code); border-radius: .25rem; }
code { padding: .1rem .3rem; overflow-wrap: anywhere; } pre { padding: .75rem; overflow: auto; }
.route b { display: inline-block; min-width: 3.5rem; } .who { color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--line); } thead th { color: var(--soft); font-weight: 500; }
tbody th { font-weight: 500; white-space: nowrap; } summary { cursor: pointer; color: var(--soft); }
@media (max-width: 50rem) { body { display: block; }
  nav { position: static; height: auto; max-height: 40vh; border-right: 0;
    border-bottom: 1px solid var(--line); } main { padding: 1rem; } }
@media print { nav, .skip { display: none; } body { display: block; } }
"""
