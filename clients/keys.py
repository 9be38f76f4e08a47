"""Keys as a client holds them: its own, which signs, and the node's, learnt at enrolment."""

import binascii
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SEED_BYTES: Final = 32
"""An Ed25519 private key (RFC 8032, 5.1.5)."""

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
"""RFC 9180 base mode, as docs/protocol.md R6 names it."""


def to_text(raw: bytes) -> str:
    """A key or a signature as the wire carries it: base64 with padding."""
    return b64encode(raw).decode("ascii")


def from_text(text: str) -> bytes | None:
    """The bytes of a key or a signature, or None when the text is none."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


class DeviceKey:
    """The tablet's own key: made on it, never shown by it."""

    __slots__ = ("_private",)

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_text(self) -> str:
        return to_text(self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def sign_text(self, message: bytes) -> str:
        return to_text(self.sign(message))


def verify(public_text: str, message: bytes, signature_text: str) -> bool:
    """Whether the Ed25519 signature is right; a malformed key or signature is just wrong."""
    public, signature = from_text(public_text), from_text(signature_text)
    if public is None or signature is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal_to(node_public_text: str, plaintext: bytes, info: bytes) -> bytes:
    """Encrypt to a node's public sealing key (HPKE): a lost stick tells nobody anything."""
    public = from_text(node_public_text)
    assert public is not None, "the node's key was read at enrolment"
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)
