"""The authority's time (T1 to T3): it advances with the boot-time clock, never goes back, and doubts the wall clock."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from flexauth import bootstrap, requests
from flexauth.clock import AuthorityTime, SystemClock, VirtualClock
from flexauth.commands import DAY, MINUTE, SECOND, EntryKind
from tests.unit.worlds import ENGINES, HOUR, PATIENCE, START, FaultyStore, World, sign_in

ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "EST5EDT,M3.2.0,M11.1.0", "nonsense")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    opened = World(request.param).furnish()
    yield opened
    opened.close()


def _later(clock: VirtualClock, microseconds: int) -> None:
    clock.advance_to(clock.boot() + microseconds)


# T2, as a value -------------------------------------------------------------------------------------------------------


def test_time_is_the_wall_clock_at_the_start_and_advances_with_the_boot_time_clock(clock: VirtualClock) -> None:
    clock.step_wall(HOUR)
    authority_time = AuthorityTime(clock, 0)
    assert authority_time.now() == START + HOUR
    clock.step_wall(-4 * MINUTE)
    _later(clock, 10 * SECOND)
    assert authority_time.now() == START + HOUR + 10 * SECOND


def test_a_wall_clock_behind_the_mark_is_not_followed_time_goes_on_from_the_mark(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, START + 3 * DAY)
    assert authority_time.now() == START + 3 * DAY
    _later(clock, SECOND)
    assert (authority_time.now(), authority_time.trusted) == (START + 3 * DAY + SECOND, True)


def test_a_step_back_is_an_event_and_is_never_followed(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(-3 * DAY)
    assert (authority_time.now(), authority_time.stepped_by) == (START, -3 * DAY)
    authority_time.confirm()
    _later(clock, 30 * DAY)
    assert authority_time.now() == START + 30 * DAY


@pytest.mark.parametrize("step", [5 * MINUTE, -5 * MINUTE])
def test_a_step_of_at_most_five_minutes_is_no_event_and_is_not_followed(clock: VirtualClock, step: int) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(step)
    for _ in range(3):
        _later(clock, HOUR)
        authority_time.now()
    assert (authority_time.now(), authority_time.stepped_by) == (START + 3 * HOUR, 0)


def test_a_step_forward_is_followed_when_it_has_agreed_for_ten_minutes(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(HOUR)
    assert (authority_time.now(), authority_time.stepped_by) == (START, HOUR)
    _later(clock, 10 * MINUTE - 1)
    assert authority_time.now() == START + 10 * MINUTE - 1
    _later(clock, 1)
    assert (authority_time.now(), authority_time.stepped_by) == (START + HOUR + 10 * MINUTE, 0)


def test_a_step_that_changes_again_has_not_agreed(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(HOUR)
    authority_time.now()
    _later(clock, 9 * MINUTE)
    clock.step_wall(HOUR)
    authority_time.now()
    _later(clock, 9 * MINUTE)
    assert authority_time.now() == START + 18 * MINUTE
    _later(clock, MINUTE)
    assert authority_time.now() == START + 2 * HOUR + 19 * MINUTE


def test_a_step_that_goes_away_again_leaves_nothing(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(HOUR)
    authority_time.now()
    clock.step_wall(-HOUR)
    _later(clock, HOUR)
    assert (authority_time.now(), authority_time.stepped_by) == (START + HOUR, 0)


@pytest.mark.parametrize("days", [25 * HOUR, 400 * DAY])
def test_a_step_of_more_than_a_day_is_followed_when_confirmed_and_agreed(clock: VirtualClock, days: int) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(days)
    authority_time.now()
    _later(clock, HOUR)
    assert authority_time.now() == START + HOUR
    authority_time.confirm()
    assert authority_time.now() == START + HOUR + days


def test_a_confirmed_step_still_has_to_agree_for_ten_minutes(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(25 * HOUR)
    authority_time.now()
    authority_time.confirm()
    assert authority_time.now() == START
    _later(clock, 10 * MINUTE)
    assert authority_time.now() == START + 10 * MINUTE + 25 * HOUR


def test_a_confirmation_is_for_the_step_that_was_seen(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, 0)
    authority_time.confirm()
    clock.step_wall(25 * HOUR)
    authority_time.now()
    _later(clock, HOUR)
    assert authority_time.now() == START + HOUR


def test_exactly_a_day_needs_no_confirmation(clock: VirtualClock) -> None:
    authority_time = AuthorityTime(clock, 0)
    clock.step_wall(DAY)
    authority_time.now()
    _later(clock, 10 * MINUTE)
    assert authority_time.now() == START + DAY + 10 * MINUTE


@pytest.mark.parametrize(("away", "trusted"), [(7 * DAY, True), (7 * DAY + 1, False), (400 * DAY, False)])
def test_a_start_more_than_seven_days_after_the_mark_is_not_trusted(away: int, trusted: bool) -> None:
    authority_time = AuthorityTime(VirtualClock(START + away), START)
    assert authority_time.trusted is trusted
    authority_time.confirm()
    assert authority_time.trusted


@given(st.lists(st.tuples(st.integers(-(10**14), 10**14), st.integers(0, 10**11), st.booleans()), max_size=30))
def test_time_never_goes_back_and_is_never_slower_than_the_boot_time_clock(moves: list[tuple[int, int, bool]]) -> None:
    clock = VirtualClock(START)
    authority_time = AuthorityTime(clock, START - DAY)
    last = authority_time.now()
    for step, passed, confirm in moves:
        clock.step_wall(step)
        if confirm:
            authority_time.confirm()
        _later(clock, passed)
        assert authority_time.now() - last >= passed
        last = authority_time.now()


# The authority --------------------------------------------------------------------------------------------------------


def test_a_step_is_one_event_in_the_log(world: World) -> None:
    with capture_logs() as logs:
        world.clock.step_wall(-3 * DAY)
        for _ in range(5):
            world.advance(MINUTE)
    (event,) = [line for line in logs if line["event"] == "CLOCK_STEP"]
    assert (event["stepped_by_seconds"], event["needs_confirmation"]) == (-3 * 86_400, False)


def test_a_wall_clock_set_back_charges_nothing_twice_also_over_a_restart(world: World) -> None:
    world.do(sign_in(1))
    world.advance(HOUR)
    world.clock.step_wall(-3 * DAY)
    world.advance(HOUR)
    world.restart(kill=True)
    world.do(requests.Heartbeat("01900000-0000-7000-8000-000000000001", 1, operated_at=world.now))
    world.advance(HOUR)
    balance = world.do(requests.GetBalance("acme"))
    assert (balance.consumed, balance.held) == (7, 0)
    assert world.do(sign_in(2, product="RVT")).facts.server_time >= START + 3 * HOUR - 10 * SECOND


def test_a_far_step_is_followed_when_the_operator_confirms_and_the_packs_end(world: World) -> None:
    world.clock.step_wall(400 * DAY)
    world.authority.tick()
    world.advance(HOUR)
    assert world.do(requests.GetBalance("acme")).available == 1_000
    world.do(requests.ConfirmClock())
    world.advance(SECOND)
    balance = world.do(requests.GetBalance("acme"))
    assert (balance.available, balance.expired) == (0, 1_000)


def test_a_start_long_after_the_mark_serves_and_forfeits_nothing_until_confirmed(world: World) -> None:
    world.authority.close()
    world.clock.advance_to(START + 400 * DAY)
    world.authority = world._open()
    world.advance(HOUR)
    balance = world.do(requests.GetBalance("acme"))
    assert (balance.available, balance.expired) == (1_000, 0)
    assert world.do(sign_in(1)).granted
    world.advance(HOUR)
    world.do(requests.ConfirmClock())
    world.advance(SECOND)
    balance = world.do(requests.GetBalance("acme"))
    assert (balance.available, balance.expired, balance.consumed) == (0, 993, 7)
    kinds = [entry.columns[3] for entry in world.do(requests.ListLedger("acme")).items]
    assert kinds[-2:] == [EntryKind.EXPIRY] * 2


def test_a_second_start_is_no_confirmation(world: World) -> None:
    world.authority.close()
    world.clock.advance_to(START + 400 * DAY)
    world.authority = world._open()
    world.advance(HOUR)
    world.restart()
    world.advance(HOUR)
    assert world.do(requests.GetBalance("acme")).expired == 0
    world.do(requests.ConfirmClock())
    world.restart()
    world.advance(HOUR)
    assert world.do(requests.GetBalance("acme")).expired == 1_000


class SteppedClock(SystemClock):
    """The machine's clocks, with a wall clock that somebody sets wrong."""

    wrong_by = 0

    def wall(self) -> int:
        return super().wall() + self.wrong_by


def _charge_on_a_real_clock(engine: str, disturb: object) -> tuple[int, int]:
    """(effective time - P, window length) of a charge whose grace of 200 ms ran while the clock was disturbed."""
    clock = SteppedClock()
    store = FaultyStore(bootstrap.open_store("memory"))
    authority = bootstrap.open_authority(store, clock, engine=engine)
    try:
        for request in (
            requests.CreateTeam("acme"),
            requests.SetPolicy("acme", '{"grace": "200ms"}'),
            requests.CreateProduct("ACD", rate=7),
            requests.CreateUser("acme-ann", memberships=(requests.Membership("acme", all_products=True),)),
            requests.CreateOrder("acme", (requests.PackTerms(100),)),
        ):
            authority.submit(request).result(PATIENCE)
        pending = authority.submit(sign_in(1)).result(PATIENCE).facts.pending_since
        disturb(clock)  # type: ignore[operator]
        store.wait_for(lambda: bool(store.tried[-1].ledger) and store.tried[-1].number == store.committed[-1])
        entry = authority.submit(requests.ListLedger("acme")).result(PATIENCE).items[-1].columns
        return entry[4] - pending, entry[12] - entry[11]
    finally:
        authority.close(kill=True)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("step", [-3 * DAY, 25 * HOUR, 400 * DAY])
def test_a_wall_clock_that_steps_moves_no_timer_of_a_running_authority(engine: str, step: int) -> None:
    def disturb(clock: SteppedClock) -> None:
        clock.wrong_by = step

    assert _charge_on_a_real_clock(engine, disturb) == (200_000, DAY)


@pytest.mark.parametrize("zone", ZONES)
def test_time_zones_and_daylight_saving_change_nothing_under_a_running_authority(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disturb(_: SteppedClock) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    try:
        assert _charge_on_a_real_clock("core", disturb) == (200_000, DAY)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert os.environ.get("TZ") != "nonsense"
