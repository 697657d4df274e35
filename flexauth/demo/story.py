"""Lets a company live a month against a real authority in virtual time: contacts of one moment go in together.

Owns the order of what happens and what people do about a no; decides nothing about tokens.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any, Final, Literal
from uuid import UUID

from flexauth import bootstrap, requests
from flexauth.authority import Authority
from flexauth.clock import VirtualClock
from flexauth.commands import DAY, MINUTE, ProductKind, Reason
from flexauth.demo import company
from flexauth.demo.client import NEVER, Client, Lived
from flexauth.demo.month import START, Sitting, Step, plan
from flexauth.sample import published_rates

__all__ = ["Company", "Progress", "live"]

HOUR: Final = 60 * MINUTE
ORDER_SIZE: Final = 5_000
UNIT_PRICE: Final = 3_000_000
WAIT_SECONDS: Final = 60
NO_TOKENS: Final = frozenset({Reason.INSUFFICIENT_TOKENS, Reason.NO_LIVE_PACK})


@dataclass(frozen=True, slots=True)
class Company:
    """What to generate: the same values live the same month."""

    users: int = 200
    days: int = 28
    seed: int = 1

    @property
    def scale(self) -> float:
        """Size of orders, by the size of the company."""
        return self.users / 200


@dataclass(slots=True)
class Progress:
    """Where the month stands: `at` microseconds since the epoch; `lived` is what people lived so far."""

    at: int
    contacts: int = 0
    moments: int = 0
    lived: Lived = field(default_factory=Lived)
    users: tuple[str, ...] = ()


def live(
    what: Company,
    store: str,
    report: Callable[[Progress], None],
    *,
    engine: Literal["core", "reference"] = "core",
) -> tuple[Authority, Progress]:
    """Live the month; the authority is still open and at the end of it. `report` hears of every virtual hour."""
    clock = VirtualClock(START)
    authority = bootstrap.open_authority(bootstrap.open_store(store), clock, engine=engine, jitter=False)
    try:
        month = _Month(what, authority, clock)
        month.open()
        for _ in month.hours():
            report(month.progress)
    except BaseException:
        authority.close(kill=True)
        raise
    return authority, month.progress


class _Month:
    def __init__(self, what: Company, authority: Authority, clock: VirtualClock) -> None:
        self.progress = Progress(START)
        self._what = what
        self._authority = authority
        self._clock = clock
        self._rng = Random(what.seed)  # noqa: S311  # a month to live again, no secret
        self._people = company.people(what.users, self._rng)
        self.progress.users = tuple(person.subject for person in self._people)
        self._due: list[tuple[int, int, Callable[[], Client | None]]] = []
        self._turn = count()
        self._ordering = False

    def _ask(self, wanted: list[requests.Request]) -> list[Any]:
        """Send together, wait for all."""
        waiting: list[Future[Any]] = [self._authority.submit(request) for request in wanted]
        return [future.result(WAIT_SECONDS) for future in waiting]

    def open(self) -> None:
        """The company signs its contract, buys, and assigns."""
        team = company.TEAM
        sheet = company.products(published_rates())
        self._ask([requests.CreateTeam(team, "Meridian Engineering")])
        self._ask([
            requests.CreateProduct(
                rate.product,
                rate.name,
                rate.kind,
                rate.tokens,
                company.IDLE_AWARE_FROM if rate.kind is ProductKind.DAILY else None,
            )
            for rate in sheet
        ])  # fmt: skip
        rest = requests.PackTerms(self._tokens(3_000), UNIT_PRICE, ends_at=START + DAY + 18 * HOUR)
        main = requests.PackTerms(self._tokens(15_000), UNIT_PRICE)
        self._ask([requests.CreateOrder(team, (rest, main), number="opening")])
        self._ask([
            requests.CreateUser(
                person.subject,
                person.name,
                person.subject,
                (requests.Membership(team, person.everything, () if person.everything else person.role.products),),
            )
            for person in self._people
        ])  # fmt: skip
        for person in self._people:
            for sitting in plan(person, self._what.days, self._rng):
                self._sit(sitting, sitting.starts_at)

    def _tokens(self, size: int) -> int:
        return max(100, round(size * self._what.scale / 100) * 100)

    def hours(self) -> Iterator[int]:
        """Run to the end of the month, a turn for every virtual hour."""
        for hour in range(START, START + self._what.days * DAY, HOUR):
            while self._due and self._due[0][0] < hour + HOUR:
                self._moment(self._due[0][0])
            self._clock.advance_to(hour + HOUR)
            self._authority.tick()
            self.progress.at = hour + HOUR
            yield hour

    def _moment(self, now: int) -> None:
        """All that happens at one time: what people do, then the contacts that this makes due, together."""
        self._clock.advance_to(now)
        touched: dict[int, Client] = {}
        while self._due and self._due[0][0] <= now:
            if client := heapq.heappop(self._due)[2]():
                touched[id(client)] = client
        calls = [(client, call) for client in touched.values() if (call := client.contact(now))]
        heard = self._ask([request for _, (_, request) in calls])
        for (client, (contact, _)), answer in zip(calls, heard, strict=True):
            client.hear(contact, answer, now)
        for client in touched.values():
            client.notice(now)
            self._after(client, now)
        self.progress.contacts += len(calls)
        self.progress.moments += 1

    def _at(self, when: int, act: Callable[[], Client | None]) -> None:
        heapq.heappush(self._due, (when, next(self._turn), act))

    def _sit(self, sitting: Sitting, when: int) -> None:
        """A person sits down: the sign-in, and each later step where the session is still there."""
        number = self._rng.getrandbits(128) & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
        client = Client(sitting, str(UUID(int=number)), self.progress.lived)
        self._at(when, lambda: client)
        for at, step in sitting.steps:
            if at > when:
                self._at(at, lambda at=at, step=step: self._step(client, step, at))  # type: ignore[misc]

    @staticmethod
    def _step(client: Client, step: Step, now: int) -> Client | None:
        if client.is_over:
            return None
        client.step(step, now)
        return client

    def _after(self, client: Client, now: int) -> None:
        """Wake the client again, or do what people do about an end that they did not want."""
        if not client.is_over:
            wake = client.wake_at(now)
            if wake != NEVER:
                self._at(max(wake, now + 1), lambda: None if client.is_over else client)
            return
        refusal, sitting = client.refusal, client.sitting
        steps: list[tuple[int, Step]] = [
            (at, step) for at, step in sitting.steps if at > now and step is not Step.OFFLINE
        ]
        if refusal is Reason.NONE or not steps or not any(step is Step.CLOSE for _, step in steps):
            return
        client.refusal = Reason.NONE
        if refusal in NO_TOKENS:
            self._order(now)
            if steps[-1][0] > now + 2 * HOUR:
                self._sit(replace(sitting, steps=steps), now + HOUR)
        elif refusal is Reason.IN_USE_ELSEWHERE:
            self.progress.lived.counts["take-overs"] += 1
            self._sit(replace(sitting, steps=steps, take_over=True), now + MINUTE)

    def _order(self, now: int) -> None:
        """Somebody was refused for want of tokens: the buyer hears of it and books an order within the hour."""
        if self._ordering:
            return
        self._ordering = True
        self._at(now + 40 * MINUTE, self._book)

    def _book(self) -> None:
        terms = requests.PackTerms(self._tokens(ORDER_SIZE), UNIT_PRICE)
        self._ask([requests.CreateOrder(company.TEAM, (terms,))])
        self.progress.lived.counts["orders"] += 1
        self._ordering = False
