"""The tablet as one thing: open a folder, write reports, sync when there is a bar of network."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

import httpx

from clients.clock import SystemClock
from clients.courier import Carried
from clients.http import NodeClient
from clients.ids import SystemIds
from clients.keys import SEED_BYTES
from clients.tablet import bundling, enrolment
from clients.tablet.asking import Asker
from clients.tablet.events import SyncReport
from clients.tablet.file import IN_MEMORY, Connect, TabletFile
from clients.tablet.identity import Identity, NotReadyError
from clients.tablet.log import Line
from clients.tablet.parts import Parts
from clients.tablet.status import Status, StatusReader
from clients.tablet.syncing import Sync
from clients.tablet.view import View
from clients.world import World
from schemas.forms.registry import CURRENT
from sync.changes import read_change
from sync.ids import ConflictId, ReportId, Seq
from sync.strictjson import Json


def system_world(folder: Path) -> World:
    """The machine's clock, ids and patience."""

    async def pause(duration_ms: int) -> None:
        await asyncio.sleep(duration_ms / 1_000)

    return World(SystemClock(), SystemIds(), pause, lambda: shutil.disk_usage(folder).free)


class Tablet(Parts):
    """One tablet. Several officers share it; one program at a time syncs it, any may read it."""

    __slots__ = ()

    @classmethod
    def create(
        cls,
        folder: Path | str,
        *,
        name: str,
        node_url: str,
        world: World | None = None,
        connect: Connect | None = None,
    ) -> "Tablet":
        """Make a tablet with a key of its own in ``folder``, or in memory (``":memory:"``)."""
        if folder != IN_MEMORY:
            Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        world = world or system_world(Path(folder))
        file = TabletFile.at(folder, connect)
        file.prepare()
        with file.transaction():
            if file.get("device") is None:
                device, seed = world.ids.uuid(), world.ids.secret(SEED_BYTES)
                Identity.make(file, device=device, name=name, node_url=node_url, seed=seed)
        return cls.of(file, world)

    @classmethod
    def open(
        cls, folder: Path | str, *, world: World | None = None, connect: Connect | None = None
    ) -> "Tablet":
        """The tablet in ``folder``; NotReadyError when there is none."""
        if folder != IN_MEMORY and not Path(folder).is_dir():
            raise NotReadyError(f"there is no tablet in {folder}")
        file = TabletFile.at(folder, connect)
        file.prepare()
        return cls.of(file, world or system_world(Path(folder)))

    async def enrol(self, client: httpx.AsyncClient, code: str) -> None:
        """Be let in by a node with a one-time code; EnrolmentRefusedError when it does not."""
        node = NodeClient(client, self.identity.node_url)
        await enrolment.enrol(node, self.file, self.identity, code)

    def new_report(self, form: str) -> ReportId:
        """Begin a report in a form (``seizure``) or in one version of it (``seizure/1``)."""
        report = ReportId(self.world.ids.uuid())
        self.desk.begin(report, CURRENT.get(form, form))
        return report

    def write(self, report: ReportId, values: Mapping[str, Json]) -> Line | None:
        """Write what the officer changed: path to value. None when nothing differs."""
        return self.desk.edit(report, values)

    def view(self, report: ReportId) -> View:
        """A report as the officer sees it."""
        return self.desk.view(report)

    def void(self, report: ReportId, reason: str) -> Line:
        """Strike a report; it stays on record with the reason."""
        return self.desk.void(report, reason)

    def answer(self, conflict: ConflictId, value: Json, reason: str) -> Line:
        """Reply to a conflict; an administrator settles it."""
        return self.desk.answer(conflict, value, reason)

    async def sync(self, client: httpx.AsyncClient) -> SyncReport:
        """Hand in, read, send photos. Never raises for what a network or a node may do."""
        node = self.identity.require_node()
        http = NodeClient(client, self.identity.node_url)
        asker = Asker(http, self.world, self.file, self.identity, self.receipts)
        return await Sync(self, node, asker).run()

    def export_bundle(self, path: Path, *, with_carried: bool = False) -> tuple[Path, ...]:
        """Write what has no receipt into a file that only the node can read."""
        return bundling.export(self, path, with_carried=with_carried)

    def import_bundle(self, path: Path) -> Carried:
        """Carry a colleague's bundle; the next sync hands it in."""
        return self.courier.take(path)

    def status(self) -> Status:
        """Where everything on this tablet stands."""
        reader = StatusReader(self.file, self.receipts, self.replica, self.attachments)
        oldest = self.log.line(self.receipts.stored + 1)
        read = (
            None
            if oldest is None
            else read_change(oldest.bytes_as_sent, device=self.identity.device, seq=Seq(oldest.seq))
        )
        return Status(
            device=self.identity.device,
            name=self.identity.name,
            is_enrolled=self.identity.node is not None,
            lines_written=self.log.last,
            lines_on_tablet=self.receipts.lines_count,
            oldest_on_tablet_at=getattr(read, "at", None),
            refused=reader.refused(),
            attachments_queued=len(self.attachments.queued()),
            bundles_carried=len(self.courier.undelivered()),
            is_wipe_ordered=self.file.get("wipe") is not None,
            reports=reader.reports(),
        )
