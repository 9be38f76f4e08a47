"""Fetches what is newer of the reference tables and the forms, after the reports (S9).

Each page and how far it goes, each form and its hash, is one transaction: cut off anywhere, the
next sync goes on from there. What fails here is told and stops nothing else.
"""

from http import HTTPStatus
from typing import Final

from clients.http import Answer, Reply, Request
from clients.tablet.asking import Asker
from clients.tablet.events import SyncReport
from clients.tablet.parts import Parts
from clients.tablet.reference_rows import Place
from clients.wire import PullPage
from clients.wire_reference import (
    FormIndex,
    ReferencePage,
    read_form,
    read_form_index,
    read_reference_page,
)

REFERENCE: Final = "/v1/reference"
FORMS: Final = "/v1/forms"

PAGE_ROWS: Final = 250
"""Near 100 kB of JSON, a tenth of it on the wire: some seconds of 2G, lost at most once."""

PAGES_MAX: Final = 10_000
"""A node that always has more is wrong: no sync runs for ever."""


class Fetching:
    """One sync's reads of what is nobody's report."""

    __slots__ = ("_asker", "_parts", "_report")

    def __init__(self, parts: Parts, asker: Asker, report: SyncReport) -> None:
        self._parts = parts
        self._asker = asker
        self._report = report

    async def run(self, told: PullPage) -> None:
        """Fetch what the last page of the pull says is newer than what the tablet has."""
        await self._fetch_reference(told.epoch, told.reference)
        if told.forms not in {"", self._parts.forms.digest}:
            await self._fetch_forms()

    async def _fetch_reference(self, epoch: str, newest: int) -> None:
        if newest and self._parts.reference.rows.place.epoch != epoch:
            # A restored node gives its numbers a second time, perhaps to other rows.
            with self._parts.file.transaction():
                self._parts.reference.rows.begin(epoch)
        if newest <= self._parts.reference.rows.place.through:
            return
        for _ in range(PAGES_MAX):
            place = self._parts.reference.rows.place
            answer = await self._asker.ask(_page_after(place.through))
            page = _read_page(answer, place)
            if page is None:
                self._report.note_answer("reference", answer)
                return
            self._take(page, place)
            if not page.has_more:
                return
        self._report.note("reference", "no-end")

    def _take(self, page: ReferencePage, asked_from: Place) -> None:
        """One page and how far it goes; nothing of it if another sync went on before."""
        with self._parts.file.transaction():
            if self._parts.reference.rows.place != asked_from:
                return
            self._report.reference_rows_taken += self._parts.reference.rows.put(
                page.items, page.through
            )
            if not page.has_more:
                self._parts.reference.rows.finish()

    async def _fetch_forms(self) -> None:
        held = self._parts.forms.digests()
        answer = await self._asker.ask(_known(FORMS, self._parts.forms.digest))
        index = read_form_index(answer.content) if isinstance(answer, Reply) else None
        if index is None:
            if not _is_unchanged(answer):
                self._report.note_answer("forms", answer)
            return
        changed = [form for form, digest in index.digests.items() if held.get(form) != digest]
        for form in changed:
            if not await self._fetch_form(form, held.get(form, "")):
                return
        self._finish(index)

    async def _fetch_form(self, form: str, held: str) -> bool:
        answer = await self._asker.ask(_known(f"{FORMS}/{form}", held))
        if _is_unchanged(answer):
            return True
        document = read_form(answer.content, form=form) if isinstance(answer, Reply) else None
        if document is None:
            self._report.note_answer(f"form {form}", answer)
            return False
        with self._parts.file.transaction():
            self._parts.forms.put(form, document.digest, document.text)
        self._report.forms_taken += 1
        return True

    def _finish(self, index: FormIndex) -> None:
        """The index holds once its documents are here; one that changed meanwhile has a newer."""
        with self._parts.file.transaction():
            held = self._parts.forms.digests()
            if all(held.get(form) == digest for form, digest in index.digests.items()):
                self._parts.forms.finish(index)
            else:
                self._report.note("forms", "changing")


def _page_after(through: int) -> Request:
    return Request("GET", REFERENCE, {"since": str(through), "limit": str(PAGE_ROWS)})


def _read_page(answer: Answer, place: Place) -> ReferencePage | None:
    if not isinstance(answer, Reply):
        return None
    return read_reference_page(answer.content, since=place.through)


def _known(path: str, digest: str) -> Request:
    return Request("GET", path, headers={"If-None-Match": f'"{digest}"'} if digest else {})


def _is_unchanged(answer: Answer) -> bool:
    return isinstance(answer, Reply) and answer.status == HTTPStatus.NOT_MODIFIED
