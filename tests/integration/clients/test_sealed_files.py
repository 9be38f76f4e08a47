"""A node takes a sealed file for what it is, and for nothing else (R6)."""

import hashlib
from collections.abc import Callable

import httpx
import pytest

from clients import bundles
from clients.tablet.bundling import whole_outbox
from tests.integration.clients.field import tablet_of
from tests.problem_documents import slug
from tests.running_node import RunningNode

MEDIA_TYPE = "application/vnd.khabar.bundle"
PLACE = "/place/text"


async def sealed_file(node: RunningNode) -> tuple[bytes, bytes]:
    """The bundle of a tablet's outbox, and that bundle sealed to the node."""
    tablet = await tablet_of(node, await node.console(), seed=1)
    tablet.write(tablet.new_report("seizure"), {PLACE: "Сары-Таш"})
    batch = whole_outbox(tablet)
    assert batch is not None
    keys = tablet.identity.require_node()
    sealed = bundles.seal(batch.content, node_id=keys.node_id, sealing_key=keys.sealing_key)
    return batch.content, sealed


async def hand_in(node: RunningNode, content: bytes) -> httpx.Response:
    """A colleague's tablet hands the file in."""
    courier = await node.tablet(await node.console())
    headers = {"Content-Type": MEDIA_TYPE}
    return await courier.client.post("/v1/sync/push", content=content, headers=headers)


async def test_r6_the_receipt_for_a_sealed_file_names_the_hash_in_its_header(node: RunningNode):
    bundle, sealed = await sealed_file(node)
    start, node_id, named, _ = sealed.split(b"\n", 3)

    said = await hand_in(node, sealed)

    assert (start, node_id) == (b"khabar-sealed-v1", node.inside.identity.id.encode())
    assert named.decode() == hashlib.sha256(bundle).hexdigest()
    assert f"\nbundle {named.decode()}\n" in said.json()["receipt"]
    assert [each["outcome"] for each in said.json()["segments"]] == ["stored"]


def other_hash(sealed: bytes) -> bytes:
    start, node_id, named, rest = sealed.split(b"\n", 3)
    return b"\n".join((start, node_id, named[::-1], rest))


def upper_case_hash(sealed: bytes) -> bytes:
    start, node_id, named, rest = sealed.split(b"\n", 3)
    return b"\n".join((start, node_id, named.upper(), rest))


def no_hash(sealed: bytes) -> bytes:
    start, node_id, _, rest = sealed.split(b"\n", 3)
    return b"\n".join((start, node_id, rest))


def other_node(sealed: bytes) -> bytes:
    start, _, named, rest = sealed.split(b"\n", 3)
    return b"\n".join((start, b"0192f0c1-0000-7000-8000-00000000000d", named, rest))


def other_ciphertext(sealed: bytes) -> bytes:
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


@pytest.mark.parametrize(
    ("damage", "detail"),
    [
        (other_hash, "The sealed bundle is not the one it names."),
        (upper_case_hash, "The sealed bundle is not the one it names."),
        (no_hash, None),
        (other_node, "This bundle is sealed to another node."),
        (other_ciphertext, "The sealed bundle is damaged."),
        (lambda sealed: sealed[:60], "This is no sealed bundle file."),
        (lambda _: b"", "This is no sealed bundle file."),
        (lambda _: b"\n\n\n\n", "This is no sealed bundle file."),
        (lambda sealed: sealed.replace(b"v1", b"v2", 1), "This is no sealed bundle file."),
    ],
)
async def test_r6_a_file_that_is_not_what_its_header_says_is_refused(
    node: RunningNode, damage: Callable[[bytes], bytes], detail: str | None
):
    _, sealed = await sealed_file(node)

    said = await hand_in(node, damage(sealed))

    assert (said.status_code, slug(said)) == (422, "bundle-unreadable")
    assert detail is None or said.json()["detail"] == detail
