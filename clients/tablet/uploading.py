"""Sends photos and films: resumable (tus 1.0), the smallest first, never before data.

Named by content, so a file the node knows is not sent again, and one that was cut off goes on where
it stopped. https://tus.io/protocols/resumable-upload, with the creation and checksum extensions.
"""

import hashlib
from base64 import b64encode
from http import HTTPStatus
from typing import Final

from clients.http import Answer, Lost, Refusal, Reply, Request
from clients.tablet.asking import Asker
from clients.tablet.attachments import Attachment, Attachments
from clients.tablet.events import SyncReport

UPLOADS: Final = "/v1/attachments"
TUS: Final = {"Tus-Resumable": "1.0.0"}
OFFSET_TYPE: Final = "application/offset+octet-stream"

_GIVEN_UP: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

RESUMPTIONS_MAX: Final = 3
"""How often one upload asks anew where it stands, before the next sync goes on."""


class Uploading:
    """One sync's uploads."""

    __slots__ = ("_asker", "_attachments", "_report")

    def __init__(self, attachments: Attachments, asker: Asker, report: SyncReport) -> None:
        self._attachments = attachments
        self._asker = asker
        self._report = report

    async def run(self) -> bool:
        """Send what is queued; True when nothing is left that another sync could send."""
        is_empty = True
        for attachment in self._attachments.queued():
            answer = await self._send(attachment)
            if answer is None:
                self._attachments.move(attachment.sha256, "confirmed", upload=None, reason=None)
                self._report.attachments_sent += 1
                continue
            self._report.note_answer(f"attachment {attachment.sha256[:12]}", answer)
            if isinstance(answer, Refusal) and answer.retry == "never":
                self._attachments.move(
                    attachment.sha256, "refused", upload=None, reason=answer.slug
                )
                continue
            is_empty = False
            if isinstance(answer, Lost):
                break
        return is_empty

    async def _send(self, attachment: Attachment) -> Answer | None:
        """None when the node confirmed the hash; else the answer that stopped it."""
        answer: Answer | None = None
        for _ in range(RESUMPTIONS_MAX):
            answer = await self._place(attachment)
            offset = _offset(answer)
            upload = self._upload_of(attachment)
            if offset is None or upload is None:
                if isinstance(answer, Refusal) and answer.status in _GIVEN_UP:
                    # The node gave this upload up: a new one is begun.
                    self._note_upload(attachment, None)
                    continue
                return answer
            answer = await self._pieces(attachment, upload, offset)
            if answer is None or isinstance(answer, Lost) or _is_final(answer):
                return answer
            if isinstance(answer, Refusal) and answer.slug == "upload-content":
                self._note_upload(attachment, None)
        return answer

    def _upload_of(self, attachment: Attachment) -> str | None:
        found = self._attachments.find(attachment.sha256)
        return None if found is None else found.upload

    def _note_upload(self, attachment: Attachment, upload: str | None) -> None:
        self._attachments.move(attachment.sha256, "queued", upload=upload, reason=None)

    async def _place(self, attachment: Attachment) -> Answer:
        """Begin an upload, or ask where one stands; ``Upload-Offset`` says where to go on."""
        upload = self._upload_of(attachment)
        if upload is not None:
            return await self._asker.ask(
                Request("HEAD", upload, headers=TUS, is_json_expected=False)
            )
        name = b64encode(attachment.sha256.encode()).decode()
        headers = {
            **TUS,
            "Upload-Length": str(attachment.bytes_count),
            "Upload-Metadata": f"sha256 {name}",
        }
        answer = await self._asker.ask(
            Request("POST", UPLOADS, headers=headers, is_json_expected=False)
        )
        if isinstance(answer, Reply) and "location" in answer.headers:
            self._note_upload(attachment, _path_of(answer.headers["location"]))
        return answer

    async def _pieces(self, attachment: Attachment, upload: str, offset: int) -> Answer | None:
        while offset < attachment.bytes_count:
            piece = self._attachments.piece(attachment.sha256, offset)
            answer = await self._asker.ask(_patch(upload, offset, piece))
            moved = _offset(answer)
            if moved is None or moved <= offset:
                return answer
            offset = moved
        return None


def _path_of(location: str) -> str:
    """The path of a location, which may be a whole URL."""
    _, is_whole, rest = location.partition("://")
    return "/" + rest.partition("/")[2] if is_whole else location


def _patch(upload: str, offset: int, piece: bytes) -> Request:
    checksum = b64encode(hashlib.sha256(piece).digest()).decode()
    return Request(
        "PATCH",
        upload,
        headers={**TUS, "Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {checksum}"},
        content=piece,
        media_type=OFFSET_TYPE,
        is_compressible=False,
        is_json_expected=False,
    )


def _offset(answer: Answer) -> int | None:
    if not isinstance(answer, Reply) or "tus-resumable" not in answer.headers:
        return None
    text = answer.headers.get("upload-offset", "")
    return int(text) if text.isdecimal() and text.isascii() else None


def _is_final(answer: Answer) -> bool:
    return isinstance(answer, Refusal) and answer.retry == "never"
