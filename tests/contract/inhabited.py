"""A node with somebody of every kind and something of every kind, for tests of the whole contract.

world = await inhabit(node)
world.headers(Who.ANALYST)      who is asking
world.things["conflict"]        an id that the path parameter of that name may hold
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from backend.actors import Role
from backend.clock import after
from backend.db import people
from backend.services.authenticate import session_hash
from clients.tablet.tablet import Tablet
from clients.tokens import device_token
from tests.integration.clients.field import sync, tablet_of
from tests.running_node import Console, RunningNode, TabletKey

CANARY: Final = "Канарейка-2718"
"""What no error and no log line may hold: it stands in a narrative, a name and a spoilt line."""

PHOTO: Final = CANARY.encode() * 100
STRANGER: Final = "0192ffff-0000-7000-8000-00000000dead"
"""A device no node knows."""


class Who(StrEnum):
    """Everybody who may stand before a node."""

    NOBODY = "nobody"
    DEVICE = "device"
    REVOKED_DEVICE = "revoked device"
    ADMINISTRATOR = "administrator"
    OTHER_ADMINISTRATOR = "other administrator"
    ANALYST = "analyst"
    OPERATOR = "operator"
    SUBSCRIBER = "subscriber"


@dataclass(frozen=True)
class World:
    """A node, who stands before it and what lies in it."""

    node: RunningNode
    tokens: Mapping[Who, Callable[[], str]]
    """Fresh ones: sessions end, tablets sign a token for each request."""
    things: Mapping[str, str]
    bundle: bytes
    """What the tablet pushed, as it pushed it."""

    def headers(self, who: Who) -> dict[str, str]:
        if who is Who.NOBODY:
            return {}
        return {"Authorization": f"Bearer {self.tokens[who]()}"}


async def inhabit(node: RunningNode) -> World:
    """Two agencies, a team with two tablets and a revoked one, a subscriber; and their work."""
    administrator = await node.console("KG-CNS")
    operator = await node.console("KG-CNS", (Role.OPERATOR,))
    analyst = await node.console("KG-CNS", (Role.ANALYST,))
    team = await node.team(administrator, "KG-CUS")
    tablet, colleague = [
        await tablet_of(node, administrator, seed=seed, team=team) for seed in (11, 12)
    ]
    revoked = await tablet_of(node, administrator, seed=13)
    await revoke(administrator, revoked)
    report = await disagree(node, tablet, colleague)
    subscriber, key = await subscribe(node, operator)
    things = {
        "report": report,
        "conflict": tablet.view(report).contested["/place/text"],
        "device": tablet.identity.device,
        "log": tablet.identity.device,
        "seq": await parked(administrator),
        "team": team,
        "officer": await node.officer(administrator, CANARY),
        "person": analyst.person.id,
        "subscriber": subscriber,
        "order": await ordered(administrator, tablet),
        "piece": await quarantined(node, administrator, tablet),
        "sha256": hashlib.sha256(PHOTO).hexdigest(),
        "upload_id": await upload(node, tablet, b"not sent yet", sent=False),
        "name": "seizure",
        "version": "1",
    }
    await upload(node, tablet, PHOTO, sent=True)
    bundle = tablet.log.segment(1, tablet.log.last, tablet.identity.key)
    things["bundle"] = hashlib.sha256(bundle).hexdigest()
    await push(node, tablet, bundle)
    tokens = {
        Who.DEVICE: partial(token_of, node, tablet),
        Who.REVOKED_DEVICE: partial(token_of, node, revoked),
        Who.ADMINISTRATOR: partial(new_session, node, administrator),
        Who.OTHER_ADMINISTRATOR: partial(new_session, node, await node.console("KG-CUS")),
        Who.ANALYST: partial(new_session, node, analyst),
        Who.OPERATOR: partial(new_session, node, operator),
        Who.SUBSCRIBER: partial(key.token, subscriber, node.inside.identity.id, kind="subscriber"),
    }
    return World(node, tokens, things, bundle)


def token_of(node: RunningNode, tablet: Tablet) -> str:
    """A token as the tablet signs it, by the node's clock."""
    return device_token(
        tablet.identity.key,
        device=tablet.identity.device,
        node=node.inside.identity.id,
        now_ms=node.clock.now(),
        token_id=node.ids.uuid(),
    )


def new_session(node: RunningNode, console: Console) -> str:
    """Sign a person in again, without the cost of a password."""
    token = f"khs_{node.ids.secret(16).hex()}"
    now = node.clock.now()
    node.inside.database.write_blocking(
        lambda connection: people.open_session(
            connection,
            token_hash=session_hash(token),
            person=console.person.id,
            now=now,
            expires_at=after(now, 10**15),
        )
    )
    return token


async def revoke(administrator: Console, tablet: Tablet) -> None:
    response = await administrator.client.post(
        f"/v1/devices/{tablet.identity.device}/revoke", json={"reason": "Lost on the Osh road."}
    )
    assert response.status_code == 200, response.text


async def disagree(node: RunningNode, tablet: Tablet, colleague: Tablet) -> str:
    """A report two officers gave different places, with a narrative and a line that is parked."""
    report = tablet.new_report("seizure")
    tablet.write(report, {"/narrative": CANARY})
    await sync(tablet, node)
    await sync(colleague, node)
    tablet.write(report, {"/place/text": "Сары-Таш"})
    colleague.write(report, {"/place/text": "Иркештам"})
    tablet.write(report, {"/nowhere": CANARY})
    for each in (tablet, colleague, tablet):
        assert (await sync(each, node)).troubles == []
    return report


async def parked(administrator: Console) -> str:
    """The number of the line that waits."""
    response = await administrator.client.get("/v1/waiting")
    (line,) = response.json()["items"]
    return str(line["seq"])


async def subscribe(node: RunningNode, operator: Console) -> tuple[str, TabletKey]:
    """A regional centre and the key it signs with."""
    key = node.new_key()
    response = await operator.client.post(
        "/v1/subscribers",
        json={"name": "Regional centre", "code": "CARICC", "public_key": key.public_text},
    )
    return response.json()["id"], key


async def ordered(administrator: Console, tablet: Tablet) -> str:
    """An order the tablet has not obeyed yet."""
    response = await administrator.client.post(
        f"/v1/devices/{tablet.identity.device}/resend", json={"from_seq": 1, "reason": "Asked."}
    )
    return response.json()["id"]


async def push(node: RunningNode, tablet: Tablet, bundle: bytes) -> None:
    response = await node.client.post(
        "/v1/sync/push",
        content=bundle,
        headers={
            "Authorization": f"Bearer {token_of(node, tablet)}",
            "Content-Type": "application/x-ndjson",
        },
    )
    assert response.status_code == 200, response.text


async def quarantined(node: RunningNode, administrator: Console, tablet: Tablet) -> str:
    """The hash of bytes that prove nothing."""
    await push(node, tablet, f"{CANARY}\n".encode())
    response = await administrator.client.get("/v1/quarantine")
    (piece,) = response.json()["items"]
    return piece["hash"]


async def upload(node: RunningNode, tablet: Tablet, content: bytes, *, sent: bool) -> str:
    """An upload of ``content``, begun or finished; its id."""
    name = base64.b64encode(hashlib.sha256(content).hexdigest().encode()).decode()
    tus = {"Authorization": f"Bearer {token_of(node, tablet)}", "Tus-Resumable": "1.0.0"}
    begun = await node.client.post(
        "/v1/attachments",
        headers={**tus, "Upload-Length": str(len(content)), "Upload-Metadata": f"sha256 {name}"},
    )
    location = begun.headers["location"]
    if sent:
        chunk = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        done = await node.client.patch(location, content=content, headers={**tus, **chunk})
        assert done.status_code == 204, done.text
    return location.rsplit("/", 1)[1]
