"""The parts of one tablet, put together over its file and the world around it."""

from dataclasses import dataclass
from typing import Self

from clients.courier import Courier
from clients.tablet.attachments import Attachments
from clients.tablet.file import TabletFile
from clients.tablet.forms import Forms
from clients.tablet.identity import Identity
from clients.tablet.log import DeviceLog
from clients.tablet.outbox import Outbox
from clients.tablet.receipts import Receipts
from clients.tablet.reference import Reference
from clients.tablet.replica import Replica
from clients.tablet.writing import Desk
from clients.world import World


@dataclass(frozen=True, slots=True)
class Parts:
    """One tablet's parts, each the owner of its tables."""

    world: World
    file: TabletFile
    identity: Identity
    log: DeviceLog
    replica: Replica
    receipts: Receipts
    outbox: Outbox
    desk: Desk
    attachments: Attachments
    courier: Courier
    reference: Reference
    forms: Forms

    @classmethod
    def of(cls, file: TabletFile, world: World) -> Self:
        identity = Identity(file)
        log = DeviceLog(file, identity.device, world.clock)
        replica = Replica(file)
        receipts = Receipts(file, identity.device, log)
        desk = Desk(file, identity, log, replica)
        return cls(
            world=world,
            file=file,
            identity=identity,
            log=log,
            replica=replica,
            receipts=receipts,
            outbox=Outbox(file, identity, log, receipts, world.clock),
            desk=desk,
            attachments=Attachments(file, desk),
            courier=Courier(file, identity, world.clock),
            reference=Reference(file),
            forms=Forms(file),
        )
