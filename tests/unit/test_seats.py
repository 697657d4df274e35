"""Network seats, and sessions that wait for their first operation (section 5, S4, S6)."""

import pytest

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Entitlement,
    Origin,
    OriginRule,
    Outcome,
    Policy,
    PutPool,
    Reason,
    State,
)
from tests.unit.desk import SEAT, START, TOKENS, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ------------------------------------------------------------------------- seats


def test_a_seat_is_a_users_and_frees_with_his_last_session(desk):
    desk.may(SEAT)
    desk.may(SEAT, TOKENS, user=2)
    assert desk.sign_in(1).entitlement is Entitlement.SEAT
    assert desk.sign_in(2).entitlement is Entitlement.SEAT
    assert desk.sign_in(3, 2).entitlement is Entitlement.TOKENS
    desk.leave(1)
    assert desk.sign_in(4, 2).entitlement is Entitlement.TOKENS  # user 1 has it still
    desk.leave(2)
    desk.restart()
    desk.may(SEAT, user=3)
    assert desk.sign_in(5, 3).entitlement is Entitlement.SEAT


def test_a_seat_gained_while_the_hold_pends_takes_over(desk):
    desk.may(SEAT)
    desk.may(SEAT, TOKENS, user=2)
    desk.sign_in(1)
    desk.sign_in(2, 2)
    desk.leave(1)
    desk.at(MINUTE)
    assert desk.beat(2).entitlement is Entitlement.SEAT
    assert desk.balance() == (100, 0)


def test_a_seat_out_of_contact_is_free_after_it_lingered_unless_it_is_borrowed(desk):
    desk.may(SEAT)
    assert desk.sign_in(1).lease_until == START + 15 * MINUTE
    assert desk.beat(1, offline_until=START + 3 * DAY).lease_until == START + DAY
    desk.restart()
    desk.at(23 * HOUR)
    desk.may(SEAT, user=2)
    assert desk.sign_in(2, 2).outcome is Outcome.DENIED
    assert desk.beat(1).lease_until == START + 23 * HOUR + 15 * MINUTE
    desk.at(23 * HOUR + 15 * MINUTE + 1)
    assert desk.sign_in(3, 2).entitlement is Entitlement.SEAT
    assert desk.beat(1).state is State.EXPIRED


def test_a_pool_made_smaller_takes_the_seats_of_the_latest_users(desk):
    desk.twins.decide(PutPool(1, 1, 3))
    for user in (3, 2, 1):
        desk.may(SEAT, TOKENS, user=user)
        desk.sign_in(user, user)
        desk.at((4 - user) * SECOND)
    desk.twins.decide(PutPool(1, 1, 1))
    desk.at(MINUTE)
    found = {user: desk.beat(user).entitlement for user in (1, 2, 3)}
    assert found == {1: Entitlement.TOKENS, 2: Entitlement.TOKENS, 3: Entitlement.SEAT}


# ------------------------------------------------------------------------- origins that wait


def test_a_service_waits_for_its_first_operation_and_is_charged_from_it(desk):
    desk.may(TOKENS)
    decision = desk.sign_in(1, origin=Origin.BACKGROUND)
    assert (decision.entitlement, decision.tokens, decision.lease_until) == (Entitlement.TOKENS, 0, START + HOUR)
    desk.at(30 * MINUTE)
    assert desk.beat(1).lease_until == START + 90 * MINUTE
    assert desk.balance() == (100, 0)
    desk.restart()
    desk.at(HOUR)
    decision = desk.beat(1, START + HOUR)
    assert (decision.pending_since, decision.tokens) == (START + HOUR, 0)
    assert desk.balance() == (93, 7)
    desk.at(HOUR + 5 * MINUTE + 1)
    assert desk.balance() == (93, 0)


def test_a_waiting_session_neither_blocks_a_device_nor_is_taken_over(desk):
    desk.may(TOKENS)
    desk.sign_in(1, origin=Origin.PLUGIN_AUTOLOAD)
    assert desk.sign_in(2, device=2).outcome is Outcome.GRANTED
    desk.may(TOKENS)
    desk.sign_in(3, device=3, take_over=True)
    assert desk.beat(1).state is State.ACTIVE
    assert desk.beat(2).state is State.SUPERSEDED
    decision = desk.beat(1, START)
    assert decision.state is State.ACTIVE  # no news: the sign-in was then
    desk.at(MINUTE)
    decision = desk.beat(1, START + MINUTE)
    assert (decision.state, decision.reason, decision.elsewhere) == (State.DENIED, Reason.IN_USE_ELSEWHERE, 3)


def test_a_first_operation_in_a_paid_window_costs_nothing(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.sign_in(2, origin=Origin.BACKGROUND)
    desk.at(HOUR)
    assert desk.beat(2, START + HOUR).entitlement is Entitlement.PAID_WINDOW
    assert desk.balance() == (93, 0)


def test_an_origin_that_asks_needs_a_limit(desk):
    desk.policy(Policy(origin_automation=OriginRule.ASK))
    desk.may(TOKENS)
    decision = desk.sign_in(1, origin=Origin.AUTOMATION)
    assert (decision.reason, decision.tokens) == (Reason.CONSENT_REQUIRED, 7)
    assert desk.sign_in(1, origin=Origin.AUTOMATION, max_tokens=7).tokens == 7
