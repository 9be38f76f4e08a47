"""What an entry says of a substance besides its code: group, conventions and schedules by date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from schemas.reference_set import Tables
from sync.duplicates.features import Groups
from sync.strictjson import Json


@dataclass(frozen=True, slots=True)
class Schedule:
    """Control under one convention. Days may be a month or a year: no more than the source says."""

    convention: str
    schedule: str
    effective_from: str | None = None
    effective_to: str | None = None
    """The first day it no longer applied."""

    def holds_on(self, day: str) -> bool:
        """Text order is time order, and a bare year stands before each of its days."""
        begun = self.effective_from is None or self.effective_from <= day
        return begun and (self.effective_to is None or day < self.effective_to)


@dataclass(frozen=True, slots=True)
class Substance:
    group: str
    is_nps: bool
    is_precursor: bool
    cas: str | None
    schedules: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The reference data that entries are made with, at one version."""

    substances: Mapping[str, Substance] = field(default_factory=dict[str, Substance])
    groups: Groups = field(default_factory=Groups)

    def schedules_on(self, code: str, day: str) -> tuple[Schedule, ...]:
        """The schedules a substance stood in on a day, in order."""
        found = self.substances.get(code)
        return () if found is None else tuple(s for s in found.schedules if s.holds_on(day))


def catalogue(tables: Tables) -> Catalogue:
    """The catalogue in the reference tables as devices get them."""
    schedules: dict[str, list[Schedule]] = {}
    for row in tables["substance_schedules"].values():
        schedules.setdefault(str(row["substance"]), []).append(
            Schedule(
                str(row["convention"]),
                str(row["schedule"]),
                _text(row["effective_from"]),
                _text(row["effective_to"]),
            )
        )
    substances = {
        code: Substance(
            group=str(row["group"]),
            is_nps=row["is_nps"] is True,
            is_precursor=row["is_precursor"] is True,
            cas=_text(row["cas"]),
            schedules=tuple(sorted(schedules.get(code, ()), key=_by_name)),
        )
        for code, row in tables["substances"].items()
    }
    groups = {code: substance.group for code, substance in substances.items()}
    return Catalogue(substances, Groups(groups, dict(_regions(tables))))


def _by_name(schedule: Schedule) -> tuple[str, str]:
    return schedule.convention, schedule.schedule


def _text(cell: Json) -> str | None:
    return cell if isinstance(cell, str) else None


_REGION_COLUMNS: Final = (("districts", "region"), ("border_points", "region_code"))


def _regions(tables: Tables) -> Iterable[tuple[str, str]]:
    """District or border point -> the region it lies in."""
    for table, column in _REGION_COLUMNS:
        for code, row in tables[table].items():
            if row[column] is not None:
                yield code, cast("str", row[column])
