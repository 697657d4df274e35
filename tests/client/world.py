"""A served authority on a virtual clock, a cable to it that can be cut, and laptops whose clocks can be set wrong."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from flexauth import answers, bootstrap, commands, requests
from flexauth.authority import Authority
from flexauth.clock import VirtualClock
from flexauth.first_keys import CLIENT, make
from flexauth.leases import Signer
from flexauth.rpc.server import Server
from flexauth_client import Client
from flexauth_client.timing import NEVER, SystemClock

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
#: 2026-03-02T08:00:00Z
START = 1_772_438_400 * SECOND
#: What a client waits for an answer that will come, and for one that will not.
PATIENCE_SECONDS = 10.0
HURRY_SECONDS = 0.3


class Cable:
    """A TCP connection to a server that can be cut and mended: cut, it refuses and resets."""

    def __init__(self, to: str) -> None:
        self.connect(to)
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._port = 0
        self.mend()
        self.address = f"127.0.0.1:{self._port}"

    def connect(self, to: str) -> None:
        """Lead to this server from now on."""
        host, _, port = to.rpartition(":")
        self._to = (host, int(port))

    def mend(self) -> None:
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        with self._lock:
            listener, self._listener = self._listener, None
            lines, self._lines = self._lines, set()
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listener.close()
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._to)
            except OSError:
                return
            with self._lock:
                if self._listener is not listener:
                    near.close()
                    far.close()
                    return
                self._lines |= {near, far}
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    @staticmethod
    def _carry(near: socket.socket, far: socket.socket) -> None:
        """Until one side hangs up; a line that is cut raises, and is done."""
        other = {near: far, far: near}
        with suppress(OSError, ValueError):
            while True:
                for end in select.select((near, far), (), ())[0]:
                    data = end.recv(65536)
                    other[end].sendall(data)
                    if not data:
                        near.close()
                        far.close()
                        return


class Laptop:
    """A machine's clocks: they go with the world's; the wall clock may be set wrong, the boot clock starts at 0."""

    def __init__(self, world: VirtualClock) -> None:
        self._world = world
        self._booted_at = world.boot() - HOUR
        self.wrong_by = 0

    def boot(self) -> int:
        return self._world.boot() - self._booted_at

    def wall(self) -> int:
        return self._world.boot() + self.wrong_by

    def reboot(self) -> None:
        self._booted_at = self._world.boot()


class Skipping:
    """The real clock, which a test can let skip ahead, as a suspend does."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self.skipped = 0

    def boot(self) -> int:
        return self._real.boot() + self.skipped

    def wall(self) -> int:
        return self._real.wall() + self.skipped


def eventually(holds: Callable[[], bool], within_seconds: float = 20) -> None:
    """Wait for what another thread is about to do."""
    pulse = threading.Event()
    until = time.monotonic() + within_seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to hold"
        pulse.wait(0.005)


@dataclass
class World:
    """Acme has 100 tokens; ACD costs 7 a day, AWARE too and knows idleness. ann and bob may run everything."""

    folder: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    started: list[Client] = field(default_factory=list)
    patience_seconds: float = PATIENCE_SECONDS

    def __post_init__(self) -> None:
        self.laptop = Laptop(self.clock)
        self.store = bootstrap.open_store("memory")
        self.signer = Signer.in_memory(now=self.clock.boot)
        self.open()
        self.key = make(self.authority, "client", CLIENT)
        self.cable = Cable(self.server.address)
        self._furnish()

    def open(self) -> None:
        self.authority: Authority = bootstrap.open_authority(self.store, self.clock, jitter=False)
        self.server = Server(self.authority, self.signer, "127.0.0.1:0", access=self.authority.access)
        self.server.start()

    def restart(self, down: int) -> None:
        """The authority stops, is down for so long, and starts from its store."""
        self.cable.cut()
        self.server.stop(1)
        self.clock.advance_to(self.clock.boot() + down)
        self.open()
        self.cable.connect(self.server.address)

    def close(self) -> None:
        self._wait(HURRY_SECONDS)
        for client in self.started:
            client.close()
        self.cable.cut()
        self.server.stop(1)

    def ask(self, request: requests.Request) -> Any:
        """Ask the authority beside the wire."""
        return self.authority.submit(request).result(timeout=10)

    def _furnish(self) -> None:
        daily = commands.ProductKind.DAILY
        self.ask(requests.CreateProduct("ACD", "Autocad", daily, 7))
        self.ask(requests.CreateProduct("AWARE", "Aware", daily, 7, idle_aware_from=""))
        self.ask(requests.CreateProduct("HUGE", "Huge", daily, 1_000))
        self.ask(requests.CreateTeam("acme"))
        for name in ("ann", "bob"):
            self.ask(requests.CreateUser(name, memberships=(requests.Membership("acme", all_products=True),)))
        self.ask(requests.CreateUser("gus"))
        self.ask(requests.CreateOrder("acme", (requests.PackTerms(100),)))

    def client(self, user: str = "ann", device: str = "laptop", **given: Any) -> Client:
        """A client on this machine, without a thread; closed after the test."""
        settings: dict[str, Any] = {
            "key": self.key,
            "state_folder": self.folder / user / device,
            "deadline_seconds": self.patience_seconds,
            "background": False,
            "clock": self.laptop,
            "whom_to_ask": "the licence desk",
        }
        client = Client(self.cable.address, user=user, device=device, **{**settings, **given})
        self.started.append(client)
        return client

    def live(self, until: int, *clients: Client, operate: Callable[[], None] = lambda: None) -> None:
        """Let time pass to `START + until`: each client steps when it wants to, timers run when they are due."""
        end = START + until
        while True:
            wakes = [client.step() for client in clients]
            offset = self.clock.boot() - self.laptop.boot()
            wake = min([wake + offset for wake in wakes if wake != NEVER], default=end)
            if wake > end:
                break
            self.advance_to(max(wake, self.clock.boot()) - START)
            operate()
            if self.clock.boot() >= end:
                for client in clients:
                    client.step()
                break
        self.advance_to(until)

    def wake(self, until: int, client: Client) -> None:
        """The laptop was suspended until `START + until`; the client does what is due now."""
        self.advance_to(until)
        while client.step() <= self.laptop.boot():
            pass

    def advance_to(self, at: int) -> None:
        if START + at > self.clock.boot():
            self.clock.advance_to(START + at)
            self.authority.tick()

    def calm(self) -> None:
        """From now on heartbeats are an hour apart, so that a long day is a short test."""
        self.ask(requests.SetPolicy("acme", '{"heartbeat_interval": "1h"}'))

    def skip(self, to: int, clock: Skipping, client: Client) -> None:
        """Let a client with a thread find itself at `START + to`."""
        clock.skipped += START + to - self.clock.boot()
        self.advance_to(to)
        client._poke.set()

    def take_over(self, product: str) -> None:
        """Ann signs in at home and takes over."""
        checkout = requests.Checkout("0190f5fe-7c00-7a00-8000-000000000009", "ann", product, "home", take_over=True)
        assert self.ask(checkout).granted

    def offline(self) -> None:
        self.cable.cut()
        self._wait(HURRY_SECONDS)

    def _wait(self, seconds: float) -> None:
        """What every client, also one that is still to come, waits for an answer."""
        self.patience_seconds = seconds
        for client in self.started:
            client._deadline_seconds = client._close_seconds = seconds
            if client._desk is not None:
                client._desk.deadline_seconds = seconds

    def online(self, *clients: Client) -> None:
        """Mend the cable, and wait until the clients' channels have found it."""
        self.cable.mend()
        self._wait(PATIENCE_SECONDS)
        for client in clients:
            grpc.channel_ready_future(client._channel._channel).result(timeout=10)

    def kill(self, client: Client) -> None:
        """The client's process is gone: nothing is sent, its locks are free."""
        self.started.remove(client)
        for keeper in client._keepers:
            if keeper._record is not None:
                keeper._record.release()
                keeper._record = None
        client._keepers.clear()
        client._channel.close()

    @property
    def balance(self) -> tuple[int, int]:
        """Tokens available and held."""
        balance: answers.Balance = self.ask(requests.GetBalance("acme"))
        return balance.available, balance.held

    def state(self, session: str, user: str = "ann") -> str:
        """State of a session by the authority."""
        page = self.ask(requests.ListSessions(user=user))
        return next(facts.state.name for facts in page.items if facts.session == session)
