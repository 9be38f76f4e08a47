"""Letting a tablet in: the code an administrator makes, and the tablet that uses it."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from backend import limits
from backend.actors import PersonActor
from backend.clock import Instant, after
from backend.db import attempts, audit, devices
from backend.db.attempts import Bound
from backend.db.audit import Deed
from backend.db.devices import Device, EnrolmentCode, NewDevice, Place
from backend.keys import verify
from backend.node import Node
from backend.services.postings import require_place
from backend.services.sign_in import refuse_when_full
from schemas import problems
from schemas.devices import EnrolmentRequest, enrolment_code_hash, enrolment_text
from schemas.problems import Problem

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people read as other signs."""
GROUP_CHARACTERS: Final = 5


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code as it is shown, once, and what is kept of it."""

    text: str
    link: str
    kept: EnrolmentCode


async def make_code(node: Node, actor: PersonActor, place: Place) -> MadeCode:
    """A code that lets one tablet in, to stand at ``place``."""
    made = _new_code(node, place, actor.id)
    deed = actor.deed("enrolment-code.made", made.kept.id, made.kept.created_at)
    await node.database.write(lambda connection: _keep(connection, made, deed))
    return made


def make_code_at_console(node: Node, place: Place) -> MadeCode:
    """The same for the command line, whose user owns the machine."""
    made = _new_code(node, place, node.identity.id)
    now = made.kept.created_at
    deed = Deed(place.agency, "node", node.identity.id, "enrolment-code.made", made.kept.id, now)
    node.database.write_blocking(lambda connection: _keep(connection, made, deed))
    return made


async def enrol(node: Node, request: EnrolmentRequest, *, address: str) -> tuple[Device, int]:
    """Let a tablet in. The same code with the same key is answered again: answers get lost.

    With it comes the ordinal of the assignment it stands under.
    """
    now = node.now()
    bounds = (Bound(attempts.key("enrol", address), limits.ENROLMENT_FAILURES_MAX),)
    await node.database.write(lambda connection: refuse_when_full(connection, bounds, now))
    text = enrolment_text(request.device, request.public_key, request.code)
    public_key = b64decode(request.public_key, validate=True)
    if not verify(public_key, text, b64decode(request.proof, validate=True)):
        raise Problem(problems.ENROLMENT_PROOF_INVALID, "The proof is not of this key and code.")

    def work(connection: Connection) -> tuple[Device, int]:
        device = _let_in(connection, request, public_key, now)
        attempts.give_back(connection, bounds)
        return device, len(devices.assignments(connection, device.id))

    return await node.database.write(work)


def _let_in(
    connection: Connection, request: EnrolmentRequest, public_key: bytes, now: Instant
) -> Device:
    code = devices.find_code(connection, enrolment_code_hash(request.code))
    if code is None:
        raise _invalid_code()
    if code.used_by is None:
        _add(connection, code, request, public_key, now)
    device = devices.find(connection, request.device)
    if code.used_by not in {None, request.device} or device is None:
        raise _invalid_code()
    if device.public_key != public_key:
        raise _invalid_code()
    return device


def _add(
    connection: Connection,
    code: EnrolmentCode,
    request: EnrolmentRequest,
    public_key: bytes,
    now: Instant,
) -> None:
    if code.expires_at <= now or not devices.use_code(connection, code, request.device, now):
        raise _invalid_code()
    new = NewDevice(
        request.device, request.name, public_key, code.place, now, assigned_by=code.created_by
    )
    if not devices.add(connection, new):
        raise Problem(
            problems.DEVICE_ALREADY_ENROLLED, "A device by this id is enrolled: make a new id."
        )
    audit.append(
        connection,
        Deed(
            code.place.agency, "device", new.id, "device.enrolled", new.id, now, {"code": code.id}
        ),
    )


def _invalid_code() -> Problem:
    """Unknown, used by another, or too old: which one it is helps only who is guessing."""
    return Problem(problems.ENROLMENT_CODE_INVALID, "Ask the administrator for a new code.")


def _new_code(node: Node, place: Place, created_by: str) -> MadeCode:
    text = _spell(node.ids.secret(limits.ENROLMENT_CODE_BYTES))
    now = node.now()
    kept = EnrolmentCode(
        id=node.ids.uuid(),
        code_hash=enrolment_code_hash(text),
        place=place,
        created_by=created_by,
        created_at=now,
        expires_at=after(now, limits.ENROLMENT_CODE_MS),
    )
    # After the number sign: a browser keeps it to itself, so that no server log ever holds a code.
    return MadeCode(text, f"{node.settings.public_url}/#enrol={text}", kept)


def _spell(secret: bytes) -> str:
    number, signs = int.from_bytes(secret), ""
    for _ in range(len(secret) * 8 // 5 + 1):
        number, sign = divmod(number, len(ALPHABET))
        signs += ALPHABET[sign]
    groups = range(0, len(signs), GROUP_CHARACTERS)
    return "-".join(signs[start : start + GROUP_CHARACTERS] for start in groups)


def _keep(connection: Connection, made: MadeCode, deed: Deed) -> None:
    require_place(connection, made.kept.place)
    devices.add_code(connection, made.kept)
    audit.append(connection, deed)
