"""Time as a client has it: the machine's clocks, and the authority's clock as far as the answers have told it (T1).

All times are int64 microseconds. Whoever drives sessions on a virtual clock passes a `Clock` of its own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, Protocol

from flexauth_client.errors import ClockSetBack

__all__ = ["HOUR", "MINUTE", "NEVER", "SECOND", "AuthorityTime", "Clock", "Marks", "SystemClock"]

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
#: Later than every time.
NEVER: Final = 2**63 - 1
#: How far a clock may fall behind a time it has shown before it counts as set back: time services step clocks too.
CLOCK_TOLERANCE: Final = 2 * MINUTE


class Clock(Protocol):
    """The clocks of a machine."""

    def boot(self) -> int:
        """Time since some fixed instant; counts on through a suspend and is never set."""

    def wall(self) -> int:
        """Time since the epoch, as the machine has it; anybody may set it."""


class SystemClock:
    """The clocks of this machine."""

    # Linux stops CLOCK_MONOTONIC in a suspend, macOS does not; Windows has neither, and its monotonic clock goes on.
    _BOOT = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))

    def boot(self) -> int:
        return (time.monotonic_ns() if self._BOOT is None else time.clock_gettime_ns(self._BOOT)) // 1_000

    def wall(self) -> int:
        return time.time_ns() // 1_000


@dataclass(frozen=True, slots=True)
class Marks:
    """What is kept of time from one start to the next: the highest times seen, and authority minus wall."""

    wall_seen: int
    authority_seen: int
    offset: int


class AuthorityTime:
    """The authority's time, from the boot clock and the offset that the last answer showed.

    Within a process the wall clock plays no part, so setting it changes nothing. Across a restart the wall clock is
    all there is: `restore` takes it up, unless it stands behind what was seen before.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._offset = clock.wall() - clock.boot()
        self._kept = Marks(clock.wall(), 0, 0)
        self._latest = 0
        self._learnt = False

    def at(self, boot: int) -> int:
        """The authority's time at an instant of the boot clock."""
        return boot + self._offset

    def now(self) -> int:
        """The authority's time; never goes back, but for the first answer that corrects a guess."""
        self._latest = max(self._latest, self.at(self.clock.boot()))
        return self._latest

    def learn(self, server_time: int, sent: int, received: int) -> None:
        """Take an answer's time as that of the middle between sending and receiving it (boot clock)."""
        self._offset = server_time - (sent + received) // 2
        wall = self.clock.wall()
        self._kept = Marks(wall, server_time, self.at(received) - wall)
        self._latest = self._latest if self._learnt else 0
        self._learnt = True

    def marks(self) -> Marks:
        """What to keep on disk; only an answer ever lowers a time that was seen."""
        kept = self._kept
        return Marks(max(kept.wall_seen, self.clock.wall()), max(kept.authority_seen, self.now()), kept.offset)

    def restore(self, marks: Marks) -> None:
        """Go on from kept marks until an answer tells better; `ClockSetBack` if the wall clock contradicts them."""
        if self._learnt:
            return
        wall = self.clock.wall()
        self._kept = Marks(max(self._kept.wall_seen, marks.wall_seen), marks.authority_seen, marks.offset)
        self._offset = wall + marks.offset - self.clock.boot()
        self._latest = 0
        if wall + CLOCK_TOLERANCE < marks.wall_seen:
            raise ClockSetBack(now=wall, seen=marks.wall_seen)
        if wall + marks.offset + CLOCK_TOLERANCE < marks.authority_seen:
            raise ClockSetBack(now=wall, seen=marks.authority_seen - marks.offset)
        self._latest = marks.authority_seen
