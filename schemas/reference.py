"""The rows of the reference tables: what each column may hold, table by table.

Rows come from files, where everything is text: an empty cell is None, ``1`` is true, a decimal
stays text. What one row cannot know (does the region exist?) is checked in ``reference_checks``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, StringConstraints, field_validator

from schemas.base import WireModel
from schemas.types import Code, DecimalText

Words = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
PartialDay = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
"""A day, or only its month or year: no more than the source says."""


def _split(value: object) -> object:
    if value is None:
        return ()
    return tuple(value.split("|")) if isinstance(value, str) else value


Several = Annotated[tuple[Words, ...], BeforeValidator(_split)]
"""Cells that hold several values, parted by ``|``."""


class ReferenceRow(WireModel):
    """One row of a reference table, read from the text of its cells."""

    model_config = ConfigDict(strict=False)


class SubstanceRow(ReferenceRow):
    code: Code
    name_en: Words
    name_ru: Words
    name_ky: Words | None
    group: Literal[
        "ats",
        "cannabis",
        "cathinones",
        "cocaine",
        "dissociatives",
        "hallucinogens",
        "opiates",
        "other",
        "potent_medicines",
        "precursors",
        "sedatives",
        "synthetic_cannabinoids",
        "synthetic_opioids",
        "unidentified",
    ]
    convention: Literal["1961", "1971", "1988"] | None
    schedule: Words | None
    cas: Words | None
    is_nps: bool
    is_precursor: bool
    density_kg_per_l: DecimalText | None
    synonyms: Several
    """Each with its language: ``ru:гашиш``."""
    ids_label: Words | None
    certainty: Words
    cas_check: Words | None
    note: Words | None

    @field_validator("cas")
    @classmethod
    def _has_check_digit(cls, cas: str | None) -> str | None:
        if cas is not None and not has_cas_check_digit(cas):
            raise ValueError("the CAS number fails its check digit")
        return cas

    @field_validator("synonyms")
    @classmethod
    def _has_language(cls, synonyms: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.match(r"(en|ru|ky|kk|uz|tg|tk):\S", one) for one in synonyms):
            raise ValueError("a synonym starts with its language")
        return synonyms


def has_cas_check_digit(cas: str) -> bool:
    """The last digit is the sum of the others, weighted 1, 2, 3... from the right, modulo 10."""
    found = re.fullmatch(r"([0-9]{2,7})-([0-9]{2})-([0-9])", cas)
    if found is None:
        return False
    digits = reversed(found[1] + found[2])
    return sum(weight * int(digit) for weight, digit in enumerate(digits, 1)) % 10 == int(found[3])


class SubstanceScheduleRow(ReferenceRow):
    """Control under a convention, from the first day it applied to the first it no longer did."""

    id: Code
    substance: Code
    convention: Literal["1961", "1971", "1988"]
    schedule: Literal["I", "II", "III", "IV", "Table I", "Table II"]
    effective_from: PartialDay | None
    effective_to: PartialDay | None
    source: Words
    certainty: Literal["high", "medium", "low"]
    note: Words | None


class AmbiguousNameRow(ReferenceRow):
    """A word of the street that means several substances: the officer is asked."""

    id: Code
    name: Words
    lang: Literal["en", "ru", "ky", "kk", "uz", "tg", "tk"]
    candidates: Several
    certainty: Literal["high", "medium", "low"]
    note: Words | None


class UnitRow(ReferenceRow):
    code: Code
    dimension: Literal["mass", "volume", "area", "count"]
    canonical_unit: Code | None
    factor_to_canonical: DecimalText | None
    name_en: Words
    abbr_en: Words | None
    name_ru: Words
    abbr_ru: Words | None
    other_languages: Words | None
    note: Words | None


class RegionRow(ReferenceRow):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
    name_en: Words
    name_ru: Words
    name_local: Words | None
    type: Words
    country: CountryCode
    former_code: Code | None
    kg_soate: Words | None
    tz: Words
    source: Words
    certainty: Words


class DistrictRow(ReferenceRow):
    soate: Annotated[str, StringConstraints(pattern=r"^417[0-9]{11}$")]
    name_en: Words
    name_ru: Words
    region: Code
    source: Words
    certainty: Words


class BorderPointRow(ReferenceRow):
    """A crossing point. The two sides call it by different names; both find it."""

    code: Code
    name_en: Words
    name_ru: Words
    country: CountryCode
    neighbour: CountryCode | None
    lat: DecimalText | None
    lon: DecimalText | None
    kind: Words
    certainty: Words
    coord_uncertainty_km: DecimalText | None
    coord_source: Words | None
    other_side_name: Words | None
    region_code: Code | None
    official_post_code: Words | None
    name_source: Words
    note: Words | None


class AgencyRow(ReferenceRow):
    code: Code
    country: CountryCode | None
    kind: Literal[
        "counter_narcotics",
        "customs",
        "border_guard",
        "security",
        "police",
        "prosecutor",
        "financial_intelligence",
        "regional_centre",
        "partner",
    ]
    name_en: Words
    name_ru: Words
    short_en: Words
    short_ru: Words
    parent: Code | None
    source: Words
    certainty: Literal["high", "medium", "low"]


class AgencyNameRow(ReferenceRow):
    """A name an agency bore, and when: a record keeps the name valid on its date."""

    id: Code
    agency: Code
    name_en: Words
    name_ru: Words
    short_en: Words
    short_ru: Words
    valid_from: PartialDay | None
    valid_to: PartialDay | None
    source: Words
    certainty: Literal["high", "medium", "low"]
    note: Words | None


class CountryRow(ReferenceRow):
    code: CountryCode
    alpha3: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    name_en: Words
    name_ru: Words
    caricc: Literal["member", "observer"] | None
    note: Words | None


class CurrencyRow(ReferenceRow):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,4}$")]
    name_en: Words
    name_ru: Words
    kind: Literal["iso4217", "crypto"]


class KgEquivalentRow(ReferenceRow):
    """A factor for statistics, with its source; never used in a record."""

    id: Code
    substance_or_group: Words
    unit: Code
    mg_per_unit: DecimalText | None
    basis: Words | None
    source: Words | None
    source_kind: Words | None
    certainty: Words | None
    use: Words
    note: Words | None


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """One table: its file, its row and the column that names a row."""

    file: str
    row: type[ReferenceRow]
    key: str
    is_for_devices: bool = True
    """False for what only the statistics use; a tablet on 2G need not carry it."""


TABLES: Final[Mapping[str, ReferenceTable]] = {
    "agencies": ReferenceTable("agencies.csv", AgencyRow, "code"),
    "agency_names": ReferenceTable("agency_names.csv", AgencyNameRow, "id"),
    "ambiguous_names": ReferenceTable("ambiguous_names.csv", AmbiguousNameRow, "id"),
    "border_points": ReferenceTable("border_points.csv", BorderPointRow, "code"),
    "countries": ReferenceTable("countries.csv", CountryRow, "code"),
    "currencies": ReferenceTable("currencies.csv", CurrencyRow, "code"),
    "districts": ReferenceTable("districts_kg.csv", DistrictRow, "soate"),
    "kg_equivalents": ReferenceTable(
        "kg_equivalents.csv", KgEquivalentRow, "id", is_for_devices=False
    ),
    "regions": ReferenceTable("regions.csv", RegionRow, "code"),
    "substance_schedules": ReferenceTable("substance_schedules.csv", SubstanceScheduleRow, "id"),
    "substances": ReferenceTable("substances.csv", SubstanceRow, "code"),
    "units": ReferenceTable("units.csv", UnitRow, "code"),
}
"""Every table a node loads. Names are the wire's: a device asks for ``substances``."""

Parsed = Mapping[str, Mapping[str, ReferenceRow]]
"""Table name -> key -> row."""

Cells = Mapping[str, str | None]
RowParser = Callable[[Cells], ReferenceRow]


def parse_row(table: ReferenceTable, cells: Cells) -> ReferenceRow:
    """A row from its cells; raises pydantic's ``ValidationError`` naming every bad cell."""
    present: dict[str, Any] = {name: text or None for name, text in cells.items()}
    return table.row.model_validate(present)
