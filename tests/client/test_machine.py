"""The session's machine: when a contact is due, what it carries, what the product hears (S2 to S5, S7, S8)."""

from dataclasses import replace
from typing import Any

import pytest

from flexauth_client.errors import Denied
from flexauth_client.facts import Entitlement, Facts, State
from flexauth_client.machine import Act, Contact, Ended, Ending, Machine, Memory, OfflineLimitSoon, Phase, RenewalSoon
from flexauth_client.timing import HOUR, MINUTE, NEVER, SECOND

T0 = 1_772_438_400 * SECOND
DAY = 24 * HOUR
SESSION = "0190f5fe-7c00-7a00-8000-000000000001"
FACTS = Facts(
    session=SESSION,
    state=State.ACTIVE,
    entitlement=Entitlement.TOKENS,
    team="acme",
    heartbeat_by=T0 + 5 * MINUTE,
    lease_until=T0 + DAY,
    paid_until=T0 + DAY,
    pending_since=T0,
    idle_after=0,
    counter=0,
    opened_at=T0,
    ended_at=0,
    renewal_notice_at=0,
    server_time=T0,
)


class Denial:
    """A denial as the wire has it."""

    reason = 1
    message = "7 tokens are needed, 3 are there."
    balance, rate, shortfall = 3, 7, 4
    elsewhere_session = elsewhere_device = ""
    devices = ()
    tokens, cap, team = 7, "", "acme"


def machine(memory: Memory | None = None, **settings: Any) -> Machine:
    """With the longest pauses, so that their ends are known."""
    return Machine(memory or Memory(SESSION), leases=False, jitter=lambda n: n - 1, **settings)


def running(**facts: Any) -> Machine:
    """A machine that signed in at T0."""
    signed_in = machine()
    told(signed_in, T0, Act.CHECKOUT, **facts)
    return signed_in


def told(of: Machine, now: int, act: Act, **facts: Any) -> Contact:
    """Make the contact that is due now, which must be `act`, and answer it."""
    contact = of.contact(now)
    assert contact is not None
    assert contact.act is act
    of.answered(contact, replace(FACTS, **{"server_time": now, "counter": contact.counter, **facts}), now)
    return contact


def fail(of: Machine, now: int) -> Contact:
    contact = of.contact(now)
    assert contact is not None
    of.failed(now)
    return contact


def test_the_first_contact_is_the_checkout_and_the_next_is_due_when_the_answer_says() -> None:
    it = machine()
    assert it.contact(T0) == Contact(Act.CHECKOUT)
    it = running()
    assert it.memory.phase is Phase.RUNNING
    assert it.wake_at() == T0 + 5 * MINUTE
    assert it.contact(T0 + 5 * MINUTE - 1) is None
    assert told(it, T0 + 5 * MINUTE, Act.HEARTBEAT) == Contact(Act.HEARTBEAT, counter=1)


def test_each_contact_has_a_higher_counter_also_after_one_that_was_lost() -> None:
    it = running()
    assert told(it, T0 + 5 * MINUTE, Act.HEARTBEAT, heartbeat_by=T0 + 10 * MINUTE).counter == 1
    assert fail(it, T0 + 10 * MINUTE).counter == 2
    assert fail(it, it.wake_at()).counter == 3
    assert it.memory.counter == 3  # spent, before it is known how the contact went


def test_a_counter_behind_the_authoritys_goes_on_above_it() -> None:
    it = running()
    told(it, T0 + 5 * MINUTE, Act.HEARTBEAT, heartbeat_by=T0 + 10 * MINUTE, counter=40)
    assert told(it, T0 + 10 * MINUTE, Act.HEARTBEAT).counter == 41


def test_a_heartbeat_tells_of_an_operation_until_it_is_answered() -> None:
    it = running()
    it.operate(T0 + 4 * MINUTE)
    assert fail(it, T0 + 5 * MINUTE).operated_at == T0 + 4 * MINUTE
    again = it.wake_at()
    assert told(it, again, Act.HEARTBEAT, heartbeat_by=again + MINUTE).operated_at == T0 + 4 * MINUTE
    assert told(it, again + MINUTE, Act.HEARTBEAT).operated_at == 0


def test_idleness_is_told_at_once_with_the_time_of_the_last_operation() -> None:
    it = running(idle_after=15 * MINUTE, heartbeat_by=T0 + HOUR)
    it.operate(T0 + 10 * MINUTE)
    assert it.wake_at() == T0 + 25 * MINUTE
    assert it.contact(T0 + 25 * MINUTE - 1) is None
    facts = {"state": State.IDLE, "idle_after": 15 * MINUTE, "heartbeat_by": T0 + 2 * HOUR}
    assert told(it, T0 + 25 * MINUTE, Act.HEARTBEAT, **facts).operated_at == T0 + 10 * MINUTE
    assert it.is_idle
    assert it.wake_at() == T0 + 2 * HOUR  # told once


def test_a_sign_in_counts_as_an_operation_unless_its_origin_does_not_charge() -> None:
    facts = {"idle_after": 15 * MINUTE, "heartbeat_by": T0 + HOUR}
    assert running(**facts).wake_at() == T0 + 15 * MINUTE
    background = machine(sign_in_operates=False)
    told(background, T0, Act.CHECKOUT, **facts)
    assert background.wake_at() == T0 + HOUR
    waits = [background.is_waiting]
    background.operate(T0 + MINUTE)
    assert told(background, T0 + MINUTE, Act.HEARTBEAT, **facts).operated_at == T0 + MINUTE  # at once: it begins use
    assert [*waits, background.is_waiting] == [True, False]
    assert background.wake_at() == T0 + 16 * MINUTE


def test_an_authority_that_does_not_agree_that_it_is_idle_is_asked_once() -> None:
    facts = {"idle_after": 15 * MINUTE, "heartbeat_by": T0 + HOUR}
    it = running(**facts)
    told(it, T0 + 15 * MINUTE, Act.HEARTBEAT, **facts)
    assert it.wake_at() == T0 + HOUR


def test_a_resumption_is_told_at_once() -> None:
    idle = {"state": State.IDLE, "idle_after": 15 * MINUTE, "heartbeat_by": T0 + 2 * HOUR}
    it = running(idle_after=15 * MINUTE)
    told(it, T0 + 15 * MINUTE, Act.HEARTBEAT, **idle)
    assert it.contact(T0 + HOUR) is None
    it.operate(T0 + HOUR)
    assert it.wake_at() == 0
    resumed = told(it, T0 + HOUR, Act.HEARTBEAT, idle_after=15 * MINUTE, heartbeat_by=T0 + 65 * MINUTE)
    assert resumed.operated_at == T0 + HOUR
    assert it.wake_at() == T0 + 65 * MINUTE


def test_a_program_that_is_always_in_use_is_never_idle_until_it_rests() -> None:
    it = running(idle_after=15 * MINUTE, heartbeat_by=T0 + HOUR)
    it.work(T0)
    assert it.wake_at() == T0 + HOUR
    contact = told(it, T0 + HOUR, Act.HEARTBEAT, idle_after=15 * MINUTE, heartbeat_by=T0 + 2 * HOUR)
    assert contact.operated_at == T0 + HOUR
    it.rest(T0 + 61 * MINUTE)
    assert it.wake_at() == T0 + 76 * MINUTE


def test_out_of_contact_it_tries_again_with_longer_pauses_up_to_five_minutes() -> None:
    it, now, pauses = running(), T0 + 5 * MINUTE, []
    for _ in range(10):
        fail(it, now)
        pauses.append((it.wake_at() - now) // SECOND)
        now = it.wake_at()
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    told(it, now, Act.HEARTBEAT, heartbeat_by=now + 5 * MINUTE)
    assert it.wake_at() == now + 5 * MINUTE


def test_a_pause_is_at_least_half_of_its_longest() -> None:
    it = Machine(Memory(SESSION), jitter=lambda n: 0)
    fail(it, T0)
    assert it.wake_at() == T0 + SECOND


def test_at_the_end_of_the_lease_it_tries_once_more_and_then_the_session_is_over() -> None:
    it = running(lease_until=T0 + 6 * MINUTE)
    now = T0 + 5 * MINUTE
    while now < T0 + 6 * MINUTE:
        fail(it, now)
        assert not [notice for notice in it.notices(now) if isinstance(notice, Ended)]
        now = it.wake_at()
    assert now == T0 + 6 * MINUTE
    fail(it, now)
    assert it.notices(now) == [Ended(State.EXPIRED, T0 + 6 * MINUTE)]
    assert it.memory.phase is Phase.OVER
    assert it.wake_at() == NEVER


def test_an_answer_at_the_end_of_the_lease_saves_the_session() -> None:
    it = running(lease_until=T0 + 6 * MINUTE)
    fail(it, T0 + 6 * MINUTE)
    it = running(lease_until=T0 + 6 * MINUTE)
    fail(it, T0 + 5 * MINUTE)
    told(it, T0 + 6 * MINUTE, Act.HEARTBEAT, lease_until=T0 + DAY, heartbeat_by=T0 + 11 * MINUTE)
    assert it.notices(T0 + 6 * MINUTE) == []
    assert it.wake_at() == T0 + 11 * MINUTE


def test_a_machine_that_wakes_after_its_lease_asks_before_it_gives_up() -> None:
    it = running()
    contact = it.contact(T0 + 3 * DAY)
    assert contact is not None
    it.answered(contact, replace(FACTS, state=State.EXPIRED, ended_at=T0 + DAY), T0 + 3 * DAY)
    assert it.notices(T0 + 3 * DAY) == [Ended(State.EXPIRED, T0 + DAY)]


@pytest.mark.parametrize("state", [State.DENIED, State.SUPERSEDED, State.EXPIRED, State.CLOSED])
def test_an_end_that_the_authority_tells_is_heard_once_with_its_reason(state: State) -> None:
    it = running()
    contact = it.contact(T0 + 5 * MINUTE)
    assert contact is not None
    denial = Denied(Denial())
    it.answered(contact, replace(FACTS, state=state, ended_at=T0 + MINUTE), T0 + 5 * MINUTE, denial)
    assert it.notices(T0 + 5 * MINUTE) == [Ended(state, T0 + MINUTE, denial)]
    assert it.notices(T0 + 6 * MINUTE) == []
    assert it.contact(T0 + DAY) is None


def test_a_session_that_the_authority_does_not_know_has_expired() -> None:
    it = running()
    it.contact(T0 + 5 * MINUTE)
    it.unknown(T0 + 5 * MINUTE)
    assert it.notices(T0 + 5 * MINUTE) == [Ended(State.EXPIRED, T0 + 5 * MINUTE)]


def test_a_denied_checkout_ends_it() -> None:
    it = machine()
    it.contact(T0)
    denial = Denied(Denial())
    it.denied(T0, denial)
    assert it.notices(T0) == [Ended(State.DENIED, T0, denial)]
    assert it.wake_at() == NEVER


def test_the_renewal_is_announced_once_a_window() -> None:
    it = running(renewal_notice_at=T0 + DAY - 15 * MINUTE, heartbeat_by=T0 + DAY)
    assert it.wake_at() == T0 + DAY - 15 * MINUTE
    assert it.notices(T0 + DAY - 15 * MINUTE - 1) == []
    assert it.notices(T0 + DAY - 15 * MINUTE) == [RenewalSoon(T0 + DAY)]
    assert it.notices(T0 + DAY - MINUTE) == []
    assert it.wake_at() == T0 + DAY
    second = {"paid_until": T0 + 2 * DAY, "renewal_notice_at": T0 + 2 * DAY - 15 * MINUTE, "heartbeat_by": T0 + 2 * DAY}
    told(it, T0 + DAY, Act.HEARTBEAT, **second, lease_until=T0 + 2 * DAY)
    assert it.notices(T0 + 2 * DAY - 15 * MINUTE) == [RenewalSoon(T0 + 2 * DAY)]


def test_an_idle_session_hears_of_no_renewal() -> None:
    it = running(state=State.IDLE, renewal_notice_at=T0 + HOUR)
    assert it.notices(T0 + 2 * HOUR) == []


def test_the_offline_limit_is_announced_once_and_only_out_of_contact() -> None:
    it = running(lease_until=T0 + 2 * HOUR, heartbeat_by=T0 + 2 * HOUR - MINUTE)
    assert it.notices(T0 + 2 * HOUR - 30 * MINUTE) == []
    it = running(lease_until=T0 + 2 * HOUR)
    fail(it, T0 + 5 * MINUTE)
    assert it.notices(T0 + 90 * MINUTE - 1) == []
    assert it.notices(T0 + 90 * MINUTE) == [OfflineLimitSoon(T0 + 2 * HOUR)]
    assert it.notices(T0 + 91 * MINUTE) == []


def test_a_check_in_carries_the_time_of_the_act_and_its_repeats_are_equal() -> None:
    it = running()
    it.operate(T0 + 2 * MINUTE)
    it.close(T0 + 3 * MINUTE)
    first = fail(it, T0 + 3 * MINUTE)
    assert first == Contact(Act.CHECKIN, counter=1, operated_at=T0 + 2 * MINUTE, ended_at=T0 + 3 * MINUTE)
    assert it.contact(it.wake_at() - 1) is None
    assert told(it, it.wake_at(), Act.CHECKIN, state=State.CLOSED) == first
    assert it.memory.phase is Phase.OVER
    assert it.notices(T0 + HOUR) == []  # the product closed it itself


def test_a_session_from_before_a_restart_is_checked_in_without_a_repeat() -> None:
    it = machine(running().memory, restarted=True)
    it.close(T0 + MINUTE)
    assert it.contact(T0 + HOUR) == Contact(Act.CHECKIN, counter=1, ended_at=T0 + MINUTE)


def test_a_late_check_in_of_a_session_that_is_over_is_done() -> None:
    it = running()
    it.close(T0 + 3 * MINUTE)
    told(it, T0 + 2 * DAY, Act.CHECKIN, state=State.EXPIRED)
    assert it.wake_at() == NEVER
    it = running()
    it.close(T0 + 3 * MINUTE)
    it.contact(T0 + 3 * MINUTE)
    it.unknown(T0 + 3 * MINUTE)
    assert it.wake_at() == NEVER


def test_a_close_after_the_end_changes_nothing() -> None:
    it = running()
    it.contact(T0 + 5 * MINUTE)
    it.unknown(T0 + 5 * MINUTE)
    over = it.memory
    it.close(T0 + 6 * MINUTE)
    assert it.memory == over


def test_after_a_restart_the_checkout_is_repeated_before_anything_else() -> None:
    before = running()
    before.operate(T0 + MINUTE)
    told(before, T0 + 5 * MINUTE, Act.HEARTBEAT)
    it = machine(before.memory, restarted=True)
    it.operate(T0 + HOUR)
    assert it.wake_at() <= T0 + HOUR
    told(it, T0 + HOUR, Act.CHECKOUT, counter=1, heartbeat_by=T0 + 65 * MINUTE)
    assert told(it, T0 + 65 * MINUTE, Act.HEARTBEAT) == Contact(Act.HEARTBEAT, counter=2, operated_at=T0 + HOUR)


def test_after_a_restart_without_the_authority_the_signed_lease_bounds_the_session() -> None:
    it = machine(running().memory, restarted=True)
    fail(it, T0 + HOUR)
    it.go_offline(T0 + 2 * HOUR, T0 + HOUR)
    assert not it.in_contact
    assert it.notices(T0 + 90 * MINUTE) == [OfflineLimitSoon(T0 + 2 * HOUR)]
    assert it.contact(T0 + 2 * HOUR) == Contact(Act.HEARTBEAT, counter=1)
    it.failed(T0 + 2 * HOUR)
    assert it.notices(T0 + 2 * HOUR) == [Ended(State.EXPIRED, T0 + 2 * HOUR)]


def test_a_product_that_is_back_before_its_check_in_was_answered_goes_on() -> None:
    before = running()
    before.close(T0 + MINUTE)
    fail(before, T0 + MINUTE)
    it = machine(before.memory, restarted=True)
    it.reopen()
    assert it.memory.phase is Phase.RUNNING
    assert it.memory.ended_at == 0
    it.go_offline(T0 + DAY, T0 + HOUR)
    assert told(it, T0 + 2 * HOUR, Act.HEARTBEAT, heartbeat_by=T0 + 3 * HOUR).counter == 2  # above the check-in's


def test_a_lease_is_asked_for_at_half_of_its_life() -> None:
    it = Machine(Memory(SESSION))
    told(it, T0, Act.CHECKOUT)
    it.leased("jwt", T0 + HOUR, T0)
    told(it, T0 + 5 * MINUTE, Act.HEARTBEAT, heartbeat_by=T0 + 30 * MINUTE - 1)
    told(it, T0 + 30 * MINUTE - 1, Act.HEARTBEAT, heartbeat_by=T0 + 30 * MINUTE)
    told(it, T0 + 30 * MINUTE, Act.LEASE, heartbeat_by=T0 + 35 * MINUTE)
    told(it, T0 + 35 * MINUTE, Act.LEASE, heartbeat_by=T0 + 40 * MINUTE)  # none came: ask again
    it.leased("jwt", T0 + 2 * HOUR, T0 + 35 * MINUTE)
    told(it, T0 + 40 * MINUTE, Act.HEARTBEAT)


def test_an_authority_that_wants_contact_at_once_is_obeyed_a_second_later() -> None:
    it = running(heartbeat_by=T0 - MINUTE)
    assert it.wake_at() == T0 + SECOND


def test_a_lease_that_has_passed_in_the_answer_itself_does_not_spin() -> None:
    it = running(lease_until=T0 - MINUTE, heartbeat_by=T0 + MINUTE)
    assert it.wake_at() == T0 + MINUTE


def test_a_successor_works_as_its_predecessor_did() -> None:
    it = running()
    it.work(T0)
    after = it.successor("0190f5fe-7c00-7a00-8000-000000000002")
    assert after.working
    assert after.memory.session.endswith("2")
    assert after.contact(T0) == Contact(Act.CHECKOUT)


def test_a_session_that_renews_nothing_ends_itself_before_its_window_and_says_so() -> None:
    end_at = T0 + DAY - MINUTE
    it = running(end_at=end_at, renewal_notice_at=T0 + DAY - 15 * MINUTE, heartbeat_by=T0 + DAY - 15 * MINUTE)
    it.work(T0)
    told(it, T0 + DAY - 15 * MINUTE, Act.HEARTBEAT, end_at=end_at, renewal_notice_at=T0 + 1, heartbeat_by=T0 + DAY)
    assert it.notices(T0 + DAY - 15 * MINUTE) == [Ending(end_at)]
    assert it.wake_at() == end_at
    assert told(it, end_at, Act.CHECKIN, state=State.CLOSED).ended_at == end_at
    assert it.notices(end_at) == [Ended(State.CLOSED, end_at)]
    assert it.memory.phase is Phase.OVER


def test_out_of_contact_it_ends_itself_all_the_same_and_tells_the_end_later() -> None:
    end_at = T0 + DAY - MINUTE
    it = running(end_at=end_at)
    fail(it, T0 + 5 * MINUTE)
    assert fail(it, end_at).act is Act.CHECKIN
    assert it.notices(end_at) == [Ended(State.CLOSED, end_at)]
    assert told(it, end_at + HOUR, Act.CHECKIN, state=State.CLOSED).ended_at == end_at


def test_what_was_agreed_to_is_told_at_once_and_until_it_is_answered() -> None:
    it = running(heartbeat_by=T0 + HOUR)
    it.agree(7)
    assert fail(it, T0 + MINUTE).consent == 7
    again = it.wake_at()
    assert told(it, again, Act.HEARTBEAT, heartbeat_by=T0 + HOUR).consent == 7
    assert told(it, T0 + HOUR, Act.HEARTBEAT).consent is None


@pytest.mark.parametrize(
    ("agreed", "asks", "needed"), [(None, True, True), (None, False, False), (6, False, True), (7, True, False)]
)
def test_a_renewal_needs_consent_where_the_contract_asks_or_less_was_agreed_to(
    agreed: int | None, asks: bool, needed: bool
) -> None:
    it = machine(Memory(SESSION, consent=agreed))
    it.priced(7)
    notice_at = T0 + DAY - 15 * MINUTE
    told(it, T0, Act.CHECKOUT, renewal_notice_at=notice_at, renewal_needs_consent=asks)
    assert it.notices(notice_at) == [RenewalSoon(T0 + DAY, needs_consent=needed)]


def test_a_borrowed_session_says_so_with_every_contact_until_then() -> None:
    it = machine()
    told(it, T0, Act.CHECKOUT, heartbeat_by=T0 + HOUR)
    it.borrow(T0 + 2 * HOUR)
    assert told(it, T0 + MINUTE, Act.HEARTBEAT, heartbeat_by=T0 + HOUR).offline_until == T0 + 2 * HOUR
    assert told(it, T0 + HOUR, Act.HEARTBEAT, heartbeat_by=T0 + 2 * HOUR).offline_until == T0 + 2 * HOUR
    assert told(it, T0 + 2 * HOUR, Act.HEARTBEAT, heartbeat_by=T0 + 3 * HOUR).offline_until == 0
    it.borrow(T0 + 4 * HOUR)
    told(it, T0 + 2 * HOUR + MINUTE, Act.HEARTBEAT, heartbeat_by=T0 + 3 * HOUR)
    it.borrow(0)
    assert told(it, T0 + 2 * HOUR + 2 * MINUTE, Act.HEARTBEAT, heartbeat_by=T0 + 3 * HOUR).offline_until == 0


def test_borrowing_brings_a_lease_that_lasts() -> None:
    it = Machine(Memory(SESSION), jitter=lambda n: n - 1)
    told(it, T0, Act.CHECKOUT, heartbeat_by=T0 + HOUR)
    it.leased("signed", T0 + DAY, T0)
    it.borrow(T0 + 2 * HOUR)
    assert told(it, T0 + MINUTE, Act.LEASE, heartbeat_by=T0 + HOUR).offline_until == T0 + 2 * HOUR


def test_a_sign_in_without_an_answer_ends_with_the_grace_of_its_contract() -> None:
    it = machine()
    fail(it, T0)
    it.wait_for_answer(T0 + HOUR)
    assert it.wake_at() < T0 + HOUR
    while it.wake_at() < T0 + HOUR:
        assert fail(it, it.wake_at()) == Contact(Act.CHECKOUT)
    fail(it, T0 + HOUR)
    assert it.notices(T0 + HOUR) == [Ended(State.EXPIRED, T0 + HOUR)]


def test_an_answer_within_the_grace_begins_the_session() -> None:
    it = machine()
    fail(it, T0)
    it.wait_for_answer(T0 + HOUR)
    told(it, it.wake_at(), Act.CHECKOUT)
    assert it.memory.phase is Phase.RUNNING
    assert it.memory.grace_until == 0
