"""The short-lived token a device signs for itself: no secret of it ever travels."""

import json
from base64 import urlsafe_b64encode
from typing import Final

from clients.keys import DeviceKey
from sync.ids import DeviceId

LIFE_S: Final = 300
"""Long enough for a push over 2G, short enough to be worth nothing when found."""


def device_token(key: DeviceKey, *, device: DeviceId, node: str, now_ms: int, token_id: str) -> str:
    """A JWT (RFC 7519) signed with Ed25519 (RFC 8037, RFC 9864)."""
    claims: dict[str, str | int] = {"iss": device, "aud": node, "jti": token_id}
    return _signed(key, device, claims, now_ms)


def subscriber_token(key: DeviceKey, *, code: str, node: str, now_ms: int, token_id: str) -> str:
    """The same of a reader of the feed, who is known at every node by its one code."""
    claims: dict[str, str | int] = {
        "kind": "subscriber",
        "iss": code,
        "aud": node,
        "jti": token_id,
    }
    return _signed(key, code, claims, now_ms)


def _signed(key: DeviceKey, key_id: str, claims: dict[str, str | int], now_ms: int) -> str:
    issued = now_ms // 1_000
    header = {"alg": "Ed25519", "kid": key_id, "typ": "JWT"}
    signed = f"{_part(header)}.{_part({**claims, 'iat': issued, 'exp': issued + LIFE_S})}"
    return f"{signed}.{_encode(key.sign(signed.encode()))}"


def _part(members: dict[str, str] | dict[str, str | int]) -> str:
    return _encode(json.dumps(members, separators=(",", ":")).encode())


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")
