"""One running product of a person: drives the SDK's own session machine through a sitting, and writes what it lived.

Knows no authority: it gives the request that is due and hears the answer. Times in microseconds since the epoch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from flexauth import answers, requests
from flexauth.commands import Entitlement, Reason
from flexauth.demo.diary import Note
from flexauth.demo.month import Sitting, Step
from flexauth.demo.unaware import GRACE, Stay
from flexauth_client.errors import denied
from flexauth_client.facts import State
from flexauth_client.machine import Act, Contact, Ended, Machine, Memory, Phase
from flexauth_client.timing import NEVER

__all__ = ["NEVER", "Answer", "Client", "Lived"]

Answer = answers.CheckoutAnswer | answers.HeartbeatAnswer | answers.CheckinAnswer

_TOLD: Final = {
    Step.WORK: "is back at {product}",
    Step.REST: "leaves {product} open and goes",
    Step.OFFLINE: "loses the network; {product} goes on by its lease",
    Step.ONLINE: "has network again",
    Step.CLOSE: "closes {product}",
    Step.CRASH: "{product} crashes",
}
_COSTS_NOTHING: Final = {
    Entitlement.PAID_WINDOW: "its window is paid",
    Entitlement.INCLUDED: "it is included",
    Entitlement.TOKENS: "its first five minutes still run",
}


@dataclass(slots=True)
class Lived:
    """What people lived: counts by name, everybody's diary and stays, and by session when nobody sat at it.

    The last are spans [from, to); one that ends at 0 is not over.
    """

    counts: Counter[str] = field(default_factory=Counter)
    diary: list[Note] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    away: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


class Client:
    """A sitting from `starts_at` on; `lived` is where it writes."""

    def __init__(self, sitting: Sitting, session: str, lived: Lived) -> None:
        self.sitting = sitting
        self.machine = Machine(Memory(session=session), leases=False, jitter=lambda _: 0)
        self.refusal = Reason.NONE
        self._lived = lived
        self._counts = lived.counts
        self._stay: Stay | None = None
        self._online = True
        self._crashed = False
        self._offline_since = 0

    @property
    def is_over(self) -> bool:
        """Nothing more comes from this client."""
        return self._crashed or self.machine.memory.phase is Phase.OVER

    # What the person, or fate, does.

    def step(self, step: Step, now: int) -> None:
        """Take a step of the sitting."""
        machine = self.machine
        self._note(now, step.value, _TOLD[step])
        match step:
            case Step.WORK:
                self._back(now)
                machine.work(now)
            case Step.REST:
                self._lived.away.setdefault(machine.memory.session, []).append((now, 0))
                machine.rest(now)
            case Step.CLOSE:
                self._back(now)
                self._landed(now)
                self._left(now)
                machine.close(now)
            case Step.OFFLINE:
                self._online, self._offline_since = False, now
                self._counts["offline leases"] += 1
            case Step.ONLINE:
                self._landed(now)
                self._online = True
            case Step.CRASH:
                self._crashed = True
                self._counts["crashes"] += 1
                self._left(now + GRACE + 1)  # nobody tells the authority: the five minutes run out (S5)

    def _back(self, now: int) -> None:
        spans = self._lived.away.get(self.machine.memory.session)
        if spans and not spans[-1][1]:
            spans[-1] = (spans[-1][0], now)

    def _landed(self, now: int) -> None:
        if self._offline_since:
            self._counts["offline minutes"] += (now - self._offline_since) // 60_000_000
            self._offline_since = 0

    def _left(self, now: int) -> None:
        if self._stay is not None:
            self._stay.ends_at = now
            self._stay = None

    def _note(self, now: int, kind: str, text: str) -> None:
        sitting = self.sitting
        device = "laptop" if sitting.device == sitting.person.laptop else "workstation"
        self._lived.diary.append(Note(now, sitting.person, kind, text.format(product=sitting.product, device=device)))

    # What the machine wants.

    def contact(self, now: int) -> tuple[Contact, requests.Request] | None:
        """The call that is due, if the network is there to make it."""
        if self._crashed or (contact := self.machine.contact(now)) is None:
            return None
        if not self._online:
            self.machine.failed(now)
            return None
        return contact, self._request(contact)

    def wake_at(self, now: int) -> int:
        """When it wants to be asked again, `NEVER` of the SDK when not at all; without network, at its lease's end."""
        if self.is_over:
            return NEVER
        if self._online:
            return self.machine.wake_at()
        facts = self.machine.memory.facts
        return facts.lease_until if facts is not None and facts.lease_until > now else NEVER

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

    # What the authority says.

    def hear(self, contact: Contact, answer: Answer, now: int) -> None:
        """Take the answer to a contact."""
        denial = None if isinstance(answer, answers.CheckinAnswer) else answer.denial
        if denial is not None:
            self.refusal = denial.reason
            self._counts[f"denied {denial.reason.name}"] += 1
        if isinstance(answer, answers.CheckoutAnswer):
            self._counts["sign-ins"] += 1
            if answer.facts is None:
                assert denial is not None
                self._note(now, denial.reason.name, f"{{product}} on the {{device}} is denied: {denial.reason.name}")
                self.machine.denied(now, denied(denial))
                return
            self._signed_in(answer.tokens, answer.facts)
        elif isinstance(answer, answers.CheckinAnswer):
            self._checked_in(contact, answer)
        facts = answer.facts
        assert facts is not None
        self.machine.answered(contact, facts, now, denied(denial) if denial else None)
        if isinstance(answer, answers.CheckoutAnswer):
            self.machine.work(now)

    def _signed_in(self, tokens: int, facts: answers.SessionFacts) -> None:
        sitting = self.sitting
        self._counts[f"by {facts.entitlement.name}"] += 1
        verb = "takes over" if sitting.take_over else "opens"
        cost = f"{tokens} tokens are held" if tokens else _COSTS_NOTHING[facts.entitlement]
        self._note(facts.server_time, facts.entitlement.name, f"{verb} {{product}} on the {{device}}: {cost}")
        if facts.entitlement is not Entitlement.INCLUDED:
            line = (sitting.person.subject, sitting.product)
            self._stay = Stay(line, not sitting.person.old_version, facts.server_time)
            self._lived.stays.append(self._stay)

    def _checked_in(self, contact: Contact, answer: answers.CheckinAnswer) -> None:
        before = self.machine.memory.facts
        if answer.refunded:
            self._counts["late refunds"] += 1
            self._counts["refunded tokens"] += answer.refunded
            told = f"tells that it was only a look at {{product}}: {answer.refunded} tokens come back"
            self._note(answer.facts.server_time, "refund", told)
        elif before is not None and before.pending_since and contact.ended_at - before.pending_since <= GRACE:
            self._counts["free sign-ins"] += 1
            self._note(answer.facts.server_time, "free", "within five minutes: nothing is charged")

    def notice(self, now: int) -> None:
        """Hear what the session has to say to the person."""
        for notice in self.machine.notices(now):
            if isinstance(notice, Ended):
                self._landed(now)
                facts = self.machine.memory.facts
                # Out of contact nothing renews: the margin after the window is no use that is charged (S5).
                paid = facts.paid_until if facts is not None and notice.state is State.EXPIRED else notice.at
                self._left(min(notice.at, paid))
