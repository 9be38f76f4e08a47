"""The subscriber's key in a file of its own: made once, readable by its owner only."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.ids import IdSource
from clients.keys import SEED_BYTES, DeviceKey


class NotAKeyError(ValueError):
    """The file holds something else than an Ed25519 private key in PEM."""


def load(path: Path) -> DeviceKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise NotAKeyError("it holds no private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NotAKeyError("it holds no Ed25519 key")
    return DeviceKey(key.private_bytes_raw())


def make(path: Path, ids: IdSource) -> DeviceKey:
    """A new key; never over a file that is there."""
    seed = ids.secret(SEED_BYTES)
    pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return DeviceKey(seed)
