"""The feed's proof: entries chained, heads signed as C2SP notes. F3, F4, F5, and P9 with them."""

import base64
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.chain import (
    CHAIN_START,
    Checkpoint,
    Link,
    checkpoint_text,
    entry_hash,
    extend,
    first_break,
    key_id,
    read_note,
    write_note,
)
from tests.builders import private_key

NAME = "khabar.example.kg/feed"
KEY = private_key("node").public_key().public_bytes_raw()
HEAD = Checkpoint(NAME, 3, "ab" * 32)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def feed(*bodies: bytes) -> list[Link]:
    links: list[Link] = []
    chain = CHAIN_START
    for position, body in enumerate(bodies, start=1):
        chain = extend(chain, entry_hash(body))
        links.append(Link(position, entry_hash(body), chain, body))
    return links


def note(head: Checkpoint = HEAD, signer: str = "node") -> str:
    return write_note(head, name=NAME, public_key=KEY, sign=private_key(signer).sign)


def read(text: str, name: str = NAME, key: bytes = KEY) -> Checkpoint | None:
    return read_note(text, name=name, public_key=key, verify=verify)


def test_f3_hash_and_chain_are_these_bytes():
    hashed = hashlib.sha256(b"khabar-entry-v1\n" + b"body").hexdigest()
    chain = hashlib.sha256(f"khabar-feed-v1\n{'0' * 64}\n{hashed}\n".encode()).hexdigest()

    assert entry_hash(b"body") == hashed
    assert extend(CHAIN_START, hashed) == chain


def test_f3_p9_a_whole_feed_has_no_break_from_any_position():
    links = feed(b"a", b"b", b"c")

    assert first_break(CHAIN_START, 0, links) is None
    assert first_break(links[0].chain, 1, links[1:]) is None
    assert first_break(CHAIN_START, 0, []) is None


def replaced(links: list[Link], index: int, **members: object) -> list[Link]:
    old = links[index]
    values = {"position": old.position, "hash": old.hash, "chain": old.chain, "body": old.body}
    return [*links[:index], Link(**(values | members)), *links[index + 1 :]]


def test_f3_p9_every_kind_of_tampering_breaks_at_its_place():
    links = feed(b"a", b"b", b"c")
    other = feed(b"a", b"X", b"c")

    assert first_break(CHAIN_START, 0, [links[0], links[2]]) == 2  # taken out
    assert first_break(CHAIN_START, 0, [links[1], links[0], links[2]]) == 1  # swapped
    assert first_break(CHAIN_START, 0, [links[0], links[0], links[1]]) == 2  # repeated
    assert first_break(CHAIN_START, 0, replaced(links, 1, body=b"X")) == 2
    assert first_break(CHAIN_START, 0, replaced(links, 1, body=b"X", hash=other[1].hash)) == 2
    assert first_break(CHAIN_START, 0, [links[0], other[1], links[2]]) == 3  # rewritten alone
    assert first_break(CHAIN_START, 0, replaced(links, 2, position=4)) == 3
    assert first_break(links[0].chain, 0, links) == 1  # begun elsewhere


def test_f5_an_entry_withheld_is_its_hash_and_the_chain_still_holds():
    links = replaced(feed(b"a", b"b", b"c"), 1, body=None)

    assert first_break(CHAIN_START, 0, links) is None
    assert first_break(CHAIN_START, 0, replaced(links, 1, hash=entry_hash(b"X"))) == 2


def test_f4_a_checkpoint_is_a_signed_note_of_three_lines():
    root = base64.b64encode(bytes.fromhex("ab" * 32)).decode()

    assert checkpoint_text(HEAD) == f"{NAME}\n3\n{root}\n"
    text, signature = note().split("\n\n")
    assert text + "\n" == checkpoint_text(HEAD)
    assert signature.startswith(f"\N{EM DASH} {NAME} ")
    assert key_id(NAME, KEY) == hashlib.sha256(NAME.encode() + b"\n\x01" + KEY).digest()[:4]
    assert read(note()) == HEAD


def test_f4_p9_every_changed_character_of_a_note_is_refused():
    text = note()

    for place in range(len(text)):
        for other in ("A", "\ud800", "\n", "٣"):
            if other != text[place]:
                assert read(text[:place] + other + text[place + 1 :]) is None, place
        if place < len(text) - 1:  # a note may come without its last line feed
            assert read(text[:place] + text[place + 1 :]) is None, place


def test_f4_another_key_or_name_reads_nothing():
    other = private_key("other").public_key().public_bytes_raw()

    assert read(note(signer="other")) is None
    assert read(note(), key=other) is None
    assert read(note(), name="khabar.example.tj/feed") is None


def test_f4_a_cosigned_note_is_read_by_the_one_signature_that_is_known():
    text, signature = note().split("\n\n")
    witness = f"\N{EM DASH} witness.example {base64.b64encode(b'x' * 68).decode()}\n"

    assert read(f"{text}\n\n{witness}{signature}") == HEAD
    assert read(f"{text}\n\n{signature}{witness}") == HEAD


def signed(text: str) -> str:
    raw = key_id(NAME, KEY) + private_key("node").sign(text.encode())
    return f"{text}\n\N{EM DASH} {NAME} {base64.b64encode(raw).decode()}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}\n03\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{NAME}\n-3\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{NAME}\n٣\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{NAME}\n{'9' * 16}\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{NAME}\n3\n{base64.b64encode(bytes(31)).decode()}\n",
        f"{NAME}\n3\nno base64\n",
        f"{NAME}\n3\n",
        f"{NAME}\n3\n{base64.b64encode(bytes(32)).decode()}\nmore\n",
        "\n",
    ],
)
def test_f4_a_genuine_signature_over_what_is_no_checkpoint_reads_nothing(text: str):
    assert read(signed(text)) is None


@pytest.mark.parametrize("text", ["", "\n\n", "x", "\n\n\N{EM DASH} ", "x" * 5_000, "\ud800\n\n\n"])
def test_f4_what_never_was_a_note_is_none(text: str):
    assert read(text) is None
