"""Tokens that are held past W for a session that borrows (S4), decided by both engines alike."""

import pytest

from flexauth.commands import DAY, HOUR, MINUTE, SECOND, Consent, Outcome, Policy, PutCap, Reason, State
from tests.laws.world import DAYS, START, TEAM, World

W = START + DAY
CAP = 11


def offline(hours: int = 30, *, caps: tuple[int, ...] = (), **terms) -> World:
    """In use since the start; heard 10 h after it, to go offline until so many hours after the start."""
    world = World(**terms)
    if caps:
        world.twins.decide(PutCap(CAP, TEAM, DAYS, 7, hard=True))
    world.sign_in(caps=caps)
    world.at(hours=10)
    world.beat(offline_until=START + hours * HOUR, caps=caps)
    return world


def test_the_next_window_is_held_with_the_lease():
    world = offline()
    assert (world.available, world.held) == (86, 7)
    assert world.twins.look(1).lease_until == START + 30 * HOUR


def test_a_borrow_that_ends_by_w_holds_nothing():
    world = offline(24)
    assert (world.available, world.held) == (93, 0)
    assert world.twins.look(1).lease_until == W + 5 * MINUTE


def test_a_lease_is_never_longer_than_24_hours_after_contact():
    assert offline(100).twins.look(1).lease_until == START + 34 * HOUR


def test_a_sign_in_that_is_pending_holds_its_own_window_and_the_next():
    world = World()
    world.sign_in(offline_until=W + 10 * MINUTE)
    assert world.held == 7, "24 h after contact is W"
    world.at(minutes=4)
    world.beat(offline_until=W + 3 * MINUTE)
    assert (world.available, world.held) == (86, 14)
    world.restart()
    world.at(minutes=4, seconds=30)
    world.leave()
    assert (world.available, world.held) == (100, 0)


@pytest.mark.parametrize("restarted", [False, True])
def test_it_is_charged_at_w_without_contact(restarted):
    world = offline()
    if restarted:
        world.restart()
    world.at(days=1)
    assert world.held == 7, "captures come after commands"
    world.at(days=1, seconds=1)
    assert (world.available, world.held) == (86, 0)
    world.at(days=1, hours=1)
    decision = world.beat()
    assert (decision.state, decision.paid_until, world.available) == (State.ACTIVE, W + DAY, 86)


def test_a_contact_at_w_uses_what_is_held():
    world = offline()
    world.at(days=1)
    assert world.beat().paid_until == W + DAY
    assert (world.available, world.held) == (86, 0)


def test_a_contact_that_asks_no_more_gives_it_back():
    world = offline()
    world.at(hours=11)
    decision = world.beat()
    assert (world.available, world.held, decision.lease_until) == (93, 0, W + 5 * MINUTE)


def test_the_end_of_all_use_gives_it_back():
    world = offline()
    world.at(hours=11)
    world.leave()
    assert (world.available, world.held) == (93, 0)


def test_it_stays_while_another_session_of_the_line_borrows():
    world = offline()
    world.at(hours=11)
    world.sign_in(2, offline_until=START + 32 * HOUR)
    world.leave(1)
    assert (world.available, world.held) == (86, 7)


def test_a_late_word_that_use_ended_until_w_takes_it_back_and_is_not_counted_as_late_refund():
    world = offline()
    world.at(hours=32)
    decision = world.leave(ended_at=W, recent=9)
    assert (decision.state, decision.tokens, world.available) == (State.EXPIRED, 7, 93)


def test_use_after_w_stays_charged():
    world = offline()
    world.at(hours=26)
    decision = world.leave(ended_at=W + SECOND)
    assert (decision.state, decision.tokens, world.available) == (State.CLOSED, 0, 86)


def test_it_is_taken_from_the_session_that_ends_within_its_lease_too():
    world = offline()
    world.at(hours=26)
    decision = world.leave(ended_at=W - HOUR)
    assert (decision.state, decision.tokens, world.available) == (State.CLOSED, 7, 93)


def test_a_borrow_that_is_not_covered_lasts_until_w():
    world = offline(tokens=13)
    decision = world.twins.look(1)
    assert (decision.outcome, decision.lease_until) == (Outcome.GRANTED, W + 5 * MINUTE)
    assert (world.available, world.held) == (6, 0)


def test_a_contract_that_wants_consent_to_renewals_wants_it_here():
    world = offline(policy=Policy(consent=Consent.RENEWALS))
    assert world.held == 0
    world.at(hours=11)
    world.beat(consent=7, offline_until=START + 30 * HOUR)
    assert world.held == 7


def test_caps_count_it_in_the_period_of_w():
    world = offline(caps=(CAP,))
    assert (world.held, world.used(CAP)) == (7, 7)
    world.restart()
    world.at(hours=17)
    assert world.used(CAP) == 7
    assert world.sign_in(2, user=2, caps=(CAP,)).reason is Reason.CAP_REACHED
    world.at(hours=18)
    world.beat(caps=(CAP,))
    assert world.used(CAP) == 0
    assert world.sign_in(2, user=2, caps=(CAP,)).outcome is Outcome.GRANTED
