"""What gives a session the right to run, and what happens when that changes (E1 to E3, A6, A9)."""

import pytest

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    AddPacks,
    Candidate,
    Choice,
    EndSession,
    Entitlement,
    NewPack,
    Outcome,
    Policy,
    PutRate,
    Reason,
    Rights,
    State,
)
from tests.unit.desk import ACD, DRIVE, OTHERS_TOKENS, START, SUBSCRIPTION, TOKENS, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ------------------------------------------------------------------------- when rights are asked for


def test_a_contact_asks_for_rights_only_when_something_depends_on_them(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.at(MINUTE)
    desk.beat(1)
    assert desk.asked == 1  # a hold pends
    desk.at(10 * MINUTE)
    desk.beat(1)
    assert desk.asked == 1  # inside a paid window
    desk.changed(2)
    desk.beat(1)
    assert desk.asked == 1  # another team's rights
    desk.changed(1)
    desk.beat(1)
    desk.beat(1)
    assert desk.asked == 2
    desk.changed()
    desk.beat(1)
    assert desk.asked == 3
    desk.at(DAY)
    desk.beat(1)
    assert desk.asked == 4  # a renewal
    assert desk.balance() == (86, 0)


def test_a_barred_user_is_refused_before_the_devices(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    barred = Rights(0, (TOKENS,), barred=Reason.SUSPENDED)
    decision = desk.twins.decide(desk.command(2, device=2, rights=barred))
    assert (decision.outcome, decision.reason, decision.elsewhere) == (Outcome.DENIED, Reason.SUSPENDED, 0)


# ------------------------------------------------------------------------- subscription, trial, included product


@pytest.mark.parametrize("kind", [Entitlement.SUBSCRIPTION, Entitlement.TRIAL])
def test_a_subscription_or_trial_that_ends_goes_on_by_tokens_from_the_contact_at_its_end(desk, kind):
    ends = START + 2 * HOUR
    desk.may(Candidate(kind, 1, ends), TOKENS)
    decision = desk.sign_in(1)
    assert (decision.entitlement, decision.entitled_until, decision.tokens) == (kind, ends, 0)
    assert decision.lease_until == ends
    desk.at(2 * HOUR - 3 * MINUTE)
    assert desk.beat(1).heartbeat_by <= ends
    desk.at(2 * HOUR)
    decision = desk.beat(1)
    assert (decision.entitlement, decision.pending_since) == (Entitlement.TOKENS, ends)
    assert decision.entitled_until == NEVER
    assert desk.balance() == (93, 7)


def test_a_subscription_that_ends_out_of_contact_ends_the_lease(desk):
    desk.may(Candidate(Entitlement.SUBSCRIPTION, 1, START + HOUR), TOKENS)
    desk.sign_in(1)
    desk.at(HOUR + 1)
    assert desk.beat(1).state is State.EXPIRED
    assert desk.balance() == (100, 0)


def test_an_extended_subscription_extends(desk):
    desk.may(Candidate(Entitlement.SUBSCRIPTION, 1, START + HOUR), TOKENS)
    desk.sign_in(1)
    desk.may(Candidate(Entitlement.SUBSCRIPTION, 1, START + 5 * HOUR), TOKENS)
    desk.at(HOUR)
    decision = desk.beat(1)
    assert (decision.entitlement, decision.entitled_until) == (Entitlement.SUBSCRIPTION, START + 5 * HOUR)


def test_without_another_right_the_session_ends_with_the_reason_of_the_walk(desk):
    desk.may(Candidate(Entitlement.TRIAL, 1, START + HOUR))
    desk.sign_in(1)
    desk.at(HOUR)
    decision = desk.beat(1)
    assert (decision.state, decision.reason) == (State.DENIED, Reason.NOT_ASSIGNED)


def test_an_idle_session_is_handed_to_tokens_and_charged_only_when_work_resumes(desk):
    desk.may(Candidate(Entitlement.TRIAL, 1, START + HOUR), TOKENS)
    desk.sign_in(1, idle_aware=True)
    desk.at(HOUR)
    decision = desk.beat(1)
    assert (decision.state, decision.entitlement, decision.paid_until) == (State.IDLE, Entitlement.TOKENS, NEVER)
    assert desk.balance() == (100, 0)
    desk.at(2 * HOUR)
    assert desk.beat(1, START + 2 * HOUR).pending_since == START + 2 * HOUR
    assert desk.balance() == (93, 7)


def test_a_subscription_gained_while_the_hold_pends_voids_it_and_was_no_free_use(desk):
    desk.policy(Policy(late_refunds=2))
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.may(SUBSCRIPTION, TOKENS)
    desk.at(2 * MINUTE)
    decision = desk.beat(1)
    assert (decision.entitlement, decision.pending_since) == (Entitlement.SUBSCRIPTION, NEVER)
    assert desk.balance() == (100, 0)
    assert desk.twins.reference._world.lines[1, 1, ACD].free_uses == []


def test_the_hold_stays_for_a_session_that_the_gained_right_does_not_serve(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.sign_in(2)
    desk.may(SUBSCRIPTION, TOKENS)
    desk.at(MINUTE)
    assert desk.beat(1).entitlement is Entitlement.SUBSCRIPTION
    assert desk.balance() == (93, 7)
    desk.restart()
    assert desk.leave(2).state is State.CLOSED
    assert desk.balance() == (100, 0)


def test_a_subscription_gained_in_a_paid_window_takes_over_at_its_end_and_nothing_renews(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.at(6 * MINUTE)
    desk.may(SUBSCRIPTION, TOKENS)
    desk.changed(1)
    assert desk.beat(1).entitlement is Entitlement.TOKENS  # the window is paid
    desk.at(DAY)
    assert desk.beat(1).entitlement is Entitlement.SUBSCRIPTION
    desk.at(DAY + HOUR)
    desk.beat(1)
    assert desk.balance() == (93, 0)


def test_anothers_teams_subscription_counts_by_the_contract_of_the_team_that_would_pay(desk):
    desk.policy(Policy(cross_team_subscription=0))
    theirs = Candidate(Entitlement.SUBSCRIPTION, 2)
    desk.may(theirs, TOKENS)
    assert desk.sign_in(1).entitlement is Entitlement.TOKENS
    desk.may(theirs, user=2)
    assert desk.sign_in(2, 2).entitlement is Entitlement.SUBSCRIPTION
    desk.may(SUBSCRIPTION, TOKENS, user=3)
    assert desk.sign_in(3, 3).entitlement is Entitlement.SUBSCRIPTION


def test_an_included_product_ends_at_balance_0_and_goes_on_in_a_team_that_has_one(desk):
    desk.may(Candidate(Entitlement.INCLUDED, 1))
    desk.sign_in(1, 1, DRIVE)
    desk.may(Candidate(Entitlement.INCLUDED, 1), Candidate(Entitlement.INCLUDED, 2), user=2)
    desk.sign_in(2, 2, DRIVE, asked_team=0)
    desk.twins.decide(PutRate(ACD, 2, START, 100))
    desk.may(TOKENS, user=3)
    assert desk.sign_in(3, 3).tokens == 100
    desk.at(MINUTE)
    decision = desk.beat(1)
    assert (decision.state, decision.reason) == (State.DENIED, Reason.INSUFFICIENT_TOKENS)
    decision = desk.beat(2)
    assert (decision.state, decision.team) == (State.ACTIVE, 2)
    desk.may(Candidate(Entitlement.INCLUDED, 1), user=4)
    decision = desk.sign_in(4, 4, DRIVE)
    assert (decision.outcome, decision.reason) == (Outcome.DENIED, Reason.INSUFFICIENT_TOKENS)


# ------------------------------------------------------------------------- rights that are withdrawn


def test_a_right_withdrawn_inside_a_paid_window_ends_the_session_and_what_was_charged_stays(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.at(HOUR)
    desk.may()
    desk.changed(1)
    decision = desk.beat(1)
    assert (decision.state, decision.reason, decision.ended_at) == (State.DENIED, Reason.NOT_ASSIGNED, START + HOUR)
    assert desk.balance() == (93, 0)


@pytest.mark.parametrize(("after", "left"), [(300 * SECOND, 100), (301 * SECOND, 93)])
def test_use_until_a_withdrawal_is_judged_by_the_grace(desk, after, left):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.may()
    desk.changed(1)
    desk.at(after)
    assert desk.beat(1).state is State.DENIED
    assert desk.balance() == (left, 0)


def test_a_right_withdrawn_before_a_window_ends_renews_nothing_and_ends_the_line_there(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.sign_in(2)
    desk.at(DAY - MINUTE)
    desk.beat(1)
    desk.beat(2)
    desk.may()
    desk.changed(1)
    desk.at(DAY + MINUTE)
    assert desk.beat(1).ended_at == START + DAY
    assert desk.beat(2).state is State.DENIED
    assert desk.balance() == (93, 0)


def test_a_check_in_after_a_withdrawal_closes_the_session(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.at(HOUR)
    desk.may()
    desk.changed(1)
    assert desk.leave(1).state is State.CLOSED


def test_a_refusing_team_says_why(desk):
    desk.may(Candidate(Entitlement.TOKENS, 1, refusal=Reason.SUSPENDED))
    decision = desk.sign_in(1)
    assert (decision.outcome, decision.reason, decision.team) == (Outcome.DENIED, Reason.SUSPENDED, 1)


# ------------------------------------------------------------------------- several teams (E1)


def test_the_team_whose_next_pack_ends_first_pays_and_the_answer_says_why(desk):
    desk.may(TOKENS, OTHERS_TOKENS)
    decision = desk.sign_in(1)
    assert (decision.team, decision.choice) == (2, Choice.ENDS_FIRST)
    desk.may(TOKENS, user=2)
    assert desk.sign_in(2, 2).choice is Choice.ONLY
    desk.may(TOKENS, user=3)
    decision = desk.sign_in(3, 3, asked_team=1)
    assert (decision.team, decision.choice) == (1, Choice.REQUESTED)
    assert desk.beat(3).asked_team == 1


def test_a_team_whose_line_is_paid_comes_first(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.at(HOUR)
    desk.may(TOKENS, OTHERS_TOKENS)
    decision = desk.sign_in(2)
    assert (decision.team, decision.choice, decision.entitlement) == (1, Choice.PAID, Entitlement.PAID_WINDOW)


def test_equal_ends_are_decided_by_the_teams_ids(desk):
    desk.twins.decide(AddPacks(1, (NewPack(3, 10, 0, START, START + 20 * DAY, START),)))
    desk.may(OTHERS_TOKENS, TOKENS)
    decision = desk.sign_in(1)
    assert (decision.team, decision.choice) == (1, Choice.TEAM_ID)


def test_a_team_that_does_not_cover_the_rate_comes_last_and_a_refused_one_is_passed(desk):
    desk.twins.decide(PutRate(ACD, 2, START, 90))
    desk.may(OTHERS_TOKENS, user=2)
    desk.sign_in(2, 2)
    desk.may(TOKENS, OTHERS_TOKENS)
    assert desk.sign_in(1).team == 1
    desk.may(TOKENS, OTHERS_TOKENS, user=3)
    decision = desk.sign_in(3, 3)
    assert (decision.reason, decision.team, decision.shortfall) == (Reason.INSUFFICIENT_TOKENS, 1, 80)


def test_a_running_session_stays_in_its_team(desk):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.at(HOUR)
    desk.may(OTHERS_TOKENS)
    desk.changed(1)
    assert desk.beat(1).state is State.DENIED


# ------------------------------------------------------------------------- ends


def test_a_session_that_ends_before_renewal_is_told_so_and_ends_at_w(desk):
    desk.may(TOKENS)
    decision = desk.sign_in(1, end_before_renewal=True)
    assert decision.end_at == START + DAY - MINUTE
    desk.at(DAY - 20 * MINUTE)
    desk.beat(1)
    desk.at(DAY - 3 * MINUTE)
    assert desk.beat(1).heartbeat_by == START + DAY - MINUTE
    desk.at(DAY)
    decision = desk.beat(1)
    assert (decision.state, decision.reason, decision.ended_at) == (
        State.DENIED, Reason.CONSENT_REQUIRED, START + DAY,
    )  # fmt: skip
    assert desk.balance() == (93, 0)


def test_others_of_the_line_renew_what_one_ends_before(desk):
    desk.may(TOKENS)
    desk.sign_in(1, end_before_renewal=True)
    desk.sign_in(2)
    desk.at(DAY - MINUTE)
    desk.beat(1)
    desk.beat(2)
    desk.at(DAY)
    assert desk.beat(1).state is State.DENIED
    assert desk.beat(2).paid_until == START + 2 * DAY
    assert desk.balance() == (86, 0)


@pytest.mark.parametrize(("after", "left"), [(300 * SECOND, 100), (HOUR, 93)])
def test_an_admin_ends_a_session_as_a_check_in_now(desk, after, left):
    desk.may(TOKENS)
    desk.sign_in(1)
    desk.at(after)
    decision = desk.twins.decide(EndSession(1))
    assert (decision.state, decision.ended_at) == (State.CLOSED, START + after)
    assert desk.beat(1).state is State.CLOSED
    desk.at(after + DAY)
    assert desk.balance() == (left, 0)
    assert desk.twins.decide(EndSession(9)).outcome is Outcome.UNKNOWN
