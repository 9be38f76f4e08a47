"""Attachments: cut off and gone on with, wrong and right, and read by who may."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from backend import limits
from backend.clock import DAY_MS
from backend.db import attachments
from backend.settings import Settings
from tests.problem_documents import slug
from tests.running_node import FakeClock, RunningNode, Tablet, TabletAuth, running_node

PHOTO = bytes(range(256)) * 20_000
TUS = {"Tus-Resumable": "1.0.0"}


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def begin(tablet: Tablet, content: bytes, **changed: str) -> httpx.Response:
    metadata = f"sha256 {base64.b64encode(name_of(content).encode()).decode()}"
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata, **changed}
    return await tablet.client.post("/v1/attachments", headers=headers)


async def patch(
    tablet: Tablet,
    location: str,
    content: bytes | AsyncIterator[bytes],
    offset: int,
    **headers: str,
) -> httpx.Response:
    return await tablet.client.patch(
        location,
        content=content,
        headers={
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            **headers,
        },
    )


async def offset_of(tablet: Tablet, location: str) -> int:
    response = await tablet.client.head(location, headers=TUS)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    return int(response.headers["upload-offset"])


async def send(tablet: Tablet, content: bytes) -> str:
    location = (await begin(tablet, content)).headers["location"]
    response = await patch(tablet, location, content, 0)
    assert response.status_code == 204, response.text
    return location


@pytest.fixture
async def tablet(node: RunningNode) -> Tablet:
    return await node.tablet(await node.console())


def files(node: RunningNode, kind: str) -> list[Path]:
    folder = node.inside.settings.attachments_dir / kind
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_the_node_says_what_it_takes(node: RunningNode):
    response = await node.client.options("/v1/attachments")

    assert response.status_code == 204
    assert response.headers["tus-version"] == "1.0.0"
    assert response.headers["tus-extension"] == "creation,checksum,expiration"
    assert response.headers["tus-max-size"] == str(limits.ATTACHMENT_BYTES_MAX)
    assert response.headers["tus-checksum-algorithm"] == "sha256"


async def test_a_file_is_sent_and_read_again(node: RunningNode, tablet: Tablet):
    begun = await begin(tablet, PHOTO)
    sent = await patch(tablet, begun.headers["location"], PHOTO, 0)
    read = await tablet.client.get(f"/v1/attachments/{name_of(PHOTO)}")

    assert (begun.status_code, begun.headers["upload-offset"]) == (201, "0")
    assert parsedate_to_datetime(begun.headers["upload-expires"]).timestamp() * 1_000 == (
        node.clock.now() + limits.UPLOAD_KEPT_MS
    )
    assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(len(PHOTO)))
    assert read.content == PHOTO
    assert read.headers["content-type"] == "application/octet-stream"
    assert read.headers["content-disposition"].startswith("attachment")
    assert read.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert files(node, "parts") == []


async def test_a_part_of_a_file_is_read_by_range_and_a_known_one_not_sent_again(
    node: RunningNode, tablet: Tablet
):
    await send(tablet, PHOTO)
    at = f"/v1/attachments/{name_of(PHOTO)}"

    part = await tablet.client.get(at, headers={"Range": "bytes=10-19"})
    known = await tablet.client.get(at, headers={"If-None-Match": f'"{name_of(PHOTO)}"'})

    assert (part.status_code, part.content) == (206, PHOTO[10:20])
    assert (known.status_code, known.content) == (304, b"")


async def test_what_arrived_before_the_connection_broke_is_kept_and_gone_on_with(
    node: RunningNode, tablet: Tablet
):
    location = (await begin(tablet, PHOTO)).headers["location"]

    async def breaks_off() -> AsyncIterator[bytes]:
        yield PHOTO[:3_000_000]
        raise ConnectionResetError

    await patch(tablet, location, breaks_off(), 0)
    offset = await offset_of(tablet, location)
    sent = await patch(tablet, location, PHOTO[offset:], offset)

    assert offset == 3_000_000
    assert sent.headers["upload-offset"] == str(len(PHOTO))
    assert (await tablet.client.get(f"/v1/attachments/{name_of(PHOTO)}")).content == PHOTO


async def test_an_upload_is_gone_on_with_after_the_node_started_again(
    settings: Settings, clock: FakeClock
):
    async with running_node(settings, clock) as node:
        tablet = await node.tablet(await node.console())
        location = (await begin(tablet, PHOTO)).headers["location"]
        await patch(tablet, location, PHOTO[:1_000], 0)
    async with running_node(settings, clock, seed=2) as node:
        auth = TabletAuth(tablet.id, node.inside.identity.id, tablet.key)
        tablet.client = node.new_client(auth=auth)

        again = await begin(tablet, PHOTO)
        sent = await patch(tablet, location, PHOTO[1_000:], 1_000)

    assert (again.headers["location"], again.headers["upload-offset"]) == (location, "1000")
    assert sent.headers["upload-offset"] == str(len(PHOTO))


async def test_p1_a_crash_between_the_file_and_its_row_is_mended_at_start(
    settings: Settings, clock: FakeClock
):
    async with running_node(settings, clock) as node:
        tablet = await node.tablet(await node.console())
        location = (await begin(tablet, PHOTO)).headers["location"]
        await patch(tablet, location, PHOTO[:-1], 0)
        upload_id = location.rpartition("/")[2]
        with node.inside.attachments.part(upload_id) as part:
            part.append(PHOTO[-1:])
        assert node.inside.attachments.finish(upload_id, name_of(PHOTO))
    async with running_node(settings, clock, seed=2) as node:
        auth = TabletAuth(tablet.id, node.inside.identity.id, tablet.key)
        tablet.client = node.new_client(auth=auth)

        assert await offset_of(tablet, location) == len(PHOTO)
        assert (await tablet.client.get(f"/v1/attachments/{name_of(PHOTO)}")).content == PHOTO


async def test_content_that_is_not_what_its_name_says_is_discarded(
    node: RunningNode, tablet: Tablet
):
    location = (await begin(tablet, PHOTO)).headers["location"]

    wrong = await patch(tablet, location, PHOTO[:-1] + b"x", 0)
    gone = await tablet.client.head(location, headers=TUS)

    assert slug(wrong) == "upload-content"
    assert wrong.json()["sha256"] == name_of(PHOTO)
    assert gone.status_code == 404
    assert (files(node, "parts"), files(node, "whole")) == ([], [])
    assert slug(await tablet.client.get(f"/v1/attachments/{name_of(PHOTO)}")) == "not-found"


async def test_a_chunk_that_does_not_match_its_checksum_is_not_kept(
    node: RunningNode, tablet: Tablet
):
    location = (await begin(tablet, PHOTO)).headers["location"]
    checksum = base64.b64encode(hashlib.sha256(PHOTO[:1_000]).digest()).decode()
    header = {"Upload-Checksum": f"sha256 {checksum}"}

    damaged = await patch(tablet, location, b"x" + PHOTO[1:1_000], 0, **header)
    after_damage = await offset_of(tablet, location)
    right = await patch(tablet, location, PHOTO[:1_000], 0, **header)

    assert slug(damaged) == "upload-checksum"
    assert after_damage == 0
    assert right.headers["upload-offset"] == "1000"


@pytest.mark.parametrize("checksum", ["md5 xxxx", "sha256", "sha256 !!!", "sha256 AAAA"])
async def test_a_checksum_nobody_can_check_is_refused(
    node: RunningNode, tablet: Tablet, checksum: str
):
    location = (await begin(tablet, PHOTO)).headers["location"]

    response = await patch(tablet, location, b"x", 0, **{"Upload-Checksum": checksum})

    assert slug(response) == "invalid-request"


async def test_a_wrong_offset_is_told_the_right_one(node: RunningNode, tablet: Tablet):
    location = (await begin(tablet, PHOTO)).headers["location"]
    await patch(tablet, location, PHOTO[:1_000], 0)

    for offset in (0, 999, 1_001):
        wrong = await patch(tablet, location, PHOTO[offset:], offset)
        assert slug(wrong) == "upload-offset"
        assert wrong.json()["upload_offset"] == 1_000


async def test_more_than_was_announced_is_refused(node: RunningNode, tablet: Tablet):
    location = (await begin(tablet, PHOTO)).headers["location"]

    response = await patch(tablet, location, PHOTO + b"x", 0)

    assert slug(response) == "body-too-large"


async def test_two_at_once_do_not_write_one_upload(node: RunningNode, tablet: Tablet):
    location = (await begin(tablet, PHOTO)).headers["location"]
    first_is_in, second_is_answered = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield PHOTO[:1_000]
        first_is_in.set()
        await second_is_answered.wait()
        yield PHOTO[1_000:]

    first = asyncio.ensure_future(patch(tablet, location, slowly(), 0))
    await first_is_in.wait()
    second = await patch(tablet, location, PHOTO, 0)
    second_is_answered.set()

    assert slug(second) == "upload-busy"
    assert second.headers["retry-after"] == "2"
    assert (await first).headers["upload-offset"] == str(len(PHOTO))


async def test_p2_a_known_hash_is_not_sent_twice(node: RunningNode, tablet: Tablet):
    location = await send(tablet, PHOTO)

    again = await begin(tablet, PHOTO)
    repeated = await patch(tablet, location, b"", len(PHOTO))

    assert again.headers["upload-offset"] == str(len(PHOTO))
    assert again.headers["location"] == location
    assert repeated.status_code == 204


async def test_p10_a_hash_alone_opens_no_file(node: RunningNode, tablet: Tablet):
    await send(tablet, PHOTO)
    other = await node.tablet(await node.console("KG-CUS"))

    begun = await begin(other, PHOTO)
    read = await other.client.get(f"/v1/attachments/{name_of(PHOTO)}")

    assert begun.headers["upload-offset"] == str(len(PHOTO))
    assert slug(read) == "not-found"


async def test_p10_another_devices_upload_is_not_there(node: RunningNode, tablet: Tablet):
    location = (await begin(tablet, PHOTO)).headers["location"]
    other = await node.tablet(await node.console())

    assert (await other.client.head(location, headers=TUS)).status_code == 404
    assert slug(await patch(other, location, PHOTO, 0)) == "not-found"


async def test_p10_a_person_reads_only_what_a_report_of_the_agency_lists(
    node: RunningNode, tablet: Tablet
):
    await send(tablet, PHOTO)
    console = await node.console("KG-CNS")

    assert slug(await console.client.get(f"/v1/attachments/{name_of(PHOTO)}")) == "not-found"


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("Tus-Resumable", "0.2.2", "tus-version"),
        ("Upload-Length", "", "invalid-request"),
        ("Upload-Length", "-1", "invalid-request"),
        ("Upload-Length", "0", "invalid-request"),
        ("Upload-Length", "9" * 40, "invalid-request"),
        ("Upload-Length", str(limits.ATTACHMENT_BYTES_MAX + 1), "body-too-large"),
        ("Upload-Metadata", "", "invalid-request"),
        ("Upload-Metadata", "sha256 Li4vLi4vZXRjL3Bhc3N3ZA==", "invalid-request"),
        ("Upload-Metadata", "sha256 !", "invalid-request"),
    ],
)
async def test_a_malformed_announcement_is_refused(
    node: RunningNode, tablet: Tablet, header: str, value: str, expected: str
):
    response = await begin(tablet, PHOTO, **{header: value})

    assert slug(response) == expected


async def test_a_full_disk_takes_no_more_photos(
    node: RunningNode, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("backend.attachment_files.DISK_RESERVED_BYTES", 1 << 60)

    assert slug(await begin(tablet, PHOTO)) == "storage-unavailable"


async def test_a_device_begins_only_so_many(
    node: RunningNode, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "UPLOADS_OPEN_MAX", 2)

    answers = [await begin(tablet, bytes([number])) for number in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]


async def test_an_upload_nobody_goes_on_with_is_forgotten(settings: Settings, clock: FakeClock):
    async with running_node(settings, clock) as node:
        tablet = await node.tablet(await node.console())
        location = (await begin(tablet, PHOTO)).headers["location"]
        await patch(tablet, location, PHOTO[:1_000], 0)
    clock.advance(limits.UPLOAD_KEPT_MS + DAY_MS)
    async with running_node(settings, clock, seed=2) as node:
        assert files(node, "parts") == []
        assert await node.inside.database.read(attachments.list_open_uploads) == []
