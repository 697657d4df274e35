"""One server to measure, in a process of its own: `python -m benchmarks.served ENGINE HANDLER CORE [DATABASE]`.

ENGINE is grpcio or native, HANDLER authority or empty. It pins itself to a core, prints a line of JSON (port, key),
serves until its input ends, and prints another: what its commits took and what the store holds.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from time import perf_counter, time_ns
from typing import Any

import grpc
from pygrpc_native import EVENT_CALL, NativeGrpcFront

from benchmarks.measure import benchmark_statement
from flexauth import bootstrap, limits
from flexauth.clock import SystemClock
from flexauth.first_keys import CLIENT, make
from flexauth.leases import Signer
from flexauth.rpc.grpcio_engine import LIMITS
from flexauth.rpc.server import Server
from flexauth.serving import collect_seldom
from flexauth.store.port import Batch
from flexauth.store.sqlite import SqliteStore, open_reader
from flexauth.v1 import license_authority_pb2 as pb
from flexauth.v1 import types_pb2

__all__ = ["main"]

SERVICE = "flexauth.v1.LicenseAuthority"


class TimedStore(SqliteStore):
    """A store that remembers how long its commits took, in seconds, and how much they stored."""

    commits: list[tuple[float, int]]

    def commit(self, batch: Batch) -> None:
        began = perf_counter()
        super().commit(batch)
        self.commits.append((perf_counter() - began, batch.effects.count("session")))


class AuthorityServer:
    """The real thing with one key for clients."""

    def __init__(self, engine: str, path: Path) -> None:
        self._path = path
        self._since = time_ns() // 1_000
        self._store = TimedStore(path)
        self._store.commits = []
        authority = bootstrap.open_authority(self._store, SystemClock())
        self.key = make(authority, f"client-{os.getpid()}", CLIENT)
        signer = Signer.in_memory(now=lambda: time_ns() // 1_000)
        self._server = Server(authority, signer, "127.0.0.1:0", access=authority.access, engine=engine)
        self._server.start()
        self.port = int(self._server.address.rpartition(":")[2])

    def stop(self) -> dict[str, Any]:
        """What was stored while it served."""
        self._server.stop(5)
        self._store.close()
        reader = open_reader(self._path)
        placed, slices, sessions, granted = next(
            iter(reader.execute(benchmark_statement("holds"), {"since": self._since}))
        )
        reader.close()
        return {
            "commits": self._store.commits, "placed": placed, "slices": slices, "sessions": sessions,
            "granted": granted,
        }  # fmt: skip


def answers() -> dict[str, tuple[Callable[[bytes], Any], Any]]:
    """What an empty handler does with a call: read the message, write an answer of the usual size."""
    facts = types_pb2.SessionFacts(
        session="0190f5fe-7c00-7a00-8000-000000000001", state=types_pb2.SESSION_STATE_ACTIVE,
        entitlement=types_pb2.ENTITLEMENT_TOKENS, team="team0001",
        user="user00000001@example.com", product="P001", device="WS-00000001", heartbeat_by=1_772_438_700_000_000,
        lease_until=1_772_524_800_000_000, paid_until=1_772_524_800_000_000, pending_since=1_772_438_400_000_000,
        server_time=1_772_438_400_000_000, renewal_notice_at=1_772_523_900_000_000,
    )  # fmt: skip
    return {
        "Checkout": (
            pb.CheckoutRequest.FromString,
            pb.CheckoutResponse(granted=True, facts=facts, tokens=7, rate=7, balance=10**12),
        ),
        "Heartbeat": (pb.HeartbeatRequest.FromString, pb.HeartbeatResponse(facts=facts)),
    }


class EmptyGrpcio:
    """grpcio's server as the engine has it, without the authority."""

    key = ""

    def __init__(self) -> None:
        handler: Callable[..., Any] = grpc.unary_unary_rpc_method_handler
        self._server = grpc.server(
            ThreadPoolExecutor(limits.WORKER_THREADS), options=LIMITS, maximum_concurrent_rpcs=limits.QUEUE_COMMANDS
        )
        handlers = {name: handler(_empty(*made)) for name, made in answers().items()}
        self._server.add_registered_method_handlers(SERVICE, handlers)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def stop(self) -> dict[str, Any]:
        self._server.stop(0).wait()
        return {}


def _empty(parse: Callable[[bytes], Any], answer: Any) -> Callable[[bytes, Any], bytes]:
    def handle(payload: bytes, _context: Any) -> bytes:
        parse(payload)
        return bytes(answer.SerializeToString())

    return handle


class EmptyNative:
    """The native engine's front and its loop over batches of calls, without the authority."""

    key = ""

    def __init__(self) -> None:
        self._methods = list(answers().values())
        self._front = NativeGrpcFront(
            "127.0.0.1:0",
            [(f"/{SERVICE}/{name}", False) for name in answers()],
            call_details=True,
            max_concurrent_streams=limits.STREAMS_PER_CONNECTION,
            max_metadata_size=limits.METADATA_BYTES,
        )
        self.port = self._front.bound_port
        self._front.start()
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while (events := self._front.recv_batch_details(512, 100)) is not None:
            for kind, call_id, number, payload, _, _ in events:
                if kind == EVENT_CALL and payload is not None:
                    parse, answer = self._methods[number]
                    parse(payload)
                    self._front.respond(call_id, answer.SerializeToString())

    def stop(self) -> dict[str, Any]:
        self._front.close()
        return {}


def main() -> None:
    engine, handler, core = sys.argv[1:4]
    os.sched_setaffinity(0, {int(core)})
    server: AuthorityServer | EmptyGrpcio | EmptyNative
    if handler == "authority":
        server = AuthorityServer(engine, Path(sys.argv[4]))
    else:
        server = EmptyNative() if engine == "native" else EmptyGrpcio()
    collect_seldom()
    print(json.dumps({"port": server.port, "key": server.key}), flush=True)
    sys.stdin.read()
    print(json.dumps(server.stop()), flush=True)


if __name__ == "__main__":
    main()
