"""Every value has a witness: a signed line whose bytes say this value at this path (P11)."""

import json
from typing import Any

from sync.log import hash_of, prove, split_bundle
from tests.builders import verify
from tests.journal_scene import (
    GROSS,
    ITEM,
    PLACE,
    REPORT,
    ROAD,
    Scene,
    deliver,
    kg,
    open_scene,
    write_and_push,
)
from tests.running_node import RunningNode


def said_in(text: str, path: str) -> Any:
    """What a line says of a path: an edit's value, or a decision's."""
    line = json.loads(text)
    return line["value"] if line["op"] == "decide" else line["set"][path]["now"]


async def proofs(scene: Scene) -> dict[str, list[tuple[str, int, Any]]]:
    """Path -> (log, line, value said there) of each witness, read from the bytes as sent."""
    history = await scene.history()
    lines = {(line["log"], line["seq"]): line for line in history["lines"]}
    found: dict[str, list[tuple[str, int, Any]]] = {}
    for path, witnesses in history["witnesses"].items():
        for witness in witnesses:
            at = (witness["device"], witness["seq"])
            line = lines[at]
            assert hash_of(line["text"].encode()) == line["hash"]
            assert json.loads(line["text"])["author"] == witness["author"]
            found.setdefault(path, []).append((*at, said_in(line["text"], path)))
    return found


async def test_p11_each_field_is_witnessed_by_lines_that_say_it(node: RunningNode):
    scene = await open_scene(node)
    one, other = await scene.pens(2)
    one.edit(REPORT, {PLACE: (None, "Osh"), GROSS: (None, kg("1"))})
    one.edit(REPORT, {PLACE: ("Osh", "Osh road"), ROAD: (None, "km 1")})
    await deliver(one, one.segment())
    await write_and_push(other, REPORT, {GROSS: (None, kg("1000", unit="g"))})

    fields = (await scene.report())["fields"]
    found = await proofs(scene)

    assert fields == {PLACE: "Osh road", GROSS: kg("1"), ROAD: "km 1"}
    assert found == {
        PLACE: [(one.id, 2, "Osh road")],
        GROSS: [(one.id, 1, kg("1")), (other.id, 1, kg("1000", unit="g"))],
        ROAD: [(one.id, 2, "km 1")],
    }


async def test_p11_a_settled_value_is_witnessed_by_the_nodes_own_line(node: RunningNode):
    scene = await open_scene(node)
    for index, pen in enumerate(await scene.pens(2)):
        await write_and_push(pen, REPORT, {GROSS: (None, kg(str(index + 1)))})
    await scene.decide("settle", await scene.only_conflict(), value=kg("1.5"))

    assert await proofs(scene) == {GROSS: [(node.inside.identity.id, 1, kg("1.5"))]}


async def test_p11_a_strike_is_witnessed_by_the_line_that_gives_its_reason(node: RunningNode):
    scene = await open_scene(node)
    pen = await scene.pen()
    pen.edit(REPORT, {f"/items/{ITEM}/colour": (None, "brown")})
    pen.void(REPORT, seen=1, reason="Filed twice.")
    await deliver(pen, pen.segment())

    history = await scene.history()
    (witness,) = history["witnesses"]["/voided"]
    line = next(line for line in history["lines"] if line["seq"] == witness["seq"])

    assert json.loads(line["text"])["reason"] == "Filed twice."


async def test_p11_the_stored_bytes_and_seals_still_prove_every_log(node: RunningNode):
    """The node's own log too: what it decided is sealed with its key."""
    scene = await open_scene(node)
    one, other = await scene.pens(2)
    one.fill(3)
    await deliver(one, one.segment(1, 2), one.segment(2, 3))
    await write_and_push(other, REPORT, {ROAD: (None, "km 9")})
    await scene.decide("settle", await scene.only_conflict(), value="km 3")
    keys = {pen.id: pen.tablet.key.public_text for pen in (one, other)}
    keys[node.inside.identity.id] = one.tablet.enrolment["node"]["signing_key"]

    stored = await node.inside.database.read(
        lambda c: (
            c.exec_driver_sql("SELECT log, seq, bytes_as_sent FROM line").all(),
            c.exec_driver_sql("SELECT log, first, last, bytes_as_sent FROM seal").all(),
        )
    )

    lines = {(row.log, row.seq): row.bytes_as_sent for row in stored[0]}
    proved: set[tuple[str, int]] = set()
    for seal in stored[1]:
        run = [(seal.log, seq) for seq in range(seal.first, seal.last + 1)]
        raw = b"\n".join([*(lines[at] for at in run), seal.bytes_as_sent]) + b"\n"
        (segment,) = split_bundle(raw)
        assert prove(segment, public_key=keys[seal.log], verify=verify).seal.device == seal.log
        proved |= set(run)
    assert proved == set(lines)
