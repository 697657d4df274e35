"""The default engine: grpcio's server on a pool of threads, with every limit that it has. A thread waits for a call.

With certificates it speaks TLS 1.2 or newer alone; with authorities of clients, to those alone who show a certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import Any, Final

import grpc
from grpc_status import rpc_status

from flexauth import limits
from flexauth.access.caller import Peer
from flexauth.certificates import Certificates, CertificateWatch
from flexauth.peers import peer_of
from flexauth.rpc.calls import Calls, seconds_for
from flexauth.rpc.errors import DeadlinePassed, status_of
from flexauth.rpc.side_services import SideServices
from flexauth.rpc.table import METHODS, Method

__all__ = ["LIMITS", "GrpcioEngine"]

#: Connections are replaced now and then, so that a fleet spreads over new nodes.
CONNECTION_AGE_SECONDS: Final = 3_600
CONNECTION_AGE_GRACE_SECONDS: Final = 60
KEEPALIVE_SECONDS: Final = 60
KEEPALIVE_TIMEOUT_SECONDS: Final = 20
#: A client may ping so often without data; two strikes and it is out.
PING_INTERVAL_SECONDS: Final = 30

LIMITS: Final = (
    ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a quiet partner
    ("grpc.max_receive_message_length", limits.MESSAGE_BYTES),
    ("grpc.max_metadata_size", limits.METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", limits.METADATA_BYTES),
    ("grpc.max_concurrent_streams", limits.STREAMS_PER_CONNECTION),
    ("grpc.max_allowed_incoming_connections", limits.CONNECTIONS),
    ("grpc.max_connection_idle_ms", limits.CONNECTION_IDLE_SECONDS * 1000),
    ("grpc.max_connection_age_ms", CONNECTION_AGE_SECONDS * 1000),
    ("grpc.max_connection_age_grace_ms", CONNECTION_AGE_GRACE_SECONDS * 1000),
    ("grpc.server_handshake_timeout_ms", limits.HANDSHAKE_SECONDS * 1000),
    ("grpc.keepalive_time_ms", KEEPALIVE_SECONDS * 1000),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_SECONDS * 1000),
    ("grpc.http2.min_ping_interval_without_data_ms", PING_INTERVAL_SECONDS * 1000),
    ("grpc.http2.max_ping_strikes", 2),
)


_handler: Callable[[Any], grpc.RpcMethodHandler[bytes, bytes]] = grpc.unary_unary_rpc_method_handler


class GrpcioEngine:
    """Serves calls and side services on an address. Raises RuntimeError where it cannot listen there."""

    def __init__(
        self, calls: Calls, address: str, side: SideServices, certificates: CertificateWatch | None = None
    ) -> None:
        self._calls = calls
        self._certified = certificates is not None and certificates.files.client_ca is not None
        self._pool = ThreadPoolExecutor(limits.WORKER_THREADS, thread_name_prefix="rpc")
        self._server = grpc.server(self._pool, options=LIMITS, maximum_concurrent_rpcs=limits.QUEUE_COMMANDS)
        for service, methods in groupby(METHODS, key=lambda method: method.service):
            # Of bytes to bytes: a message that cannot be read is then a fault like others.
            handlers = {m.name: _handler(partial(self._handle, m)) for m in methods}
            self._server.add_registered_method_handlers(service, handlers)
        side.add_to(self._server, self._peer)
        self.port = (
            self._server.add_secure_port(address, _credentials(certificates))
            if certificates
            else self._server.add_insecure_port(address)
        )

    def start(self) -> None:
        self._server.start()

    def stop(self, seconds: float) -> None:
        """Leave the address, and give calls that still run so long."""
        self._server.stop(seconds).wait(seconds + 1)
        self._pool.shutdown(wait=False)

    def _handle(self, method: Method, payload: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            with self._calls.counted():
                return self._answer(method, payload, context)
        except Exception as error:  # noqa: BLE001 the last frame before the wire: everything becomes a status
            status = rpc_status.to_status(status_of(error, method.path))
        return context.abort_with_status(status)

    def _answer(self, method: Method, payload: bytes, context: grpc.ServicerContext) -> bytes:
        seconds = seconds_for(context.time_remaining())
        if not seconds:
            raise DeadlinePassed(seconds=seconds)
        pending = self._calls.begin(method, payload, context.invocation_metadata(), self._peer(context))
        try:
            pending.future.exception(seconds)  # waits, and leaves the raising to `finish`
        except TimeoutError:
            raise DeadlinePassed(seconds=round(seconds, 3)) from None
        return self._calls.finish(pending)

    def _peer(self, context: grpc.ServicerContext) -> Peer:
        shown = context.auth_context().get("x509_pem_cert") if self._certified else None
        return peer_of(context.peer(), *(shown or ())[:1])


def _credentials(watch: CertificateWatch) -> grpc.ServerCredentials:
    """Certificates that are looked at anew at each handshake. grpcio asks every client for a certificate, or none."""

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        found = watch.renewed()
        return _configured(found) if found else None

    asked = watch.files.client_ca is not None
    return grpc.dynamic_ssl_server_credentials(_configured(watch.current), renewed, asked)  # type: ignore[arg-type]  # None: no change


def _configured(held: Certificates) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(held.key, held.chain)], held.client_ca)
