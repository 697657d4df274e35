"""The way of a call: key, message, request, authority, lease, answer; within its deadline, and counted while it runs.

Written once against grpcio's servicer interface; knows neither engine.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby

import grpc
from google.protobuf.message import DecodeError
from grpc_status import rpc_status

from flexauth import limits
from flexauth.access import Access
from flexauth.faults import InvalidArgument, Stopping
from flexauth.rpc.errors import DeadlinePassed, status_of
from flexauth.rpc.method import Doors
from flexauth.rpc.table import METHODS, Method

__all__ = ["Calls"]

# Both engines say by a number of years that a call has no deadline.
_NO_DEADLINE_SECONDS = 365 * 86_400


class Calls:
    """Answers every method of the table. `access` None lets everyone call everything."""

    def __init__(self, doors: Doors, access: Access | None) -> None:
        self._doors = doors
        self._access = access
        self._changed = threading.Condition()
        self._running = 0
        self._stopping = False

    def handlers(self) -> Iterator[tuple[str, dict[str, grpc.RpcMethodHandler[bytes, bytes]]]]:
        """Yield each service's name and grpcio handlers, of bytes to bytes: a bad message is a fault like others."""
        for service, methods in groupby(METHODS, key=lambda method: method.service):
            yield service, {m.name: grpc.unary_unary_rpc_method_handler(partial(self._handle, m)) for m in methods}

    def _handle(self, method: Method, payload: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            with self._counted():
                return self._answer(method, payload, context)
        except Exception as error:  # noqa: BLE001 the last frame before the wire: everything becomes a status
            status = status_of(error, f"{method.service}/{method.name}")
        return context.abort_with_status(rpc_status.to_status(status))

    def _answer(self, method: Method, payload: bytes, context: grpc.ServicerContext) -> bytes:
        seconds = _seconds(context.time_remaining())
        self._admit(method, context)
        try:
            received = method.request.FromString(payload)
        except DecodeError:
            rule = f"it must be a {method.request.DESCRIPTOR.full_name}"
            raise InvalidArgument(field="message", value=f"{len(payload)} bytes", rule=rule) from None
        row = method.row
        request = row.parse(received)
        if not seconds:
            raise DeadlinePassed(seconds=seconds)
        future = row.ask(self._doors, request)
        try:
            answer = future.result(seconds)
        except TimeoutError:
            if future.done():
                raise
            raise DeadlinePassed(seconds=round(seconds, 3)) from None
        return row.answer(row.finish(self._doors, request, answer)).SerializeToString()

    def _admit(self, method: Method, context: grpc.ServicerContext) -> None:
        """Check the key; in a frame of its own, so that no traceback of a later error holds a key."""
        if method.role is not None and self._access is not None:
            sent = dict(context.invocation_metadata()).get("authorization", "")
            self._access.check(str(sent), method.role, method.name)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._changed:
            if self._stopping:
                raise Stopping
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def drain(self, seconds: float) -> bool:
        """Take no more calls and wait for those that run; False where some still ran after `seconds`."""
        with self._changed:
            self._stopping = True
            return self._changed.wait_for(lambda: not self._running, seconds)


def _seconds(remaining: float | None) -> float:
    """How long a call may take: what its caller leaves it, capped; the default where its caller says nothing."""
    if remaining is None or remaining > _NO_DEADLINE_SECONDS:
        return limits.DEADLINE_SECONDS_DEFAULT
    return min(remaining, limits.DEADLINE_SECONDS_MAX)
