"""A tablet is let in: it shows a one-time code and a key it made, and learns whom to believe."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Final

from clients.http import Answer, Lost, NodeClient, Refusal, Reply, Request
from clients.tablet.file import TabletFile
from clients.tablet.identity import Identity, NodeIdentity
from clients.wire import Object, read_object
from schemas.devices import enrolment_text
from sync.ids import is_uuid
from sync.strictjson import dumps

ENROL: Final = "/v1/enrolments"
_KEY_BYTES: Final = 32


class EnrolmentRefusedError(RuntimeError):
    """The node did not let the tablet in; ``reason`` is the problem's slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def enrol(client: NodeClient, file: TabletFile, identity: Identity, code: str) -> None:
    """Exchange the code for the node's keys. Asked twice with one code, it is answered twice."""
    key = identity.key
    proof = key.sign_text(enrolment_text(identity.device, key.public_text, code))
    asked = {
        "code": code,
        "device": identity.device,
        "name": identity.name,
        "public_key": key.public_text,
        "proof": proof,
    }
    answer = await client.send(Request("POST", ENROL, content=dumps(asked)), {})
    body = _enrolment(answer)
    node = body.get("node")
    learnt = _node(node) if isinstance(node, Mapping) else None
    if learnt is None or body.get("device") != identity.device:
        raise EnrolmentRefusedError("not-the-node")
    with file.transaction():
        identity.learn_node(learnt)
        learn_assignment(file, body)


def _enrolment(answer: Answer) -> Object:
    match answer:
        case Reply(content=content):
            return read_object(content)
        case Refusal(slug=slug):
            raise EnrolmentRefusedError(slug)
        case Lost(reason):
            raise EnrolmentRefusedError(reason)


def _node(body: Object) -> NodeIdentity | None:
    node, signing, sealing = (body.get(name) for name in ("id", "signing_key", "sealing_key"))
    if not isinstance(node, str) or not is_uuid(node):
        return None
    if not isinstance(signing, str) or not isinstance(sealing, str):
        return None
    if not is_key(signing) or not is_key(sealing):
        return None
    return NodeIdentity(node, signing, sealing)


def is_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def learn_assignment(file: TabletFile, body: Object) -> bool:
    """Where the tablet stands now, for its officers to read; True when that is news.

    Enrolment calls the ordinal ``assignment``, a pull ``ordinal``. The node goes by its own record.
    """
    ordinal = body.get("ordinal", body.get("assignment"))
    if not isinstance(ordinal, int) or file.get("assignment") == str(ordinal):
        return False
    file.put({"assignment": ordinal})
    for name in ("agency", "team", "post"):
        value = body.get(name)
        file.put({name: value if isinstance(value, str) else None})
    return True
