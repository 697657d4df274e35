"""Wrong clocks in short: 35 of the 300 pairs of `make faults-clock`."""

from tests.faults.clock import KINDS, run


def test_wrong_clocks_time_zones_and_daylight_saving_change_nothing_that_was_not_confirmed() -> None:
    """T2, T3."""
    seen, wrong = run(35, seed=2)
    print(dict(seen))
    assert wrong == []
    assert set(seen) == set(KINDS)
