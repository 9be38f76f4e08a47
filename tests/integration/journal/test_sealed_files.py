"""A sealed bundle file is readable by its node alone (R6)."""

from clients.bundles import seal
from tests.journal_scene import (
    REPORT,
    ROAD,
    SEALED,
    Pen,
    Reader,
    applied,
    believed,
    open_scene,
    push,
)
from tests.problem_documents import slug
from tests.running_node import FakeClock, RunningNode, running_node


def sealed(pen: Pen, raw: bytes) -> bytes:
    node = pen.tablet.enrolment["node"]
    return seal(raw, node_id=node["id"], sealing_key=node["sealing_key"])


async def test_r6_a_sealed_file_opens_at_its_node_and_is_receipted_by_what_it_holds(
    node: RunningNode,
):
    scene = await open_scene(node)
    pen, courier = await scene.pens(2)
    pen.fill(2)
    file = sealed(pen, pen.segment())
    assert pen.lines[0] not in file

    carried = await push(courier, file, media_type=SEALED)
    again = await push(pen, pen.segment())

    assert believed(courier, pen.segment(), carried).stored == {pen.id: 2}
    assert believed(pen, pen.segment(), again).names == ["duplicate"] * 2
    assert believed(pen, pen.segment(), again).verdicts == {1: applied(1), 2: applied(2)}
    assert (await scene.report(REPORT))["fields"] == {ROAD: "km 2"}


async def test_r6_another_nodes_file_is_refused(node: RunningNode, settings, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "khabar.db").write_bytes((settings.data_dir / "khabar.db").read_bytes())
    elsewhere = settings.model_copy(update={"data_dir": folder})
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    file = sealed(pen, pen.segment())

    async with running_node(elsewhere, FakeClock(), seed=2) as other:
        stranger = await (await open_scene(other)).pen()
        refused = await push(stranger, file, media_type=SEALED)
        header = b"khabar-sealed-v1\n" + other.inside.identity.id.encode() + b"\n"
        readdressed = await push(stranger, header + file.split(b"\n", 2)[2], media_type=SEALED)

    assert [slug(refused), slug(readdressed)] == ["bundle-unreadable"] * 2


async def test_r6_a_damaged_file_is_refused_whole_and_nothing_is_stored(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.fill(1)
    file = sealed(pen, pen.segment())
    header, body = file[:-40], file[-40:]
    damaged = [
        header + bytes([body[0] ^ 1]) + body[1:],
        file[:-1],
        file + b"x",
        file[:60],
        file[:20],
        b"khabar-sealed-v1\n",
        pen.segment(),
        b"",
        b"khabar-sealed-v1\n" + b"\xff" * 36 + b"\n" + body,
    ]

    answers = [await push(pen, raw, media_type=SEALED) for raw in damaged]

    assert [slug(answer) for answer in answers] == ["bundle-unreadable"] * len(damaged)
    assert (await Reader(pen).page())["stored"] == 0
    assert await scene.quarantine() == []
