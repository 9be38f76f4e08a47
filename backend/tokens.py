"""Tokens that tablets and subscribers sign for themselves (docs/protocol.md): reading and checking.

``read`` believes nothing; ``TokenCheck.verify`` says whether the key's holder signed it, and when.
"""

import hashlib
import math
from base64 import urlsafe_b64decode
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, cast

import orjson
from joserfc import jws
from joserfc.errors import JoseError

from backend.clock import Instant
from backend.keys import verify as verify_signature
from backend.limits import CLOCK_SKEW_MS_MAX, DEVICE_TOKEN_MS_MAX, VERIFIED_TOKENS_MAX

TOKEN_CHARACTERS_MAX: Final = 2_048
ALGORITHMS: Final = frozenset({"Ed25519", "EdDSA"})
"""Two names of one signature (RFC 9864; RFC 8037). The header chooses nothing."""

_SECONDS_MAX: Final = 253_402_300_800
"""The year 10000: beyond it no clock is merely off."""


class TokenInvalid(Exception):  # noqa: N818 — names what was found
    """Not a token of ours, whatever the time."""


class ClockOff(Exception):  # noqa: N818 — names what was found
    """A right token at a wrong time: the signer's clock is off, or the token is old."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says about itself. Not believed before its signature is checked."""

    kind: str
    issuer: str
    audience: str
    issued_at: Instant
    expires_at: Instant


def read(token: str) -> Claims:
    """The claims of a token of our shape; TokenInvalid for anything else."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenInvalid
    try:
        parsed = jws.extract_compact(token.encode("ascii"))
        header = parsed.headers()
        members = orjson.loads(parsed.payload)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise TokenInvalid from error
    # ``crit`` and ``b64`` change what is signed: nothing here understands them (RFC 7515, 4.1.11).
    if header.get("alg") not in ALGORITHMS or header.keys() & {"crit", "b64"}:
        raise TokenInvalid
    if not isinstance(members, dict):
        raise TokenInvalid
    return _claims(cast("dict[str, object]", members))


def _claims(members: dict[str, object]) -> Claims:
    kind, issuer = members.get("kind", "device"), members.get("iss")
    audience = members.get("aud")
    if not (isinstance(kind, str) and isinstance(issuer, str) and isinstance(audience, str)):
        raise TokenInvalid
    claims = Claims(
        kind, issuer, audience, _instant(members.get("iat")), _instant(members.get("exp"))
    )
    if not 0 < claims.expires_at - claims.issued_at <= DEVICE_TOKEN_MS_MAX:
        raise TokenInvalid
    return claims


def _instant(seconds: object) -> Instant:
    """A NumericDate (RFC 7519, 2). ``true`` is no number, nor is anything without bound."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TokenInvalid
    if not math.isfinite(seconds) or abs(seconds) > _SECONDS_MAX:
        raise TokenInvalid
    return Instant(round(seconds * 1_000))


class TokenCheck:
    """Checks signatures, and remembers the tokens whose signature was right until they end."""

    __slots__ = ("_verified",)

    def __init__(self) -> None:
        self._verified: OrderedDict[bytes, bytes] = OrderedDict()

    def verify(self, token: str, claims: Claims, public_key: bytes, now: Instant) -> None:
        """TokenInvalid when another key signed it, ClockOff when its time is not now."""
        name = hashlib.sha256(token.encode("ascii")).digest()
        if self._verified.get(name) != public_key:
            self._check_signature(token, public_key)
            self._verified[name] = public_key
            while len(self._verified) > VERIFIED_TOKENS_MAX:
                self._verified.popitem(last=False)
        if not claims.issued_at - CLOCK_SKEW_MS_MAX <= now < claims.expires_at:
            raise ClockOff

    @staticmethod
    def _check_signature(token: str, public_key: bytes) -> None:
        signed, _, signature = token.rpartition(".")
        try:
            raw = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        except ValueError as error:
            raise TokenInvalid from error
        if not verify_signature(public_key, signed.encode("ascii"), raw):
            raise TokenInvalid
