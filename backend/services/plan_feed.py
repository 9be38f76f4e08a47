"""Works out what a run of the publisher appends: which reports moved, who should hold what now.

Reads one snapshot and changes nothing. A report is looked at together with all that a person said
tell of the same event: each reader gets one of them, the one first told, credited to all (F8).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    snapshot = _Snapshot(connection, (each.report for each in touched))
    planner = _Planner(snapshot, basis)
    seeds = [*(each.report.id for each in touched), *rechecked, *ended]
    snapshot.read_ahead(seeds)
    changes = planner.changes(seeds)
    edges = planner.edges()
    moved = {change.target.report for change in changes if _moves_readers(change)}
    return Plan(
        head=feed.head(connection),
        consumed_before=consumed,
        consumed=int(touched[-1].position) if touched else consumed,
        rechecked=rechecked,
        changes=tuple(change for change in changes if change.drafts),
        edges=edges,
        to_recheck=frozenset(snapshot.linking(moved)) - edges.keys(),
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


class _Snapshot:
    """What one run reads, each report once."""

    def __init__(self, connection: Connection, known: Iterable[Report]) -> None:
        self.connection = connection
        self._reports: dict[ReportId, Report | None] = {report.id: report for report in known}
        self._standings: dict[ReportId, Standing | None] = {}
        self._alone: frozenset[ReportId] = frozenset()
        """Reports that have no twin by all that was said before this run."""

    def read_ahead(self, seeds: Sequence[ReportId]) -> None:
        """What is known of all seeds, in two statements instead of several for each."""
        self._standings.update(dict.fromkeys(seeds))
        self._standings.update(feed.standings(self.connection, seeds))
        self._alone = frozenset(seeds) - feed.paired(self.connection, seeds)

    def report(self, report: ReportId) -> Report | None:
        if report not in self._reports:
            self._reports[report] = report_store.find_report(self.connection, report)
        return self._reports[report]

    def standing(self, report: ReportId) -> Standing | None:
        if report not in self._standings:
            found = feed.standings(self.connection, [report])
            self._standings[report] = found.get(report)
        return self._standings[report]

    def near(self, seed: ReportId) -> Iterator[ReportId]:
        """A report, and those it named as its twins when it was last looked at."""
        yield seed
        if seed not in self._alone:
            yield from feed.named_by(self.connection, seed, "twin")

    def tellings(self, start: ReportId) -> list[Report]:
        """All reports that a person said tell of the event that ``start`` tells of."""
        found: dict[ReportId, Report] = {}
        waiting = [start]
        while waiting:
            report = self.report(waiting.pop())
            if report is None or report.id in found:
                continue
            found[report.id] = report
            is_alone = report.id in self._alone
            named = [] if is_alone else feed.naming(self.connection, report.id, "twin")
            waiting += [*report.twins, *(each for each in named if self._names(each, report.id))]
        return list(found.values())

    def _names(self, source: ReportId, twin: ReportId) -> bool:
        report = self.report(source)
        return report is not None and twin in report.twins

    def linking(self, moved: Iterable[ReportId]) -> Iterator[ReportId]:
        """Reports whose entries name one of these: the name comes or goes with its readers."""
        for report in moved:
            yield from feed.naming(self.connection, report, "link")


class _Planner:
    """Decides for every report around the seeds who should hold what."""

    def __init__(self, snapshot: _Snapshot, basis: Basis) -> None:
        self._snapshot = snapshot
        self._basis = basis
        self._groups: dict[ReportId, list[_Seat]] = {}
        self._policies: dict[AgencyCode, bool] = {}

    def changes(self, seeds: Iterable[ReportId]) -> list[Change]:
        """First who gets what, then the texts, which name other reports."""
        for seed in seeds:
            for near in self._snapshot.near(seed):
                if near not in self._groups and self._snapshot.report(near) is not None:
                    seats = self._seats(self._snapshot.tellings(near))
                    self._groups |= dict.fromkeys((seat.report.id for seat in seats), seats)
        return [
            self._change(seat, seats)
            for report, seats in self._groups.items()
            for seat in seats
            if seat.report.id == report
        ]

    def edges(self) -> feed.Edges:
        """What the reports that were looked at name."""
        return {
            report: _edges(seat.report)
            for report, seats in self._groups.items()
            for seat in seats
            if seat.report.id == report
        }

    def _seats(self, tellings: list[Report]) -> list[_Seat]:
        """Who gets which telling: each reader the first that they may have."""
        seats: list[_Seat] = []
        taken: dict[Code, ReportId] = {}
        for report in sorted(tellings, key=self._age):
            sharing = sharing_of(report)
            audience = frozenset(self._readers(report, sharing) - taken.keys())
            seats.append(_Seat(report, sharing, audience, dict(taken)))
            taken |= dict.fromkeys(audience, report.id)
        return seats

    def _age(self, report: Report) -> tuple[bool, int, ReportId]:
        """Those with readers first, the earliest told before; ids grow with time."""
        standing = self._snapshot.standing(report.id)
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
        connection = self._snapshot.connection
        said = conflict_store.newest_release(connection, report.id)
        if said is not None:
            return said.decision == "release"
        owner = owner_of(report)
        if owner not in self._policies:
            self._policies[owner] = feed.requires_approval(connection, owner)
        return not self._policies[owner]

    def _change(self, seat: _Seat, group: list[_Seat]) -> Change:
        report, standing = seat.report, self._snapshot.standing(seat.report.id)
        content = None
        if seat.audience:
            setting = Setting(seat.sharing, _credited(group), self._linkable(seat))
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

    def _linkable(self, seat: _Seat) -> frozenset[ReportId]:
        """Linked reports that every reader of this one has too (P10)."""
        return frozenset(
            target for target in _links(seat.report) if seat.audience <= self._audience(target)
        )

    def _audience(self, report: ReportId) -> Audience:
        """Who will hold a report after this run."""
        for seat in self._groups.get(report, ()):
            if seat.report.id == report:
                return seat.audience
        standing = self._snapshot.standing(report)
        return _NO_ONE if standing is None else standing.live.audience


def _edges(report: Report) -> frozenset[tuple[ReportId, feed.EdgeKind]]:
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
