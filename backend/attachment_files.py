"""Attachments on disk: parts as they arrive, whole files named by their content.

The length of a part is how much of it is here: no row can disagree with it after a crash. A whole
file appears under its name at once, after its bytes are safe.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import IO, Final

from backend.db.engine import StorageUnavailable
from backend.db.process_lock import lock_now
from backend.files import fsync_folder, move_durably
from backend.limits import DISK_RESERVED_BYTES

READ_BYTES: Final = 1024 * 1024


class PartBusy(Exception):  # noqa: N818 — a state, not a fault
    """Another request is writing this part."""


class AttachmentFiles:
    """The folder of attachments. All methods block: call them in a thread."""

    __slots__ = ("_parts", "_whole")

    def __init__(self, folder: Path) -> None:
        self._parts = folder / "parts"
        self._whole = folder / "whole"
        for each in (self._parts, self._whole):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)

    def whole_path(self, sha256: str) -> Path:
        return self._whole / sha256[:2] / sha256

    def part_size(self, upload: str) -> int:
        """How much of a part is here; 0 before its first byte."""
        try:
            return self._part_path(upload).stat().st_size
        except FileNotFoundError:
            return 0

    def has_room_for(self, size_bytes: int) -> bool:
        return shutil.disk_usage(self._parts).free - size_bytes >= DISK_RESERVED_BYTES

    @contextlib.contextmanager
    def part(self, upload: str) -> Generator["OpenPart"]:
        """A part to append to, by one request at a time. What was appended is kept."""
        with _disk_faults(), self._part_path(upload).open("ab") as file:
            try:
                lock_now(file.fileno())
            except OSError as taken:
                raise PartBusy from taken
            yield OpenPart(file)

    def finish(self, upload: str, sha256: str) -> bool:
        """Give a part its name if its content is what the name says; else discard it."""
        part, whole = self._part_path(upload), self.whole_path(sha256)
        with _disk_faults():
            if _digest(part) != sha256:
                part.unlink()
                return False
            move_durably(part, whole)
            return True

    def is_left_unnamed(self, upload: str, sha256: str) -> bool:
        """Whether a crash came between the rename of a part and the row that says so."""
        return not self._part_path(upload).exists() and self.whole_path(sha256).exists()

    def discard(self, upload: str) -> None:
        self._part_path(upload).unlink(missing_ok=True)

    def discard_all_but(self, uploads: Iterable[str]) -> int:
        """Remove parts that no upload knows; how many."""
        known = frozenset(uploads)
        stray = [path for path in self._parts.iterdir() if path.name not in known]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)

    def _part_path(self, upload: str) -> Path:
        return self._parts / upload


class OpenPart:
    """A part while one request appends to it."""

    __slots__ = ("_file",)

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def append(self, chunk: bytes) -> None:
        with _disk_faults():
            self._file.write(chunk)
            self._file.flush()

    def sync(self) -> None:
        """What was appended survives a power cut: the offset may be told to the tablet."""
        with _disk_faults():
            os.fsync(self._file.fileno())
            fsync_folder(Path(self._file.name).parent)


@contextlib.contextmanager
def _disk_faults() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable("an attachment could not be stored") from error


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
