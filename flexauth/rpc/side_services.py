"""Health and reflection, for any grpcio server. They must take no thread from calls of the authority.

Health answers Check alone: grpcio's own Watch can hang a server whose watchers come and go, and a stream that never
reads would hold a thread. Clients that would watch are told UNIMPLEMENTED and do without, as its protocol says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Timer
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2
from grpc_status import rpc_status

from flexauth.access.caller import Peer
from flexauth.faults import Fault
from flexauth.rpc.errors import status_of
from flexauth.rpc.table import SERVICES

__all__ = ["SideServices"]

MayInspect = Callable[[Iterable[tuple[str, str | bytes]], Peer], None]
PeerOf = Callable[[grpc.ServicerContext], Peer]
#: Ends the call of one who may not.
Admit = Callable[[grpc.ServicerContext], None]

_HEALTH: Final = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
#: A stream of reflection holds a thread for as long as it is open: so few at a time, for so long.
_REFLECTION_THREADS: Final = 2
_REFLECTION_SECONDS: Final = 10


class SideServices:
    """Tells anyone whether the whole serves, and those who `may_inspect` what the services are, and of each of them."""

    def __init__(self, may_inspect: MayInspect) -> None:
        self._status: Any = health_pb2.HealthCheckResponse.SERVING
        self._may_inspect = may_inspect

    def add_to(self, server: grpc.Server, peer: PeerOf) -> None:
        """Serve both on a server."""

        def admit(context: grpc.ServicerContext) -> None:
            try:
                self._may_inspect(context.invocation_metadata(), peer(context))
            except Fault as fault:
                context.abort_with_status(rpc_status.to_status(status_of(fault, "inspect")))

        check: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(
            partial(self._check, admit),
            health_pb2.HealthCheckRequest.FromString,
            health_pb2.HealthCheckResponse.SerializeToString,
        )
        reflect: grpc.RpcMethodHandler[Any, Any] = grpc.stream_stream_rpc_method_handler(
            _Reflection(admit),
            reflection_pb2.ServerReflectionRequest.FromString,
            reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
        for name, methods in (
            (_HEALTH, {"Check": check}),
            (reflection.SERVICE_NAME, {"ServerReflectionInfo": reflect}),
        ):
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, methods),))

    def not_serving(self) -> None:
        """Say NOT_SERVING from now on."""
        self._status = health_pb2.HealthCheckResponse.NOT_SERVING

    def _check(self, admit: Admit, request: Any, context: grpc.ServicerContext) -> health_pb2.HealthCheckResponse:
        if request.service:
            admit(context)
        if request.service not in {"", *SERVICES}:
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no service {request.service!r} here.")
        return health_pb2.HealthCheckResponse(status=self._status)


class _Reflection:
    """The one method of reflection, on threads of its own."""

    def __init__(self, admit: Admit) -> None:
        self._admit = admit
        self._servicer = reflection.ReflectionServicer((*SERVICES, _HEALTH, reflection.SERVICE_NAME))
        self.experimental_thread_pool = ThreadPoolExecutor(_REFLECTION_THREADS, thread_name_prefix="rpc-reflection")

    def __call__(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        self._admit(context)
        timer = Timer(_REFLECTION_SECONDS, context.cancel)
        timer.daemon = True
        timer.start()
        try:
            yield from self._servicer.ServerReflectionInfo(requests, context)
        finally:
            timer.cancel()
