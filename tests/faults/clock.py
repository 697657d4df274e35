"""Wrong clocks: twins live the same random days, one on a machine whose wall clock or time zone goes wrong (T2, T3).

What must not matter leaves both with one state and one ledger; a confirmed step is as if the time had passed.

    python -m tests.faults.clock --count 300 --seed 1
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flexauth import requests
from flexauth.clock import CLOCK_STEP
from flexauth.commands import DAY, MINUTE, SECOND
from tests.faults.report import programme
from tests.unit.worlds import ENGINES, HOUR, PRODUCTS, TEAMS, USERS, World, session_id, sign_in

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
SPANS = (SECOND, 4 * MINUTE, 5 * MINUTE, 6 * MINUTE, HOUR, 9 * HOUR, DAY)


class Twins:
    """`wrong` is the one on the machine with the wrong clock; both are asked the same."""

    def __init__(self, engine: str, lot: random.Random) -> None:
        self.lot = lot
        self.right, self.wrong = World(engine).furnish(), World(engine).furnish()
        self.opened: dict[int, int] = {}
        self.asked = 0
        self.counter = 0

    def ask(self, request: requests.Request) -> Any:
        told, told_wrong = self.right.do(request), self.wrong.do(request)
        assert told == told_wrong, f"{request}: {told_wrong} instead of {told}"
        return told

    def act(self) -> None:
        """Sign in, be in contact, sign out."""
        kind = self.lot.random()
        # Answers are kept for 48 h; when they are forgotten after that is nobody's business.
        remembered = [n for n, at in self.opened.items() if self.right.now - at < 2 * DAY]
        if kind < 0.4 or not remembered:
            self.asked += 1
            user, product = self.lot.choice(USERS), self.lot.choice(list(PRODUCTS))
            if self.ask(sign_in(self.asked, user, product, take_over=True, version="1")).granted:
                self.opened[self.asked] = self.right.now
            return
        self.counter += 1
        ident = session_id(self.lot.choice(remembered))
        operated = self.right.now - self.lot.randrange(20 * MINUTE)
        if kind < 0.8:
            self.ask(requests.Heartbeat(ident, self.counter, operated))
        else:
            self.ask(requests.Checkin(ident, self.counter, operated))

    def live(self, acts: int) -> None:
        """Acts and time; the clocks of both are looked at often enough for a step to agree with itself."""
        for _ in range(acts):
            self.act()
            span = self.lot.choice(SPANS)
            for world in (self.right, self.wrong):
                world.advance(span)

    def restart(self) -> None:
        kill = self.lot.random() < 0.5
        for world in (self.right, self.wrong):
            world.restart(kill=kill)

    def difference(self) -> str | None:
        """What is not the same, once both have forgotten what is over."""
        for world in (self.right, self.wrong):
            world.advance(SECOND)
            world.advance(SECOND)
        states = [world.authority.state() for world in (self.right, self.wrong)]
        tables = [table for table in states[0] if states[0][table] != states[1][table]]
        if tables:
            return f"the states differ in {', '.join(tables)}"
        for team in TEAMS:
            books = [world.do(requests.ListLedger(team, page_size=1000)).items for world in (self.right, self.wrong)]
            if books[0] != books[1]:
                return f"the ledgers of {team} differ"
        return None

    def close(self) -> None:
        for world in (self.right, self.wrong):
            world.close()


def back(twins: Twins) -> None:
    """A step back is never followed, also not confirmed; a restart goes on from the mark."""
    twins.wrong.clock.step_wall(-3 * DAY)
    twins.live(6)
    twins.ask(requests.ConfirmClock())
    twins.live(3)
    # The mark is as old as the last stored batch: a start that knows no better begins there.
    for world in (twins.right, twins.wrong):
        world.authority.close()
        world.authority = world._open()
    twins.live(4)


def small(twins: Twins) -> None:
    """A step of at most `CLOCK_STEP` is not followed while it runs."""
    twins.wrong.clock.step_wall(twins.lot.randint(-CLOCK_STEP, CLOCK_STEP))
    twins.live(8)


def forward_unconfirmed(twins: Twins) -> None:
    """More than a day is not followed until an operator confirms."""
    twins.wrong.clock.step_wall(twins.lot.choice((25 * HOUR, 400 * DAY)))
    twins.live(10)


def forward_confirmed(twins: Twins) -> None:
    """Confirmed and in agreement for 10 min, it is followed: as if so much time had passed, timers in order."""
    step = twins.lot.choice((25 * HOUR, 400 * DAY))
    twins.wrong.clock.step_wall(step)
    twins.wrong.authority.tick()
    twins.live(3)
    for world in (twins.right, twins.wrong):
        world.advance(10 * MINUTE)
    twins.wrong.do(requests.ConfirmClock())
    twins.right.advance(step)
    twins.wrong.authority.tick()
    twins.right.do(requests.ConfirmClock())


def hour_forward(twins: Twins) -> None:
    """At most a day is followed by itself after 10 min."""
    step = twins.lot.choice((6 * MINUTE, HOUR, DAY))
    twins.wrong.clock.step_wall(step)
    twins.wrong.authority.tick()
    for world in (twins.right, twins.wrong):
        world.advance(10 * MINUTE - 1)
    twins.right.advance(step + 1)
    twins.wrong.advance(1)


def long_after(twins: Twins) -> None:
    """A start 400 days after the mark forfeits nothing until confirmed, also not after a second start."""
    twins.wrong.authority.close()
    bought = _expired(twins.wrong)
    twins.wrong.clock.step_wall(400 * DAY)
    twins.wrong.authority = twins.wrong._open()
    twins.wrong.advance(HOUR)
    twins.wrong.restart(kill=True)
    twins.wrong.advance(HOUR)
    assert _expired(twins.wrong) == bought, "tokens are forfeited on a clock that nobody confirmed"
    twins.wrong.do(requests.ConfirmClock())
    twins.wrong.advance(SECOND)
    assert _expired(twins.wrong) > bought, "the operator has confirmed, and nothing is forfeited"


def _expired(world: World) -> int:
    keys = [{"team": team, "after": 0, "limit": 100} for team in range(1, len(TEAMS) + 1)]
    return sum(row["expired"] for key in keys for row in world.store.select("packs_of_team", key))


def zones(twins: Twins) -> None:
    """Time zones and daylight saving change nothing: days pass over the changes of March under changing zones."""
    for _ in range(3):
        with _zone(twins.lot.choice(ZONES)):
            twins.live(4)
            for world in (twins.right, twins.wrong):
                world.advance(4 * DAY)


@contextmanager
def _zone(name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


KINDS: dict[str, Callable[[Twins], None]] = {
    "back 3 days": back,
    "small step": small,
    "forward, not confirmed": forward_unconfirmed,
    "forward, confirmed": forward_confirmed,
    "forward at most a day": hour_forward,
    "start 400 days later": long_after,
    "time zones": zones,
}


def live_once(number: int, seed: int) -> tuple[str, str | None]:
    """One pair of twins: which clock went wrong and how, and what was not as it should be."""
    lot = random.Random(f"{seed}/{number}")
    kind = list(KINDS)[number % len(KINDS)]
    twins = Twins(lot.choice(list(ENGINES)), lot)
    try:
        twins.live(8)
        KINDS[kind](twins)
        if KINDS[kind] is long_after:
            return kind, None
        twins.live(4)
        return kind, twins.difference()
    except AssertionError as error:
        return kind, str(error)
    finally:
        twins.close()


def run(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Wrong clocks `count` times."""
    seen: Counter[str] = Counter()
    wrongs: list[str] = []
    for number in range(count):
        kind, wrong = live_once(number, seed)
        seen[kind] += 1
        if wrong is not None:
            wrongs.append(f"twins {number} ({kind}): {wrong}")
    return seen, wrongs


if __name__ == "__main__":
    programme("clock", run, count=300)
