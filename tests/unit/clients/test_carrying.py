"""Bundles on a stick: unreadable to others, carried by anybody, proved by a receipt."""

import hashlib
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from clients import bundles
from clients.courier import NotABundleError
from clients.tablet.bundling import whole_outbox
from clients.tablet.identity import NotReadyError
from tests.unit.clients.fake_node import NODE_ID, SUITE, FakeNode, lines_of, problem
from tests.unit.clients.tablets import enrolled, new_tablet, sync

PLACE = "/place/text"


async def author_of(node: FakeNode, count: int = 2, seed: int = 1):
    tablet = await enrolled(node, seed=seed)
    report = tablet.new_report("seizure")
    for number in range(count):
        tablet.write(report, {PLACE: f"Сары-Таш {number}"})
    return tablet


def file_bundle(content: bytes) -> str:
    """The hash that a sealed file says its bundle has."""
    return content.split(b"\n")[2].decode()


async def test_r6_a_sealed_file_is_readable_by_the_node_alone(tmp_path: Path):
    node = FakeNode()
    author = await author_of(node)
    (file,) = author.export_bundle(tmp_path / "one.khabar")
    content = file.read_bytes()
    header = f"khabar-sealed-v1\n{NODE_ID}\n{file_bundle(content)}\n".encode()

    assert content.startswith(header)
    assert "Сары-Таш".encode() not in content
    sealed = content[len(header) :]
    with pytest.raises(InvalidTag):
        SUITE.decrypt(sealed, X25519PrivateKey.generate(), bundles.INFO)
    opened = SUITE.decrypt(sealed, node.sealing, bundles.INFO)
    assert file_bundle(content) == hashlib.sha256(opened).hexdigest()
    assert [line for line in opened.split(b"\n") if b'"seq"' in line] == [
        line.bytes_as_sent for line in author.log.between(1, 2)
    ]


async def test_p2_two_couriers_hand_in_one_bundle_twice_and_it_is_stored_once(tmp_path: Path):
    node = FakeNode()
    author = await author_of(node)
    drivers = [await enrolled(node, seed=seed) for seed in (2, 3)]
    (file,) = author.export_bundle(tmp_path)
    for driver in drivers:
        driver.import_bundle(file)
        assert (await sync(driver, node)).bundles_carried == 1
        assert (await sync(driver, node)).bundles_carried == 0, "delivered once is delivered"

    assert len(lines_of(node, author.identity.device)) == 2
    assert [len(driver.courier.all()) for driver in drivers] == [1, 1]


async def test_r1_a_courier_believes_only_a_receipt_for_the_bundle_it_carries(tmp_path: Path):
    node = FakeNode()
    author, driver = await author_of(node), await enrolled(node, seed=2)
    (file,) = author.export_bundle(tmp_path / "named by a person.khabar")
    driver.import_bundle(file)
    other = hashlib.sha256(b"other").hexdigest()

    def receipt_for_another(request):
        if request.url.path != "/v1/sync/push":
            return None
        return type(problem("x", 400, "never"))(200, json=node._receipt(other, [], []))

    node.fail(receipt_for_another)

    told = await sync(driver, node)

    assert told.bundles_carried == 0
    assert [each.receipt for each in driver.courier.all()] == [None]
    node.faults.clear()
    assert (await sync(driver, node)).bundles_carried == 1
    (carried,) = driver.courier.all()
    assert carried.receipt is not None
    assert f"bundle {carried.bundle}\n" in carried.receipt


async def test_a_bundle_the_node_will_never_take_is_shown_and_keeps_no_other_back(tmp_path: Path):
    node = FakeNode()
    authors = [await author_of(node, seed=seed) for seed in (1, 2)]
    driver = await enrolled(node, seed=3)
    for author in authors:
        for file in author.export_bundle(tmp_path):
            driver.import_bundle(file)
    first = driver.courier.all()[0]

    def refuses_first(request):
        is_first = request.content == first.content
        return problem("bundle-unreadable", 422, "never") if is_first else None

    node.fail(refuses_first)

    told = await sync(driver, node)

    assert told.bundles_carried == 1
    assert driver.courier.undelivered()[0].refusal == "bundle-unreadable"


async def test_a_receipt_brought_home_empties_the_outbox_of_its_author(tmp_path: Path):
    node = FakeNode()
    author, driver = await author_of(node), await enrolled(node, seed=2)
    (file,) = author.export_bundle(tmp_path)
    driver.import_bundle(file)
    await sync(driver, node)
    (proof,) = driver.courier.all()
    assert proof.receipt is not None
    assert proof.signature is not None
    known = author.identity.require_node()

    forged = proof.receipt.replace("stored", "Stored")
    assert not author.receipts.bring_home(forged, proof.signature, known)
    assert author.receipts.lines_count == 2
    assert author.receipts.bring_home(proof.receipt, proof.signature, known)

    assert author.receipts.lines_count == 0
    assert author.export_bundle(tmp_path) == ()


async def test_what_is_carried_is_passed_on_beside_the_own_bundle(tmp_path: Path):
    node = FakeNode()
    author, driver, second = (
        await author_of(node),
        await author_of(node, seed=2),
        await enrolled(node, seed=3),
    )
    stick, other_stick = tmp_path / "stick", tmp_path / "other"
    stick.mkdir()
    other_stick.mkdir()
    driver.import_bundle(author.export_bundle(stick)[0])

    written = driver.export_bundle(other_stick, with_carried=True)
    for file in written:
        second.import_bundle(file)
    told = await sync(second, node)

    assert (len(written), told.bundles_carried, told.troubles) == (2, 2, [])
    for tablet in (author, driver):
        assert len(lines_of(node, tablet.identity.device)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"holiday photos",
        b'{"v":1}\n',
        f"khabar-sealed-v1\nno node\n{'0' * 64}\n".encode() + b"x" * 100,
        f"khabar-sealed-v1\n{NODE_ID}\n".encode() + b"x" * 100,
        f"khabar-sealed-v1\n{NODE_ID}\n{'0' * 63}\n".encode() + b"x" * 100,
        f"khabar-sealed-v1\n{NODE_ID}\n{'0' * 64}\ntoo short".encode(),
    ],
)
async def test_what_is_no_bundle_is_not_carried(tmp_path: Path, content: bytes):
    driver = await enrolled(FakeNode())
    file = tmp_path / "x.khabar"
    file.write_bytes(content)

    with pytest.raises(NotABundleError):
        driver.import_bundle(file)


async def test_a_bundle_for_another_node_is_not_carried_to_this_one(tmp_path: Path):
    driver = await enrolled(FakeNode())
    file = tmp_path / "x.khabar"
    other = NODE_ID.replace("0d", "0e")
    file.write_bytes(f"khabar-sealed-v1\n{other}\n{'0' * 64}\n".encode() + b"x" * 100)

    with pytest.raises(NotABundleError, match="sealed to another node"):
        driver.import_bundle(file)


def test_a_tablet_that_knows_no_node_cannot_seal_to_one(tmp_path: Path):
    tablet = new_tablet()
    tablet.write(tablet.new_report("seizure"), {PLACE: "Ош"})

    with pytest.raises(NotReadyError):
        tablet.export_bundle(tmp_path)
    assert whole_outbox(tablet) is not None
