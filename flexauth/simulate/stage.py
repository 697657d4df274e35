"""The authority that a scenario is played on: its store, its virtual clock, its starts, stops and kills.

Requests go the way that the service's go. Knows nothing of the story that is played.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from flexauth import bootstrap, requests
from flexauth.authority import Authority
from flexauth.clock import VirtualClock
from flexauth.leases import Signer
from flexauth.simulate.over_grpc import Wire
from flexauth.store.port import Store

__all__ = ["Setting", "Stage"]

_ANSWER_SECONDS = 60
_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Setting:
    """How scenarios are played; `restart_every_event` "": never, `via` "": without a wire."""

    engine: Literal["core", "reference"] = "core"
    store: str = "memory"
    restart_every_event: Literal["", "stop", "kill"] = ""
    via: Literal["", "grpc"] = ""


class Stage:
    """An authority on a virtual clock. A store in memory outlives its stops, a file is closed and opened again."""

    def __init__(self, setting: Setting, start: int) -> None:
        self._setting = setting
        self._clock = VirtualClock(start)
        self._store: Store | None = None
        self._authority: Authority | None = None
        self._wire: Wire | None = None
        self._stop_server: Callable[[float], None] | None = None
        self._stopped_at = start

    @property
    def is_up(self) -> bool:
        return self._authority is not None

    def start(self) -> None:
        self._store = self._store or bootstrap.open_store(self._setting.store)
        self._authority = bootstrap.open_authority(self._store, self._clock, engine=self._setting.engine, jitter=False)
        if self._setting.via == "grpc":
            self._serve(self._authority)
        self._authority.tick()
        if self._clock.wall() != self._clock.boot() or self._clock.boot() != self._stopped_at:
            self.ask(requests.ConfirmClock())

    def _serve(self, authority: Authority) -> None:
        """A server on a free port of this machine, and the SDK's channel to it."""
        signer = Signer.in_memory(now=lambda: authority.latest)
        server = bootstrap.open_server(authority, signer, "127.0.0.1:0", access=None)
        server.start()
        self._wire, self._stop_server = Wire(server.address), server.stop

    def stop(self, *, kill: bool) -> None:
        """Stop the authority, or drop it with everything that it had not stored."""
        authority, self._authority = self._up(), None
        if kill:
            authority.close(kill=True)
        if self._wire is not None and self._stop_server is not None:
            self._wire.close()
            self._stop_server(_GRACE_SECONDS)
        authority.close()
        self._stopped_at = self._clock.boot()
        if self._setting.store != "memory":
            self._close_store()

    def close(self) -> None:
        """Leave nothing open."""
        if self._authority is not None:
            self.stop(kill=False)
        self._close_store()

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def advance_to(self, when: int) -> None:
        """Let true time be `when`, and what is due by then run."""
        self._clock.advance_to(when)
        self.tick()

    def step_wall(self, step: int) -> None:
        """Set the wall clock wrong by `step` more; the operator confirms at once (SPEC 14)."""
        self._clock.step_wall(step)
        if self._authority is not None:
            self.tick()
            self.ask(requests.ConfirmClock())

    @property
    def ahead(self) -> int:
        """By how much the authority's time is ahead of true time; it follows a wall clock that is set forward (T2)."""
        return self._up().latest - self._clock.boot()

    def tick(self) -> None:
        """Let what is due run.

        With a wall clock that is behind, a kill would cost the time since the mark was stored (T2): the operator, who
        is there (SPEC 14), has it stored.
        """
        if self._authority is not None:
            self._authority.tick()
            if self._clock.wall() < self._clock.boot():
                self.ask(requests.ConfirmClock())

    def ask(self, request: requests.Request) -> Any:
        """Send a request and wait for its answer; raises its fault."""
        authority = self._up()
        if self._wire is not None and self._wire.carries(request):
            return self._wire.ask(request)
        return authority.submit(request).result(timeout=_ANSWER_SECONDS)

    def pages(self, request: Callable[[str], requests.Request]) -> Iterator[Any]:
        """Items of all pages of what `request` asks for by page token."""
        token = ""
        while True:
            page = self.ask(request(token))
            yield from page.items
            if not (token := page.next_page_token):
                return

    def _up(self) -> Authority:
        if self._authority is None:
            raise RuntimeError("the authority is down; the player asks only while it is up")
        return self._authority
