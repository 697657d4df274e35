"""Rights that change while products run (A1 to A3, A6, A8): in turn against a plain model, and in a race."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flexauth import requests as ask
from flexauth.commands import COLUMNS, MINUTE, Reason, State, UseEvent
from tests.unit.worlds import ENGINES, PRODUCTS, World, session_id

TEAM = "acme"
USERS = ("acme-ann", "acme-bob")
CODES = tuple(PRODUCTS)
RUNNING = (State.ACTIVE, State.IDLE)


@dataclass
class Rule:
    """Who may run what, as SPEC 6 says it in one breath."""

    all: set[str] = field(default_factory=lambda: set(USERS))
    named: set[tuple[str, str]] = field(default_factory=set)
    withdrawn: set[tuple[str, str]] = field(default_factory=set)
    default: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)

    def assigned(self, user: str, product: str) -> bool:
        own = (user, product) not in self.withdrawn if user in self.all else (user, product) in self.named
        return own or (product in self.default and user not in self.guests)

    def refusal(self, user: str, product: str) -> Reason:
        """NONE: they may."""
        if self.suspended & {user, f"{user}'s", f"{user} in team", TEAM}:
            return Reason.SUSPENDED
        return Reason.NONE if self.assigned(user, product) else Reason.NOT_ASSIGNED


class Life:
    """Acts and use in turn; each answer is what the rule says."""

    def __init__(self, world: World) -> None:
        self.world, self.rule = world, Rule()
        self.open: dict[int, tuple[str, str, int]] = {}
        self.numbers = iter(range(1, 10_000))
        self.unassign(USERS[1], [])

    def assign(self, user: str, products: list[str]) -> None:
        everything = not products
        self.world.do(ask.Assign(TEAM, user, everything, tuple(products)))
        pairs = {(user, product) for product in products}
        if everything:
            self.rule.all.add(user)
        if everything or user in self.rule.all:
            self.rule.withdrawn -= {(user, code) for code in CODES} if everything else pairs
        else:
            self.rule.named |= pairs

    def unassign(self, user: str, products: list[str]) -> None:
        everything = not products
        self.world.do(ask.Unassign(TEAM, user, everything, tuple(products)))
        if everything:
            self.rule.all.discard(user)
            self.rule.named -= {(user, code) for code in CODES}
        elif user in self.rule.all:
            self.rule.withdrawn |= {(user, product) for product in products}
        else:
            self.rule.named -= {(user, product) for product in products}

    def default(self, _: str, products: list[str]) -> None:
        self.world.do(ask.SetDefaultAssignment(TEAM, tuple(products)))
        self.rule.default = set(products)

    def guest(self, user: str, products: list[str]) -> None:
        self.world.do(ask.SetGuest(TEAM, user, bool(products)))
        (self.rule.guests.add if products else self.rule.guests.discard)(user)

    def suspend(self, user: str, products: list[str]) -> None:
        """Which of the four reaches, and whether it holds or is lifted, the products say."""
        acts = (
            (user, ask.SuspendUser(user), ask.ResumeUser(user)),
            (f"{user} in team", ask.SuspendUser(user, TEAM), ask.ResumeUser(user, TEAM)),
            (f"{user}'s", ask.SuspendDevice(TEAM, f"{user}-pc"), ask.ResumeDevice(TEAM, f"{user}-pc")),
            (TEAM, ask.SuspendTeam(TEAM), ask.ResumeTeam(TEAM)),
        )
        what, holds, lifts = acts[len(products)]
        lifting = what in self.rule.suspended
        self.world.do(lifts if lifting else holds)
        (self.rule.suspended.discard if lifting else self.rule.suspended.add)(what)

    def checkout(self, user: str, products: list[str]) -> None:
        for product in products:
            number = next(self.numbers)
            answer = self.world.do(ask.Checkout(session_id(number), user, product, f"{user}-pc"))
            assert (answer.denial.reason if answer.denial else Reason.NONE) is self.rule.refusal(user, product)
            if answer.granted:
                self.open[number] = (user, product, 0)

    def contact(self, _: str, products: list[str]) -> None:
        """A6: a session whose right is gone ends at its next contact, and no other does."""
        self.world.advance((1 + len(products)) * 6 * MINUTE)  # no hold is left that would ask for rights by itself
        for number, (user, product, counter) in list(self.open.items()):
            answer = self.world.do(ask.Heartbeat(session_id(number), counter + 1, self.world.now))
            refusal = self.rule.refusal(user, product)
            assert answer.facts.state in (RUNNING if refusal is Reason.NONE else (State.DENIED,))
            assert (answer.denial.reason if answer.denial else Reason.NONE) is refusal
            if refusal is Reason.NONE:
                self.open[number] = (user, product, counter + 1)
            else:
                del self.open[number]

    def close(self, user: str, _products: list[str]) -> None:
        for number, (whose, _, counter) in list(self.open.items()):
            if whose == user:
                self.world.do(ask.Checkin(session_id(number), counter + 1))
                del self.open[number]


KINDS = ("assign", "unassign", "default", "guest", "suspend", "checkout", "checkout", "contact", "contact", "close")
STEP = st.tuples(
    st.sampled_from(KINDS), st.sampled_from(USERS), st.lists(st.sampled_from(CODES), unique=True, max_size=3)
)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_answer_is_what_is_assigned_and_not_suspended_at_that_moment(engine: str) -> None:
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEP, min_size=20, max_size=40))
    def lives(steps: list[tuple[str, str, list[str]]]) -> None:
        world = World(engine).furnish()
        try:
            life = Life(world)
            for kind, user, products in steps:
                getattr(life, kind)(user, products)
            life.contact(USERS[0], [])
            world.assert_state_is_what_is_stored()
        finally:
            world.close()

    lives()


# In a race -----------------------------------------------------------------------------------------------------------


def told(world: World, user: int) -> Iterator[bool]:
    """In the order in which it was stored: whether each sign-in of the user was heard as the rights then were."""
    event, who, code = (COLUMNS["use_log"].index(name) for name in ("event", "user", "code"))
    assigned = True
    for batch in world.store.tried:
        for write in batch.writes:
            if write.statement == "put_membership" and write.values["user"] == user:
                assigned = bool(write.values["assigned_all"])
        for row in batch.effects.rows("use_log"):
            if row[who] == user and row[event] == UseEvent.BEGIN:
                yield assigned
            elif row[who] == user and row[event] == UseEvent.DENIED and row[code] == Reason.NOT_ASSIGNED:
                yield not assigned


@pytest.mark.parametrize("engine", ENGINES)
def test_a_withdrawal_that_races_sign_ins_and_contacts_is_before_or_after_each_of_them(engine: str) -> None:
    world = World(engine).furnish()
    user = world.authority.directory.user_id("acme-ann")

    def withdraw() -> None:
        for _ in range(25):
            world.do(ask.Unassign(TEAM, "acme-ann", all_products=True))
            world.do(ask.Assign(TEAM, "acme-ann", all_products=True))

    def use(first: int) -> None:
        for number in range(first, first + 60):
            product = CODES[number % len(CODES)]
            answer = world.do(ask.Checkout(session_id(number), "acme-ann", product, "desk"))
            if answer.granted:
                world.do(ask.Heartbeat(session_id(number), 1, world.now))
                if number % 2:
                    world.do(ask.Checkin(session_id(number), 2))

    threads = [threading.Thread(target=withdraw), *(threading.Thread(target=use, args=(n,)) for n in (1, 101, 201))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = list(told(world, user))
    assert heard
    assert all(heard)

    world.do(ask.Unassign(TEAM, "acme-ann", all_products=True))
    running = [
        facts.session
        for facts in world.do(ask.ListSessions(team=TEAM, page_size=1_000)).items
        if facts.state in RUNNING
    ]
    assert running
    assert {world.do(ask.Heartbeat(session, 9)).facts.state for session in running} == {State.DENIED}
    world.assert_state_is_what_is_stored()
    world.close()
