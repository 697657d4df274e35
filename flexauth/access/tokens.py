"""Bearer tokens of OpenID Connect providers: whose a token is, or that it is nobody's. Knows no role and no transport.

A token is verified against its issuer's published keys: algorithm, signature, issuer, audience and times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError

from flexauth import limits
from flexauth.access.jwks import PublishedKeys, read_document
from flexauth.faults import Unauthenticated
from flexauth.requests import IdentityProvider

__all__ = ["DEFAULT_ALGORITHMS", "SignedIn", "Tokens"]

DEFAULT_ALGORITHMS: Final = ("RS256", "ES256", "Ed25519")

_SECOND: Final = 1_000_000
_LEEWAY: Final = limits.TOKEN_LEEWAY_SECONDS * _SECOND
#: Whatever a forged token makes a parser raise.
_MALFORMED: Final = (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user whom a provider vouches for; `email` is verified, "" where it is not. `expires_at` in microseconds."""

    subject: str
    email: str
    expires_at: int


class Tokens:
    """Verifies tokens of the trusted providers. `on_withdrawn` is told when a provider withdraws a key."""

    def __init__(self, on_withdrawn: Callable[[], None], read: Callable[[str], bytes] = read_document) -> None:
        self._on_withdrawn, self._read = on_withdrawn, read
        self._trusted: Mapping[str, tuple[IdentityProvider, PublishedKeys]] = {}

    def trust(self, providers: Iterable[IdentityProvider]) -> None:
        """Take tokens of these from now on, and of no other; keys that were read stay known."""
        known = {keys.uri: keys for _, keys in self._trusted.values()}
        self._trusted = {
            provider.issuer: (
                provider,
                known.get(provider.jwks_uri) or PublishedKeys(provider.jwks_uri, self._read, self._on_withdrawn),
            )
            for provider in providers
        }

    def verify(self, text: str, now: int) -> SignedIn:
        """Whose token it is. Raises `Unauthenticated`, whatever is wrong with it."""
        try:
            return self._signed_in(text, now)
        except _MALFORMED:
            raise Unauthenticated from None

    def _signed_in(self, text: str, now: int) -> SignedIn:
        unverified = jws.extract_compact(text.encode())
        header = unverified.headers()
        provider, keys = self._trusted[json.loads(unverified.payload)["iss"]]
        algorithms = provider.algorithms or DEFAULT_ALGORITHMS
        if header["alg"] not in algorithms:
            raise Unauthenticated
        key = keys.find(header.get("kid"), header["alg"], now)
        if key is None:
            raise Unauthenticated
        registry = jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
        claims = jwt.decode(text, key, algorithms=list(algorithms), registry=registry).claims
        expires_at = _in_time(claims, now)
        if claims["iss"] != provider.issuer or not _audiences(claims) & set(provider.audiences):
            raise Unauthenticated
        return SignedIn(_subject(claims, provider), _email(claims, provider), expires_at)


def _in_time(claims: Mapping[str, Any], now: int) -> int:
    """When the token ends; it has begun, and has not ended."""
    expires_at = _microseconds(claims["exp"]) + _LEEWAY
    begins = [_microseconds(claims[name]) - _LEEWAY for name in ("nbf", "iat") if name in claims]
    if expires_at <= now or any(at > now for at in begins):
        raise Unauthenticated
    return min(expires_at, limits.TIME_MAX)


def _microseconds(seconds: Any) -> int:
    """A NumericDate: seconds since the epoch, perhaps with a fraction, which is left out."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Unauthenticated
    return int(seconds) * _SECOND


def _audiences(claims: Mapping[str, Any]) -> set[str]:
    sent = claims["aud"]
    return {sent} if isinstance(sent, str) else set(sent)


def _subject(claims: Mapping[str, Any], provider: IdentityProvider) -> str:
    """The user's subject: the provider's prefix and `sub`."""
    sent = claims["sub"]
    subject = f"{provider.subject_prefix}{sent}"
    if not isinstance(sent, str) or not sent or len(subject) > limits.SUBJECT_CHARACTERS or not subject.isprintable():
        raise Unauthenticated
    return subject


def _email(claims: Mapping[str, Any], provider: IdentityProvider) -> str:
    """The address that the provider has verified, where it is trusted to say so of that domain; else ""."""
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        return ""
    domain = email.rpartition("@")[2].casefold()
    trusted = {name.casefold() for name in provider.email_domains}
    is_sane = email.isprintable() and len(email) <= limits.EMAIL_CHARACTERS
    return email if is_sane and ("*" in trusted or domain in trusted) else ""
