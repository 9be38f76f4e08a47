"""What an entry says about a report: its allowed fields, quantities read, persons counted.

Nominal data cannot get in by construction: everything is taken through ``_Source.take``, which
knows the list of ``allowed`` alone and refuses a field whose rule is nominal (F6). Text as entered
leaves only where the reader understood all of it, so that a name beside an amount stays at home.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from backend.feed import allowed
from backend.feed.catalogue import Catalogue
from sync.forms import FieldRule, FormRules, Kind
from sync.ids import AgencyCode, ReportId
from sync.normal import derive, substance_codes
from sync.quantity import plain, read
from sync.report import Report, agencies_of, owner_of
from sync.sharing import Sharing, as_json
from sync.strictjson import Json
from sync.values import Object, Tables, as_field, instant_ms, is_not_known

Members = dict[str, Json]

_DAY_CHARACTERS: Final = len("2020-02-01")


@dataclass(frozen=True, slots=True)
class Reference:
    """By what a report is read."""

    form: FormRules
    tables: Tables
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Setting:
    """What an entry takes from outside its report."""

    sharing: Sharing
    credited: frozenset[AgencyCode] = frozenset()
    """Agencies of the reports that a person said tell of the same event (F8)."""
    linkable: frozenset[ReportId] = frozenset()
    """Reports whose every reader reads this one too: only their ids may be named."""


def project(report: Report, reference: Reference, setting: Setting) -> Members:
    """The content of an entry: all of it but what makes it an entry (id, action, position)."""
    source = _Source(report, reference)
    body: Members = {
        "report": report.id,
        "form": report.form,
        "revision": report.revision,
        "sharing": as_json(setting.sharing),
        "agencies": _agencies(report, setting.credited),
        "table": reference.tables.version,
    }
    for section in sorted(allowed.SINGLE.keys() | allowed.SETS.keys()):
        members = {**_single(source, section), **_sets(source, section)}
        if members:
            body[section] = members
    for collection in allowed.PARTS:
        parts = list(_parts(source, collection))
        if parts:
            body[collection] = parts
    body |= _filled(
        persons=_persons(source),
        laboratory=list(_laboratory(source)),
        links=list(_links(source, setting.linkable)),
        summary=source.take(allowed.SUMMARY),
        contested=[path for path in report.contested if source.may_name(path)],
        not_known=sorted(source.not_known),
    )
    return body


def _filled(**members: Json) -> Members:
    return {name: value for name, value in members.items() if value not in (None, [], {})}


class _Source:
    """The one way to a report's values; remembers what was answered "not known"."""

    def __init__(self, report: Report, reference: Reference) -> None:
        self.report = report
        self.tables = reference.tables
        self.catalogue = reference.catalogue
        self.form = reference.form
        self.not_known: set[str] = set()
        at = report.value("/event/at") or report.value("/control/from")
        is_instant = isinstance(at, str) and instant_ms(at) is not None
        self.day = cast("str", at)[:_DAY_CHARACTERS] if is_instant else None
        """The local day of the event: the one its schedules are looked up for."""

    def is_allowed(self, path: str) -> bool:
        rule = self.form.find(path)
        return rule is not None and rule.path in allowed.ALLOWED and not rule.nominal

    def may_name(self, path: str) -> bool:
        """Whether a reader may be told that this field is contested: allowed, or a strike."""
        rule = self.form.find(path)
        return self.is_allowed(path) or (rule is not None and rule.kind is Kind.STRIKE)

    def take(self, path: str) -> Json:
        """The value of an allowed field as an entry carries it; None where there is none."""
        state, rule = self.report.fields.get(path), self.form.find(path)
        if state is None or state.value is None or rule is None:
            return None
        assert self.is_allowed(path), f"{rule.path} must not leave the country"
        return self.convert(rule, path, state.value)

    def convert(self, rule: FieldRule, path: str, value: Json) -> Json:
        if is_not_known(value):
            self.not_known.add(path)
            return None
        if rule.kind is Kind.QUANTITY:
            return _quantity(value, self.report.readings.get(path), self.tables)
        if rule.kind is Kind.SUBSTANCE:
            return self._substance(value, self.report.readings.get(path))
        if rule.kind is Kind.INSTANT and isinstance(value, str):
            return datetime.fromisoformat(value.upper()).isoformat()
        return value

    def _substance(self, value: Json, answered: Json) -> Json:
        if not isinstance(value, Mapping):
            return None
        given: Object = {**value, **answered} if isinstance(answered, Mapping) else value
        codes = substance_codes(given, self.tables)
        members = _filled(identified=value.get("identified"))
        if len(codes) != 1:
            return {**members, "question": True, **_filled(candidates=list(codes))}
        entered = _understood_name(value, self.tables)
        return {"code": codes[0], **members, **_filled(entered=entered), **self._control(codes[0])}

    def _control(self, code: str) -> Members:
        found = self.catalogue.substances.get(code)
        if found is None:
            return {}
        schedules: list[Json] = []
        if self.day is not None:
            schedules = [
                {"convention": each.convention, "schedule": each.schedule}
                for each in self.catalogue.schedules_on(code, self.day)
            ]
        flags = {"is_nps": found.is_nps, "is_precursor": found.is_precursor}
        return {"group": found.group, **flags, **_filled(cas=found.cas, schedules=schedules)}


def _understood_name(value: Object, tables: Tables) -> Json:
    """The name as written, where the table knows it: any other text may hold more than a name."""
    entered = value.get("entered")
    known = isinstance(entered, str) and substance_codes({"entered": entered}, tables)
    return entered if known else None


def _quantity(value: Json, answered: Json, tables: Tables) -> Json:
    if not isinstance(value, Mapping):
        return None
    derived = derive(value, answered, tables)
    is_as_read = derived.outcome == "ok" and answered is None and value.get("amount") is None
    entered = _understood_amount(value, None if is_as_read else tables)
    members = _filled(stated=_stated(value), entered=entered)
    if derived.outcome != "ok" or derived.value is None:
        return {**members, "question": True, **_filled(candidates=list(derived.candidates))}
    exact = _filled(unit=derived.unit, qualifier=derived.qualifier, basis=derived.basis)
    return {**members, "value": plain(derived.value), **exact}


def _stated(value: Object) -> Json:
    """The amount and unit the officer chose, before they were brought to the canonical unit."""
    if not isinstance(value.get("amount"), str) or not isinstance(value.get("unit"), str):
        return None
    return {"amount": value["amount"], "unit": value["unit"]}


def _understood_amount(value: Object, tables: Tables | None) -> Json:
    """The amount as written. ``tables`` to read it by, unless it is what was just derived from."""
    entered, lang = value.get("entered"), str(value.get("lang") or "ru")
    if not isinstance(entered, str):
        return None
    if tables is not None and read(entered, lang=lang, units=tables.units).outcome == "reject":
        return None
    return {"text": entered, "lang": lang}


# --- sections ---------------------------------------------------------------------------------


def _single(source: _Source, section: str) -> Members:
    fields = allowed.SINGLE.get(section, {})
    found = {member: source.take(path) for member, path in fields.items()}
    return _filled(**found)


def _sets(source: _Source, section: str) -> Members:
    found: Members = {}
    for member, pattern in allowed.SETS.get(section, {}).items():
        codes = [path.rsplit("/", 1)[1] for path in _standing(source.report, pattern[:-1])]
        allowed_codes = [code for code in codes if source.take(pattern[:-1] + code) is True]
        if allowed_codes:
            found[member] = allowed_codes
    return found


def _standing(report: Report, prefix: str) -> list[str]:
    """The paths right under a prefix that have a value, sorted."""
    return sorted(
        path
        for path, state in report.fields.items()
        if path.startswith(prefix) and state.value is not None
    )


def _keys(report: Report, collection: str) -> list[str]:
    """The keys of the parts of a collection that are not struck out, sorted."""
    found = {path.split("/")[2] for path in _standing(report, f"/{collection}/")}
    return sorted(key for key in found if report.value(f"/{collection}/{key}/struck") is None)


def _parts(source: _Source, collection: str) -> Iterator[Members]:
    for key in _keys(source.report, collection):
        names = allowed.PARTS[collection]
        members = _filled(**{name: source.take(f"/{collection}/{key}/{name}") for name in names})
        if members:
            yield {"id": key, **members}


def _agencies(report: Report, credited: frozenset[AgencyCode]) -> Members:
    lead = report.value("/agencies/lead")
    members: Members = {"owner": owner_of(report)}
    if isinstance(lead, str):
        members["lead"] = lead
    members["credited"] = sorted(agencies_of(report) | credited)
    return members


def _persons(source: _Source) -> Json:
    """How many, and how many of each nationality, sex, age band, role and status."""
    keys = [
        key
        for key in _keys(source.report, "persons")
        if source.report.value(f"/persons/{key}/role") not in allowed.NOT_COUNTED_ROLES
    ]
    if not keys:
        return None
    counted: Members = {"count": len(keys)}
    for member, pattern in allowed.COUNTED.items():
        values = [_counted(source, pattern.replace("*", key)) for key in keys]
        codes = sorted({code for code in values if code is not None})
        if codes:
            counted[member] = {code: values.count(code) for code in codes}
    return counted


NOT_KNOWN_CODE: Final = "not_known"


def _counted(source: _Source, path: str) -> str | None:
    if is_not_known(source.report.value(path)):
        return NOT_KNOWN_CODE
    value = source.take(path)
    return value if isinstance(value, str) else None


def _laboratory(source: _Source) -> Iterator[Members]:
    """The newest wording of each opinion: one that another corrects is left out."""
    rule = next((r for r in source.form.rules if r.path == allowed.LABORATORY_FIELD), None)
    if rule is None:
        return
    members = {member.name: member for member in rule.members}
    opinions = {
        path.rsplit("/", 1)[1]: cast("Object", source.take(path))
        for path in _standing(source.report, "/laboratory/")
    }
    corrected = [opinion.get("corrects") for opinion in opinions.values()]
    for key, opinion in opinions.items():
        if key in corrected:
            continue
        taken: Members = {}
        for name in allowed.LABORATORY:
            member, value = members[name], opinion.get(name)
            assert not member.nominal, f"{name} must not leave the country"
            if value is not None:
                path = f"/laboratory/{key}/{name}"
                taken[name] = source.convert(as_field(member), path, value)
        if taken:
            yield {"id": key, **_filled(**taken)}


def _links(source: _Source, linkable: Iterable[ReportId]) -> Iterator[Members]:
    known = frozenset(linkable)
    for path in _standing(source.report, "/links/"):
        link = source.take(path)
        if isinstance(link, Mapping) and link.get("report") in known:
            yield _filled(report=link.get("report"), kind=link.get("kind"))
