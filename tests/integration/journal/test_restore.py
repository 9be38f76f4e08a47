"""A backup is put in place: nothing a tablet still has is lost, nothing is overwritten (P1, P3)."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backend.cli import app
from backend.settings import Settings
from tests.journal_scene import (
    PLACE,
    REPORT,
    ROAD,
    Pen,
    Reader,
    Scene,
    deliver,
    digest_of,
    open_scene,
    report_id,
    sides,
    write_and_push,
)
from tests.problem_documents import slug
from tests.running_node import FakeClock, RunningNode, Tablet, TabletAuth, running_node


def put_back(settings: Settings, backup: Path, *options: str) -> dict[str, object]:
    """The backup in the place of what there was, and what ``khabar restore-epoch`` says."""
    shutil.copy(backup, settings.data_dir / "khabar.db")
    environment = {"KHABAR_DATA_DIR": str(settings.data_dir)}
    done = CliRunner().invoke(app, ["restore-epoch", "--json", *options], env=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def back_up(settings: Settings, to: Path) -> Path:
    """A copy of the file of a node that is stopped."""
    return Path(shutil.copy(settings.data_dir / "khabar.db", to / "backup.db"))


def at(node: RunningNode, pen: Pen) -> Pen:
    """The same tablet, its requests going to the node as it runs now."""
    tablet = pen.tablet
    auth = TabletAuth(tablet.id, node.inside.identity.id, tablet.key)
    moved = Tablet(tablet.id, tablet.key, tablet.enrolment, node.new_client(auth=auth))
    return Pen(moved, pen.lines)


async def scene_at(node: RunningNode, scene: Scene) -> Scene:
    client = node.new_client(token=scene.console.token)
    scene.console.client = client
    return Scene(node, scene.console, scene.team)


async def test_p1_after_a_restore_tablets_bring_everything_back(
    settings: Settings, clock: FakeClock, tmp_path: Path
):
    async with running_node(settings, clock) as node:
        scene = await open_scene(node)
        one, two = await scene.pens(2)
        await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})
        first_epoch = node.inside.identity.epoch
    backup = back_up(settings, tmp_path)
    async with running_node(settings, clock, seed=2) as node:
        one, two = at(node, one), at(node, two)
        await write_and_push(two, REPORT, {ROAD: (None, "km 12")}, seen=1)
        await write_and_push(one, report_id(1), {PLACE: (None, "Batken")})
        reader = Reader(two)
        await reader.pull()
        told = reader.revisions

    said = put_back(settings, backup)

    async with running_node(settings, clock, seed=3) as node:
        scene, one, two = await scene_at(node, scene), at(node, one), at(node, two)
        stale = await two.client.get("/v1/sync/pull", params={"cursor": reader.cursor})
        again = Reader(two)
        page = await again.page()
        assert (slug(stale), stale.json()["epoch"]) == ("cursor-stale", said["epoch"])
        assert (page["stored"], page["epoch"]) == (0, said["epoch"])
        assert page["epoch"] != first_epoch
        assert set(again.reports) == {REPORT} != set(told)

        answers = [await deliver(pen, pen.segment()) for pen in (one, two)]
        await again.pull()

        assert [answer.receipt["epoch"] for answer in answers] == [said["epoch"]] * 2
        assert answers[0].names == ["duplicate", "applied"]
        assert answers[1].names == ["applied"]
        assert again.fields(REPORT) == {PLACE: "Osh road", ROAD: "km 12"}
        assert again.fields(report_id(1)) == {PLACE: "Batken"}
        assert again.digest == digest_of(again.revisions)
        assert min(again.revisions.values()) > 2**32
        assert await scene.waiting() == {}
        assert await scene.conflicts() == []


async def test_p3_an_edit_of_the_lost_time_overwrites_nothing_of_the_new(
    settings: Settings, clock: FakeClock, tmp_path: Path
):
    """It says that it saw revision 2: there is another revision 2 now, by somebody else."""
    async with running_node(settings, clock) as node:
        scene = await open_scene(node)
        one, two, three = await scene.pens(3)
        await write_and_push(one, REPORT, {PLACE: (None, "Osh road")})
    backup = back_up(settings, tmp_path)
    async with running_node(settings, clock, seed=2) as node:
        await write_and_push(at(node, one), REPORT, {PLACE: ("Osh road", "lost and seen")})
    two.edit(REPORT, {PLACE: ("lost and seen", "written on the lost")}, seen=2)

    put_back(settings, backup)

    async with running_node(settings, clock, seed=3) as node:
        scene = await scene_at(node, scene)
        one, two, three = (at(node, pen) for pen in (one, two, three))
        await write_and_push(three, REPORT, {PLACE: ("Osh road", "of the new time")}, seen=1)
        await deliver(two, two.segment())
        await deliver(one, one.segment())

        conflict = await scene.only_conflict()
        assert sides(conflict) == (
            "of the new time",
            ["written on the lost", "lost and seen"],
        )


async def test_a_second_restore_of_one_backup_begins_above_the_life_it_does_not_know(
    settings: Settings, clock: FakeClock, tmp_path: Path
):
    async with running_node(settings, clock) as node:
        epoch = node.inside.identity.epoch
    backup = back_up(settings, tmp_path)

    first = put_back(settings, backup)
    second = put_back(settings, backup, "--after", str(first["generation"]))

    assert (first["was"], first["generation"], second["generation"]) == (epoch, 2, 3)
    async with running_node(settings, clock, seed=2) as node:
        assert node.inside.identity.epoch == second["epoch"]
        assert node.inside.rulebook.revision_floor == 2 * 2**32


async def test_a_restore_is_on_record(settings: Settings, clock: FakeClock, tmp_path: Path):
    async with running_node(settings, clock):
        pass

    said = put_back(settings, back_up(settings, tmp_path))

    async with running_node(settings, clock) as node:
        rows = await node.inside.database.read(
            lambda c: c.exec_driver_sql("SELECT action, detail FROM audit").all()
        )
    assert [(row.action, json.loads(row.detail)) for row in rows] == [
        ("node.restored", {"epoch": said["epoch"], "was": said["was"]})
    ]


@pytest.mark.parametrize("after", ["-1", "200000"])
def test_a_generation_out_of_bounds_is_refused(settings: Settings, after: str):
    environment = {"KHABAR_DATA_DIR": str(settings.data_dir)}

    done = CliRunner().invoke(app, ["restore-epoch", "--after", after], env=environment)

    assert done.exit_code == 1
    assert "generation" in done.stderr
