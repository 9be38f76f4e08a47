"""Reads what the node has for this tablet, page by page to the end, and mends what has drifted.

A page and its cursor are taken in by one transaction, and only if the cursor is still the one that
was asked with: whatever was killed or sent twice, the replica is never ahead of its cursor nor
behind it (docs/protocol.md S3 to S5, S7).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from clients.http import Answer, Refusal, Reply, Request
from clients.tablet.asking import Asker
from clients.tablet.enrolment import learn_assignment
from clients.tablet.events import SyncReport
from clients.tablet.parts import Parts
from clients.tablet.replica import Object
from clients.wire import (
    Manifest,
    PullPage,
    ReportDocument,
    read_manifest,
    read_pull_page,
    read_reports,
)
from sync.ids import ReportId
from sync.strictjson import dumps

PULL: Final = "/v1/sync/pull"
MANIFEST: Final = "/v1/sync/manifest"
REPORTS: Final = "/v1/sync/reports"

PAGE_REPORTS: Final = 100
"""Reports asked for in one page: near 1 MB of JSON, compressed a tenth of it."""

MANIFEST_ROWS: Final = 1_000
FETCH_REPORTS_MAX: Final = 50
"""Reports fetched by id at a time when the replica is mended."""

PAGES_MAX: Final = 10_000
"""A node that always says ``more`` is wrong: no sync runs for ever."""


class Pulling:
    """One sync's reads."""

    __slots__ = ("_asker", "_parts", "_report", "last", "orders")

    def __init__(self, parts: Parts, asker: Asker, report: SyncReport) -> None:
        self._parts = parts
        self._asker = asker
        self._report = report
        self.orders: list[Object] = []
        """What the node told the tablet to do, in the order it came."""
        self.last: PullPage | None = None
        """The page at the end, once the end was reached."""

    async def run(self) -> bool:
        """Read to the end; True when the replica is what the node has for this tablet."""
        last = await self._read_pages()
        if last is None:
            return False
        if self._is_same(last):
            return True
        # It has drifted: once it is mended from the manifest, and what came since is read.
        if not await self._mend():
            return False
        last = await self._read_pages()
        if last is None:
            return False
        if not self._is_same(last):
            self._report.note("replica", "drifted")
        return self._is_same(last)

    def _is_same(self, last: PullPage) -> bool:
        """S3: the digest is given when there is a reason to look."""
        return last.digest is None or last.digest == self._parts.replica.digest()

    async def _read_pages(self) -> PullPage | None:
        """Follow the cursor to the end: the last page, or None when the end was not reached."""
        is_mended = False
        for _ in range(PAGES_MAX):
            cursor = self._parts.file.get("cursor") or ""
            answer = await self._asker.ask(self._pull(cursor))
            if isinstance(answer, Refusal) and answer.status == HTTPStatus.GONE and not is_mended:
                if not await self._mend():
                    return None
                is_mended = True
                continue
            page = self._page(answer)
            if page is None:
                self._report.note_answer("pull", answer)
                return None
            is_moved = self._take(page, cursor)
            self.orders.extend(page.orders)
            if page.more and page.cursor == cursor:
                break
            # A tablet that was moved says at once that it knows: what it writes from now on
            # belongs to its new place.
            if not page.more and not is_moved:
                self.last = page
                return page
        self._report.note("pull", "no-end")
        return None

    def _pull(self, cursor: str) -> Request:
        params = {"limit": str(PAGE_REPORTS), "head": str(self._parts.log.last)}
        assignment = self._parts.file.get("assignment")
        if assignment is not None:
            params["assignment"] = assignment
        return Request("GET", PULL, {**params, "cursor": cursor} if cursor else params)

    def _page(self, answer: Answer) -> PullPage | None:
        if not isinstance(answer, Reply):
            return None
        return read_pull_page(answer.content, device=self._parts.identity.device)

    def _take(self, page: PullPage, asked_with: str) -> bool:
        """One page and its cursor, in one transaction; nothing if another sync went on before.

        True when the tablet learnt that it stands elsewhere now.
        """
        with self._parts.file.transaction():
            if (self._parts.file.get("cursor") or "") != asked_with:
                return False
            self._learn_stored(page.epoch, page.stored)
            self._report.reports_taken += self._parts.replica.put(page.reports)
            self._report.reports_left += self._parts.replica.drop(page.left)
            self._parts.replica.put_verdicts(
                each for each in page.verdicts if each.seq <= self._parts.log.last
            )
            self._parts.file.put({"cursor": page.cursor})
            return learn_assignment(self._parts.file, page.assignment)

    def _learn_stored(self, epoch: str, stored: int) -> None:
        """A node that holds less of the log than its receipts said was restored from a backup."""
        is_other_life = self._parts.receipts.enter_epoch(epoch, stored)
        if is_other_life or stored < self._parts.receipts.stored:
            self._parts.receipts.hand_in_again(stored)
            self._parts.replica.forget_verdicts(stored)
        if stored > self._parts.log.last:
            # This tablet was put back from an older copy: what it writes now is a branch (L7).
            self._report.note("log", "older-than-the-node", "never")

    async def _mend(self) -> bool:
        """S5: compare with the manifest, fetch what differs, give up what is not in it."""
        listed = await self._read_manifest()
        if listed is None:
            return False
        manifest = listed.revisions
        held = self._parts.replica.revisions()
        differing = [report for report in manifest if held.get(report) != manifest[report]]
        gone = [ReportId(report) for report in held if report not in manifest]
        for reports in _runs(differing, FETCH_REPORTS_MAX):
            fetched = await self._fetch(reports)
            if fetched is None:
                return False
            with self._parts.file.transaction():
                self._report.reports_taken += self._parts.replica.put(fetched)
        with self._parts.file.transaction():
            self._report.reports_left += self._parts.replica.drop(gone)
            self._parts.file.put({"cursor": listed.cursor})
        self._report.is_repaired = True
        return True

    async def _read_manifest(self) -> Manifest | None:
        """All pages as one. The first page's cursor: what changes meanwhile comes after it."""
        revisions: dict[ReportId, int] = {}
        first: Manifest | None = None
        after = ""
        for _ in range(PAGES_MAX):
            params = {"limit": str(MANIFEST_ROWS)}
            request = Request("GET", MANIFEST, {**params, "after": after} if after else params)
            answer = await self._asker.ask(request)
            page = read_manifest(answer.content) if isinstance(answer, Reply) else None
            if page is None:
                self._report.note_answer("manifest", answer)
                return None
            first = first or page
            revisions.update(page.revisions)
            if page.next is None:
                return replace(first, revisions=revisions, next=None)
            after = page.next
        self._report.note("manifest", "no-end")
        return None

    async def _fetch(self, reports: Sequence[ReportId]) -> tuple[ReportDocument, ...] | None:
        request = Request("POST", REPORTS, content=dumps({"reports": list(reports)}))
        answer = await self._asker.ask(request)
        fetched = read_reports(answer.content) if isinstance(answer, Reply) else None
        if fetched is None:
            self._report.note_answer("reports", answer)
        return fetched


def _runs(reports: Sequence[ReportId], size: int) -> Iterator[Sequence[ReportId]]:
    for start in range(0, len(reports), size):
        yield reports[start : start + size]
