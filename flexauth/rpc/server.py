"""The server: one of two engines, the methods of the table, health, reflection, and an orderly end."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection

from flexauth import limits
from flexauth.access import Access
from flexauth.faults import Fault
from flexauth.leases import Signer
from flexauth.rpc.calls import Calls
from flexauth.rpc.grpcio_engine import grpcio_engine
from flexauth.rpc.method import Authority, Doors
from flexauth.rpc.native_engine import native_engine
from flexauth.rpc.table import SERVICES

__all__ = ["ENGINES", "CannotListen", "Server"]

ENGINES: Final[dict[str, Callable[[ThreadPoolExecutor], grpc.Server]]] = {
    "grpcio": grpcio_engine,
    "native": native_engine,
}

_HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]
_NATIVE_IS_LOCAL: Final = (
    "the native engine has no TLS and serves loopback and Unix sockets only; "
    "put a proxy before it, or choose the engine grpcio"
)
#: What answered calls get to leave by, after the authority is closed.
_LEAVE_SECONDS: Final = 1.0


class CannotListen(Fault):
    """Cannot listen on {address}: {cause}"""


class Server:
    """Serves an authority on `address` (HOST:PORT, port 0 for any free one, or unix:PATH) once it is started.

    `access` None asks nobody for a key and is for loopback and Unix sockets alone. Raises `CannotListen`.
    """

    def __init__(
        self, authority: Authority, signer: Signer, address: str, *, access: Access | None, engine: str = "grpcio"
    ) -> None:
        if not _is_local(address):
            if engine == "native":
                raise CannotListen(address=address, cause=_NATIVE_IS_LOCAL)
            if access is None:
                raise CannotListen(address=address, cause="without API keys only loopback and Unix sockets are served")
        self._authority = authority
        self._calls = Calls(Doors(authority, signer), access)
        self._pool = ThreadPoolExecutor(limits.WORKER_THREADS, thread_name_prefix="rpc")
        self._server = ENGINES[engine](self._pool)
        self._health = health.HealthServicer(experimental_thread_pool=self._pool)
        self._add_services()
        try:
            port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise CannotListen(address=address, cause=error) from error
        self.address = address if address.startswith("unix:") else f"{address.rpartition(':')[0]}:{port}"

    def _add_services(self) -> None:
        for service, handlers in self._calls.handlers():
            self._server.add_registered_method_handlers(service, handlers)
            self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        # As generic handlers, health and reflection also run on the native engine: on the grpcio server behind it.
        own = grpc.method_handlers_generic_handler(_HEALTH.full_name, _health_handlers(self._health))
        self._server.add_generic_rpc_handlers((own,))
        reflection.enable_server_reflection((*SERVICES, _HEALTH.full_name, reflection.SERVICE_NAME), self._server)

    def start(self) -> None:
        """Serve from now on."""
        self._server.start()

    def stop(self, grace_seconds: float) -> None:
        """Say NOT_SERVING, refuse new calls, let those that run end within the grace, close the authority and leave."""
        deadline = monotonic() + grace_seconds
        self._health.enter_graceful_shutdown()
        self._calls.drain(grace_seconds)
        self._authority.close()
        self._server.stop(max(_LEAVE_SECONDS, deadline - monotonic())).wait()
        self._pool.shutdown(wait=False)


def _health_handlers(servicer: health.HealthServicer) -> dict[str, grpc.RpcMethodHandler[Any, Any]]:
    request, response = health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
    return {
        "Check": grpc.unary_unary_rpc_method_handler(servicer.Check, request, response),
        "Watch": grpc.unary_stream_rpc_method_handler(servicer.Watch, request, response),
    }


def _is_local(address: str) -> bool:
    if address.startswith("unix:"):
        return True
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
