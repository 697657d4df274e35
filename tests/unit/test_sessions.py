"""What gives a session the right to run, and what happens when that changes: both engines, every answer compared."""

from dataclasses import replace

import pytest

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    AddPacks,
    Candidate,
    ChangeRights,
    Checkin,
    Checkout,
    Choice,
    Decision,
    EndSession,
    Entitlement,
    Heartbeat,
    NewPack,
    Origin,
    OriginRule,
    Outcome,
    Policy,
    ProductKind,
    PutPolicy,
    PutPool,
    PutProduct,
    PutRate,
    Reason,
    Rights,
    State,
)
from tests.laws.twins import Twins

START = 1_772_438_400 * SECOND
ACD, DRIVE = 1, 2
TOKENS = Candidate(Entitlement.TOKENS, 1)
OTHERS_TOKENS = Candidate(Entitlement.TOKENS, 2)
SUBSCRIPTION = Candidate(Entitlement.SUBSCRIPTION, 1)
SEAT = Candidate(Entitlement.SEAT, 1, pool=1)


class Desk:
    """Two teams with 100 tokens each, a product of 7 tokens, an included one, and a pool of one seat."""

    def __init__(self) -> None:
        self.twins = Twins(START)
        self.rights: dict[int, tuple[Candidate, ...]] = {}
        self.version = 0
        self.counter = 0
        self.asked = 0
        put = self.twins.decide
        put(PutProduct(ACD, ProductKind.DAILY))
        put(PutRate(ACD, 1, 0, 7))
        put(PutProduct(DRIVE, ProductKind.INCLUDED))
        put(AddPacks(1, (NewPack(1, 100, 0, START, START + 300 * DAY, START),)))
        put(AddPacks(2, (NewPack(2, 100, 0, START, START + 20 * DAY, START),)))
        put(PutPool(1, 1, 1))

    def at(self, since_start: int) -> None:
        self.twins.now = START + since_start
        self.twins.advance()

    def may(self, *candidates: Candidate, user: int = 1) -> None:
        self.rights[user] = candidates

    def changed(self, *teams: int) -> None:
        self.version += 1
        self.twins.decide(ChangeRights(self.version, teams))

    def policy(self, policy: Policy, team: int = 1) -> None:
        self.twins.decide(PutPolicy(team, 1, self.twins.now, policy))

    def command(self, session: int, user: int = 1, product: int = ACD, device: int = 1, **terms: object) -> Checkout:
        rights = Rights(self.version, self.rights[user])
        command = Checkout(session, user, product, device, session, 1, rights, asked_team=0)
        return replace(command, **terms)  # type: ignore[arg-type]

    def sign_in(self, session: int, *args: int, **terms: object) -> Decision:
        return self.twins.decide(self.command(session, *args, **terms))  # type: ignore[arg-type]

    def beat(self, session: int, operated_at: int = NEVER, **terms: object) -> Decision:
        self.counter += 1
        return self._tell(replace(Heartbeat(session, self.counter, operated_at), **terms))  # type: ignore[arg-type]

    def leave(self, session: int, ended_at: int = NEVER) -> Decision:
        self.counter += 1
        return self._tell(Checkin(session, self.counter, ended_at))

    def _tell(self, command: Heartbeat | Checkin) -> Decision:
        """Sent again with rights where the engines ask; `asked` counts that."""
        decision = self.twins.deny_changes_nothing(command)
        if decision.outcome is Outcome.NEEDS_RIGHTS:
            self.asked += 1
            rights = Rights(self.version, self.rights[decision.user])
            decision = self.twins.decide(replace(command, rights=rights))
        return decision

    def restart(self) -> None:
        self.twins.restart(0)

    def balance(self, team: int = 1) -> tuple[int, int]:
        return self.twins.core.balance(team)


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
