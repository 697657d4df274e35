"""The authority's time as a client knows it (T1): learnt from answers, kept through restarts."""

import pytest

from flexauth_client.errors import ClockSetBack
from flexauth_client.timing import HOUR, MINUTE, SECOND, AuthorityTime, Marks, SystemClock

NOON = 1_772_452_800 * SECOND


class Hands:
    """A clock that a test sets."""

    def __init__(self, wall: int = NOON, boot: int = HOUR) -> None:
        self.walls, self.boots = wall, boot

    def boot(self) -> int:
        return self.boots

    def wall(self) -> int:
        return self.walls

    def pass_(self, span: int) -> None:
        self.walls += span
        self.boots += span


def test_before_any_answer_it_is_the_wall_clock() -> None:
    assert AuthorityTime(Hands()).now() == NOON


def test_an_answer_tells_the_time_of_the_middle_of_its_way() -> None:
    hands = Hands(wall=NOON + 3 * HOUR)
    times = AuthorityTime(hands)
    hands.pass_(200)
    times.learn(NOON, HOUR, HOUR + 200)
    assert times.now() == NOON + 100
    assert times.at(HOUR + MINUTE) == NOON + MINUTE - 100


def test_setting_the_wall_clock_changes_nothing_while_it_runs() -> None:
    hands = Hands()
    times = AuthorityTime(hands)
    times.learn(NOON, HOUR, HOUR)
    hands.walls -= 5 * HOUR
    hands.pass_(MINUTE)
    assert times.now() == NOON + MINUTE


def test_it_does_not_go_back_when_a_later_answer_says_less() -> None:
    hands = Hands()
    times = AuthorityTime(hands)
    times.learn(NOON, HOUR, HOUR)
    assert times.now() == NOON
    times.learn(NOON - SECOND, HOUR, HOUR)
    assert times.now() == NOON
    hands.pass_(2 * SECOND)
    assert times.now() == NOON + SECOND


def test_marks_carry_it_over_a_restart_by_the_wall_clock_and_its_error() -> None:
    hands = Hands(wall=NOON + 3 * HOUR)
    times = AuthorityTime(hands)
    times.learn(NOON, HOUR, HOUR)
    hands.pass_(MINUTE)
    marks = times.marks()
    assert marks == Marks(NOON + 3 * HOUR + MINUTE, NOON + MINUTE, -3 * HOUR)
    hands.pass_(HOUR)
    hands.boots = 7  # a reboot
    again = AuthorityTime(hands)
    again.restore(marks)
    assert again.now() == NOON + HOUR + MINUTE


@pytest.mark.parametrize(("back", "is_refused"), [(MINUTE, False), (2 * MINUTE, False), (2 * MINUTE + 1, True)])
def test_a_clock_behind_what_was_seen_is_refused_beyond_what_time_services_do(back: int, is_refused: bool) -> None:
    times = AuthorityTime(Hands(wall=NOON - back))
    marks = Marks(NOON, NOON, 0)
    if is_refused:
        with pytest.raises(ClockSetBack, match="set it right"):
            times.restore(marks)
    else:
        times.restore(marks)
        assert times.now() == NOON


def test_a_refused_clock_leaves_the_marks_as_high_as_they_were() -> None:
    hands = Hands(wall=NOON - HOUR)
    times = AuthorityTime(hands)
    with pytest.raises(ClockSetBack):
        times.restore(Marks(NOON, NOON + 5, 5))
    hands.pass_(MINUTE)
    assert times.marks() == Marks(NOON, NOON + 5, 5)


def test_an_answer_sets_the_marks_anew() -> None:
    times = AuthorityTime(Hands(wall=NOON - HOUR))
    with pytest.raises(ClockSetBack):
        times.restore(Marks(NOON, NOON, 0))
    times.learn(NOON + MINUTE, HOUR, HOUR)
    assert times.marks() == Marks(NOON - HOUR, NOON + MINUTE, HOUR + MINUTE)
    times.restore(Marks(NOON, NOON, 0))  # an older record has nothing to say any more
    assert times.now() == NOON + MINUTE


def test_the_machines_clocks_are_in_microseconds() -> None:
    clock = SystemClock()
    first, wall = clock.boot(), clock.wall()
    assert 0 < first <= clock.boot() < first + MINUTE
    assert wall > NOON


@pytest.mark.parametrize("marks", [Marks(NOON, NOON - HOUR, 0), Marks(NOON - HOUR, NOON, 0)], ids=["wall", "authority"])
def test_either_of_the_two_times_seen_is_enough_to_refuse(marks: Marks) -> None:
    with pytest.raises(ClockSetBack, match="12:00:00 UTC before"):
        AuthorityTime(Hands(wall=NOON - 10 * MINUTE)).restore(marks)
