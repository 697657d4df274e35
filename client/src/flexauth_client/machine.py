"""The client's side of one session as a pure machine: answers and time go in, contacts and notices come out.

It says when the next contact is due and what it carries (S2, S3, S4), and what happens at the end of a lease (S5, S8).
It knows no thread, file, socket or clock; whoever drives it sends what `contact` gives and tells how that went.
Times are int64 microseconds of the authority's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from random import randrange
from typing import Final

from flexauth_client.errors import Denied
from flexauth_client.facts import Facts, FactsLike, State
from flexauth_client.timing import MINUTE, NEVER, SECOND

__all__ = [
    "Act",
    "Contact",
    "Ended",
    "Ending",
    "Machine",
    "Memory",
    "Notice",
    "OfflineLimitSoon",
    "Phase",
    "RenewalSoon",
]

BACKOFF: Final = 2 * SECOND
BACKOFF_MAX: Final = 5 * MINUTE
OFFLINE_NOTICE: Final = 30 * MINUTE


class Phase(IntEnum):
    """Where a session stands for its client; a phase is only ever followed by a later one, but for `reopen`."""

    SIGNING_IN = 1
    RUNNING = 2
    CLOSING = 3
    OVER = 4


class Act(Enum):
    """What a contact asks of the authority."""

    CHECKOUT = "Checkout"
    HEARTBEAT = "Heartbeat"
    LEASE = "GetLease"
    CHECKIN = "Checkin"


@dataclass(frozen=True, slots=True)
class Contact:
    """One call to make now. `counter` is 0 for a checkout, whose id is the session's; times 0: none to tell.

    `consent`: tokens that were agreed to since the last contact (Q2), None: none were. `offline_until`: borrows (S4).
    """

    act: Act
    counter: int = 0
    operated_at: int = 0
    ended_at: int = 0
    consent: int | None = None
    offline_until: int = 0


@dataclass(frozen=True, slots=True)
class RenewalSoon:
    """The paid window ends at `at`; use that goes on is charged anew (C5, C6).

    `needs_consent`: not unless the charge is agreed to (Q2); else the session ends at `at`.
    """

    at: int
    needs_consent: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """The session ends itself at `at`, before its paid window does, and nothing is charged anew (A9)."""

    at: int


@dataclass(frozen=True, slots=True)
class OfflineLimitSoon:
    """The authority is out of reach and the right to run ends at `at` (S4)."""

    at: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The session ended at `at`, not by its client: `state` tells how, `denial` why, if the authority said no."""

    state: State
    at: int
    denial: Denied | None = None


Notice = RenewalSoon | Ending | OfflineLimitSoon | Ended


@dataclass(frozen=True, slots=True)
class Memory:
    """What a client keeps of a session through its own restarts. Stored before a contact is sent.

    `operated_at` is the last meaningful operation, `told_at` the last one that the authority has answered to. `consent`
    is the most tokens that the user has agreed to, None: no limit was set; `consent_told`: the authority knows it.
    `offline_until` is until when it is borrowed, `grace_until` until when it may run before its sign-in is answered
    (S5), `rate` what a window cost at the sign-in.
    """

    session: str
    phase: Phase = Phase.SIGNING_IN
    counter: int = 0
    facts: Facts | None = None
    operated_at: int = 0
    told_at: int = 0
    ended_at: int = 0
    lease: str = ""
    lease_asked_at: int = 0
    lease_ends_at: int = 0
    consent: int | None = None
    consent_told: bool = True
    offline_until: int = 0
    grace_until: int = 0
    rate: int = 0


class Machine:
    """One session. A driver does, at `wake_at()` and whenever something happened:

    `contact(now)`: if it gives one, store `memory`, send it, and tell how it went by `answered`, `denied`, `unknown` or
    `failed`; then `notices(now)`, and again from `wake_at()`.

    `restarted`: the memory is of a process before this one. `leases`: ask for signed leases. `sign_in_operates`: the
    sign-in counts as an operation (S6: of an origin that charges). `jitter(n)` gives a number from 0 to n - 1.
    """

    def __init__(
        self,
        memory: Memory,
        *,
        restarted: bool = False,
        leases: bool = True,
        sign_in_operates: bool = True,
        jitter: Callable[[int], int] = randrange,
    ) -> None:
        self.memory = memory
        self.working = False
        self._repeat = restarted and memory.phase is Phase.RUNNING
        self._leases = leases
        self._sign_in_operates = sign_in_operates
        self._jitter = jitter
        self._failures = 0
        self._retry_at = 0
        self._answered_at = 0
        self._idle_told = 0
        self._borrowing_untold = False
        self._renewal_noticed = 0
        self._limit_noticed = 0
        self._notices: list[Notice] = []

    # What the product does.

    def operate(self, at: int) -> None:
        """A meaningful operation at `at`. In an idle session it is a resumption, and a contact is due at once."""
        self._remember(operated_at=max(self.memory.operated_at, at))

    def begin(self, at: int) -> None:
        """The product begins at `at`, which is an operation where the origin charges (S6)."""
        if self._sign_in_operates:
            self.operate(at)

    def work(self, at: int) -> None:
        """From `at` on every moment is a meaningful operation, until `rest`."""
        self.working = True
        self.operate(at)

    def rest(self, at: int) -> None:
        """The last meaningful operation is at `at`."""
        self.operate(at)
        self.working = False

    def agree(self, tokens: int) -> None:
        """The user agrees to charges of so many tokens (Q2): told at once."""
        self._remember(consent=tokens, consent_told=False)
        self._retry_at = 0

    def borrow(self, until: int) -> None:
        """The session must be able to run without contact until then, 0: no longer (S4). Told at once, with a lease."""
        self._remember(offline_until=until)
        self._borrowing_untold = True
        self._retry_at = 0

    def wait_for_answer(self, until: int) -> None:
        """The authority is away at the sign-in, and its contract lets the product run without it until then (S5)."""
        self._remember(grace_until=until)

    def close(self, at: int) -> None:
        """The session ends at `at`: a check-in is due until it is answered, with the same counter."""
        if self.memory.phase in {Phase.SIGNING_IN, Phase.RUNNING}:
            if self.working:
                self.operate(at)
            self._remember(phase=Phase.CLOSING, ended_at=at, counter=self.memory.counter + 1)
            self._repeat, self._retry_at = False, 0

    def reopen(self) -> None:
        """The product is back before the check-in was answered: the session goes on."""
        if self.memory.phase is Phase.CLOSING and self.memory.facts is not None:
            self._remember(phase=Phase.RUNNING, ended_at=0)
            self._repeat, self._retry_at = True, 0

    def successor(self, session: str) -> Machine:
        """The machine of a new session that follows this one, under the same terms."""
        machine = Machine(
            Memory(session, consent=self.memory.consent),
            leases=self._leases,
            sign_in_operates=self._sign_in_operates,
            jitter=self._jitter,
        )
        machine.working = self.working
        return machine

    # What is due.

    @property
    def in_contact(self) -> bool:
        """Whether the last contact was answered."""
        return self._failures == 0

    @property
    def is_idle(self) -> bool:
        """Whether an operation now would be a resumption."""
        return self.memory.facts is not None and self.memory.facts.state is State.IDLE

    @property
    def is_waiting(self) -> bool:
        """Whether the session has had no operation yet and costs nothing before the first (S6)."""
        return not self._sign_in_operates and self.memory.facts is not None and not self.memory.told_at

    def wake_at(self) -> int:
        """When a contact or a notice is due next, `NEVER` once the session is over."""
        return min(self._contact_at(), self._end_at(), self._renewal_notice_at(), self._limit_notice_at())

    def contact(self, now: int) -> Contact | None:
        """The call that is due at `now`, None if none is. The counter it carries is spent: store `memory` first."""
        if now >= self._end_at():
            self._notices.append(Ended(State.CLOSED, self._end_at()))
            self.close(self._end_at())
        if now < self._contact_at():
            return None
        memory = self.memory
        if memory.phase is Phase.SIGNING_IN or self._repeat:
            return Contact(Act.CHECKOUT)
        if memory.phase is Phase.RUNNING:
            if self.working:
                self.operate(now)
            act = Act.LEASE if self._wants_lease(now) else Act.HEARTBEAT
            self._remember(counter=memory.counter + 1)
            consent = None if memory.consent_told else memory.consent
            until = memory.offline_until if memory.offline_until > now else 0
            return Contact(act, self.memory.counter, self._untold(), consent=consent, offline_until=until)
        return Contact(Act.CHECKIN, memory.counter, self._untold(), memory.ended_at)

    def notices(self, now: int) -> list[Notice]:
        """What the product must hear now, each once."""
        facts = self.memory.facts
        if facts is not None and now >= self._renewal_notice_at():
            self._renewal_noticed = facts.paid_until
            ends = facts.end_at > 0
            soon = Ending(facts.end_at) if ends else RenewalSoon(facts.paid_until, self._needs_consent(facts))
            self._notices.append(soon)
        if facts is not None and now >= self._limit_notice_at():
            self._limit_noticed = facts.lease_until
            self._notices.append(OfflineLimitSoon(facts.lease_until))
        given, self._notices = self._notices, []
        return given

    # How a contact went.

    def answered(self, contact: Contact, told: FactsLike, now: int, denial: Denied | None = None) -> None:
        """The authority answered with the facts of the session; `denial` tells why it ended it."""
        facts = Facts.of(told)
        self._failures, self._retry_at, self._answered_at = 0, 0, now
        self._remember(
            facts=facts,
            counter=max(self.memory.counter, facts.counter),
            told_at=max(self.memory.told_at, contact.operated_at),
            consent_told=self.memory.consent_told or contact.consent == self.memory.consent,
            grace_until=0,
        )
        if contact.offline_until == self.memory.offline_until:
            self._borrowing_untold = False
        if self._idle_at() <= now:
            self._idle_told = self.memory.operated_at
        if self.memory.phase is Phase.CLOSING:
            self._remember(phase=Phase.OVER)
        elif not facts.is_open:
            self._end(facts.state, facts.ended_at or now, denial)
        elif contact.act is Act.CHECKOUT:
            self._repeat = False
            signed_in = facts.opened_at if self._sign_in_operates else 0
            self._remember(
                phase=Phase.RUNNING,
                operated_at=max(self.memory.operated_at, signed_in),
                told_at=max(self.memory.told_at, signed_in),
            )

    def priced(self, rate: int) -> None:
        """The answer to the sign-in said what a window costs."""
        self._remember(rate=rate)

    def leased(self, lease: str, ends_at: int, now: int) -> None:
        """An answer brought a signed lease, and it verifies."""
        self._remember(lease=lease, lease_ends_at=ends_at, lease_asked_at=now)

    def denied(self, now: int, denial: Denied) -> None:
        """The authority denied the checkout."""
        self._end(State.DENIED, now, denial)

    def unknown(self, now: int) -> None:
        """The authority knows no such session: it is long over, or it never was."""
        if self.memory.phase is Phase.CLOSING:
            self._remember(phase=Phase.OVER)
        else:
            self._end(State.EXPIRED, now, None)

    def failed(self, now: int) -> None:
        """No answer. The session goes on to the end of its lease, and the contact is tried again (S5)."""
        self._failures += 1
        pause = min(BACKOFF << min(self._failures - 1, 10), BACKOFF_MAX)
        self._retry_at = now + pause // 2 + self._jitter(pause // 2 + 1)
        if self.memory.phase is Phase.RUNNING and now >= self._lease_until():
            self._end(State.EXPIRED, self._lease_until(), None)
        elif self.memory.phase is Phase.SIGNING_IN and 0 < self.memory.grace_until <= now:
            self._end(State.EXPIRED, self.memory.grace_until, None)

    def go_offline(self, lease_ends_at: int, now: int) -> None:
        """After a restart without the authority: the signed lease alone says how long the session may run."""
        if self.memory.facts is not None:
            self._remember(facts=replace(self.memory.facts, lease_until=lease_ends_at))
            self._repeat = False
            self._failures = max(self._failures, 1)
            self._retry_at = max(self._retry_at, now + BACKOFF)

    # Inside.

    def _remember(self, **changed: object) -> None:
        self.memory = replace(self.memory, **changed)  # type: ignore[arg-type]

    def _end(self, state: State, at: int, denial: Denied | None) -> None:
        self._remember(phase=Phase.OVER, ended_at=at)
        self._notices.append(Ended(state, at, denial))

    def _untold(self) -> int:
        """The last operation if the authority has not heard of it, else 0."""
        return self.memory.operated_at if self.memory.operated_at > self.memory.told_at else 0

    def _lease_until(self) -> int:
        return (self.memory.facts.lease_until or NEVER) if self.memory.facts is not None else NEVER

    def _contact_at(self) -> int:
        memory, facts = self.memory, self.memory.facts
        if memory.phase is Phase.OVER:
            return NEVER
        if memory.phase is Phase.SIGNING_IN and memory.grace_until:
            return min(self._retry_at, memory.grace_until)
        if memory.phase is not Phase.RUNNING or self._repeat or facts is None:
            return self._retry_at
        # An authority that asks for a contact at once is obeyed a second later, and not a thousand times.
        due = facts.heartbeat_by if facts.heartbeat_by > self._answered_at else self._answered_at + SECOND
        due = min(due, self._idle_at())
        if (facts.state is State.IDLE or self.is_waiting) and self._untold():
            due = 0
        if self._borrowing_untold or not memory.consent_told:
            due = 0
        if self.in_contact:
            return due
        # At the end of the lease it is tried once more, whatever the pause, before that ends the session.
        return min(max(due, self._retry_at), self._lease_until())

    def _end_at(self) -> int:
        """When the session ends itself (A9), in contact or out of it."""
        facts = self.memory.facts
        running = self.memory.phase is Phase.RUNNING and facts is not None
        return facts.end_at if running and facts is not None and facts.end_at else NEVER

    def _needs_consent(self, facts: Facts) -> bool:
        agreed = self.memory.consent
        return facts.renewal_needs_consent if agreed is None else agreed < self.memory.rate

    def _idle_at(self) -> int:
        """When the session becomes idle and must say so (S2, S3)."""
        memory, facts = self.memory, self.memory.facts
        if facts is None or not facts.idle_after or facts.state is not State.ACTIVE or self.working:
            return NEVER
        if not memory.operated_at or memory.operated_at == self._idle_told:
            return NEVER
        return memory.operated_at + facts.idle_after

    def _wants_lease(self, now: int) -> bool:
        """S4: at half of its life."""
        memory = self.memory
        half_gone = 2 * now >= memory.lease_asked_at + memory.lease_ends_at
        return self._leases and (half_gone or self._borrowing_untold)

    def _renewal_notice_at(self) -> int:
        facts = self.memory.facts
        if self.memory.phase is not Phase.RUNNING or facts is None or facts.state is not State.ACTIVE:
            return NEVER
        if not facts.renewal_notice_at or facts.paid_until == self._renewal_noticed:
            return NEVER
        return facts.renewal_notice_at

    def _limit_notice_at(self) -> int:
        until = self._lease_until()
        if self.memory.phase is not Phase.RUNNING or self.in_contact or until in {NEVER, self._limit_noticed}:
            return NEVER
        return until - OFFLINE_NOTICE
