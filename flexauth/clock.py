"""The authority's time (T2). Owns the rule that it never goes back; knows no command and no storage.

A `Clock` reads two clocks in microseconds: `boot`, which runs evenly also in sleep, and `wall`, which people set.
"""

from __future__ import annotations

import time
from typing import Protocol

from flexauth.commands import DAY, MINUTE

__all__ = ["CLOCK_STEP", "AuthorityTime", "Clock", "SystemClock", "VirtualClock"]

#: *(policy of the server)* A wall clock that differs by more has stepped.
CLOCK_STEP = 5 * MINUTE
_AGREES_FOR = 10 * MINUTE
_UNTRUSTED_AFTER = 7 * DAY
_OPERATOR_ABOVE = DAY


class Clock(Protocol):
    """Two clocks in microseconds, and how long to sleep until a time."""

    def boot(self) -> int: ...

    def wall(self) -> int: ...

    def sleep_seconds(self, microseconds: int) -> float | None:
        """Seconds of real waiting for a span of boot time; None: time moves only when somebody moves it."""


class SystemClock:
    """The machine's clocks."""

    def boot(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000

    def wall(self) -> int:
        return time.time_ns() // 1000

    def sleep_seconds(self, microseconds: int) -> float | None:
        return max(microseconds, 0) / 1_000_000


class VirtualClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: int) -> None:
        self._boot = start
        self._wrong_by = 0

    def boot(self) -> int:
        return self._boot

    def wall(self) -> int:
        return self._boot + self._wrong_by

    def sleep_seconds(self, microseconds: int) -> float | None:
        del microseconds
        return None

    def advance_to(self, at: int) -> None:
        if at < self._boot:
            raise ValueError(f"the clock stands at {self._boot}; it does not go back to {at}")
        self._boot = at

    def step_wall(self, by: int) -> None:
        """Somebody sets the wall clock, wrong by this much more."""
        self._wrong_by += by


class AuthorityTime:
    """Time that advances with the boot-time clock from the wall clock at start and never goes back.

    `mark` is the high-water mark of the store, 0 for a new one; `doubted`: an earlier start was not trusted, and nobody
    has confirmed since. `stepped_by` is how far the wall clock is off when that is more than `CLOCK_STEP`; `trusted` is
    False while an operator must confirm before packs may be forfeited.
    """

    def __init__(self, clock: Clock, mark: int, *, doubted: bool = False) -> None:
        self._clock = clock
        wall = clock.wall()
        self._offset = max(wall, mark) - clock.boot()
        self._last = max(wall, mark)
        self.trusted = not doubted and (mark == 0 or wall - mark <= _UNTRUSTED_AFTER)
        self.stepped_by = 0
        self._step_seen_at = 0
        self._confirmed = False

    @property
    def latest(self) -> int:
        """The last time that was given."""
        return self._last

    def read(self) -> int:
        """The time, without a look at the wall clock. From any thread."""
        return max(self._last, self._clock.boot() + self._offset)

    def now(self) -> int:
        """The time, after a look at the wall clock."""
        boot = self._clock.boot()
        self._observe(boot)
        self._last = max(self._last, boot + self._offset)
        return self._last

    def _observe(self, boot: int) -> None:
        """A step is followed forward only, after 10 min in agreement, above 24 h when the operator has confirmed."""
        off = self._clock.wall() - (boot + self._offset)
        if abs(off) <= CLOCK_STEP:
            self.stepped_by, self._confirmed = 0, False
            return
        if not self.stepped_by or abs(off - self.stepped_by) > CLOCK_STEP:
            self.stepped_by, self._step_seen_at, self._confirmed = off, boot, False
        agreed = boot - self._step_seen_at >= _AGREES_FOR
        if off > 0 and agreed and (off <= _OPERATOR_ABOVE or self._confirmed):
            self._offset += off
            self.stepped_by, self._confirmed = 0, False

    def confirm(self) -> None:
        """An operator vouches for the wall clock."""
        self.trusted = True
        self._confirmed = bool(self.stepped_by)

    def boot_until(self, at: int) -> int:
        """Microseconds of boot time until an instant of the authority's time."""
        return at - self._clock.boot() - self._offset
