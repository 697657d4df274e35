"""A whole service from its settings: data folder, store, authority, keys, server, TLS; and copies of its database.

Composition; prints nothing.
"""

from __future__ import annotations

import gc
import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from flexauth import bootstrap, first_keys
from flexauth.authority import Authority
from flexauth.certificates import CertificateFiles, CertificateWatch
from flexauth.clock import Clock, SystemClock
from flexauth.config import Settings, is_loopback
from flexauth.credentials import Credentials, keep_credentials, read_credentials
from flexauth.faults import InvalidArgument, NotFound, StoreFailed
from flexauth.first_keys import FirstKeys
from flexauth.leases import Signer
from flexauth.proxy.configuration import ProxyLimits
from flexauth.proxy.supervisor import Proxy, ProxyMissing, find_haproxy
from flexauth.rpc.server import CannotListen, Server
from flexauth.store import backup
from flexauth.store.sqlite import open_reader

__all__ = ["Service", "back_up", "collect_seldom", "database_of", "open_service", "restore"]

API_KEYS: Final = "api-keys.json"
LEASE_KEYS: Final = "lease-keys.json"
_LOOK_SECONDS: Final = 1.0
_COLLECT_AFTER: Final = (100_000, 50, 100)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that listens on `address`; `first_keys` None: it made none; `claim_code` is for the first admin, once.

    `engine` is the one that serves. With TLS the address begins with https://, and a client on this machine that does
    not know its certificate trusts `ca_file` and expects `server_name`.
    """

    settings: Settings
    address: str
    engine: str
    proxy: Proxy | None
    ca_file: str
    server_name: str
    authority: Authority
    server: Server
    closing: ExitStack
    first_keys: FirstKeys | None
    claim_code: str
    credentials: Credentials | None

    def until(self, stopping: threading.Event) -> None:
        """Wait until it is told to stop. `StoreFailed` when the authority has stopped by itself: its store is lost."""
        while not stopping.wait(_LOOK_SECONDS):
            if self.authority.stopped:
                raise StoreFailed(
                    cause="it can neither be written nor opened any more; see to its disk, then start again"
                )

    def stop(self) -> None:
        """Refuse new calls, let those that run end, store everything, leave."""
        self.closing.close()


def database_of(settings: Settings) -> Path:
    """Where the database is."""
    return settings.data / "flexauth.db"


def open_service(
    settings: Settings, *, with_credentials: bool = False, claim: bool = False, clock: Clock | None = None
) -> Service:
    """Open everything and serve. `with_credentials`: keep an admin key in the data folder for commands of this user.

    `claim`: make a one-time code for an admin's key, also where there is one already.

    Faults: InvalidArgument, InstanceHeld, NewerSchema, UnsafeStore, CannotListen, UnreadableKeys, UnsafeCredentials,
    UnusableCertificate, ProxyFailed.
    """
    certificates = _certificates(settings)
    clock = clock or SystemClock()
    data = settings.data
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as opened:
        store = bootstrap.open_store(f"sqlite:{database_of(settings)}")
        opened.callback(store.close)
        kept = read_credentials(data)
        authority = bootstrap.open_authority(store, clock)
        opened.callback(authority.close)
        first_keys.take_over(authority, data / API_KEYS)
        first = first_keys.first_keys(authority) if with_credentials else None
        claim = claim or not authority.grants.has_vendor(authority.now)
        code = authority.grants.offer_claim(authority.now) if claim else ""
        if with_credentials:
            kept = Credentials("", first.admin if first else first_keys.local_key(authority, kept.key if kept else ""))
        signer = Signer.open(data / LEASE_KEYS, now=lambda: authority.latest)
        server, proxy = _open_server(settings, certificates, authority, signer, opened)
        address, ca_file, server_name = server.address, "", ""
        if certificates:
            listens = f"{settings.listen.rpartition(':')[0]}:{proxy.port}" if proxy else server.address
            address = f"https://{listens}"
            ca_file, server_name = str(certificates.files.certificate.resolve()), certificates.current.name
        if kept is not None:
            kept = Credentials(address, kept.key, ca_file, server_name)
            keep_credentials(data, kept)
        return Service(
            settings, address, server.engine, proxy, ca_file, server_name, authority, server, opened.pop_all(), first, code,
            kept,
        )  # fmt: skip


def _certificates(settings: Settings) -> CertificateWatch | None:
    """The certificates to serve with, None for none. Raises InvalidArgument where settings are at odds, and what reading raises."""
    needed = {name: getattr(settings, name) for name in ("tls_certificate", "tls_key")}
    if not settings.tls:
        for name, value in (needed | {"tls_client_ca": settings.tls_client_ca}).items():
            if value is not None:
                raise InvalidArgument(field=name, value=value, rule="it is for TLS alone; say --tls too, or leave it out")
        if not is_loopback(settings.listen) and not settings.insecure:
            rule = (
                "beyond this machine keys would travel in the open; serve TLS (--tls), "
                "or put a proxy with TLS before it and say --insecure"
            )
            raise InvalidArgument(field="listen", value=repr(settings.listen), rule=rule)
        return None
    for name, value in needed.items():
        if value is None:
            option = name.replace("_", "-")
            raise InvalidArgument(field=name, value="not set", rule=f"TLS needs it; name the file by --{option}")
    if settings.listen.startswith("unix:"):
        raise InvalidArgument(field="listen", value=repr(settings.listen), rule="a Unix socket has no TLS; leave out --tls")
    if settings.engine == "grpcio" and settings.tls_client_ca and settings.tls_client == "optional":
        rule = "the engine grpcio asks every client for a certificate, or none; require them, or choose --engine native"
        raise InvalidArgument(field="tls_client", value="'optional'", rule=rule)
    assert settings.tls_certificate is not None
    assert settings.tls_key is not None
    return CertificateWatch(CertificateFiles(settings.tls_certificate, settings.tls_key, settings.tls_client_ca))


def _open_server(
    settings: Settings,
    certificates: CertificateWatch | None,
    authority: Authority,
    signer: Signer,
    opened: ExitStack,
) -> tuple[Server, Proxy | None]:
    """Serve by an engine that has TLS itself, or behind a proxy that has it."""
    engine = settings.engine
    haproxy = _haproxy(settings) if certificates and engine == "native" else ""
    if certificates is None or not haproxy:
        engine = "grpcio" if certificates else engine
        server = Server(authority, signer, settings.listen, access=authority.access, engine=engine, certificates=certificates)
        opened.callback(server.stop, settings.stop_seconds)
        server.start()
        return server, None
    allowed = ProxyLimits(settings.source_connections, settings.source_calls_per_second)
    required = settings.tls_client == "required"
    proxy = Proxy(haproxy, _listen(settings.listen), certificates, allowed, client_required=required)
    opened.callback(proxy.stop)
    server = Server(authority, signer, proxy.engine_address, access=authority.access, engine=engine, proxied=True)
    opened.callback(server.stop, settings.stop_seconds)
    server.start()
    proxy.start()
    return server, proxy


def _haproxy(settings: Settings) -> str:
    """The program, "" where there is none and the engine grpcio can serve what was asked for."""
    try:
        return find_haproxy(settings.haproxy)
    except ProxyMissing as missing:
        if settings.tls_client_ca and settings.tls_client == "optional":
            raise
        log.warning("engine grpcio serves TLS in place of native", cause=str(missing))
        return ""


def _listen(address: str) -> socket.socket:
    """A socket that listens on HOST:PORT. Raises `CannotListen`."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), int(port)), family=family)
    except OSError as error:
        raise CannotListen(address=address, cause=error.strerror or error) from error


def collect_seldom() -> None:
    """Set the garbage collector of a process that serves: what is loaded stays and is looked at no more.

    Calls in flight make thousands of objects, none of them in a cycle; a look after every 700 costs a tenth of a call.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def back_up(settings: Settings, file: Path) -> Path:
    """Copy the database as of now to a new file, also while it is being served; gives the path of the checksum.

    Faults: UnsafeStore, StoreFailed, NotFound.
    """
    database = database_of(settings)
    if not database.exists():
        raise NotFound(kind="database", value=database)
    reader = open_reader(database)
    try:
        backup.copy_to_file(reader, file)
    finally:
        reader.close()
    return backup.checksum_path(file)


def restore(settings: Settings, file: Path, clock: Clock | None = None) -> Path:
    """Make the database of a folder that has none from a backup; gives its path. Faults: UnsafeStore, InstanceHeld."""
    if not file.exists():
        raise NotFound(kind="backup", value=file)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    backup.restore(file, database_of(settings), now=(clock or SystemClock()).wall())
    return database_of(settings)
