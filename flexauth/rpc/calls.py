"""The way of a call, for any engine: caller, message, request, authority; then lease and answer. Counts what runs.

Knows the table and no transport: an engine hands in bytes and metadata, waits for the future, and sends bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from flexauth import limits
from flexauth.access import INSPECT, TABLE, Access, Admitted, Held, Peer, Permission, unasked
from flexauth.faults import InvalidArgument, Overloaded, Stopping
from flexauth.rpc.errors import MessageTooLarge
from flexauth.rpc.method import Doors
from flexauth.rpc.table import Method

__all__ = ["Calls", "Peer", "Pending", "seconds_for"]

# Engines say by None or by a number of years that a call has no deadline.
_NO_DEADLINE_SECONDS = 365 * 86_400
_NOBODY = Peer()
Metadata = Iterable[tuple[str, str | bytes]]


class Pending(NamedTuple):
    """A call that was asked and is not answered yet."""

    method: Method
    request: Any
    future: Future[Any]
    held: Held


class Calls:
    """Takes calls in and makes their answers. `access` None lets everyone call everything."""

    def __init__(self, doors: Doors, access: Access | None) -> None:
        self._doors = doors
        self._access = access
        self._left = threading.Condition()
        self._running = 0
        self._stopping = False

    def enter(self) -> None:
        """Count a call. Raises `Stopping` and `Overloaded`, before the call has any effect."""
        with self._left:
            if self._stopping:
                raise Stopping
            if self._running >= limits.QUEUE_COMMANDS:
                raise Overloaded(what="the number of calls at one time", limit=limits.QUEUE_COMMANDS)
            self._running += 1

    def leave(self) -> None:
        """Count a call as over: answered, failed or given up."""
        with self._left:
            self._running -= 1
            if not self._running:
                self._left.notify_all()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Enter, and leave in any case."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def drain(self, seconds: float) -> bool:
        """Take no more calls and wait for those that run; False where some still ran after `seconds`."""
        with self._left:
            self._stopping = True
            return self._left.wait_for(lambda: not self._running, seconds)

    def blocks(self, method: Method, metadata: Metadata, peer: Peer) -> bool:
        """Whether `begin` may wait for a file or a peer: a thread that takes in many calls leaves it to another."""
        if method.row.blocks or method.permission.anyone or self._access is None:
            return method.row.blocks
        return not self._access.knows(_authorization(metadata), peer)

    def may_inspect(self, metadata: Metadata, peer: Peer) -> None:
        """Check that the caller may see what the services are. Raises faults."""
        self._admit(TABLE[INSPECT], metadata, peer)

    def begin(self, method: Method, payload: bytes, metadata: Metadata, peer: Peer = _NOBODY) -> Pending:
        """Check the caller, read the message and ask. Raises faults."""
        admitted = self._admit(method.permission, metadata, peer)
        if len(payload) > limits.MESSAGE_BYTES:
            raise MessageTooLarge(size=len(payload), limit=limits.MESSAGE_BYTES)
        try:
            received = method.request.FromString(payload)
        except DecodeError:
            rule = f"it must be a {method.request.DESCRIPTOR.full_name}"
            raise InvalidArgument(field="message", value=f"{len(payload)} bytes", rule=rule) from None
        held = admitted.boundary.hold(received)
        request = held.within(method.row.parse(received))
        doors = self._doors._replace(by=admitted.actor, guard=held.guard)
        return Pending(method, request, method.row.ask(doors, request), held)

    def _admit(self, permission: Permission, metadata: Metadata, peer: Peer) -> Admitted:
        """Check the caller; in a frame of its own, so that no traceback of a later error holds a credential."""
        if self._access is None:
            return unasked(permission, peer)
        return self._access.admit(permission, _authorization(metadata), peer)

    def finish(self, pending: Pending) -> bytes:
        """Return the answer of a call whose future is done, as its message's bytes. Raises what the future holds."""
        row = pending.method.row
        answer = row.finish(self._doors, pending.request, pending.future.result())
        return row.answer(pending.held.shown(answer)).SerializeToString()


def _authorization(metadata: Metadata) -> str:
    return str(next((value for name, value in metadata if name == "authorization"), ""))


def seconds_for(remaining: float | None) -> float:
    """How long a call may take: what its caller leaves it, capped; the default where its caller says nothing."""
    if remaining is None or remaining > _NO_DEADLINE_SECONDS:
        return limits.DEADLINE_SECONDS_DEFAULT
    return min(remaining, limits.DEADLINE_SECONDS_MAX)
