"""The client of one session, as a good client behaves: when it calls, and what it says of its use (S2, S3, S5).

Decides by what its answers told; sends nothing itself. Its own clock is right; it speaks of times on the authority's
clock, whose offset it learned with each answer. `Client` is the plainest there can be, `SdkClient` is the SDK's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from flexauth import requests
from flexauth.answers import Denial, SessionFacts
from flexauth.commands import Origin, State
from flexauth.simulate.scenario import Signin
from flexauth_client.errors import denied
from flexauth_client.machine import Act, Contact, Machine, Memory, Phase
from flexauth_client.timing import NEVER

__all__ = ["Answer", "Client", "PlainClient", "SdkClient", "sign_in"]

OPEN = frozenset({State.ACTIVE, State.IDLE})
#: Origins of programs that nobody works with when they sign in (S6).
UNATTENDED = frozenset({Origin.PLUGIN_AUTOLOAD, Origin.BACKGROUND})


class Answer(Protocol):
    """What every answer to a client has; `facts` is None in a denied sign-in."""

    @property
    def facts(self) -> SessionFacts | None: ...


def sign_in(session: str, signin: Signin) -> requests.Checkout:
    """The request of a sign-in, or of its repeat: the session's id is the request's."""
    return requests.Checkout(
        session=session,
        user=signin.user,
        product=signin.product,
        device=signin.device,
        team=signin.team,
        version=signin.version,
        platform=signin.platform,
        origin=signin.origin,
        take_over=signin.take_over,
        max_tokens=signin.max_tokens,
        project=signin.project,
        offline_until=signin.offline_until,
        end_before_renewal=signin.end_before_renewal,
    )


@dataclass(slots=True)
class PlainClient:
    """`idle_since` is the last operation of one that is not in use, None while it is. Times are the client's own.

    `waits`: it has had no operation yet, nor has its sign-in been one (S6). It ends when it was told to, in contact or
    not (A9).
    """

    session: str
    user: str
    was_granted: bool = False
    is_open: bool = False
    in_contact: bool = True
    crashed: bool = False
    counter: int = 0
    idle_since: int | None = None
    told_idle: bool = False
    contact_at: int = 0
    heartbeat_by: int = 0
    end_at: int = 0
    idle_after: int = 0
    offset: int = 0
    waits: bool = False
    consented: int | None = None
    borrowed_until: int = 0

    def checkout(self, signin: Signin, _now: int) -> requests.Checkout:
        """Sign in, or repeat it; the product is back after a crash."""
        if self.crashed:
            self.crashed, self.in_contact = False, True
        if not self.was_granted:
            self.waits = signin.origin in UNATTENDED
            self.borrowed_until = signin.offline_until
        return sign_in(self.session, signin)

    def call(self, now: int) -> requests.Request | None:
        """The contact to make now, None where the session is over."""
        if not self.is_open:
            return None
        if 0 < self.end_at <= now:
            return self.checkin(now, self.end_at if self.end_at < now else 0)
        self.counter += 1
        until = self.borrowed_until if self.borrowed_until > now + self.offset else 0
        consented, self.consented = self.consented, None
        return requests.Heartbeat(self.session, self.counter, self._operated_at(now), consented, until)

    def agree(self, max_tokens: int) -> None:
        """The user agrees to charges of so many tokens (Q2)."""
        self.consented = max_tokens

    def borrow(self, until: int) -> None:
        """From now on every contact says until when it is borrowed, 0: no longer (S4)."""
        self.borrowed_until = until

    def checkin(self, now: int, ended_at: int) -> requests.Request | None:
        """The end; `ended_at` 0: now, by the authority's own clock."""
        if not self.was_granted:
            return None
        self.counter += 1
        operated_at = self._operated_at(ended_at or now)
        self.is_open = False
        return requests.Checkin(self.session, self.counter, ended_at + self.offset if ended_at else 0, operated_at)

    def _operated_at(self, until: int) -> int:
        """Last operation up to an instant; 0: none since the last contact, of which the authority knows already."""
        if self.waits:
            return 0
        last = until if self.idle_since is None else min(self.idle_since, until)
        return last + self.offset if last > self.contact_at else 0

    def stop_work(self, now: int) -> None:
        """The last meaningful operation is now."""
        self.idle_since, self.told_idle = now, False

    def resume_work(self, now: int) -> bool:
        """A meaningful operation is now; True if it begins use, which is to be reported at once (S3, S6)."""
        if self.waits:
            self.waits, self.idle_since = False, None
            return self.in_contact
        was_idle = self.idle_since is not None and 0 < self.idle_after <= now - self.idle_since
        self.idle_since = None
        return was_idle and self.in_contact

    def due(self) -> int | None:
        """When it calls of itself: at `heartbeat_by`, or when it becomes idle."""
        if not self.is_open or not self.in_contact:
            return None
        if self.idle_since is None or not self.idle_after or self.told_idle:
            return min(self.heartbeat_by, self.end_at or self.heartbeat_by)
        return min(self.heartbeat_by, self.end_at or self.heartbeat_by, self.idle_since + self.idle_after)

    def told(self, _request: requests.Request, answer: Answer, now: int) -> None:
        """Take in an answer; a denied sign-in leaves nothing behind."""
        facts = answer.facts
        if facts is None:
            return
        self.offset = facts.server_time - now
        self.was_granted = True
        self.is_open = facts.state in OPEN
        self.counter = max(self.counter, facts.counter)
        self.contact_at = now
        self.idle_after = facts.idle_after
        self.heartbeat_by = facts.heartbeat_by - self.offset
        self.end_at = facts.end_at - self.offset if facts.end_at else 0
        self.told_idle = self.idle_since is not None and 0 < self.idle_after <= now - self.idle_since


_ACTS = {
    requests.Checkout: Act.CHECKOUT,
    requests.Heartbeat: Act.HEARTBEAT,
    requests.Lease: Act.LEASE,
    requests.Checkin: Act.CHECKIN,
}


@dataclass(slots=True)
class SdkClient:
    """The SDK's machine of a session, driven in virtual time. Its memory outlives a crash, as it does on disk."""

    session: str
    user: str
    in_contact: bool = True
    crashed: bool = False
    offset: int = 0
    waits: bool = False
    machine: Machine = field(init=False)

    def __post_init__(self) -> None:
        self.machine = self._machine(Memory(self.session))

    def _machine(self, memory: Memory, *, restarted: bool = False) -> Machine:
        return Machine(
            memory, restarted=restarted, leases=False, sign_in_operates=not self.waits, jitter=lambda n: n - 1
        )

    @property
    def was_granted(self) -> bool:
        return self.machine.memory.facts is not None

    def checkout(self, signin: Signin, now: int) -> requests.Checkout:
        """Sign in, or repeat it; the product is back after a crash."""
        over = self.machine.memory.phase in {Phase.SIGNING_IN, Phase.OVER}
        if over or self.crashed:
            self.waits = signin.origin in UNATTENDED if over else self.waits
            fresh = Memory(self.session, consent=signin.max_tokens, offline_until=signin.offline_until)
            memory = fresh if over else self.machine.memory
            self.machine = self._machine(memory, restarted=self.crashed)
        if self.crashed:
            self.crashed, self.in_contact = False, True
        if not self.machine.working and not self.waits:
            self.machine.work(now + self.offset)
        return sign_in(self.session, signin)

    def call(self, now: int) -> requests.Request | None:
        """The contact that the machine wants to make now, None where it wants none."""
        contact = self.machine.contact(now + self.offset)
        self.machine.notices(now + self.offset)
        if contact is None:
            return None
        if contact.act is Act.CHECKIN:
            return requests.Checkin(self.session, contact.counter, contact.ended_at, contact.operated_at)
        return requests.Heartbeat(
            self.session, contact.counter, contact.operated_at, contact.consent, contact.offline_until
        )

    def agree(self, max_tokens: int) -> None:
        self.machine.agree(max_tokens)

    def borrow(self, until: int) -> None:
        self.machine.borrow(until)

    def checkin(self, now: int, ended_at: int) -> requests.Request | None:
        """The end; `ended_at` 0: now."""
        if self.machine.memory.facts is None:
            return None
        self.machine.close((ended_at or now) + self.offset)
        return self.call(now)

    def stop_work(self, now: int) -> None:
        self.machine.rest(now + self.offset)

    def resume_work(self, now: int) -> bool:
        """A meaningful operation is now; True if a call is due at once (S3, S6)."""
        self.waits = False
        self.machine.work(now + self.offset)
        due = self.due()
        return due is not None and due <= now

    def due(self) -> int | None:
        """When the machine wants to be woken, None where it is out of contact or the session is over."""
        wake_at = self.machine.wake_at()
        signed_in = self.machine.memory.phase in {Phase.RUNNING, Phase.CLOSING}
        return wake_at - self.offset if signed_in and self.in_contact and wake_at != NEVER else None

    def told(self, request: requests.Request, answer: Answer, now: int) -> None:
        """Give the machine an answer."""
        told: Denial | None = getattr(answer, "denial", None)  # a check-in's answer has none
        denial = denied(told) if told else None
        if answer.facts is None:
            if denial is not None:
                self.machine.denied(now + self.offset, denial)
            return
        self.offset = answer.facts.server_time - now
        contact = Contact(
            _ACTS[type(request)],
            getattr(request, "counter", 0),
            getattr(request, "operated_at", 0),
            getattr(request, "ended_at", 0),
            getattr(request, "consent", None),
            getattr(request, "offline_until", 0),
        )
        self.machine.answered(contact, answer.facts, now + self.offset, denial)


Client = PlainClient | SdkClient
