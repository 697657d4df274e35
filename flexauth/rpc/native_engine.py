"""The fast engine: pygrpc-native does HTTP/2 and gRPC in Rust beside the GIL. No thread waits for a call.

One thread takes calls in, as many as wait; another answers those whose future is done, as group commit makes them.
It has no TLS and no limit of connections: our proxy in front has both, and is believed who calls, on a socket of its
own alone. Other services run on a grpcio server behind.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, Final

import grpc
from pygrpc_native import EVENT_CALL, NativeGrpcFront

from flexauth import limits
from flexauth.access.caller import Peer
from flexauth.faults import Fault
from flexauth.peers import peer_of, proxied_peer
from flexauth.rpc.calls import Calls, Pending, seconds_for
from flexauth.rpc.errors import DeadlinePassed, status_of
from flexauth.rpc.grpcio_engine import LIMITS
from flexauth.rpc.side_services import SideServices
from flexauth.rpc.table import METHODS, Method

__all__ = ["NativeEngine"]

_EVENTS: Final = 512
_SWEEP_SECONDS: Final = 0.1
_SIDE_THREADS: Final = 4


class NativeEngine:
    """Serves calls and side services on an address. Raises OSError where it cannot listen there.

    `proxied`: our own proxy alone reaches that address, and its headers say who calls.
    """

    def __init__(self, calls: Calls, address: str, side: SideServices, *, proxied: bool = False) -> None:
        self._calls = calls
        self._proxied = proxied
        self._front = NativeGrpcFront(
            address,
            [(method.path, False) for method in METHODS],
            call_details=True,
            max_concurrent_streams=limits.STREAMS_PER_CONNECTION,
            max_metadata_size=limits.METADATA_BYTES + (limits.ADDED_HEADER_BYTES if proxied else 0),
        )
        self.port = self._front.bound_port
        #: Calls that have no answer yet: method, seconds, and when they are over. Who pops one ends it.
        self._open: dict[int, tuple[Method, float, float]] = {}
        self._done: SimpleQueue[tuple[int, Pending] | None] = SimpleQueue()
        self._blocked = ThreadPoolExecutor(limits.READER_CONNECTIONS, thread_name_prefix="rpc-blocked")
        self._folder = Path(tempfile.mkdtemp(prefix="flexauth-"))
        self._side = grpc.server(ThreadPoolExecutor(_SIDE_THREADS, thread_name_prefix="rpc-side"), options=LIMITS)
        side.add_to(self._side, self._side_peer)
        self._side.add_insecure_port(f"unix:{self._folder / 'side'}")
        self._front.set_fallback(str(self._folder / "side"))
        self._receiver = Thread(target=self._receive, name="rpc-receive", daemon=True)
        self._sender = Thread(target=self._send, name="rpc-send", daemon=True)

    def start(self) -> None:
        self._side.start()
        self._front.start()
        self._receiver.start()
        self._sender.start()

    def stop(self, seconds: float) -> None:
        """Leave the address; what is still open after so long is cut off."""
        self._side.stop(seconds).wait(seconds + 1)
        self._done.put(None)  # behind the answers that are still to be sent
        if self._sender.is_alive():
            self._sender.join(seconds)
        self._front.close()
        self._blocked.shutdown(wait=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _receive(self) -> None:
        swept = monotonic()
        while (events := self._front.recv_batch_details(_EVENTS, int(_SWEEP_SECONDS * 1000))) is not None:
            for kind, call_id, number, payload, _, details in events:
                if kind == EVENT_CALL and payload is not None and details is not None:
                    self._begin(call_id, METHODS[number], payload, *details)
                else:  # given up by its caller, or past its caller's deadline
                    self._end(call_id, lambda: None)
            if monotonic() - swept > _SWEEP_SECONDS:
                swept = monotonic()
                self._sweep(swept)

    def _begin(
        self, call_id: int, method: Method, payload: bytes, metadata: Any, said: str, remaining: float | None
    ) -> None:
        try:
            self._calls.enter()
        except Fault as fault:
            self._fail(call_id, method, fault)
            return
        seconds = seconds_for(remaining)
        self._open[call_id] = method, seconds, monotonic() + seconds
        peer = proxied_peer(metadata) if self._proxied else peer_of(said)
        if self._calls.blocks(method, metadata, peer):
            self._blocked.submit(self._ask, call_id, method, payload, metadata, peer)
        else:
            self._ask(call_id, method, payload, metadata, peer)

    def _ask(self, call_id: int, method: Method, payload: bytes, metadata: Any, peer: Peer) -> None:
        if call_id not in self._open:
            return  # given up while it waited for a thread
        try:
            pending = self._calls.begin(method, payload, metadata, peer)
        except Exception as error:  # noqa: BLE001 the last frame before the wire: everything becomes a status
            self._end(call_id, partial(self._fail, call_id, method, error))
            return
        # The thread that makes a future done has the next batch to store: it leaves the answering to another.
        pending.future.add_done_callback(lambda _: self._done.put((call_id, pending)))

    def _send(self) -> None:
        while (done := self._done.get()) is not None:
            self._end(done[0], partial(self._answer, *done))

    def _answer(self, call_id: int, pending: Pending) -> None:
        try:
            self._front.respond(call_id, self._calls.finish(pending))
        except Exception as error:  # noqa: BLE001 as above
            self._fail(call_id, pending.method, error)

    def _end(self, call_id: int, tell: Callable[[], None]) -> None:
        """Tell the caller how its call ended, unless it has been told already or has gone."""
        if self._open.pop(call_id, None):
            tell()
            self._calls.leave()

    def _sweep(self, now: float) -> None:
        """End the calls that are past their deadline; there are never more open than `QUEUE_COMMANDS`."""
        for call_id, (method, seconds, over_at) in self._open.copy().items():
            if over_at <= now:
                self._end(call_id, partial(self._fail, call_id, method, DeadlinePassed(seconds=round(seconds, 3))))

    def _side_peer(self, context: grpc.ServicerContext) -> Peer:
        """Who calls a side service; without a proxy that is not known behind this engine."""
        return proxied_peer(context.invocation_metadata()) if self._proxied else Peer()

    def _fail(self, call_id: int, method: Method, error: Exception) -> None:
        status = status_of(error, method.path)
        details = [("grpc-status-details-bin", status.SerializeToString())]
        self._front.fail(call_id, status.code, status.message, trailing_metadata=details)
