"""Works out what a run of the publisher appends: which reports moved, who should hold what now.

Reads one snapshot and changes nothing. A report is looked at together with all that a person said
tell of the same event: each reader gets one of them, the one first told, credited to all (F8).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import Connection

from backend.db import conflict_store, feed, report_store
from backend.db.feed import Head, Standing
from backend.feed.catalogue import Catalogue
from backend.feed.entries import Audience, Draft, Target, decide
from backend.feed.projection import Reference, Setting, project
from backend.rulebook import current_form
from sync.forms import SUBMITTED
from sync.ids import AgencyCode, ReportId, Revision
from sync.report import Report, agencies_of, owner_of
from sync.sharing import Code, Sharing, ends_on, recipients, sharing_of
from sync.values import Tables

CONSUMER: Final = "publisher"
_NO_ONE: Final[Audience] = frozenset()


@dataclass(frozen=True, slots=True)
class Basis:
    """By what a run reads reports, and its day."""

    tables: Tables
    catalogue: Catalogue
    today: date
    reports_max: int = 200
    """Reports a run starts from. Bounds memory and how long the append holds the writer."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one report's standing."""

    drafts: tuple[Draft, ...]
    target: Target
    standing: Standing | None
    ends_on: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    head: Head
    """What the plan was made on; an append on anything else is refused."""
    consumed_before: int
    consumed: int
    rechecked: Mapping[ReportId, int]
    changes: tuple[Change, ...]
    edges: feed.Edges
    to_recheck: frozenset[ReportId]
    is_more: bool

    @property
    def is_idle(self) -> bool:
        return not self.rechecked and not self.changes and self.consumed == self.consumed_before


def make_plan(connection: Connection, basis: Basis) -> Plan:
    """What is to be appended now."""
    consumed = feed.consumed(connection, CONSUMER)
    touched = report_store.reports_after(connection, consumed, limit=basis.reports_max)
    rechecked = feed.rechecks(connection, limit=basis.reports_max)
    ended = feed.ending_by(connection, basis.today.isoformat(), limit=basis.reports_max)
    view = _View(connection, basis)
    view.load([each.report for each in touched])
    seeds = [*(each.report.id for each in touched), *rechecked, *ended]
    changes, edges = view.changes(seeds)
    moved = {change.target.report for change in changes if _moves_readers(change)}
    return Plan(
        head=feed.head(connection),
        consumed_before=consumed,
        consumed=int(touched[-1].position) if touched else consumed,
        rechecked=rechecked,
        changes=tuple(change for change in changes if change.drafts),
        edges=edges,
        to_recheck=frozenset(view.linking(moved)) - edges.keys(),
        is_more=basis.reports_max in {len(touched), len(rechecked), len(ended)},
    )


def _moves_readers(change: Change) -> bool:
    held = change.standing.live.audience if change.standing is not None else _NO_ONE
    return held != change.target.audience


@dataclass(slots=True)
class _Seat:
    """One report among those that tell one event: who gets it, who has the event already."""

    report: Report
    sharing: Sharing
    audience: Audience
    told_by: dict[Code, ReportId] = field(default_factory=dict[Code, ReportId])


class _View:
    """What one run reads, each report once."""

    def __init__(self, connection: Connection, basis: Basis) -> None:
        self._connection = connection
        self._basis = basis
        self._reports: dict[ReportId, Report | None] = {}
        self._standings: dict[ReportId, Standing | None] = {}

    def load(self, reports: Iterable[Report]) -> None:
        self._reports.update((report.id, report) for report in reports)

    def changes(
        self, seeds: Iterable[ReportId]
    ) -> tuple[list[Change], dict[ReportId, frozenset[tuple[ReportId, feed.EdgeKind]]]]:
        """Every report around the seeds: first who gets what, then the texts that name others."""
        groups: dict[ReportId, list[_Seat]] = {}
        for seed in seeds:
            for near in (seed, *feed.named_by(self._connection, seed, "twin")):
                if near not in groups and self._report(near) is not None:
                    seats = self._seats(self._tellings(near))
                    groups |= dict.fromkeys((seat.report.id for seat in seats), seats)
        planned = {seat.report.id: seat.audience for seats in groups.values() for seat in seats}
        changes = [
            self._change(seat, seats, planned)
            for report, seats in groups.items()
            for seat in seats
            if seat.report.id == report
        ]
        return changes, {report: self._edges(report) for report in groups}

    def linking(self, moved: Iterable[ReportId]) -> Iterator[ReportId]:
        """Reports whose entries name one of these: the name comes or goes with its readers."""
        for report in moved:
            yield from feed.naming(self._connection, report, "link")

    def _report(self, report: ReportId) -> Report | None:
        if report not in self._reports:
            self._reports[report] = report_store.find_report(self._connection, report)
        return self._reports[report]

    def _standing(self, report: ReportId) -> Standing | None:
        if report not in self._standings:
            found = feed.standings(self._connection, [report])
            self._standings[report] = found.get(report)
        return self._standings[report]

    def _tellings(self, start: ReportId) -> list[Report]:
        """All reports that a person said tell of the event that ``start`` tells of."""
        found: dict[ReportId, Report] = {}
        waiting = [start]
        while waiting:
            report = self._report(waiting.pop())
            if report is None or report.id in found:
                continue
            found[report.id] = report
            named = feed.naming(self._connection, report.id, "twin")
            waiting += [*report.twins, *(each for each in named if self._names(each, report.id))]
        return list(found.values())

    def _names(self, source: ReportId, twin: ReportId) -> bool:
        report = self._report(source)
        return report is not None and twin in report.twins

    def _seats(self, tellings: list[Report]) -> list[_Seat]:
        """Who gets which telling: each reader the first that they may have."""
        seats: list[_Seat] = []
        taken: dict[Code, ReportId] = {}
        for report in sorted(tellings, key=self._age):
            sharing = sharing_of(report)
            allowed = self._readers(report, sharing)
            audience = frozenset(allowed - taken.keys())
            seats.append(_Seat(report, sharing, audience, dict(taken)))
            taken |= dict.fromkeys(audience, report.id)
        return seats

    def _age(self, report: Report) -> tuple[bool, int, ReportId]:
        """Those with readers first, the earliest told before; ids grow with time."""
        standing = self._standing(report.id)
        if standing is None or not standing.live.audience:
            return True, 0, report.id
        return False, standing.first_position, report.id

    def _readers(self, report: Report, sharing: Sharing) -> Audience:
        """F1: submitted, not voided, released where its agency demands it, shared."""
        if report.is_voided or report.value(SUBMITTED) is not True:
            return _NO_ONE
        readers = recipients(sharing, self._basis.today)
        return readers if readers and self._is_released(report) else _NO_ONE

    def _is_released(self, report: Report) -> bool:
        """The last word counts for later revisions too: a correction must not wait behind it."""
        said = conflict_store.newest_release(self._connection, report.id)
        if said is not None:
            return said.decision == "release"
        return not feed.requires_approval(self._connection, owner_of(report))

    def _change(
        self, seat: _Seat, group: list[_Seat], planned: Mapping[ReportId, Audience]
    ) -> Change:
        report, standing = seat.report, self._standing(seat.report.id)
        content = None
        if seat.audience:
            setting = Setting(seat.sharing, _credited(group), self._linkable(seat, planned))
            content = project(report, self._reference(report), setting)
        target = Target(
            report=report.id,
            revision=Revision(report.revision),
            audience=seat.audience,
            content=content,
            is_voided=report.is_voided,
            told_by=seat.told_by,
        )
        drafts = decide(None if standing is None else standing.live, target)
        end = ends_on(seat.sharing)
        return Change(drafts, target, standing, None if end is None else end.isoformat())

    def _reference(self, report: Report) -> Reference:
        form = current_form(report.form)
        assert form is not None, "only published forms are merged"
        return Reference(form, self._basis.tables, self._basis.catalogue)

    def _linkable(self, seat: _Seat, planned: Mapping[ReportId, Audience]) -> frozenset[ReportId]:
        """Linked reports that every reader of this one has too (P10)."""
        return frozenset(
            target
            for target in _links(seat.report)
            if seat.audience <= self._audience(target, planned)
        )

    def _audience(self, report: ReportId, planned: Mapping[ReportId, Audience]) -> Audience:
        if report in planned:
            return planned[report]
        standing = self._standing(report)
        return _NO_ONE if standing is None else standing.live.audience

    def _edges(self, report_id: ReportId) -> frozenset[tuple[ReportId, feed.EdgeKind]]:
        report = self._report(report_id)
        assert report is not None
        edges: set[tuple[ReportId, feed.EdgeKind]] = {(twin, "twin") for twin in report.twins}
        edges.update((target, "link") for target in _links(report))
        return frozenset(edges)


def _credited(group: list[_Seat]) -> frozenset[AgencyCode]:
    """All who told of the event, but for a report whose very existence must stay at home."""
    return frozenset(
        agency
        for seat in group
        if not seat.report.is_voided and seat.sharing.classification != "secret"
        for agency in agencies_of(seat.report)
    )


def _links(report: Report) -> Iterator[ReportId]:
    for path, state in report.fields.items():
        if path.startswith("/links/") and isinstance(state.value, Mapping):
            target = state.value.get("report")
            if isinstance(target, str):
                yield ReportId(target)
