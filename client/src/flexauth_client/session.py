"""A running session as a product holds it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from flexauth_client.facts import Facts
from flexauth_client.keeper import Keeper
from flexauth_client.machine import Ended, Notice, OfflineLimitSoon, RenewalSoon
from flexauth_client.timing import Clock

__all__ = ["Callbacks", "Session"]


class Callbacks:
    """What a product wants to hear, each called in the client's thread: return soon, and raise nothing.

    `renewal_soon` (C6): use beyond `at` will be charged anew. `offline_limit_soon` (S4): without contact the right to
    run ends at `at`. `ended` (S1): the session is over, and the product must stop.
    """

    def __init__(
        self,
        renewal_soon: Callable[[RenewalSoon], None] | None = None,
        offline_limit_soon: Callable[[OfflineLimitSoon], None] | None = None,
        ended: Callable[[Ended], None] | None = None,
    ) -> None:
        self._renewal_soon = renewal_soon
        self._offline_limit_soon = offline_limit_soon
        self._ended = ended

    def __call__(self, notice: Notice) -> None:
        if isinstance(notice, RenewalSoon):
            if self._renewal_soon:
                self._renewal_soon(notice)
        elif isinstance(notice, OfflineLimitSoon):
            if self._offline_limit_soon:
                self._offline_limit_soon(notice)
        elif self._ended:
            self._ended(notice)


class Session:
    """A product that is signed in. Leave the `with` block, or call `close`, to check in."""

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        self._boot = clock.boot
        self._wake = wake
        self._over = threading.Event()
        self._ended: Ended | None = None
        self._keeper: Keeper
        self._close_seconds = 0.0

    def attach(self, keeper: Keeper, close_seconds: float) -> None:
        """Called once by the client, when the sign-in is granted."""
        self._keeper = keeper
        self._close_seconds = close_seconds

    def hear(self, notice: Notice) -> None:
        """Called by the keeper before the product's own callback."""
        if isinstance(notice, Ended):
            self._ended = notice
            self._over.set()

    def operation(self) -> None:
        """A meaningful operation happens now (S2). Cheap: call it at every one. It never raises nor waits."""
        keeper = self._keeper
        keeper.operated_boot = self._boot()
        if keeper.wants_operations:
            self._wake()

    @property
    def id(self) -> str:
        """The session's id; another one after a machine slept past its paid window (S8)."""
        return self._keeper.checkout.session

    @property
    def facts(self) -> Facts | None:
        """What the authority told last."""
        return self._keeper.machine.memory.facts

    @property
    def in_contact(self) -> bool:
        """Whether the last contact was answered; False while it runs on its lease."""
        return self._keeper.machine.in_contact

    @property
    def ended(self) -> Ended | None:
        """How the session ended, None while it runs or if its client closed it."""
        return self._ended

    def wait_ended(self, timeout_seconds: float | None = None) -> Ended | None:
        """Wait until the session ends by itself."""
        self._over.wait(timeout_seconds)
        return self._ended

    def close(self, deadline_seconds: float | None = None) -> None:
        """Check in now. If the authority cannot be reached the check-in is sent later, with the time of this act."""
        self._keeper.close(self._close_seconds if deadline_seconds is None else deadline_seconds)
        self._wake()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
