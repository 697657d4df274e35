"""How a service listens: by which engine, with which certificates, before or behind which proxy.

Composition of rpc and proxy from the settings; knows nothing of data or keys.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from flexauth import limits
from flexauth.authority import Authority
from flexauth.certificates import CertificateFiles, CertificateWatch
from flexauth.config import Settings, is_loopback
from flexauth.faults import InvalidArgument
from flexauth.leases import Signer
from flexauth.proxy.configuration import ProxyLimits
from flexauth.proxy.supervisor import Proxy, ProxyMissing, find_haproxy
from flexauth.rpc.server import CannotListen, Server

__all__ = ["Front", "certificates_for", "open_front"]

log = structlog.get_logger(__name__)

_IN_THE_OPEN: Final = (
    "beyond this machine keys would travel in the open; serve TLS (--tls), "
    "or put a proxy with TLS before it and say --insecure"
)
_ALL_OR_NONE: Final = (
    "the engine grpcio asks every client for a certificate, or none; require them, or choose --engine native"
)


@dataclass(frozen=True, slots=True)
class Front:
    """What serves at `address`, as clients name it: HOST:PORT, https://HOST:PORT or unix:PATH.

    With TLS a client on this machine that does not know the certificate trusts `ca_file` and expects `server_name`.
    """

    server: Server
    address: str
    proxy: Proxy | None = None
    ca_file: str = ""
    server_name: str = ""


def certificates_for(settings: Settings) -> CertificateWatch | None:
    """The certificates to serve with, None: without TLS. Raises `InvalidArgument` and `UnusableCertificate`."""
    files = settings.tls_certificate, settings.tls_key, settings.tls_client_ca
    if not settings.tls:
        for name, path in zip(("tls_certificate", "tls_key", "tls_client_ca"), files, strict=True):
            if path is not None:
                raise InvalidArgument(
                    field=name, value=path, rule="it is for TLS alone; say --tls too, or leave it out"
                )
        if not is_loopback(settings.listen) and not settings.insecure:
            raise InvalidArgument(field="listen", value=repr(settings.listen), rule=_IN_THE_OPEN)
        return None
    certificate, key, client_ca = files
    if certificate is None:
        raise InvalidArgument(field="tls_certificate", value="not set", rule="TLS needs it; say --tls-certificate FILE")
    if key is None:
        raise InvalidArgument(field="tls_key", value="not set", rule="TLS needs it; say --tls-key FILE")
    if settings.listen.startswith("unix:"):
        rule = "a Unix socket has no TLS; leave out --tls, or name HOST:PORT"
        raise InvalidArgument(field="listen", value=repr(settings.listen), rule=rule)
    if settings.engine == "grpcio" and client_ca and settings.tls_client == "optional":
        raise InvalidArgument(field="tls_client", value="'optional'", rule=_ALL_OR_NONE)
    return CertificateWatch(CertificateFiles(certificate, key, client_ca))


def open_front(
    settings: Settings,
    certificates: CertificateWatch | None,
    authority: Authority,
    signer: Signer,
    opened: ExitStack,
) -> Front:
    """Serve from now on, until `opened` is closed. Raises `CannotListen`, `ProxyMissing`, `ProxyFailed`."""
    haproxy = _haproxy(settings) if certificates and settings.engine == "native" else ""
    if certificates is None:
        server = Server(authority, signer, settings.listen, access=authority.access, engine=settings.engine)
        _start(server, settings, opened)
        return Front(server, server.address)
    trust = str(certificates.files.certificate.resolve()), certificates.current.name
    if not haproxy:
        server = Server(authority, signer, settings.listen, access=authority.access, certificates=certificates)
        _start(server, settings, opened)
        return Front(server, f"https://{server.address}", None, *trust)
    allowed = ProxyLimits(settings.source_connections, settings.source_calls_per_second)
    required = settings.tls_client == "required"
    proxy = Proxy(haproxy, _listener(settings.listen), certificates, allowed, client_required=required)
    opened.callback(proxy.stop)
    server = Server(authority, signer, proxy.engine_address, access=authority.access, engine="native", proxied=True)
    _start(server, settings, opened)
    proxy.start()
    return Front(server, f"https://{settings.listen.rpartition(':')[0]}:{proxy.port}", proxy, *trust)


def _start(server: Server, settings: Settings, opened: ExitStack) -> None:
    opened.callback(server.stop, settings.stop_seconds)
    server.start()


def _haproxy(settings: Settings) -> str:
    """The program, "" where there is none and the engine grpcio can serve what was asked for."""
    try:
        return find_haproxy(settings.haproxy)
    except ProxyMissing as missing:
        if settings.tls_client_ca and settings.tls_client == "optional":
            raise
        log.warning("engine grpcio serves TLS in place of native", cause=str(missing))
        return ""


def _listener(address: str) -> socket.socket:
    """A socket that listens on HOST:PORT; on [::] for IPv4 as well, as the engines do. Raises `CannotListen`."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    both = host == "[::]" and socket.has_dualstack_ipv6()
    try:
        where = host.strip("[]"), int(port)
        return socket.create_server(where, family=family, backlog=limits.CONNECTIONS, dualstack_ipv6=both)
    except OSError as error:
        raise CannotListen(address=address, cause=error.strerror or error) from error
