"""One running product of a person: drives the SDK's own session machine through a sitting, and counts what it lived.

Knows no authority: it gives the request that is due and hears the answer. Times in microseconds since the epoch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from flexauth import answers, requests
from flexauth.commands import DAY, Reason, State
from flexauth.demo.month import Sitting, Step
from flexauth_client.errors import denied
from flexauth_client.facts import Entitlement
from flexauth_client.machine import Act, Contact, Ended, Machine, Memory, Phase
from flexauth_client.timing import NEVER

__all__ = ["GRACE", "NEVER", "Client", "Lived"]

GRACE: Final = 300 * 1_000_000


@dataclass(slots=True)
class Lived:
    """What people lived: counts by name; by session the spans [from, to) when nobody sat at it, to 0: not back yet."""

    counts: Counter[str] = field(default_factory=Counter)
    away: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


class Client:
    """A sitting from `starts_at` on; `lived` is where it writes what happened."""

    def __init__(self, sitting: Sitting, session: str, lived: Lived, rates: dict[str, int]) -> None:
        self.sitting = sitting
        self.machine = Machine(Memory(session=session), leases=False, jitter=lambda _: 0)
        self.refusal = Reason.NONE
        self._lived = lived.counts
        self._away = lived.away
        self._rate = rates[sitting.product]
        self._online = True
        self._crashed = False
        self._offline_since = 0
        self._idle_past = 0

    @property
    def is_over(self) -> bool:
        """Nothing more comes from this client."""
        return self._crashed or self.machine.memory.phase is Phase.OVER

    def step(self, step: Step, now: int) -> None:
        """The person, or fate, does something."""
        machine = self.machine
        match step:
            case Step.WORK:
                self._back(now)
                machine.work(now)
            case Step.REST:
                self._away.setdefault(machine.memory.session, []).append((now, 0))
                machine.rest(now)
            case Step.CLOSE:
                self._back(now)
                self._landed(now)
                machine.close(now)
            case Step.OFFLINE:
                self._online, self._offline_since = False, now
                self._lived["offline leases"] += 1
            case Step.ONLINE:
                self._landed(now)
                self._online = True
            case Step.CRASH:
                self._crashed = True
                self._lived["crashes"] += 1

    def _back(self, now: int) -> None:
        spans = self._away.get(self.machine.memory.session)
        if spans and not spans[-1][1]:
            spans[-1] = (spans[-1][0], now)

    def _landed(self, now: int) -> None:
        if self._offline_since:
            self._lived["offline minutes"] += (now - self._offline_since) // 60_000_000
            self._offline_since = 0

    def contact(self, now: int) -> tuple[Contact, requests.Request] | None:
        """The call that is due, if the network is there to make it."""
        if self._crashed or (contact := self.machine.contact(now)) is None:
            return None
        if not self._online:
            self.machine.failed(now)
            return None
        return contact, self._request(contact)

    def wake_at(self) -> int:
        """When it wants to be asked again, `NEVER` of the SDK when not at all; without network, at its lease's end."""
        facts = self.machine.memory.facts
        if self.is_over or (facts is None and not self._online):
            return NEVER
        return facts.lease_until if facts is not None and not self._online else self.machine.wake_at()

    def _request(self, contact: Contact) -> requests.Request:
        session, sitting = self.machine.memory.session, self.sitting
        if contact.act is Act.CHECKOUT:
            return requests.Checkout(
                session=session,
                user=sitting.person.subject,
                product=sitting.product,
                device=sitting.device,
                version=sitting.person.version,
                take_over=sitting.take_over,
            )
        if contact.act is Act.CHECKIN:
            return requests.Checkin(session, contact.counter, contact.ended_at, contact.operated_at)
        return requests.Heartbeat(session, contact.counter, contact.operated_at)

    def hear(
        self,
        contact: Contact,
        answer: answers.CheckoutAnswer | answers.HeartbeatAnswer | answers.CheckinAnswer,
        now: int,
    ) -> None:
        """Take the authority's answer."""
        denial = getattr(answer, "denial", None)
        if isinstance(answer, answers.CheckoutAnswer):
            self._lived["sign-ins"] += 1
            if answer.facts is None:
                assert denial is not None
                self.refusal = denial.reason
                self._lived[f"denied {denial.reason.name}"] += 1
                self.machine.denied(now, denied(denial))
                return
            self._lived[f"by {answer.facts.entitlement.name}"] += 1
        if isinstance(answer, answers.CheckinAnswer):
            self._count_close(contact, answer)
        facts = answer.facts
        assert facts is not None
        self._count_idle(facts)
        self.machine.answered(contact, facts, now, denied(denial) if denial else None)
        if isinstance(answer, answers.CheckoutAnswer):
            self.machine.work(now)
        if denial:
            self.refusal = denial.reason
            self._lived[f"denied {denial.reason.name}"] += 1

    def _count_close(self, contact: Contact, answer: answers.CheckinAnswer) -> None:
        before = self.machine.memory.facts
        if answer.refunded:
            self._lived["late refunds"] += 1
            self._lived["refunded tokens"] += answer.refunded
        elif before is not None and before.pending_since and contact.ended_at - before.pending_since <= GRACE:
            self._lived["free sign-ins"] += before.entitlement is Entitlement.TOKENS

    def _count_idle(self, facts: answers.SessionFacts) -> None:
        """An idle line past its window would have been charged once for every 24 hours that began while it was idle."""
        if facts.state is State.IDLE:
            self._idle_past = self._idle_past or facts.paid_until
        elif self._idle_past:
            until = facts.ended_at or facts.server_time
            avoided = max(0, -(-(until - self._idle_past) // DAY))
            self._lived["idle windows avoided"] += avoided
            self._lived["idle tokens avoided"] += avoided * self._rate
            self._idle_past = 0

    def notice(self, now: int) -> None:
        """Hear what the session has to say to the person."""
        for notice in self.machine.notices(now):
            if isinstance(notice, Ended):
                self._landed(now)
                self._lived[f"ended {notice.state.name}"] += 1
