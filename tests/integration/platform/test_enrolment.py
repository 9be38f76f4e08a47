"""Letting tablets in: one code, one tablet, and no answer whose loss costs anything."""

import pytest

from backend import limits
from backend.clock import to_text
from tests.problem_documents import slug
from tests.running_node import RunningNode


async def test_a_tablet_is_let_in_where_the_administrator_said(node: RunningNode):
    console = await node.console("KG-CNS")
    team = await node.team(console, "KG-CUS")

    tablet = await node.tablet(console, team=team, post="KG-DOSTUK")

    assert tablet.enrolment == {
        "device": tablet.id,
        "name": "Osh-3",
        "agency": "KG-CNS",
        "team": team,
        "post": "KG-DOSTUK",
        "assignment": 1,
        "node": (await node.client.get("/v1/node")).json(),
    }
    assert tablet.enrolment["node"]["server_time"] == to_text(node.clock.now())


async def test_p2_the_same_code_with_the_same_key_is_answered_the_same(node: RunningNode):
    code = await node.code(await node.console())
    request = node.enrolment_request(code, node.new_key())

    first = await node.client.post("/v1/enrolments", json=request)
    node.clock.advance(limits.ENROLMENT_CODE_MS * 2)
    again = await node.client.post("/v1/enrolments", json=request)

    assert (first.status_code, again.status_code) == (201, 201)
    time = {"server_time": None}
    assert {**first.json(), "node": {**first.json()["node"], **time}} == {
        **again.json(),
        "node": {**again.json()["node"], **time},
    }


async def test_a_code_lets_one_tablet_in(node: RunningNode):
    code = await node.code(await node.console())
    await node.client.post("/v1/enrolments", json=node.enrolment_request(code, node.new_key()))

    second = await node.client.post(
        "/v1/enrolments", json=node.enrolment_request(code, node.new_key())
    )

    assert slug(second) == "enrolment-code-invalid"


async def test_a_code_is_read_in_any_case_and_spacing(node: RunningNode):
    code = await node.code(await node.console())
    typed = code.lower().replace("-", " ")

    response = await node.client.post(
        "/v1/enrolments", json=node.enrolment_request(typed, node.new_key())
    )

    assert response.status_code == 201


async def test_an_old_code_lets_nobody_in(node: RunningNode):
    code = await node.code(await node.console())
    node.clock.advance(limits.ENROLMENT_CODE_MS)

    response = await node.client.post(
        "/v1/enrolments", json=node.enrolment_request(code, node.new_key())
    )

    assert slug(response) == "enrolment-code-invalid"


async def test_a_key_that_is_not_held_is_not_let_in_and_the_code_is_not_burnt(node: RunningNode):
    code = await node.code(await node.console())
    key, other = node.new_key(), node.new_key()
    stolen = {**node.enrolment_request(code, other), "public_key": key.public_text}

    refused = await node.client.post("/v1/enrolments", json=stolen)
    served = await node.client.post("/v1/enrolments", json=node.enrolment_request(code, key))

    assert slug(refused) == "enrolment-proof-invalid"
    assert served.status_code == 201


async def test_an_id_that_is_taken_is_refused_and_the_code_is_not_burnt(node: RunningNode):
    console = await node.console()
    taken = await node.tablet(console)
    code, key = await node.code(console), node.new_key()

    refused = await node.client.post(
        "/v1/enrolments", json=node.enrolment_request(code, key, taken.id)
    )
    served = await node.client.post("/v1/enrolments", json=node.enrolment_request(code, key))

    assert slug(refused) == "device-already-enrolled"
    assert served.status_code == 201


async def test_guessing_codes_is_slowed_down_for_one_address(node: RunningNode):
    code, key = await node.code(await node.console()), node.new_key()
    guess = node.enrolment_request("0000-0000-0000-0000-0000", key)
    for _ in range(limits.ENROLMENT_FAILURES_MAX):
        assert slug(await node.client.post("/v1/enrolments", json=guess)) == (
            "enrolment-code-invalid"
        )
    right = node.enrolment_request(code, key)

    slowed = await node.client.post("/v1/enrolments", json=right)
    other_address = await node.new_client(address="10.0.0.2").post("/v1/enrolments", json=right)
    node.clock.advance(limits.ATTEMPTS_WINDOW_MS)
    later = await node.client.post("/v1/enrolments", json=right)

    assert slug(slowed) == "too-many-requests"
    assert slowed.headers["retry-after"] == str(limits.ATTEMPTS_WINDOW_MS // 1_000)
    assert (other_address.status_code, later.status_code) == (201, 201)


async def test_only_administrators_make_codes(node: RunningNode):
    analyst = await node.console(roles=())

    assert slug(await analyst.client.post("/v1/enrolment-codes", json={})) == "not-permitted"
    assert slug(await node.client.post("/v1/enrolment-codes", json={})) == "not-authenticated"


async def test_a_code_for_a_team_the_agency_is_not_in_is_refused(node: RunningNode):
    team = await node.team(await node.console("KG-SBG"))
    console = await node.console("KG-CNS")

    response = await console.client.post("/v1/enrolment-codes", json={"team": team})

    assert slug(response) == "not-found"


@pytest.mark.parametrize(
    "change",
    [
        {"device": "Osh-3"},
        {"device": "0192000A-0001-7E73-A640-39B9B00EFF55"},
        {"public_key": "short"},
        {"proof": ""},
        {"name": ""},
        {"name": "two\nlines"},
        {"code": "\u0661" * 20},
        {"extra": 1},
    ],
)
async def test_a_malformed_request_is_a_problem(node: RunningNode, change: dict[str, object]):
    request = node.enrolment_request("0000-0000-0000-0000-0000", node.new_key())

    response = await node.client.post("/v1/enrolments", json={**request, **change})

    assert slug(response) == "invalid-request"


async def test_the_code_is_not_kept_in_the_database(node: RunningNode):
    code = await node.code(await node.console())
    plain = code.replace("-", "").encode()
    await node.inside.database.write(
        lambda connection: connection.exec_driver_sql("SELECT 1").scalar()
    )

    stored = b"".join(
        path.read_bytes() for path in node.inside.settings.data_dir.glob("khabar.db*")
    )

    assert plain not in stored
    assert code.encode() not in stored
