"""People at the console: sessions, how guessing is slowed, who keeps accounts, the audit log."""

import asyncio

from sqlalchemy import Connection, update

from backend import limits
from backend.actors import Role
from backend.clock import to_text
from backend.db import audit
from backend.db.tables.audit import AuditRow
from backend.db.tables.base import table_of
from backend.services import accounts
from backend.services.accounts import NewAccount
from tests.problem_documents import slug
from tests.running_node import RunningNode

PASSWORD = "correct horse battery"


async def make_account(node: RunningNode, username: str = "a.bekova") -> str:
    new = NewAccount(username, "Aida Bekova", "KG-CNS", frozenset({Role.ADMINISTRATOR}), PASSWORD)
    return (await asyncio.to_thread(accounts.make_at_console, node.inside, new)).id


async def sign_in(node: RunningNode, password: str = PASSWORD, **changed: str):
    body = {"username": "a.bekova", "password": password}
    address = changed.pop("address", "10.0.0.1")
    return await node.new_client(address=address).post("/v1/sessions", json={**body, **changed})


async def test_a_person_signs_in_is_known_and_signs_out(node: RunningNode):
    person = await make_account(node)

    opened = await sign_in(node, username="A.Bekova")
    client = node.new_client(token=opened.json()["token"])
    me = await client.get("/v1/people/me")
    closed = await client.delete("/v1/sessions/current")
    afterwards = await client.get("/v1/people/me")

    assert opened.status_code == 201
    assert opened.json()["expires_at"] == to_text(node.clock.now() + limits.SESSION_MS)
    assert me.json() == opened.json()["person"]
    assert me.json() == {
        "id": person,
        "username": "a.bekova",
        "name": "Aida Bekova",
        "agency": "KG-CNS",
        "roles": ["administrator"],
        "is_active": True,
    }
    assert closed.status_code == 204
    assert slug(afterwards) == "not-authenticated"


async def test_a_session_ends_by_itself(node: RunningNode):
    await make_account(node)
    client = node.new_client(token=(await sign_in(node)).json()["token"])

    node.clock.advance(limits.SESSION_MS)

    assert slug(await client.get("/v1/people/me")) == "not-authenticated"


async def test_a_wrong_password_and_no_account_are_one_answer(node: RunningNode):
    await make_account(node)

    wrong, nobody = await sign_in(node, "wrong"), await sign_in(node, username="nobody")

    assert (slug(wrong), slug(nobody)) == ("wrong-credentials", "wrong-credentials")
    assert wrong.json()["detail"] == nobody.json()["detail"]


async def test_guessing_is_slowed_for_one_account_and_address(node: RunningNode):
    await make_account(node)
    for _ in range(limits.LOGIN_FAILURES_MAX):
        assert slug(await sign_in(node, "wrong")) == "wrong-credentials"

    slowed = await sign_in(node)
    elsewhere = await sign_in(node, address="10.0.0.2")
    node.clock.advance(limits.ATTEMPTS_WINDOW_MS)
    later = await sign_in(node)

    assert slug(slowed) == "too-many-requests"
    assert slowed.json()["retry_after_ms"] == limits.ATTEMPTS_WINDOW_MS
    assert (elsewhere.status_code, later.status_code) == (201, 201)


async def test_guessing_all_at_once_gets_no_more_guesses(node: RunningNode):
    await make_account(node)

    answers = await asyncio.gather(*(sign_in(node, "wrong") for _ in range(12)))

    assert sorted(slug(answer) for answer in answers) == sorted(
        ["wrong-credentials"] * limits.LOGIN_FAILURES_MAX
        + ["too-many-requests"] * (12 - limits.LOGIN_FAILURES_MAX)
    )


async def test_right_passwords_do_not_count(node: RunningNode):
    await make_account(node)

    answers = [await sign_in(node) for _ in range(limits.LOGIN_FAILURES_MAX + 1)]

    assert [answer.status_code for answer in answers] == [201] * len(answers)


async def test_closing_an_account_ends_its_sessions(node: RunningNode):
    person = await make_account(node)
    client = node.new_client(token=(await sign_in(node)).json()["token"])
    console = await node.console("KG-CNS")

    closed = await console.client.post(f"/v1/people/{person}/active", json={"is_active": False})

    assert closed.json()["is_active"] is False
    assert slug(await client.get("/v1/people/me")) == "not-authenticated"
    assert slug(await sign_in(node)) == "wrong-credentials"


async def test_p10_accounts_of_other_agencies_are_not_there(node: RunningNode):
    person = await make_account(node)
    other = await node.console("KG-CUS")
    new = {
        "username": "b.other",
        "name": "B. Other",
        "agency": "KG-CNS",
        "roles": ["analyst"],
        "password": PASSWORD,
    }

    assert [item["agency"] for item in (await other.client.get("/v1/people")).json()["items"]] == [
        "KG-CUS"
    ]
    assert slug(await other.client.post("/v1/people", json=new)) == "not-found"
    assert slug(
        await other.client.post(f"/v1/people/{person}/active", json={"is_active": False})
    ) == ("not-found")


async def test_an_administrator_makes_accounts_of_the_own_agency_and_no_operator(
    node: RunningNode,
):
    console = await node.console("KG-CNS")
    new = {
        "username": "b.asanov",
        "name": "B. Asanov",
        "agency": "KG-CNS",
        "roles": ["analyst"],
        "password": PASSWORD,
    }

    made = await console.client.post("/v1/people", json=new)
    twice = await console.client.post("/v1/people", json=new)
    operator = await console.client.post(
        "/v1/people", json={**new, "username": "c.root", "roles": ["operator"]}
    )
    weak = await console.client.post("/v1/people", json={**new, "password": "short"})

    assert made.json()["roles"] == ["analyst"]
    assert (slug(twice), slug(operator), slug(weak)) == (
        "already-exists",
        "not-permitted",
        "invalid-request",
    )
    assert (await sign_in(node, username="b.asanov")).status_code == 201


async def test_passwords_and_tokens_are_not_kept_as_they_are(node: RunningNode):
    await make_account(node)
    token = (await sign_in(node)).json()["token"]

    stored = b"".join(
        path.read_bytes() for path in node.inside.settings.data_dir.glob("khabar.db*")
    )

    assert b"argon2id" in stored
    assert PASSWORD.encode() not in stored
    assert token.encode() not in stored


async def test_the_audit_log_tells_an_agency_of_its_own_decisions_and_reads(node: RunningNode):
    console, other = await node.console("KG-CNS"), await node.console("KG-CUS")
    tablet = await node.tablet(console)
    await console.client.post(f"/v1/devices/{tablet.id}/revoke", json={"reason": "Lost."})
    await console.client.get("/v1/officers")

    lines = (await console.client.get("/v1/audit")).json()["items"]

    assert [(line["actor_kind"], line["action"]) for line in lines] == [
        ("person", "officers.read"),
        ("person", "device.revoked"),
        ("device", "device.enrolled"),
        ("person", "enrolment-code.made"),
    ]
    assert lines[1]["subject"] == tablet.id
    assert lines[1]["detail"] == {"reason": "Lost."}
    assert [line["prev"] for line in lines] == [line["hash"] for line in lines[1:]] + [
        audit.BEGINNING
    ]
    assert (await other.client.get("/v1/audit")).json() == {"items": [], "next": None}


async def test_the_audit_log_is_paged_backwards(node: RunningNode):
    console = await node.console()
    for _ in range(3):
        await node.officer(console)

    first = (await console.client.get("/v1/audit?limit=2")).json()
    second = (await console.client.get(f"/v1/audit?limit=2&before={first['next']}")).json()

    assert [line["position"] for line in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next"] is None


async def test_only_administrators_read_the_audit_log(node: RunningNode):
    analyst = await node.console(roles=(Role.ANALYST, Role.OPERATOR))

    assert slug(await analyst.client.get("/v1/audit")) == "not-permitted"


async def test_a_changed_or_missing_line_of_the_audit_log_is_found(node: RunningNode):
    console = await node.console()
    for _ in range(4):
        await node.officer(console)
    table = table_of(AuditRow)

    def changed(connection: Connection) -> int | None:
        connection.execute(update(table).where(table.c.position == 2).values(actor="another"))
        return audit.find_break(connection)

    def cut(connection: Connection) -> int | None:
        connection.execute(table.delete().where(table.c.position == 4))
        return audit.find_break(connection)

    def undone(connection: Connection, work) -> int | None:
        with connection.begin_nested() as savepoint:
            found = work(connection)
            savepoint.rollback()
        return found

    write = node.inside.database.write
    assert await write(audit.find_break) is None
    assert await write(lambda connection: undone(connection, changed)) == 2
    assert await write(lambda connection: undone(connection, cut)) == 4
    assert await write(audit.find_break) is None


async def test_only_operators_keep_subscribers(node: RunningNode):
    operator = await node.console(roles=(Role.OPERATOR,))
    administrator = await node.console()
    new = {"name": "Regional centre", "code": "CARICC", "public_key": node.new_key().public_text}

    refused = await administrator.client.post("/v1/subscribers", json=new)
    made = await operator.client.post("/v1/subscribers", json=new)
    twice = await operator.client.post("/v1/subscribers", json=new)
    ended = await operator.client.post(
        f"/v1/subscribers/{made.json()['id']}/active", json={"is_active": False}
    )

    assert (slug(refused), slug(twice)) == ("not-permitted", "already-exists")
    assert made.json() == {**ended.json(), "is_active": True}
    assert (await operator.client.get("/v1/subscribers")).json()["items"] == [ended.json()]
