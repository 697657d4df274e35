"""Verifies a lease (S4): what a client may run on without the authority. Needs the public keys, nothing else.

Pure: the keys, the time and what the lease must be for are given. Times are int64 microseconds since the epoch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from flexauth_client.errors import LeaseEnded, LeaseRejected, UnknownKey

__all__ = ["Lease", "verify"]

ALGORITHM = "Ed25519"
LEASE_TYPE = "flexauth-lease+jwt"
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Lease:
    """What a verified lease says. Times in microseconds, 0 where there is none."""

    session: str
    user: str
    product: str
    team: str
    device: str
    counter: int
    issued_at: int
    ends_at: int
    paid_until: int = 0
    device_key_thumbprint: str = ""


def verify(
    text: str,
    jwks: Mapping[str, Any] | str,
    now: int,
    *,
    product: str | None = None,
    user: str | None = None,
    device: str | None = None,
    session: str | None = None,
    device_key_thumbprint: str | None = None,
) -> Lease:
    """Return what a lease says if it holds at `now` for all that is named.

    `jwks` is the authority's JSON Web Key Set. Raises `UnknownKey` (fetch the keys again), `LeaseEnded`, or
    `LeaseRejected` for a lease that is forged, damaged or somebody else's.
    """
    claims = _signed_claims(text, jwks)
    try:
        lease = Lease(
            session=str(claims["sid"]),
            user=str(claims["sub"]),
            product=str(claims["aud"]),
            team=str(claims["team"]),
            device=str(claims["device"]),
            counter=int(claims["ctr"]),
            issued_at=int(claims["iat"]) * SECOND,
            ends_at=int(claims["exp"]) * SECOND,
            paid_until=int(claims.get("paid_until", 0)) * SECOND,
            device_key_thumbprint=str(claims.get("cnf", {}).get("jkt", "")),
        )
        begins_at = int(claims["nbf"]) * SECOND
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LeaseRejected(f"The lease lacks a claim: {error}.") from error
    expected = {
        "product": product,
        "user": user,
        "device": device,
        "session": session,
        "device_key_thumbprint": device_key_thumbprint,
    }
    for name, wanted in expected.items():
        if wanted is not None and getattr(lease, name) != wanted:
            raise LeaseRejected(f"The lease is for {name} {getattr(lease, name)!r}, not for {wanted!r}.")
    if now < begins_at:
        raise LeaseRejected("The lease begins in the future: the clock of this machine is wrong; set it right.")
    if now >= lease.ends_at:
        raise LeaseEnded(ended_at=lease.ends_at)
    return lease


def _signed_claims(text: str, jwks: Mapping[str, Any] | str) -> dict[str, Any]:
    try:
        known = json.loads(jwks) if isinstance(jwks, str) else dict(jwks)
        keys = KeySet.import_key_set(known) if known.get("keys") else KeySet([])  # type: ignore[arg-type]
        kid = extract_compact(text.encode()).headers().get("kid")
        if kid not in {key.kid for key in keys}:
            raise UnknownKey(f"The lease is signed by key {kid!r}, which the authority's key set does not have.")
        token = jwt.decode(text, keys, algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise LeaseRejected("The lease is damaged, or was not signed by the authority.") from error
    if token.header.get("typ") != LEASE_TYPE:
        raise LeaseRejected(f"The token is of type {token.header.get('typ')!r}, not a lease.")
    return dict(token.claims)
