"""Authorities served by TLS for tests: on grpcio, and on the native engine behind a real HAProxy."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from flexauth import bootstrap
from flexauth.clock import VirtualClock
from flexauth.config import Settings
from flexauth.first_keys import ADMIN, make
from flexauth.front import Front, certificates_for, open_front
from flexauth.leases import Signer
from flexauth.proxy.supervisor import ProxyMissing, find_haproxy
from flexauth.store.port import Store
from tests.rpc.authorities import Authority, Pair
from tests.rpc.serving import START, Service, with_metadata

HOST = "ws1.example"
PATIENCE_SECONDS = 20.0


def need_haproxy() -> str:
    """HAProxy's path; a test that needs it is skipped where it is missing, and fails in CI."""
    try:
        return find_haproxy("haproxy")
    except ProxyMissing as missing:
        (pytest.fail if "CI" in os.environ else pytest.skip)(str(missing))


def until(condition: Callable[[], Any]) -> Any:
    """Wait until something is so, and return it."""
    over = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < over, "it did not come to be"
        threading.Event().wait(0.01)
    return found


class Fronted:
    """An authority served by TLS on this machine, its certificates, and callers of it."""

    def __init__(
        self,
        engine: str,
        folder: Path,
        opened: ExitStack,
        *,
        store: Store | None = None,
        asks_clients: bool = True,
        **given: Any,
    ) -> None:
        self.ca = Authority(folder / "pki")
        self.pair = self.ca.server()
        self.opened = opened
        trust = {"tls_client_ca": self.ca.file} if asks_clients else {}
        files = {"tls_certificate": self.pair.certificate, "tls_key": self.pair.key, **trust}
        chosen = {"listen": "127.0.0.1:0", "engine": engine, "tls": True, "stop_seconds": 2, **files, **given}
        settings = Settings.model_validate(chosen)
        self.clock = VirtualClock(START)
        self.store = store or bootstrap.open_store("memory")
        self.authority = bootstrap.open_authority(self.store, self.clock, jitter=False)
        opened.callback(self.authority.close)
        self.signer = Signer.in_memory(now=self.clock.boot)
        self.front: Front = open_front(settings, certificates_for(settings), self.authority, self.signer, opened)
        self.address = self.front.address.removeprefix("https://")
        self.key = make(self.authority, "admin", ADMIN)

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    def client(self, *names: x509.GeneralName, file: str = "client", **given: Any) -> Pair:
        """A client's certificate."""
        return self.ca.issue(file, *(names or (x509.DNSName(HOST),)), **given)

    def caller(self, pair: Pair | None, metadata: dict[str, str] | None = None, root: bytes = b"") -> Service:
        """Stubs of a caller who shows a certificate, with the admin's key unless other metadata is given."""
        certificate, key = pair.pem if pair else (None, None)
        credentials = grpc.ssl_channel_credentials(root or self.ca.pem, key, certificate)
        options = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_metadata_size", 1 << 20))
        channel = self.opened.enter_context(grpc.secure_channel(self.address, credentials, options))
        channel = with_metadata(channel, self.bearer if metadata is None else metadata)
        return Service(self.front.server, self.authority, self.signer, self.clock, channel)

    @contextmanager
    def connection(self, pair: Pair | None = None, *, alpn: str = "h2", **given: Any) -> Iterator[ssl.SSLSocket]:
        """A bare TLS connection; `given` are attributes of its context."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.ca.pem.decode())
        context.set_alpn_protocols([alpn])
        for name, value in given.items():
            setattr(context, name, value)
        if given.get("maximum_version") is ssl.TLSVersion.TLSv1_1:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        if pair:
            context.load_cert_chain(pair.certificate, pair.key)
        with self.plain() as made, context.wrap_socket(made, server_hostname="localhost") as secured:
            yield secured

    def plain(self) -> socket.socket:
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=10)

    def shown(self, pair: Pair | None) -> bytes:
        """The certificate that the server shows, as DER."""
        with self.connection(pair) as secured:
            return secured.getpeercert(binary_form=True) or b""


def der(pair: Pair) -> bytes:
    """A certificate as it goes over the wire."""
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes()).public_bytes(Encoding.DER)
