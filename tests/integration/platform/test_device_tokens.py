"""Tokens that tablets sign for themselves: who is believed, and what a wrong clock is told."""

from base64 import urlsafe_b64encode

import pytest

from backend.clock import DAY_MS, MINUTE_MS, to_text
from backend.limits import CLOCK_SKEW_MS_MAX
from tests.problem_documents import slug
from tests.running_node import RunningNode, Tablet

SOME_ORDER = "/v1/devices/current/orders/01920000-0001-7e73-a640-39b9b00eff55/receipt"
YEAR_MS = 365 * DAY_MS


@pytest.fixture
async def tablet(node: RunningNode) -> Tablet:
    return await node.tablet(await node.console())


async def ask(node: RunningNode, token: str) -> str:
    """What a device with this token is answered; one that is believed has no such order."""
    client = node.new_client(token=token)
    return slug(await client.post(SOME_ORDER, json={"outcome": "done"}))


def sign(tablet: Tablet, node: RunningNode, **changed: object) -> str:
    return tablet.key.token(tablet.id, node.inside.identity.id, **changed)


async def test_a_token_of_the_devices_own_key_is_believed(node: RunningNode, tablet: Tablet):
    assert await ask(node, sign(tablet, node)) == "not-found"


async def test_a_token_of_another_key_is_not(node: RunningNode, tablet: Tablet):
    other = await node.tablet(await node.console())

    forged = other.key.token(tablet.id, node.inside.identity.id)

    assert await ask(node, forged) == "not-authenticated"


async def test_a_token_once_verified_does_not_vouch_for_a_changed_one(
    node: RunningNode, tablet: Tablet
):
    token = sign(tablet, node)
    assert await ask(node, token) == "not-found"

    header, claims, signature = token.split(".")
    tampered = f"{header}.{claims}.{signature[:-4]}AAAA"

    assert await ask(node, tampered) == "not-authenticated"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "01920000-0001-7000-a000-000000000000"},
        {"aud": None},
        {"iss": None},
        {"iss": "01920000-0001-7000-a000-000000000000"},
        {"kind": "subscriber"},
        {"iat": None},
        {"exp": None},
        {"exp": True},
        {"exp": "1580544600"},
        {"exp": 1_580_544_000 + 601},
        {"exp": 1_580_543_999},
        {"exp": 10**30, "iat": 10**30},
    ],
)
async def test_a_token_of_another_shape_is_not_believed(
    node: RunningNode, tablet: Tablet, changed: dict[str, object]
):
    assert await ask(node, sign(tablet, node, **changed)) == "not-authenticated"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "khs_x", "é.é.é", "a" * 10_000])
async def test_rubbish_is_not_believed(node: RunningNode, token: str):
    client = node.new_client()

    response = await client.post(
        SOME_ORDER,
        json={"outcome": "done"},
        headers={b"Authorization": f"Bearer {token}".encode()},
    )

    assert slug(response) == "not-authenticated"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256"])
async def test_the_header_does_not_choose_the_algorithm(
    node: RunningNode, tablet: Tablet, algorithm: str
):
    header = urlsafe_b64encode(f'{{"alg":"{algorithm}"}}'.encode()).rstrip(b"=").decode()
    _, claims, signature = sign(tablet, node).split(".")

    assert await ask(node, f"{header}.{claims}.{signature}") == "not-authenticated"
    assert await ask(node, f"{header}.{claims}.") == "not-authenticated"


@pytest.mark.parametrize("offset_ms", [-50 * YEAR_MS, -11 * MINUTE_MS, 2 * MINUTE_MS, 80 * YEAR_MS])
async def test_a_wrong_clock_is_told_the_time_and_then_served(
    node: RunningNode, tablet: Tablet, offset_ms: int
):
    tablet.key.offset_ms = offset_ms

    refused = await tablet.client.post(SOME_ORDER, json={"outcome": "done"})
    tablet.key.offset_ms += refused.json()["server_time_ms"] - (node.clock.now() + offset_ms)
    served = await tablet.client.post(SOME_ORDER, json={"outcome": "done"})

    assert slug(refused) == "clock-off"
    assert refused.json()["server_time"] == to_text(node.clock.now())
    assert slug(served) == "not-found"


async def test_a_clock_slightly_ahead_is_served(node: RunningNode, tablet: Tablet):
    tablet.key.offset_ms = CLOCK_SKEW_MS_MAX

    assert slug(await tablet.client.post(SOME_ORDER, json={"outcome": "done"})) == "not-found"


async def test_a_token_ends_even_when_it_was_verified_before(node: RunningNode, tablet: Tablet):
    token = sign(tablet, node)
    assert await ask(node, token) == "not-found"

    node.clock.advance(10 * MINUTE_MS)

    assert await ask(node, token) == "clock-off"


async def test_the_time_is_told_only_to_who_holds_the_key(node: RunningNode, tablet: Tablet):
    other = await node.tablet(await node.console())
    other.key.offset_ms = 80 * YEAR_MS

    assert await ask(node, other.key.token(tablet.id, node.inside.identity.id)) == (
        "not-authenticated"
    )
