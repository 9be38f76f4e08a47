"""What a form is made of: sections of fields with labels, help and widgets, and their code lists.

A definition is data. It compiles to ``sync.forms.FormRules``, the only part the core reads; the
rest (labels, help, widgets, order) is for the people who fill the form in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypedDict, Unpack

from sync.forms import FieldRule, FormRules, Kind, MemberRule, Policy


@dataclass(frozen=True, slots=True)
class Label:
    """One text in the languages of the region; Kyrgyz where the term is settled."""

    en: str
    ru: str
    ky: str | None = None


Texts = tuple[str, str] | tuple[str, str, str]
"""English, Russian and, when known, Kyrgyz: how section modules write a label."""


class PartKey(StrEnum):
    """What stands for ``*`` in a path."""

    UUID = "uuid"
    """A part or event, named by the tablet that made it."""
    SHA256 = "sha256"
    """An attachment, named by its content."""
    CODE = "code"
    """A member of a set, named by its code."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a code list."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed list that belongs to the form; reference tables are named by ``options`` alone."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class FormMember:
    """One member of a merge group: the core's rule and what a person reads."""

    rule: MemberRule
    label: Label


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: the core's rule and what a person reads."""

    rule: FieldRule
    label: Label
    help: Label | None = None
    widget: str | None = None
    """How to ask; None is the ordinary way for the kind (``WIDGETS``)."""
    units: tuple[str, ...] = ()
    """Units to offer first."""
    members: tuple[FormMember, ...] = ()
    key: PartKey | None = None
    """What stands for ``*``; None when the path has none."""


@dataclass(frozen=True, slots=True)
class Part:
    """A repeating part, for example the items: its collection and how one of them is called."""

    path: str
    label: Label
    many: Label
    title: tuple[str, ...] = ()
    """Fields whose values name one part in a list, in order of preference."""


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form, and the order of its fields."""

    name: str
    label: Label
    fields: tuple[FormField, ...]
    parts: tuple[Part, ...] = ()
    lists: tuple[CodeList, ...] = ()


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One published version of a form. Once published it never changes."""

    name: str
    version: int
    title: Label
    sections: tuple[Section, ...]
    kind_lists: tuple[CodeList, ...]
    """The lists inside the built-in merge groups."""

    @property
    def form(self) -> str:
        """The name a change carries, for example ``seizure/1``."""
        return f"{self.name}/{self.version}"

    @property
    def fields(self) -> tuple[FormField, ...]:
        return tuple(field for section in self.sections for field in section.fields)

    @property
    def lists(self) -> dict[str, CodeList]:
        """The form's own code lists by name."""
        own = [code_list for section in self.sections for code_list in section.lists]
        found = {code_list.name: code_list for code_list in (*self.kind_lists, *own)}
        if len(found) != len(self.kind_lists) + len(own):
            raise ValueError(f"two code lists of one name in {self.form}")
        return found

    def rules(self) -> FormRules:
        """What the core needs of this definition."""
        codes = {
            name: frozenset(option.code for option in code_list.options)
            for name, code_list in self.lists.items()
        }
        return FormRules(self.form, (field.rule for field in self.fields), codes)


WIDGETS: Final[dict[Kind, str]] = {
    Kind.TEXT: "line",
    Kind.NARRATIVE: "paragraphs",
    Kind.CODE: "choice",
    Kind.BOOLEAN: "yes-no-unknown",
    Kind.INTEGER: "number",
    Kind.DECIMAL: "decimal",
    Kind.INSTANT: "date-time",
    Kind.DAY: "date",
    Kind.IDENTIFIER: "identifier",
    Kind.CONTAINER: "container-number",
    Kind.QUANTITY: "quantity",
    Kind.SUBSTANCE: "substance",
    Kind.POINT: "point",
    Kind.MONEY: "money",
    Kind.GROUP: "group",
    Kind.MEMBER: "check",
    Kind.STRIKE: "strike",
}
"""The ordinary way to ask for each kind. Total over ``Kind``."""

_OPTIONS_OF_KIND: Final[dict[Kind, str]] = {
    Kind.SUBSTANCE: "substance",
    Kind.QUANTITY: "unit",
    Kind.MONEY: "currency",
}
"""The reference list behind a built-in merge group, unless a field names another."""


class FieldOptions(TypedDict, total=False):
    """What a field may say beyond its path, kind and label."""

    policy: Policy
    options: str
    nominal: bool
    required: bool
    help: Texts
    widget: str
    units: tuple[str, ...]
    members: tuple[FormMember, ...]
    key: PartKey


def label(texts: Texts) -> Label:
    return Label(*texts)


def codes(name: str, *options: tuple[str, str, str]) -> CodeList:
    """A code list from ``(code, en, ru)`` rows."""
    return CodeList(name, tuple(Option(code, Label(en, ru)) for code, en, ru in options))


class MemberOptions(TypedDict, total=False):
    """What a member may say beyond its name, kind and label."""

    options: str
    required: bool
    nominal: bool


def member(name: str, kind: Kind, texts: Texts, **more: Unpack[MemberOptions]) -> FormMember:
    rule = MemberRule(
        name,
        kind,
        options=more.get("options", _OPTIONS_OF_KIND.get(kind)),
        required=more.get("required", False),
        nominal=more.get("nominal", False),
    )
    return FormMember(rule, label(texts))


def _key_of(path: str, kind: Kind) -> PartKey | None:
    if "*" not in path:
        return None
    return PartKey.CODE if kind is Kind.MEMBER else PartKey.UUID


def field(path: str, kind: Kind, texts: Texts, **more: Unpack[FieldOptions]) -> FormField:
    """One field; policy ``contest``, ordinary widget and no help unless told otherwise."""
    members = more.get("members", ())
    rule = FieldRule(
        path,
        kind,
        policy=more.get("policy", Policy.CONTEST),
        options=more.get("options", _OPTIONS_OF_KIND.get(kind)),
        members=tuple(one.rule for one in members),
        nominal=more.get("nominal", False),
        required=more.get("required", False),
    )
    return FormField(
        rule,
        label(texts),
        help=label(more["help"]) if "help" in more else None,
        widget=more.get("widget"),
        units=more.get("units", ()),
        members=members,
        key=more.get("key", _key_of(path, kind)),
    )


def struck(collection: str) -> FormField:
    """The strike of one part of ``collection``: taken out with a reason, never deleted."""
    return field(
        f"/{collection}/*/struck",
        Kind.STRIKE,
        ("Struck out", "Исключено", "Алып салынды"),
        help=(
            "The entry was a mistake. It stays on record with the reason.",
            "Запись внесена ошибочно. Она сохраняется вместе с причиной исключения.",
        ),
    )


def without(section: Section, paths: Iterable[str]) -> Section:
    """The section less the fields named, and less the lists that only they used."""
    gone = frozenset(paths)
    kept = tuple(one for one in section.fields if one.rule.path not in gone)
    if len(kept) + len(gone) != len(section.fields):
        raise ValueError(f"section {section.name} lacks one of {sorted(gone)}")
    used = {rule.options for one in kept for rule in (one.rule, *one.rule.members)}
    lists = tuple(one for one in section.lists if one.name in used)
    return Section(section.name, section.label, kept, section.parts, lists)
