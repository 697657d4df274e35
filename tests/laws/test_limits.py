"""Calendar days (C9), caps (Q3) and consent (Q2) at their boundaries, decided by both engines alike."""

import pytest

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    NO_LIMIT,
    SECOND,
    Consent,
    Origin,
    OriginRule,
    Outcome,
    Policy,
    PutCap,
    PutPolicy,
    Reason,
    State,
    UseEvent,
    WindowPolicy,
)
from tests.laws.world import DAYS, START, TEAM, World

BY_DAY = Policy(window_policy=WindowPolicy.CALENDAR_DAY, calendar=DAYS)
MIDNIGHT = START + 16 * HOUR
CAP = 11


def events(world: World, event: UseEvent) -> list[int]:
    """The codes of the rows of one kind in the batch that is open."""
    rows = world.twins.reference._world.log_rows["use_log"]
    return [row[10] for row in rows if row[3] == event]


def capped(tokens: int, *, hard: bool = True, world: World | None = None) -> World:
    """A world with one cap per day."""
    world = world or World()
    world.twins.decide(PutCap(CAP, TEAM, DAYS, tokens, hard))
    return world


# ---------------------------------------------------------------- calendar days


def test_a_window_ends_with_the_day_and_the_next_one_too():
    world = World(policy=BY_DAY)
    assert world.sign_in().paid_until == MIDNIGHT
    world.at(minutes=6)
    world.restart()
    assert world.beat().paid_until == MIDNIGHT
    world.at(hours=16)
    assert world.beat().paid_until == MIDNIGHT + DAY
    assert world.available == 100 - 14


@pytest.mark.parametrize(("seconds_before", "days"), [(301, 0), (300, 1), (299, 1), (1, 1)])
def test_a_grace_that_crosses_midnight_is_charged_for_the_new_day_alone(seconds_before, days):
    world = World(policy=BY_DAY)
    world.at(hours=16, seconds=-seconds_before)
    ends = MIDNIGHT + days * DAY
    assert world.sign_in().paid_until == ends
    world.at(hours=16, seconds=-seconds_before + 301)
    decision = world.beat()
    assert (decision.paid_until, world.available) == (ends + (0 if days else DAY), 93 if days else 86)


def test_days_that_summer_time_makes_shorter_and_longer_are_windows():
    world = World(policy=BY_DAY)
    world.at(hours=16 + 24, minutes=1)
    assert world.sign_in().paid_until == MIDNIGHT + DAY + 23 * HOUR
    world.at(hours=16 + 24 + 22)
    world.beat()
    world.at(hours=16 + 24 + 23)
    assert world.beat().paid_until == MIDNIGHT + 2 * DAY + 24 * HOUR


def test_a_calendar_without_another_boundary_counts_as_24_hours():
    world = World(policy=BY_DAY)
    world.at(days=7)
    assert world.sign_in().paid_until == START + 8 * DAY


def test_a_contract_of_calendar_days_leaves_the_window_that_is_paid():
    world = World()
    world.sign_in()
    world.at(minutes=6)
    world.twins.decide(PutPolicy(TEAM, 2, START + 7 * MINUTE, BY_DAY))
    world.at(hours=23)
    assert world.beat().paid_until == START + DAY
    world.at(days=1)
    assert world.beat().paid_until == MIDNIGHT + DAY


# ---------------------------------------------------------------- caps


def test_a_hard_cap_refuses_what_would_pass_it_and_names_itself():
    world = capped(14)
    assert [world.sign_in(user, user=user, caps=(CAP,)).outcome for user in (1, 2)] == [Outcome.GRANTED] * 2
    decision = world.sign_in(3, user=3, caps=(CAP,))
    assert (decision.outcome, decision.reason, decision.cap) == (Outcome.DENIED, Reason.CAP_REACHED, CAP)
    assert (decision.tokens, world.used(CAP), world.held) == (7, 14, 14)


def test_a_free_sign_in_gives_back_what_it_counted_even_after_a_restart():
    world = capped(7)
    world.sign_in(caps=(CAP,))
    world.restart()
    assert world.used(CAP) == 7
    world.at(minutes=5)
    world.leave()
    assert world.used(CAP) == 0
    world.restart()
    assert world.sign_in(2, caps=(CAP,)).outcome is Outcome.GRANTED


def test_a_captured_hold_stays_counted_and_a_late_word_takes_it_back():
    world = capped(7)
    world.sign_in(caps=(CAP,))
    world.at(minutes=6)
    world.restart()
    assert world.used(CAP) == 7
    assert world.leave(ended_at=START + 60 * SECOND).tokens == 7
    assert (world.used(CAP), world.available) == (0, 100)


def test_a_charge_counts_in_the_period_in_which_its_window_starts():
    world = capped(7)
    world.at(hours=15, minutes=59)
    world.sign_in(caps=(CAP,))
    world.at(hours=16, minutes=10)
    assert world.used(CAP) == 0
    assert world.sign_in(2, user=2, caps=(CAP,)).outcome is Outcome.GRANTED


def test_a_renewal_counts_at_its_w_and_is_refused_by_a_cap_that_is_reached():
    world = capped(7)
    world.sign_in(caps=(CAP,))
    world.at(hours=23, minutes=50)
    world.beat(caps=(CAP,))
    world.sign_in(2, user=2, caps=(CAP,))
    world.at(days=1, minutes=1)
    decision = world.beat(caps=(CAP,))
    assert (decision.state, decision.reason, decision.ended_at) == (State.DENIED, Reason.CAP_REACHED, START + DAY)


def test_a_cap_that_nobody_has_reached_lets_the_renewal_through():
    world = capped(7)
    world.sign_in(caps=(CAP,))
    world.at(hours=23, minutes=50)
    world.beat(caps=(CAP,))
    world.at(days=1, minutes=1)
    assert world.beat(caps=(CAP,)).state is State.ACTIVE
    assert world.used(CAP) == 7


def test_a_soft_cap_says_once_that_it_was_crossed():
    world = capped(7, hard=False)
    for user in (1, 2, 3):
        assert world.sign_in(user, user=user, caps=(CAP,)).outcome is Outcome.GRANTED
    assert (events(world, UseEvent.SOFT_CAP), world.used(CAP)) == ([CAP], 21)


def test_the_first_cap_that_refuses_is_named_and_a_cap_that_is_gone_binds_nothing():
    world = capped(100)
    for cap in (12, 13):
        world.twins.decide(PutCap(cap, TEAM, DAYS, 6, hard=True))
    assert world.sign_in(caps=(CAP, 13, 12)).cap == 13
    world.twins.decide(PutCap(13, TEAM, DAYS, 6, hard=True, gone=True))
    assert world.sign_in(caps=(CAP, 13, 12)).cap == 12


def test_a_cap_that_is_put_anew_keeps_what_it_counted_and_one_that_comes_late_knows_what_was_there():
    world = capped(14)
    world.sign_in(caps=(CAP,))
    world.twins.decide(PutCap(CAP, TEAM, DAYS, 7, hard=True))
    assert world.sign_in(2, user=2, caps=(CAP,)).reason is Reason.CAP_REACHED
    world.twins.decide(PutCap(12, TEAM, DAYS, 14, hard=True, used=((MIDNIGHT - DAY, 8),)))
    assert world.sign_in(2, user=2, caps=(12,)).cap == 12


def test_a_cap_without_its_calendar_is_unknown():
    assert World().twins.decide(PutCap(CAP, TEAM, 9, 14, hard=True)).outcome is Outcome.UNKNOWN


def test_caps_come_before_consent_and_consent_before_the_balance():
    world = capped(6, world=World(tokens=1))
    assert world.sign_in(caps=(CAP,), max_tokens=0).reason is Reason.CAP_REACHED
    assert world.sign_in(max_tokens=0).reason is Reason.CONSENT_REQUIRED
    assert world.sign_in().reason is Reason.INSUFFICIENT_TOKENS


# ---------------------------------------------------------------- consent


@pytest.mark.parametrize(
    ("policy", "limit", "granted"),
    [
        (Policy(), NO_LIMIT, True),
        (Policy(), 7, True),
        (Policy(), 6, False),
        (Policy(consent=Consent.ALWAYS), NO_LIMIT, False),
        (Policy(consent=Consent.ALWAYS), 7, True),
        (Policy(consent=Consent.RENEWALS), NO_LIMIT, True),
        (Policy(consent=Consent.ABOVE, consent_above=7), NO_LIMIT, True),
        (Policy(consent=Consent.ABOVE, consent_above=6), NO_LIMIT, False),
        (Policy(consent=Consent.ABOVE, consent_above=6), 7, True),
        (Policy(origin_automation=OriginRule.ASK), NO_LIMIT, False),
        (Policy(origin_automation=OriginRule.ASK), 7, True),
    ],
)
def test_a_sign_in_that_charges_needs_the_consent_that_the_contract_asks_for(policy, limit, granted):
    decision = World(policy=policy).sign_in(max_tokens=limit, origin=Origin.AUTOMATION)
    assert decision.outcome is (Outcome.GRANTED if granted else Outcome.DENIED)
    assert (decision.reason, decision.tokens) == (Reason.NONE if granted else Reason.CONSENT_REQUIRED, 7)


@pytest.mark.parametrize(("limit", "state"), [(NO_LIMIT, State.DENIED), (6, State.DENIED), (7, State.ACTIVE)])
def test_a_renewal_that_nobody_consented_to_ends_the_session_at_w(limit, state):
    world = World(policy=Policy(consent=Consent.RENEWALS))
    world.sign_in()
    world.at(hours=23, minutes=50)
    world.beat(consent=limit)
    world.at(days=1, minutes=1)
    decision = world.beat()
    assert decision.state is state
    assert state is State.ACTIVE or (decision.reason, decision.ended_at) == (Reason.CONSENT_REQUIRED, START + DAY)


def test_of_several_sessions_on_a_line_the_highest_limit_consents():
    world = World(policy=Policy(consent=Consent.RENEWALS))
    world.sign_in(1, max_tokens=7)
    world.sign_in(2, max_tokens=100)
    world.twins.decide(PutPolicy(TEAM, 2, START + HOUR, Policy(consent=Consent.ALWAYS)))
    world.at(hours=23, minutes=50)
    world.beat(1, consent=0)
    world.beat(2)
    world.at(days=1, minutes=1)
    assert world.beat(1).state is State.ACTIVE


def test_a_resumption_without_consent_ends_the_session():
    world = World()
    world.sign_in(idle_aware=True, max_tokens=7)
    world.at(hours=20)
    world.beat(consent=6)
    world.at(days=1, hours=1)
    decision = world.beat(operated_at=world.twins.now)
    assert (decision.state, decision.reason) == (State.DENIED, Reason.CONSENT_REQUIRED)
