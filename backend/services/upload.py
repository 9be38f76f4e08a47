"""Taking attachments in: on their own lane, resumable, named by content (docs/protocol.md)."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from backend import limits
from backend.actors import DeviceActor
from backend.attachment_files import AttachmentFiles, OpenPart, PartBusy
from backend.clock import Instant, after
from backend.db import attachments, report_store
from backend.db.attachments import Upload
from backend.db.engine import StorageUnavailable
from backend.node import Node
from backend.services.intake import Intake
from schemas import problems
from schemas.problems import Problem

BUSY_RETRY_AFTER_MS: Final = 2_000
WRITE_BYTES: Final = 1024 * 1024
"""Gathered before a thread is asked to write: a network chunk is 64 KiB."""


@dataclass(frozen=True, slots=True)
class Progress:
    """An upload and how much of it is here. It is whole, and safe, when they are equal."""

    upload: Upload
    offset: int

    @property
    def expires_at(self) -> Instant:
        return after(self.upload.created_at, limits.UPLOAD_KEPT_MS)


async def begin(node: Node, actor: DeviceActor, *, sha256: str, size_bytes: int) -> Progress:
    """Announce a file. One that the node has is whole already; one on its way is gone on with."""
    new = Upload(node.ids.uuid(), actor.id, sha256, size_bytes, node.now())

    def work(connection: Connection) -> tuple[Upload, int | None]:
        known = attachments.find_size(connection, sha256)
        if known is not None and known != size_bytes:
            raise Problem(
                problems.UPLOAD_CONTENT, "The node has it in another size.", sha256=sha256
            )
        begun = attachments.find_upload_of(
            connection, device=actor.id, sha256=sha256, size_bytes=size_bytes
        )
        if begun is None:
            _refuse_too_many(connection, actor)
            # No holder of what it did not send: a known name alone opens nothing.
            begun = new if known is None else replace(new, completed_at=new.created_at)
            attachments.add_upload(connection, begun)
        return begun, known

    if not await asyncio.to_thread(node.attachments.has_room_for, size_bytes):
        raise StorageUnavailable("no room for attachments")
    upload, known = await node.database.write(work)
    if known is not None:
        return Progress(upload, size_bytes)
    return await progress(node, upload)


async def show(node: Node, actor: DeviceActor, upload_id: str) -> Progress:
    """How much of an upload is here."""
    return await progress(node, await _own(node, actor, upload_id))


async def progress(node: Node, upload: Upload) -> Progress:
    if upload.completed_at is not None:
        return Progress(upload, upload.size_bytes)
    size = await asyncio.to_thread(node.attachments.part_size, upload.id)
    return Progress(upload, size)


@dataclass(frozen=True, slots=True)
class Patch:
    """Bytes for an upload from ``offset`` on. ``checksum`` is of the whole patch."""

    offset: int
    checksum: bytes | None
    body: AsyncIterator[bytes]


async def append(node: Node, actor: DeviceActor, upload_id: str, patch: Patch) -> Progress:
    """Add to an upload. What arrived before a connection broke is kept; the last byte ends it."""
    upload = await _own(node, actor, upload_id)
    if upload.completed_at is not None:
        if patch.offset != upload.size_bytes:
            raise _wrong_offset(upload.size_bytes)
        return Progress(upload, upload.size_bytes)
    offset = await _write(node.attachments, upload, patch)
    if offset < upload.size_bytes:
        return Progress(upload, offset)
    return await _finish(node, upload)


async def _write(files: AttachmentFiles, upload: Upload, patch: Patch) -> int:
    """The offset after what of the body arrived, which is safe by then."""
    opened = files.part(upload.id)
    try:
        part = await asyncio.to_thread(opened.__enter__)
    except PartBusy as busy:
        raise Problem(
            problems.UPLOAD_BUSY,
            "Another request is writing this upload.",
            retry_after_ms=BUSY_RETRY_AFTER_MS,
        ) from busy
    try:
        if part.size != patch.offset:
            raise _wrong_offset(part.size)
        left = upload.size_bytes - patch.offset
        if patch.checksum is None:
            await _stream(part, patch.body, left)
        else:
            chunk = await _checked(patch, min(left, limits.ATTACHMENT_CHUNK_BYTES_MAX))
            await asyncio.to_thread(part.append, chunk)
        await asyncio.to_thread(part.sync)
        return part.size
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


async def _stream(part: OpenPart, body: AsyncIterator[bytes], left: int) -> None:
    """Append the body as it comes; when it breaks off, what came is kept all the same."""
    gathered = bytearray()
    try:
        async for chunk in body:
            left -= len(chunk)
            if left < 0:
                raise Problem(problems.BODY_TOO_LARGE, "More than was announced.")
            gathered += chunk
            if len(gathered) >= WRITE_BYTES:
                await asyncio.to_thread(part.append, bytes(gathered))
                gathered.clear()
    finally:
        if gathered:
            await asyncio.to_thread(part.append, bytes(gathered))
            await asyncio.to_thread(part.sync)


async def _checked(patch: Patch, bytes_max: int) -> bytes:
    """The whole body, if it is what its checksum says."""
    body = bytearray()
    async for chunk in patch.body:
        body += chunk
        if len(body) > bytes_max:
            raise Problem(
                problems.BODY_TOO_LARGE,
                "A chunk with a checksum is held in memory: send smaller ones.",
                bytes_max=bytes_max,
            )
    if hashlib.sha256(body).digest() != patch.checksum:
        raise Problem(
            problems.UPLOAD_CHECKSUM,
            "The chunk was damaged on its way; it was not kept.",
            upload_offset=patch.offset,
            retry_after_ms=0,
        )
    return bytes(body)


async def _finish(node: Node, upload: Upload) -> Progress:
    """Every byte is here: name the file, if its content is what the name says."""
    is_right = await asyncio.to_thread(node.attachments.finish, upload.id, upload.sha256)
    if not is_right:
        await node.database.write(lambda connection: attachments.drop_upload(connection, upload.id))
        raise Problem(
            problems.UPLOAD_CONTENT,
            "The content is not what its name says; it was discarded.",
            sha256=upload.sha256,
        )
    now = node.now()
    await node.database.write(lambda connection: _complete(connection, node, upload, now))
    node.journal_moved()
    return Progress(upload, upload.size_bytes)


def _complete(connection: Connection, node: Node, upload: Upload, now: Instant) -> None:
    """The file is here. Reports that list it move in the journal: their evidence may be whole."""
    if not attachments.complete(connection, upload, now):
        return
    intake = Intake(connection, node.rulebook, now)
    for name in report_store.reports_listing(connection, upload.sha256):
        report = intake.report(name)
        if report is not None:
            intake.put(replace(report))  # the same report, as another value: it moved
    intake.finish()


async def clean_up(node: Node) -> None:
    """What is left of the last run: uploads nobody goes on with, parts nobody knows. At start."""
    now, files = node.now(), node.attachments
    oldest = Instant(now - limits.UPLOAD_KEPT_MS)

    def work(connection: Connection) -> list[Upload]:
        attachments.drop_uploads_before(connection, oldest)
        left = attachments.list_open_uploads(connection)
        for upload in left:
            if files.is_left_unnamed(upload.id, upload.sha256):
                _complete(connection, node, upload, now)
        return left

    known = await node.database.write(work)
    await asyncio.to_thread(files.discard_all_but, [upload.id for upload in known])


def decode_checksum(text: str) -> bytes:
    """``Upload-Checksum: sha256 <base64>``."""
    algorithm, _, value = text.strip().partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        digest = b""
    if algorithm != "sha256" or len(digest) != hashlib.sha256().digest_size:
        raise Problem(problems.INVALID_REQUEST, "Upload-Checksum is sha256 and base64.", errors=[])
    return digest


async def _own(node: Node, actor: DeviceActor, upload_id: str) -> Upload:
    """An upload of another device is not there (P10)."""
    upload = await node.database.read(
        lambda connection: attachments.find_upload(connection, upload_id)
    )
    if upload is None or upload.device != actor.id:
        raise Problem(problems.NOT_FOUND, "This device has no such upload.")
    return upload


def _refuse_too_many(connection: Connection, actor: DeviceActor) -> None:
    if attachments.count_open_uploads(connection, actor.id) >= limits.UPLOADS_OPEN_MAX:
        raise Problem(
            problems.TOO_MANY_REQUESTS,
            "Finish some of the uploads that were begun.",
            retry_after_ms=BUSY_RETRY_AFTER_MS,
        )


def _wrong_offset(offset: int) -> Problem:
    return Problem(problems.UPLOAD_OFFSET, f"The upload goes on at {offset}.", upload_offset=offset)
