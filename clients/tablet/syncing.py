"""One sync from beginning to end: send first, then read, then the slow lanes.

    outbox -> pull -> orders -> carried bundles -> reference tables and forms -> attachments

The officer's own work goes first, because that is what can be lost; films go last, because they
take longest. A lane that fails stops no
other unless the node cannot be reached at all.
"""

from clients.tablet.asking import Asker
from clients.tablet.events import SyncReport
from clients.tablet.fetching import Fetching
from clients.tablet.handing_in import HandingIn
from clients.tablet.identity import NodeIdentity
from clients.tablet.orders import Orders
from clients.tablet.parts import Parts
from clients.tablet.pulling import Pulling
from clients.tablet.replica import Object
from clients.tablet.uploading import Uploading
from clients.wire import PullPage


class Sync:
    """The lanes of one sync, over the parts of one tablet."""

    __slots__ = ("_asker", "_newest", "_node", "_orders", "_parts", "_report")

    def __init__(self, parts: Parts, node: NodeIdentity, asker: Asker) -> None:
        self._parts = parts
        self._node = node
        self._asker = asker
        self._report = SyncReport()
        self._orders = Orders(parts, asker, self._report)
        self._newest: PullPage | None = None
        """The last page that was read: it says whether there is newer reference data."""

    async def run(self) -> SyncReport:
        if self._orders.wipe is not None:
            await self._go_on_wiping()
            return self._report
        handing_in = self._handing_in()
        await handing_in.run()
        if self._is_unreachable():
            return self._report
        orders = handing_in.orders + await self._read()
        if not orders and self._is_revoked():
            await handing_in.knock()
            orders = handing_in.orders
        await self._after_reading(orders)
        return self._report

    def _handing_in(self) -> HandingIn:
        return HandingIn(self._parts, self._node, self._asker, self._report)

    def _is_unreachable(self) -> bool:
        """Nothing was answered: the next lane would only wait for its own timeout."""
        return any(trouble.reason in {"dropped", "timed-out"} for trouble in self._report.troubles)

    def _is_revoked(self) -> bool:
        return any(trouble.reason == "device-revoked" for trouble in self._report.troubles)

    async def _read(self) -> list[Object]:
        pulling = Pulling(self._parts, self._asker, self._report)
        before = self._parts.receipts.stored
        is_read = await pulling.run()
        if is_read and self._parts.receipts.stored < before and await self._handing_in().run():
            # The node held less than it once did; what it lacked it has again, and judged anew.
            await pulling.run()
        self._newest = pulling.last
        return pulling.orders

    async def _after_reading(self, orders: list[Object]) -> None:
        if await self._orders.obey(orders):
            await self._handing_in().run()
        if self._orders.wipe is not None:
            await self._go_on_wiping()
        elif not self._is_unreachable():
            await self._parts.courier.hand_in(self._asker, self._node, self._report)
            await self._fetch()
            await self._upload()
            if self._report.attachments_sent and not self._is_unreachable():
                # That their evidence is complete is news about reports.
                await Pulling(self._parts, self._asker, self._report).run()

    async def _fetch(self) -> None:
        if self._newest is not None and not self._is_unreachable():
            await Fetching(self._parts, self._asker, self._report).run(self._newest)

    async def _upload(self) -> bool:
        return await Uploading(self._parts.attachments, self._asker, self._report).run()

    async def _go_on_wiping(self) -> None:
        """Clear the tablet once everything on it that is nowhere else has been handed in."""
        if not self._orders.is_cleared:
            if not await self._handing_in().run():
                return
            await self._parts.courier.hand_in(self._asker, self._node, self._report)
            if not await self._upload():
                return
        await self._orders.carry_out_wipe()
