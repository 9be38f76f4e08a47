"""Photos and films of a tablet: kept by their hash, listed in a line, sent on a lane of their own.

The report is in before its photos. Nothing is freed before the node has confirmed the hash.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from clients.tablet.file import TabletFile
from clients.tablet.writing import Desk
from sync.ids import ReportId
from sync.strictjson import Json

PIECE_BYTES: Final = 256 * 1024
"""One piece in the file and one request of an upload: half a minute of 2G."""

ATTACHMENT_BYTES_MAX: Final = 512 * 1024 * 1024

Stage = Literal["queued", "confirmed", "refused"]


class UnsuitableError(ValueError):
    """The file is empty, or larger than a node takes."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a report, and how far it has come."""

    sha256: str
    report: ReportId
    bytes_count: int
    media_type: str
    stage: Stage
    upload: str | None
    """Where its upload goes on."""
    reason: str | None


class Attachments:
    """The files that were attached on this tablet."""

    __slots__ = ("_desk", "_file")

    def __init__(self, file: TabletFile, desk: Desk) -> None:
        self._file = file
        self._desk = desk

    def attach(
        self, report: ReportId, source: BinaryIO, media_type: str, about: Mapping[str, Json]
    ) -> Attachment:
        """Keep a file and write the line that lists it, both or neither."""
        with self._file.transaction():
            sha256, bytes_count = self._keep(source)
            self._file.run(
                "INSERT OR IGNORE INTO attachment (sha256, report, bytes_count, media_type, stage)"
                " VALUES (?, ?, ?, ?, 'queued')",
                sha256,
                report,
                bytes_count,
                media_type,
            )
            said = {**about, "media_type": media_type, "bytes": bytes_count}
            self._desk.edit(report, {f"/attachments/{sha256}": said})
        found = self.find(sha256)
        assert found is not None, "it was just written"
        return found

    def _keep(self, source: BinaryIO) -> tuple[str, int]:
        """The pieces under a passing name until the hash is known; a second copy is dropped."""
        digest = hashlib.sha256()
        bytes_count = ordinal = 0
        while piece := source.read(PIECE_BYTES):
            digest.update(piece)
            bytes_count += len(piece)
            if bytes_count > ATTACHMENT_BYTES_MAX:
                raise UnsuitableError(f"an attachment has at most {ATTACHMENT_BYTES_MAX} bytes")
            self._file.run("INSERT INTO attachment_piece VALUES ('', ?, ?)", ordinal, piece)
            ordinal += 1
        if not bytes_count:
            raise UnsuitableError("an empty file is no attachment")
        sha256 = digest.hexdigest()
        if self.find(sha256) is None:
            self._file.run("UPDATE attachment_piece SET sha256 = ? WHERE sha256 = ''", sha256)
        else:
            self._file.run("DELETE FROM attachment_piece WHERE sha256 = ''")
        return sha256, bytes_count

    def find(self, sha256: str) -> Attachment | None:
        row = self._file.one(
            "SELECT sha256, report, bytes_count, media_type, stage, upload, reason"
            " FROM attachment WHERE sha256 = ?",
            sha256,
        )
        return None if row is None else Attachment(*row)

    def queued(self) -> list[Attachment]:
        rows = self._file.all(
            "SELECT sha256, report, bytes_count, media_type, stage, upload, reason"
            " FROM attachment WHERE stage = 'queued' ORDER BY bytes_count, sha256"
        )
        return [Attachment(*row) for row in rows]

    def of_report(self, report: ReportId) -> list[Attachment]:
        rows = self._file.all(
            "SELECT sha256, report, bytes_count, media_type, stage, upload, reason"
            " FROM attachment WHERE report = ? ORDER BY sha256",
            report,
        )
        return [Attachment(*row) for row in rows]

    def piece(self, sha256: str, offset: int) -> bytes:
        """Bytes from ``offset`` to the end of the piece they stand in; none past the end."""
        row = self._file.one(
            "SELECT bytes FROM attachment_piece WHERE sha256 = ? AND ordinal = ?",
            sha256,
            offset // PIECE_BYTES,
        )
        return b"" if row is None else bytes(row[0])[offset % PIECE_BYTES :]

    def move(self, sha256: str, stage: Stage, *, upload: str | None, reason: str | None) -> None:
        with self._file.transaction():
            self._file.run(
                "UPDATE attachment SET stage = ?, upload = ?, reason = ? WHERE sha256 = ?",
                stage,
                upload,
                reason,
                sha256,
            )

    def free_space(self) -> int:
        """Drop the content of confirmed files; how many bytes that gives back."""
        with self._file.transaction():
            row = self._file.one(
                "SELECT coalesce(sum(length(bytes)), 0) FROM attachment_piece JOIN attachment"
                " USING (sha256) WHERE stage = 'confirmed'"
            )
            self._file.run(
                "DELETE FROM attachment_piece WHERE sha256 IN"
                " (SELECT sha256 FROM attachment WHERE stage = 'confirmed')"
            )
        return 0 if row is None else int(row[0])
