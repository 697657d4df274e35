"""What people do with products, minute by minute: a plan of sittings. Pure and seeded; knows nothing of charging.

Times are int64 microseconds since the epoch, on whole minutes, so that contacts of many people fall together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from random import Random
from typing import Final

from flexauth.commands import DAY, MINUTE
from flexauth.demo.company import PRODUCTS, Person

__all__ = ["START", "Sitting", "Step", "plan"]

#: Monday, 2 March 2026, in UTC.
START: Final = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000
LUNCH: Final = 12 * 60
SATURDAY: Final = 5
MIDNIGHT: Final = 24 * 60


class Step(Enum):
    """What happens at a running product."""

    WORK = "work"
    REST = "rest"
    OFFLINE = "offline"
    ONLINE = "online"
    CLOSE = "close"
    CRASH = "crash"


@dataclass(slots=True)
class Sitting:
    """A person opens a product at `starts_at`, what happens then, in order of time."""

    person: Person
    product: str
    device: str
    starts_at: int
    steps: list[tuple[int, Step]] = field(default_factory=list)
    take_over: bool = False

    def then(self, at: int, step: Step) -> Sitting:
        """Add a step, never before the one before it."""
        last = self.steps[-1][0] if self.steps else self.starts_at
        self.steps.append((max(at, last), step))
        return self


def plan(person: Person, days: int, rng: Random) -> Iterator[Sitting]:
    """The person's sittings of so many days. A product left open in the evening is found open on the next day there."""
    left_open: Sitting | None = None
    for day in range(days):
        if day % 7 >= SATURDAY or rng.random() > person.presence:
            continue
        arrives = _at(day, person.arrives + rng.randint(-20, 25))
        if left_open is not None:
            yield left_open.then(arrives, Step.WORK).then(arrives + rng.randint(1, 4) * 30 * MINUTE, Step.CLOSE)
            left_open = None
        for sitting in _day(person, day, arrives, rng):
            forgets = rng.random() < person.forgetful * (2 if day % 7 == SATURDAY - 1 else 1)
            if sitting.steps and sitting.steps[-1][1] is Step.CLOSE and forgets and left_open is None:
                sitting.steps[-1] = (sitting.steps[-1][0], Step.REST)
                left_open = sitting
                if rng.random() < 0.2:
                    yield _from_home(person, sitting, day, rng)
            else:
                yield sitting
    if left_open is not None:
        yield left_open


def _at(day: int, minute: int) -> int:
    return START + day * DAY + min(minute, MIDNIGHT - 1) * MINUTE


def _day(person: Person, day: int, arrives: int, rng: Random) -> Iterator[Sitting]:
    """A working day: perhaps a look on the train, one or two stretches of work, included products, a try or two."""
    if person.commutes_by_train and rng.random() < 0.6:
        yield _on_the_train(person, arrives, rng)
    first = _charged(person, rng)
    split = rng.random() < 0.35
    noon = _at(day, LUNCH + rng.randint(-20, 40))
    leaves = max(_at(day, person.leaves + rng.randint(-40, 30)), arrives + 2 * 60 * MINUTE)
    yield from _work(person, first, arrives + rng.randint(2, 40) * MINUTE, noon if split else leaves, noon, rng)
    if split:
        yield from _work(person, _charged(person, rng), noon + rng.randint(30, 60) * MINUTE, leaves, noon, rng)
    if rng.random() < 0.4:
        opened = arrives + rng.randint(60, 300) * MINUTE
        beside = Sitting(person, rng.choice(person.role.included), person.workstation, opened)
        yield beside.then(opened + rng.randint(10, 60) * MINUTE, Step.CLOSE)
    if rng.random() < 0.25:
        looked = arrives + rng.randint(30, 420) * MINUTE
        glance = Sitting(person, _charged(person, rng), person.workstation, looked)
        yield glance.then(looked + rng.randint(1, 5) * MINUTE, Step.CLOSE)
    if not person.everything and rng.random() < 0.01:
        tried = arrives + rng.randint(30, 300) * MINUTE
        foreign = [code for code in PRODUCTS if code not in person.role.products]
        yield Sitting(person, rng.choice(foreign), person.workstation, tried).then(tried + 60 * MINUTE, Step.CLOSE)


def _charged(person: Person, rng: Random) -> str:
    codes, weights = zip(*person.role.charged, strict=True)
    return str(rng.choices(codes, weights=weights)[0])


def _work(person: Person, product: str, opens: int, ends: int, noon: int, rng: Random) -> Iterator[Sitting]:
    """Work with a lunch break and perhaps a meeting; once in a while the program crashes and is opened again."""
    ends = max(ends, opens + 30 * MINUTE)
    if rng.random() < 0.03:
        crashes = opens + rng.randint(5, 25) * MINUTE
        yield Sitting(person, product, person.workstation, opens).then(crashes, Step.CRASH)
        opens = crashes + 2 * MINUTE
    sitting = Sitting(person, product, person.workstation, opens)
    breaks = [(noon, rng.randint(30, 70))] if opens < noon < ends else []
    if rng.random() < 0.4:
        breaks.append((opens + rng.randint(40, 200) * MINUTE, rng.randint(20, 60)))
    for begins, minutes in sorted(breaks):
        if begins + minutes * MINUTE < ends:
            sitting.then(begins, Step.REST).then(begins + minutes * MINUTE, Step.WORK)
    yield sitting.then(ends, Step.CLOSE)


def _on_the_train(person: Person, arrives: int, rng: Random) -> Sitting:
    """Signed in at home, then an hour without network; now and then it was no more than a look."""
    opened = arrives - 90 * MINUTE
    sitting = Sitting(person, _charged(person, rng), person.laptop, opened)
    sitting.then(opened + rng.randint(1, 3) * MINUTE, Step.OFFLINE)
    if rng.random() < 0.15:
        return sitting.then(opened + 4 * MINUTE, Step.CLOSE).then(opened + 70 * MINUTE, Step.ONLINE)
    return sitting.then(opened + 70 * MINUTE, Step.ONLINE).then(opened + 80 * MINUTE, Step.CLOSE)


def _from_home(person: Person, left_open: Sitting, day: int, rng: Random) -> Sitting:
    """In the evening on the laptop, while the product is still open at work."""
    opens = _at(day, 20 * 60 + rng.randint(0, 60))
    return Sitting(person, left_open.product, person.laptop, opens).then(
        opens + rng.randint(20, 90) * MINUTE, Step.CLOSE
    )
