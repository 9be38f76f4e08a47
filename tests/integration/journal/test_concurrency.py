"""Many tablets push while others follow their cursors: nothing is missed or doubled (P5, S6)."""

import asyncio
from random import Random  # noqa: TID251 — each generator below is seeded

from tests.journal_scene import (
    GROSS,
    ROAD,
    Pen,
    Reader,
    deliver,
    digest_of,
    kg,
    open_scene,
    report_id,
)
from tests.running_node import RunningNode

PENS = 8
ROUNDS = 6
LINES = 5
REPORTS = 12


def write_some(pen: Pen, dice: Random) -> None:
    """A few lines about reports that the others write about too."""
    for _ in range(LINES):
        report = report_id(dice.randrange(REPORTS))
        note = f"{pen.id[-4:]} {pen.head}"
        pen.edit(report, {f"/tags/{dice.choice(TAGS)}": (None, True), "/notes": (None, note)})


TAGS = ("joint", "backtrack", "pilot")


async def push_all(pen: Pen, dice: Random) -> None:
    """Push round after round, each twice at once: a tablet that lost patience sends again."""
    for _ in range(ROUNDS):
        first = pen.head + 1
        write_some(pen, dice)
        await asyncio.gather(*(deliver(pen, pen.segment(first)) for _ in range(2)))


async def follow(reader: Reader, done: asyncio.Event, limit: int) -> None:
    while not done.is_set():
        await reader.page(limit)
        await asyncio.sleep(0)
    await reader.pull(limit)


async def test_p5_cursors_miss_nothing_while_sixteen_pushes_are_under_way(node: RunningNode):
    scene = await open_scene(node)
    pens = await scene.pens(PENS)
    readers = [Reader(await scene.pen()) for _ in range(3)]
    dice, done = Random(5), asyncio.Event()
    following = [
        asyncio.create_task(follow(reader, done, limit))
        for reader, limit in zip(readers, (1, 3, 200), strict=True)
    ]

    await asyncio.gather(*(push_all(pen, Random(dice.random())) for pen in pens))
    done.set()
    await asyncio.gather(*following)

    fresh = Reader(pens[0])
    await fresh.pull(7)
    for reader in readers:
        assert reader.reports == fresh.reports
        assert reader.digest == digest_of(reader.revisions)
        revisions: dict[str, int] = {}
        for report, revision in reader.deliveries:
            assert revision > revisions.get(report, 0), "delivered twice, or out of order"
            revisions[report] = revision
    own = Reader(pens[3])
    await own.pull()
    assert own.verdicts.keys() == set(range(1, ROUNDS * LINES + 1))
    assert {verdict["verdict"] for verdict in own.verdicts.values()} <= {"applied", "agreed"}
    assert len(fresh.reports) == REPORTS


async def test_s6_every_line_is_judged_once_and_every_revision_given_once(node: RunningNode):
    scene = await open_scene(node)
    pens = await scene.pens(PENS)
    for index, pen in enumerate(pens):
        pen.edit(report_id(0), {GROSS: (None, kg(str(index)))})
        pen.edit(report_id(0), {f"/weighings/{pen.id}": (None, {"at": "2020-02-01T10:00:00Z"})})

    await asyncio.gather(
        *(deliver(carrier, pen.segment()) for pen in pens for carrier in (pen, pens[0]))
    )

    history = await scene.history(report_id(0))
    revisions = sorted(line["verdict"]["revision"] for line in history["lines"])
    assert revisions == list(range(1, 2 * PENS + 1))
    conflict = await scene.only_conflict()
    values = [conflict["accepted"], *conflict["candidates"]]
    assert sorted(side["value"]["amount"] for side in values) == [str(n) for n in range(PENS)]
    assert ROAD not in history["witnesses"]
