"""The public keys of an identity provider: read where it publishes them, anew after a rotation, kept in an outage.

Knows no token and no claim. A file, or an address over https (http on loopback), is read with every limit there is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPException
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

from flexauth import limits

__all__ = ["PublicKey", "PublishedKeys", "read_document"]

PublicKey = RSAKey | ECKey | OKPKey

_SECOND: Final = 1_000_000
_KINDS: Final[Mapping[str, type[PublicKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_TYPE_OF: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
#: What is taken of a published key: its public members alone, whatever else its provider lets slip.
_MEMBERS: Final = frozenset({"kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"})
_RSA_BYTES: Final = 256

log = structlog.get_logger(__name__)


class PublishedKeys:
    """Keys by id, from `uri`. `on_withdrawn` is told when a key is published no more. From any thread."""

    def __init__(self, uri: str, read: Callable[[str], bytes], on_withdrawn: Callable[[], None]) -> None:
        self.uri = uri
        self._read, self._on_withdrawn = read, on_withdrawn
        self._keys: tuple[PublicKey, ...] = ()
        self._read_at = self._tried_at = -(2**62)
        self._reading = Lock()

    def find(self, kid: str | None, algorithm: str, now: int) -> PublicKey | None:
        """The key of a token's header; read anew where it is unknown, or where what is known is old.

        None where there is no such key, or where the provider has not answered for `JWKS_KEEP_SECONDS`.
        """
        found = self._known(kid, algorithm)
        if found is None or now - self._read_at >= limits.JWKS_REFRESH_SECONDS * _SECOND:
            self._refresh(now, wait=found is None)
        if now - self._read_at >= limits.JWKS_KEEP_SECONDS * _SECOND:
            return None
        return self._known(kid, algorithm)

    def _known(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """By its id; without one, the only key that suits the algorithm."""
        kind = _TYPE_OF[algorithm[:2]]
        suits = [key for key in self._keys if key.key_type == kind and key.get("alg", algorithm) == algorithm]
        named = [key for key in suits if kid is None or key.kid == kid]
        return named[0] if len(named) == 1 else None

    def _refresh(self, now: int, *, wait: bool) -> None:
        """Read the keys, at most every `JWKS_RETRY_SECONDS`. Who knows a key does not wait for one who reads."""
        if not self._reading.acquire(blocking=wait):
            return
        try:
            if now - self._tried_at < limits.JWKS_RETRY_SECONDS * _SECOND:
                return
            self._tried_at = now
            keys = tuple(_public(json.loads(self._read(self.uri))))
        except (OSError, HTTPException, ValueError, TypeError, KeyError, RecursionError) as error:
            log.warning("keys_of_identity_provider_not_read", uri=self.uri, cause=f"{type(error).__name__}: {error}")
        else:
            before, self._keys, self._read_at = self._keys, keys, now
            if {key.thumbprint() for key in before} - {key.thumbprint() for key in keys}:
                self._on_withdrawn()
        finally:
            self._reading.release()


def _public(document: Any) -> Iterable[PublicKey]:
    """Keys of a JSON Web Key Set that may verify; what we do not know is left out, as RFC 7517 says."""
    for given in document["keys"][: limits.JWKS_KEYS]:
        if not isinstance(given, dict):
            continue
        members = {name: value for name, value in given.items() if name in _MEMBERS}
        kind = _KINDS.get(members.get("kty", ""))
        if kind is None or members.get("use", "sig") != "sig":
            continue
        try:
            if kind is RSAKey and len(urlsafe_b64decode(members["n"].encode()).lstrip(b"\0")) < _RSA_BYTES:
                continue
            yield kind.import_key(members)
        except (JoseError, ValueError, TypeError, KeyError):
            log.warning("key_of_identity_provider_left_out", kid=str(members.get("kid", "")))


class _NoRedirect(HTTPRedirectHandler):
    """A redirect is an error: it could lead from https to anywhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def read_document(uri: str) -> bytes:
    """What is at a `file:`, `http:` or `https:` address, of at most `JWKS_BYTES`. Raises OSError and ValueError."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        with Path(unquote(parts.path)).open("rb") as file:
            return _whole(file.read, until=float("inf"))
    local = [ProxyHandler({})] if parts.scheme == "http" else []
    until = monotonic() + limits.JWKS_TIMEOUT_SECONDS
    with build_opener(_NoRedirect, *local).open(uri, timeout=limits.JWKS_TIMEOUT_SECONDS) as answer:
        return _whole(answer.read1, until=until)


def _whole(read: Callable[[int], bytes], until: float) -> bytes:
    """Everything, or a fault: too much, or too slow."""
    parts, left = [], limits.JWKS_BYTES
    while part := read(left + 1):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise ValueError(f"it has more than {limits.JWKS_BYTES} bytes")
        if monotonic() > until:
            raise TimeoutError(f"it took more than {limits.JWKS_TIMEOUT_SECONDS} s")
    return b"".join(parts)
