"""Tablets in the hands of their agency: isolation, revocation, reassignment, orders."""

from backend.actors import DeviceActor
from backend.api.actors import device_actor, device_actor_even_revoked
from backend.clock import to_text
from backend.db import devices, orders
from backend.db.author_store import load_authors
from backend.db.devices import Contact
from sync.scope import assignment_at
from tests.problem_documents import slug
from tests.running_node import Console, RunningNode, Tablet


async def the_device(console: Console, tablet: Tablet) -> dict[str, object]:
    response = await console.client.get(f"/v1/devices/{tablet.id}")
    assert response.status_code == 200, response.text
    return response.json()


async def test_an_administrator_sees_the_own_agencys_tablets_page_by_page(node: RunningNode):
    console = await node.console("KG-CNS")
    tablets = sorted([(await node.tablet(console)).id for _ in range(3)])

    first = (await console.client.get("/v1/devices?limit=2")).json()
    second = (await console.client.get(f"/v1/devices?limit=2&after={first['next']}")).json()

    assert [item["id"] for item in first["items"] + second["items"]] == tablets
    assert second["next"] is None


async def test_p10_another_agencys_tablet_is_not_there(node: RunningNode):
    tablet = await node.tablet(await node.console("KG-CNS"))
    other = await node.console("KG-CUS")
    at = f"/v1/devices/{tablet.id}"

    answers = [
        await other.client.get(at),
        await other.client.post(f"{at}/revoke", json={"reason": "mine now"}),
        await other.client.post(f"{at}/reassign", json={"agency": "KG-CUS"}),
        await other.client.post(f"{at}/wipe", json={"reason": "gone"}),
        await other.client.post(f"{at}/resend", json={"from_seq": 1, "reason": "again"}),
    ]

    assert [slug(answer) for answer in answers] == ["not-found"] * 5
    assert (await other.client.get("/v1/devices")).json() == {"items": [], "next": None}


async def test_p7_a_revoked_tablet_may_still_say_that_it_is_wiped(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)
    wipe = (
        await console.client.post(f"/v1/devices/{tablet.id}/wipe", json={"reason": "lost"})
    ).json()

    revoked = await console.client.post(f"/v1/devices/{tablet.id}/revoke", json={"reason": "Lost."})
    receipt = await tablet.client.post(
        f"/v1/devices/current/orders/{wipe['id']}/receipt", json={"outcome": "done"}
    )

    assert revoked.json()["revoked_at"] == to_text(node.clock.now())
    assert revoked.json()["revoked_reason"] == "Lost."
    assert receipt.json()["outcome"] == "done"


async def test_p7_reads_of_a_revoked_tablet_stop_at_once(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)

    async def read(actor: DeviceActor) -> str:
        return actor.id

    async def push(actor: DeviceActor) -> str:
        return actor.id

    read.__annotations__["actor"] = _depends(device_actor)
    push.__annotations__["actor"] = _depends(device_actor_even_revoked)
    node.app.get("/probe/read")(read)
    node.app.get("/probe/push")(push)
    before = await tablet.client.get("/probe/read")

    await console.client.post(f"/v1/devices/{tablet.id}/revoke", json={"reason": "Lost."})
    after = await tablet.client.get("/probe/read")

    assert before.json() == tablet.id
    assert slug(after) == "device-revoked"
    assert after.json()["revoked_at"] == to_text(node.clock.now())
    assert (await tablet.client.get("/probe/push")).json() == tablet.id


def _depends(dependency):
    from typing import Annotated  # noqa: PLC0415 — beside its one use

    from fastapi import Depends  # noqa: PLC0415 — as above

    return Annotated[DeviceActor, Depends(dependency)]


async def test_revoking_twice_keeps_the_first(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)
    at = f"/v1/devices/{tablet.id}/revoke"

    first = await console.client.post(at, json={"reason": "Lost."})
    node.clock.advance(1_000)
    second = await console.client.post(at, json={"reason": "Stolen."})

    assert first.json() == second.json()


async def test_lines_belong_to_the_assignment_they_were_written_under(node: RunningNode):
    cns, cus = await node.console("KG-CNS"), await node.console("KG-CUS")
    tablet = await node.tablet(cns, post="KG-DOSTUK")
    at = f"/v1/devices/{tablet.id}/reassign"
    await cns.client.post(at, json={"agency": "KG-SBG"})
    await node.inside.database.write(
        lambda connection: devices.assign(
            connection,
            tablet.id,
            devices.Place("KG-CUS", None, None),
            by="x",
            now=node.clock.now(),
        )
    )

    await node.inside.database.write(
        lambda connection: devices.acknowledge_assignment(
            connection, tablet.id, ordinal=3, from_seq=42
        )
    )
    history = await node.inside.database.read(
        lambda connection: load_authors(connection, [tablet.id])[tablet.id].assignments
    )

    assert [assignment_at(history, seq).agency for seq in (1, 41, 42, 99)] == [
        "KG-CNS",
        "KG-CNS",
        "KG-CUS",
        "KG-CUS",
    ]
    assert [each["from_seq"] for each in (await the_device(cus, tablet))["assignments"]] == [
        1,
        42,
        42,
    ]
    assert (await cns.client.get("/v1/devices")).json()["items"] == []


async def test_an_unacknowledged_assignment_holds_no_line(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)

    await console.client.post(
        f"/v1/devices/{tablet.id}/reassign", json={"agency": "KG-CNS", "post": "KG-TORUGART"}
    )
    history = await node.inside.database.read(
        lambda connection: load_authors(connection, [tablet.id])[tablet.id].assignments
    )

    assert [each.from_seq for each in history] == [1, None]
    assert assignment_at(history, 1_000) == history[0]


async def test_a_revoked_tablet_is_not_moved(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)
    await console.client.post(f"/v1/devices/{tablet.id}/revoke", json={"reason": "Lost."})

    moved = await console.client.post(
        f"/v1/devices/{tablet.id}/reassign", json={"agency": "KG-CUS"}
    )

    assert slug(moved) == "state-conflict"


async def test_p2_an_order_is_given_once_and_its_first_receipt_stands(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)
    resend = {"from_seq": 41, "reason": "restored"}

    first = (await console.client.post(f"/v1/devices/{tablet.id}/resend", json=resend)).json()
    again = (await console.client.post(f"/v1/devices/{tablet.id}/resend", json=resend)).json()
    waiting = await node.inside.database.read(
        lambda connection: orders.list_open(connection, tablet.id)
    )
    at = f"/v1/devices/current/orders/{first['id']}/receipt"
    done = (await tablet.client.post(at, json={"outcome": "done"})).json()
    later = (await tablet.client.post(at, json={"outcome": "failed"})).json()

    assert again == first
    assert [(order.kind, order.from_seq) for order in waiting] == [("resend-from", 41)]
    assert (done["outcome"], later) == ("done", done)
    assert (await the_device(console, tablet))["orders"] == [done]


async def test_p10_a_tablet_answers_only_its_own_orders(node: RunningNode):
    console = await node.console()
    tablet, other = await node.tablet(console), await node.tablet(console)
    order = (
        await console.client.post(f"/v1/devices/{tablet.id}/wipe", json={"reason": "old"})
    ).json()

    response = await other.client.post(
        f"/v1/devices/current/orders/{order['id']}/receipt", json={"outcome": "done"}
    )

    assert slug(response) == "not-found"


async def test_what_a_tablet_reports_is_shown_and_what_it_leaves_out_stays(node: RunningNode):
    console = await node.console()
    tablet = await node.tablet(console)
    said = Contact(41, "a" * 64, -86_400_000, "1.2.0", 10**9)
    nothing = Contact(None, None, None, None, None)
    for contact in (said, nothing):
        await node.inside.database.write(
            lambda connection, contact=contact: devices.record_contact(
                connection, tablet.id, contact, now=node.clock.now()
            )
        )

    shown = await the_device(console, tablet)

    assert (shown["log_seq"], shown["log_head"], shown["clock_offset_ms"]) == (
        41,
        "a" * 64,
        -86_400_000,
    )
    assert (shown["app_version"], shown["storage_left_bytes"]) == ("1.2.0", 10**9)
    assert shown["last_contact_at"] == to_text(node.clock.now())


async def test_p10_teams_and_officers_of_other_agencies_are_not_there(node: RunningNode):
    cns, sbg = await node.console("KG-CNS"), await node.console("KG-SBG")
    team = await node.team(cns, "KG-CUS")
    officer = await node.officer(cns)

    assert (await sbg.client.get("/v1/teams")).json()["items"] == []
    assert (await sbg.client.get("/v1/officers")).json()["items"] == []
    for at in (f"/v1/teams/{team}/active", f"/v1/officers/{officer}/active"):
        assert slug(await sbg.client.post(at, json={"is_active": False})) == "not-found"


async def test_a_member_agency_sees_the_team_and_only_the_leading_one_ends_it(node: RunningNode):
    cns, cus = await node.console("KG-CNS"), await node.console("KG-CUS")
    team = await node.team(cns, "KG-CUS")

    seen = (await cus.client.get("/v1/teams")).json()["items"]
    refused = await cus.client.post(f"/v1/teams/{team}/active", json={"is_active": False})
    ended = await cns.client.post(f"/v1/teams/{team}/active", json={"is_active": False})

    assert [each["agencies"] for each in seen] == [["KG-CNS", "KG-CUS"]]
    assert slug(refused) == "not-permitted"
    assert ended.json()["is_active"] is False
    assert slug(await cns.client.post("/v1/enrolment-codes", json={"team": team})) == "not-found"
