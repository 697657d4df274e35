"""Who is at the other end of a connection, told by an engine or by our own proxy, as a `Peer`.

Owns the two headers of that proxy, which count on the socket that it alone can reach and nowhere else.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import structlog
from cryptography import x509

from flexauth import limits
from flexauth.access.caller import Peer

__all__ = ["ADDRESS_HEADER", "CERTIFICATE_HEADER", "peer_of", "proxied_peer"]

#: The client's address.
ADDRESS_HEADER: Final = "x-flexauth-address"
#: The client's verified certificate: DER in base64.
CERTIFICATE_HEADER: Final = "x-flexauth-certificate"

_KINDS: Final = ((x509.DNSName, "dns"), (x509.UniformResourceIdentifier, "uri"), (x509.RFC822Name, "email"))
#: How an IPv4 address looks on an IPv6 socket.
_MAPPED: Final = "::ffff:"
#: What reading a certificate may raise: its issuer is trusted, its form need not be in order.
_UNREADABLE: Final = (ValueError, x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType)

log = structlog.get_logger(__name__)


def peer_of(said: str, certificate_pem: bytes = b"") -> Peer:
    """The peer that an engine tells of, such as ipv4:127.0.0.1:4711, 127.0.0.1:4711 or unix:, with its certificate."""
    return Peer(_host(said), _names(certificate_pem) if certificate_pem else ())


def proxied_peer(metadata: Iterable[tuple[str, str | bytes]]) -> Peer:
    """The peer that our proxy tells of."""
    told = dict(metadata)
    certificate = told.get(CERTIFICATE_HEADER)
    address = str(told.get(ADDRESS_HEADER, "")).removeprefix(_MAPPED)
    return Peer(address, _names(str(certificate)) if certificate else ())


@lru_cache(limits.CONNECTIONS)
def _host(said: str) -> str:
    """The host of an address: IP in plain text, or `unix`."""
    kind, colon, rest = unquote(said).partition(":")
    if kind == "unix":
        return kind
    address = rest if colon and kind in {"ipv4", "ipv6"} else unquote(said)
    return address.rpartition(":")[0].strip("[]").removeprefix(_MAPPED)


def _names(certificate: bytes | str) -> tuple[str, ...]:
    """The names of a verified certificate; none once it has expired, be its connection as old as it may."""
    names, ends_at = _read(certificate)
    return names if time.time() < ends_at else ()


@lru_cache(limits.CERTIFICATES_CACHED)
def _read(certificate: bytes | str) -> tuple[tuple[str, ...], float]:
    """Names, each with its kind, and seconds since the epoch at which they end, of PEM or of DER in base64."""
    try:
        read = (
            x509.load_pem_x509_certificate(certificate)
            if isinstance(certificate, bytes)
            else x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True))
        )
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return (), 0.0
    except _UNREADABLE as error:
        log.warning("client certificate not read", cause=str(error))
        return (), 0.0
    names = (f"{kind}:{_plain(name)}" for name in found for known, kind in _KINDS if isinstance(name, known))
    return tuple(names), read.not_valid_after_utc.timestamp()


def _plain(name: x509.GeneralName) -> str:
    """A name as it is compared: hosts have no capitals."""
    return name.value.lower() if isinstance(name, x509.DNSName) else str(name.value)
