"""A report is in before its photographs; that its evidence is whole is a state of its own."""

import base64
import hashlib

from tests.journal_scene import (
    REPORT,
    Pen,
    Reader,
    applied,
    open_scene,
    report_id,
    visiting_pen,
    write_and_push,
)
from tests.running_node import RunningNode

PHOTO = b"a photograph of a fuel tank"
OTHER_PHOTO = b"a photograph of a lorry"


def listed(*photos: bytes) -> dict[str, tuple[None, dict[str, object]]]:
    return {
        f"/attachments/{hashlib.sha256(photo).hexdigest()}": (
            None,
            {"media_type": "image/jpeg", "bytes": len(photo)},
        )
        for photo in photos
    }


async def upload(pen: Pen, photo: bytes) -> None:
    """By tus 1.0, as a tablet does it: announced, then sent."""
    name = base64.b64encode(hashlib.sha256(photo).hexdigest().encode()).decode()
    headers = {"Tus-Resumable": "1.0.0"}
    begun = await pen.client.post(
        "/v1/attachments",
        headers=headers | {"Upload-Length": str(len(photo)), "Upload-Metadata": f"sha256 {name}"},
    )
    assert begun.status_code == 201, begun.text
    sent = await pen.client.patch(
        begun.headers["location"],
        content=photo,
        headers=headers | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    )
    assert sent.status_code == 204, sent.text


async def test_evidence_is_incomplete_until_the_last_photograph_is_here(node: RunningNode):
    scene = await open_scene(node)
    pen, colleague = await scene.pens(2)
    reader = Reader(colleague)

    answer = await write_and_push(pen, REPORT, listed(PHOTO, OTHER_PHOTO))
    states = []
    for photo in (None, PHOTO, OTHER_PHOTO):
        if photo is not None:
            await upload(pen, photo)
        await reader.pull()
        states.append(reader.reports[REPORT]["evidence"])

    assert answer.verdicts == {1: applied(1)}
    assert states == ["incomplete", "incomplete", "complete"]
    assert reader.reports[REPORT]["revision"] == 1
    assert (await scene.report())["evidence"] == "complete"


async def test_evidence_that_was_here_first_is_complete_at_once(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    await upload(pen, PHOTO)

    await write_and_push(pen, REPORT, listed(PHOTO))

    assert (await scene.report())["evidence"] == "complete"


async def test_one_photograph_completes_every_report_that_lists_it(node: RunningNode):
    scene = await open_scene(node)
    pen, colleague = await scene.pens(2)
    reader = Reader(colleague)
    for number in range(3):
        await write_and_push(pen, report_id(number), listed(PHOTO))
    await write_and_push(pen, REPORT, listed(OTHER_PHOTO))
    await reader.pull()

    await upload(pen, PHOTO)
    await reader.pull(1)

    assert {key: report["evidence"] for key, report in reader.reports.items()} == {
        REPORT: "incomplete",
        **{report_id(number): "complete" for number in range(3)},
    }
    assert len(reader.deliveries) == 4 + 3


async def test_p10_completed_evidence_reaches_nobody_outside_the_reports_scope(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    stranger = Reader(await visiting_pen(node, "KG-GKNB"))
    await write_and_push(pen, REPORT, listed(PHOTO))
    await upload(pen, PHOTO)

    await stranger.pull()

    assert (stranger.reports, stranger.left) == ({}, [])
