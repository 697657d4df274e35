"""Health and reflection, for any grpcio server. They need no key, and must take no thread from those who have one.

Health answers Check alone: grpcio's own Watch can hang a server whose watchers come and go, and a stream that never
reads would hold a thread. Clients that would watch are told UNIMPLEMENTED and do without, as its protocol says.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from flexauth.rpc.table import SERVICES

__all__ = ["SideServices"]

_HEALTH: Final = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
#: A stream of reflection holds a thread for as long as it is open: so few at a time, for so long.
_REFLECTION_THREADS: Final = 2
_REFLECTION_SECONDS: Final = 10


class SideServices:
    """Tells of each service, and of the whole, whether it serves; and what the services are."""

    def __init__(self) -> None:
        self._status: Any = health_pb2.HealthCheckResponse.SERVING

    def add_to(self, server: grpc.Server) -> None:
        """Serve both on a server."""
        check: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(
            self._check, health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
        )
        reflect: grpc.RpcMethodHandler[Any, Any] = grpc.stream_stream_rpc_method_handler(
            _Reflection(),
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

    def _check(self, request: Any, context: grpc.ServicerContext) -> health_pb2.HealthCheckResponse:
        if request.service not in {"", *SERVICES}:
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no service {request.service!r} here.")
        return health_pb2.HealthCheckResponse(status=self._status)


class _Reflection:
    """The one method of reflection, on threads of its own."""

    def __init__(self) -> None:
        self._servicer = reflection.ReflectionServicer((*SERVICES, _HEALTH, reflection.SERVICE_NAME))
        self.experimental_thread_pool = ThreadPoolExecutor(_REFLECTION_THREADS, thread_name_prefix="rpc-reflection")

    def __call__(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        timer = Timer(_REFLECTION_SECONDS, context.cancel)
        timer.daemon = True
        timer.start()
        try:
            yield from self._servicer.ServerReflectionInfo(requests, context)
        finally:
            timer.cancel()
