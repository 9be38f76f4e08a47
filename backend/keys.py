"""The node's own keys: one signs (seals, checkpoints), one opens bundles sealed to the node.

They are made once, at the first start, and live in files only the node's user may read. A node that
loses them is a new node: its devices hold its public keys since their enrolment.
"""

import contextlib
import os
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from backend.files import fsync_folder

_Private = Ed25519PrivateKey | X25519PrivateKey

PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

SIGNING_FILE: Final = "signing.ed25519"
SEALING_FILE: Final = "sealing.x25519"

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
"""RFC 9180 base mode. ChaCha20: tablets without AES instructions encrypt at full speed too."""


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The private keys, and their public halves as 32 raw bytes."""

    signing: Ed25519PrivateKey
    sealing: X25519PrivateKey

    @property
    def signing_public(self) -> bytes:
        return self.signing.public_key().public_bytes_raw()

    @property
    def sealing_public(self) -> bytes:
        return self.sealing.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.signing.sign(message)

    def open_sealed(self, ciphertext: bytes, info: bytes) -> bytes:
        """Plaintext of what ``seal_to`` made for this node; InvalidTag when it was not for us."""
        return _SUITE.decrypt(ciphertext, self.sealing, info)


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 signature is right; a malformed key or signature is just wrong."""
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_public_key(raw: bytes) -> bool:
    """Whether these bytes are an Ed25519 public key of the size the wire carries."""
    return len(raw) == PUBLIC_KEY_BYTES


def seal_to(sealing_public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Encrypt to a node's public sealing key (HPKE): only that node reads a lost stick."""
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(sealing_public), info)


def key_text(raw: bytes) -> str:
    """A key or signature as the wire carries it: base64 with padding."""
    return b64encode(raw).decode("ascii")


def load_or_create(folder: Path) -> NodeKeys:
    """The node's keys, made now if the folder holds none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    signing = _load_or_create(folder / SIGNING_FILE, Ed25519PrivateKey.generate)
    sealing = _load_or_create(folder / SEALING_FILE, X25519PrivateKey.generate)
    if not isinstance(signing, Ed25519PrivateKey) or not isinstance(sealing, X25519PrivateKey):
        raise TypeError(f"{folder} holds keys of another kind than the node's")
    return NodeKeys(signing, sealing)


def _load_or_create(path: Path, generate: Callable[[], _Private]) -> PrivateKeyTypes:
    if not path.exists():
        _write_once(path, generate())
    return serialization.load_pem_private_key(path.read_bytes(), password=None)


def _write_once(path: Path, key: _Private) -> None:
    """Durable, readable by its owner only, and never over a key that another start just wrote."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    temporary = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    temporary.unlink()
    fsync_folder(path.parent)
