"""Finds reports that may tell one event twice, and puts each pair before an administrator.

A consumer of the journal: a push never pays for it. The pair's conflict is named by the pair, so
that it is opened once, whichever of the two moves, and stays settled once somebody has decided.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from backend.clock import Instant
from backend.db import conflict_store, duplicate_keys, feed, reference, report_store
from backend.db.catalogue import load_catalogue
from backend.db.report_store import ReportAtPosition
from backend.node import Node
from backend.rulebook import current_form
from backend.services.intake import Intake
from backend.services.judge import next_revision
from sync.conflicts import with_conflicts
from sync.duplicates.features import Features, Groups, features_of, keys
from sync.duplicates.likeness import Match, match
from sync.forms import SUBMITTED
from sync.ids import ConflictId, ReportId
from sync.report import Conflict, Report, Side
from sync.strictjson import Json

CONSUMER: Final = "duplicates"

_CANDIDATES_MAX: Final = 200
"""Reports weighed against one that moved: those with most blocks in common."""

_DRAWN_MAX: Final = 5_000
"""Reports whose features are remembered: about 15 MB, some weeks of a country."""

_PROPOSALS_MAX: Final = 5
"""Pairs put before a person for one report, the likeliest first: more would not be read."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What one step found."""

    consumed_before: int
    consumed: int
    matches: tuple[Match, ...]
    is_more: bool


@dataclass(slots=True)
class DuplicateFinder:
    """Follows the journal for one node."""

    node: Node
    reports_max: int = 50
    name: str = CONSUMER
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _groups: tuple[int, Groups] | None = None
    _drawn: dict[ReportId, tuple[int, Features | None]] = field(
        default_factory=dict[ReportId, tuple[int, Features | None]]
    )

    async def step(self) -> bool:
        """Look at the reports that moved; whether there are more."""
        async with self._alone:
            database = self.node.database
            before, moved = await database.read(self._moved)
            if not moved:
                return False
            features = {each.report.id: self._features(each.report) for each in moved}
            blocks = {
                report: frozenset[str]() if found is None else keys(found)
                for report, found in features.items()
            }
            await database.write(lambda c: duplicate_keys.put_keys(c, blocks))
            matches = await database.read(lambda c: self._matches(c, features, blocks))
            found = _Found(
                before, moved[-1].position, matches, is_more=len(moved) == self.reports_max
            )
            now = self.node.now()
            await database.write(lambda c: self._propose(c, found, now))
        if found.matches:
            self.node.journal_moved()
        return found.is_more

    def _moved(self, connection: Connection) -> tuple[int, list[ReportAtPosition]]:
        version = reference.newest_version(connection)
        if self._groups is None or self._groups[0] != version:
            self._groups = version, load_catalogue(connection).groups
            self._drawn.clear()
        consumed = feed.consumed(connection, CONSUMER)
        return consumed, report_store.reports_after(connection, consumed, limit=self.reports_max)

    def _features(self, report: Report) -> Features | None:
        """None for a report that is not signed off yet: it may still become anything."""
        form = current_form(report.form)
        if form is None or self._groups is None or report.value(SUBMITTED) is not True:
            return None
        return features_of(report, form, self.node.rulebook.tables, self._groups[1])

    def _matches(
        self,
        connection: Connection,
        features: Mapping[ReportId, Features | None],
        blocks: Mapping[ReportId, frozenset[str]],
    ) -> tuple[Match, ...]:
        pairs: dict[ConflictId, Match] = {}
        for report, mine in features.items():
            if mine is None:
                continue
            near = duplicate_keys.sharing_blocks(
                connection, report, blocks[report], limit=_CANDIDATES_MAX
            )
            for found in _likeliest(mine, self._features_of(connection, near)):
                pairs[pair_id(found.one, found.other)] = found
        new = [key for key in pairs if conflict_store.find_conflict(connection, key) is None]
        return tuple(pairs[key] for key in sorted(new))

    def _features_of(
        self, connection: Connection, reports: Sequence[ReportId]
    ) -> Sequence[Features]:
        """What these reports are compared by, drawn from each revision once."""
        standing = duplicate_keys.revisions(connection, reports)
        fresh = [r for r, revision in standing.items() if self._drawn.get(r, (0,))[0] != revision]
        for report in report_store.get_reports(connection, fresh).values():
            self._remember(report.id, report.revision, self._features(report))
        found = (self._drawn[report][1] for report in standing if report in self._drawn)
        return [each for each in found if each is not None]

    def _remember(self, report: ReportId, revision: int, features: Features | None) -> None:
        if report not in self._drawn and len(self._drawn) >= _DRAWN_MAX:
            del self._drawn[next(iter(self._drawn))]
        self._drawn[report] = revision, features

    def _propose(self, connection: Connection, found: _Found, now: Instant) -> None:
        if feed.consumed(connection, CONSUMER) != found.consumed_before:
            return  # another finder was here: what it did not propose comes again with its touch
        intake = Intake(connection, self.node.rulebook, now)
        for each in found.matches:
            _open(intake, each)
        intake.finish()
        feed.set_consumed(connection, CONSUMER, found.consumed)


def _likeliest(mine: Features, others: Iterable[Features]) -> Sequence[Match]:
    weighed = (match(mine, theirs) for theirs in others)
    found = [each for each in weighed if each is not None]
    found.sort(key=lambda each: (-each.score, each.one, each.other))
    return found[:_PROPOSALS_MAX]


def pair_id(one: ReportId, other: ReportId) -> ConflictId:
    """The conflict of a pair, whichever is named first. UUID form, version 8."""
    pair = "\n".join(sorted((one, other)))
    raw = hashlib.sha256(f"khabar-pair-v1\n{pair}".encode()).hexdigest()
    return ConflictId(f"{raw[:8]}-{raw[8:12]}-8{raw[13:16]}-a{raw[17:20]}-{raw[20:32]}")


def _open(intake: Intake, found: Match) -> None:
    """The conflict belongs to the report that came later; ids grow with time."""
    report = intake.report(found.other)
    if report is None or found.one in report.twins:
        return
    revision = next_revision(report, intake)
    conflict = Conflict(
        id=pair_id(found.one, found.other),
        report=report.id,
        kind="duplicate",
        path=f"/twins/{found.one}",
        life="open",
        version=1,
        accepted=Side(None, ()),
        candidates=(),
        opened=revision,
        details=_details(found),
    )
    after = replace(with_conflicts(report, (conflict,)), revision=revision)
    intake.put(after, (conflict,))


def _details(found: Match) -> Json:
    return {
        "other": found.one,
        "score": found.score,
        "reasons": [
            {"slug": each.slug, "points": each.points, "values": dict(each.values)}
            for each in found.reasons
        ],
    }
