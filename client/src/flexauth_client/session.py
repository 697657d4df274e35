"""A running session as a product holds it, and what the product hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from flexauth_client.facts import Facts
from flexauth_client.keeper import Keeper, Result
from flexauth_client.machine import Ended, Ending, Notice, OfflineLimitSoon, RenewalSoon
from flexauth_client.terms import new_session_id
from flexauth_client.timing import Clock

__all__ = ["Callbacks", "ConsentAsked", "Session"]


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A charge that has not been agreed to (Q2): `tokens` of `team` for `product`, at `at`, 0: now, by the sign-in."""

    product: str
    team: str
    tokens: int
    at: int = 0


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What a product wants to hear, each called in the client's thread: return soon, and raise nothing.

    `renewal_soon` (C6): use beyond `at` will be charged anew. `ending` (A9): the session ends itself at `at`.
    `offline_limit_soon` (S4): without contact the right to run ends at `at`. `ended` (S1): the session is over, and the
    product must stop. `consent` (Q2): returns the most tokens that the user agrees to, None: not; called in the
    thread of the sign-in, and before a renewal in the client's.
    """

    renewal_soon: Callable[[RenewalSoon], None] | None = None
    ending: Callable[[Ending], None] | None = None
    offline_limit_soon: Callable[[OfflineLimitSoon], None] | None = None
    ended: Callable[[Ended], None] | None = None
    consent: Callable[[ConsentAsked], int | None] | None = None

    def __call__(self, notice: Notice) -> None:
        if isinstance(notice, RenewalSoon):
            if self.renewal_soon:
                self.renewal_soon(notice)
        elif isinstance(notice, Ending):
            if self.ending:
                self.ending(notice)
        elif isinstance(notice, OfflineLimitSoon):
            if self.offline_limit_soon:
                self.offline_limit_soon(notice)
        elif self.ended:
            self.ended(notice)


class Session:
    """A product that is signed in. Leave the `with` block, or call `close`, to check in."""

    def __init__(self, clock: Clock, wake: Callable[[], None], callbacks: Callbacks) -> None:
        self._clock = clock
        self._boot = clock.boot
        self._wake = wake
        self._callbacks = callbacks
        self._over = threading.Event()
        self._ended: Ended | None = None
        self._keeper: Keeper
        self._close_seconds = 0.0

    def attach(self, keeper: Keeper, close_seconds: float) -> None:
        """Called once by the client, when the sign-in is granted."""
        self._keeper = keeper
        self._close_seconds = close_seconds

    def hear(self, notice: Notice) -> None:
        """Called by the keeper: what the product hears."""
        if isinstance(notice, Ended):
            self._ended = notice
            self._over.set()
        ask = self._callbacks.consent
        if isinstance(notice, RenewalSoon) and notice.needs_consent and ask:
            checkout, memory = self._keeper.checkout, self._keeper.machine.memory
            team = memory.facts.team if memory.facts else checkout.team
            tokens = ask(ConsentAsked(checkout.product, team, memory.rate, notice.at))
            if tokens is not None:
                self.agree(tokens)
        self._callbacks(notice)

    def operation(self) -> None:
        """A meaningful operation happens now (S2). Cheap: call it at every one. It never raises nor waits."""
        keeper = self._keeper
        keeper.operated_boot = self._boot()
        if keeper.wants_operations:
            self._wake()

    def agree(self, max_tokens: int) -> None:
        """The user agrees to charges of so many tokens from now on (Q2). Told soon; neither raises nor waits."""
        self._keeper.agree(max_tokens)
        self._wake()

    def borrow(self, until: int, deadline_seconds: float | None = None) -> int:
        """Ask to run without contact until then, 0: no longer (S4). Returns until when the lease really lasts.

        `until` in microseconds since the epoch, at most a day ahead. What passes the paid window is reserved with the
        lease, and charged when its time comes. Every later contact keeps the session borrowed until then.
        """
        seconds = self._close_seconds if deadline_seconds is None else deadline_seconds
        facts = self._keeper.borrow(until, seconds)
        return facts.lease_until if facts is not None else 0

    def report_result(self, units: int, request_id: str = "", deadline_seconds: float | None = None) -> Result:
        """Report results of a product that is charged by them, before they are delivered (C13).

        Raises the `Denied` of the reason: then they must not be delivered. To report once and no more, also if an
        answer was lost, keep a `request_id` of your own and report again with the same one.
        """
        made = request_id or new_session_id(self._clock.wall())
        seconds = self._close_seconds if deadline_seconds is None else deadline_seconds
        return self._keeper.report_result(units, made, seconds)

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
