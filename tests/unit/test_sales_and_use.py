"""Acts about packs, caps, seats and entitlements among check-outs, over kills: what is stored is what is remembered."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flexauth import requests
from flexauth.commands import DAY, MINUTE
from flexauth.faults import AlreadyExists, Conflict, InvalidArgument, NotAllowedNow, NotFound
from flexauth.requests.entitlements import (
    CapPeriod,
    CapSubject,
    CreateCap,
    CreateSubscription,
    CreateTrial,
    EndCap,
    EndSubscription,
    PutPool,
    UpdateCap,
)
from flexauth.requests.packs import CancelOrder, MovePack, RefundCharge, SplitPack
from tests.unit.worlds import ENGINES, START, TEAMS, USERS, World, session_id

#: What an act is refused with; it then changes nothing.
REFUSED = (AlreadyExists, Conflict, InvalidArgument, NotAllowedNow, NotFound)

teams = st.sampled_from(TEAMS)
users = st.sampled_from(USERS)
products = st.sampled_from(("ACD", "MAX"))
packs = st.integers(1, 9)
sessions = st.integers(1, 12)
caps = st.sampled_from(("one", "two"))
soon = st.integers(1, 40).map(lambda hours: START + hours * 60 * MINUTE)


def _cap(team: str, name: str, user: str, subject: CapSubject, tokens: int) -> CreateCap:
    named = {CapSubject.USER: user, CapSubject.PRODUCT: "ACD", CapSubject.TEAM: ""}[subject]
    return CreateCap(team, name, subject, CapPeriod.MONTH, tokens, named)


ACTS = st.one_of(
    st.builds(
        lambda number, user, product: requests.Checkout(session_id(number), user, product, f"{user}-desk"),
        sessions, users, products,
    ),
    st.builds(lambda number, count: requests.Heartbeat(session_id(number), count), sessions, st.integers(1, 30)),
    st.builds(lambda number, count: requests.Checkin(session_id(number), count), sessions, st.integers(20, 40)),
    st.builds(lambda pair, pack: MovePack(pair[0], pack, pair[1]), st.permutations(TEAMS), packs),
    st.builds(SplitPack, teams, packs, st.integers(1, 300), st.sampled_from(("", *TEAMS))),
    st.builds(CancelOrder, st.just("first"), teams),
    st.builds(
        lambda team, number: requests.CreateOrder(team, (requests.PackTerms(100),), f"more{number}"), teams, packs
    ),
    st.builds(
        _cap, teams, caps, users, st.sampled_from((CapSubject.USER, CapSubject.PRODUCT, CapSubject.TEAM)),
        st.integers(0, 20),
    ),
    st.builds(UpdateCap, teams, caps, st.integers(0, 20)),
    st.builds(EndCap, teams, caps),
    st.builds(CreateSubscription, teams, users, products, ends_at=soon),
    st.builds(EndSubscription, teams, st.integers(1, 4)),
    st.builds(CreateTrial, teams, users, products, soon),
    st.builds(PutPool, teams, st.integers(0, 2), products),
    st.builds(RefundCharge, teams, users, products, st.just(START), st.just("wrong")),
    st.integers(1, 400).map(lambda minutes: minutes * MINUTE),
    st.just("kill"),
)  # fmt: skip


def play(world: World, step: Any) -> None:
    if isinstance(step, int):
        world.advance(step)
    elif step == "kill":
        world.restart(kill=True)
    else:
        with suppress(*REFUSED):
            world.do(step)


def _moving(requests_made: list[Any]) -> list[Any]:
    """Begin with use and a cap, so that acts meet holds and charges."""
    begun = [requests.Checkout(session_id(90 + n), user, "ACD", "desk") for n, user in enumerate(USERS[:3])]
    return [*begun, _cap("acme", "one", USERS[0], CapSubject.TEAM, 1000), *requests_made]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(ACTS, min_size=8, max_size=24))
def test_acts_among_use_keep_every_law_and_outlast_kills(engine: str, steps: list[Any]) -> None:
    world = World(engine).furnish()
    try:
        for step in _moving(steps):
            play(world, step)
        world.assert_state_is_what_is_stored()
        world.advance(2 * DAY)
        world.assert_state_is_what_is_stored()
    finally:
        world.close()
