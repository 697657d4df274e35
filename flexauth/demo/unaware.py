"""What the same month would have cost if no product could tell that nobody works in it.

Counts windows anew from the stays alone (C2 to C5, every open moment in use); knows neither ledger nor authority.
Times in microseconds since the epoch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flexauth.commands import DAY, MINUTE

__all__ = ["GRACE", "Line", "Stay", "windows_unaware"]

GRACE: Final = 5 * MINUTE

#: User and product.
Line = tuple[str, str]


@dataclass(slots=True)
class Stay:
    """A session that tokens or a paid window carried, from its sign-in to its end; `ends_at` 0: it is still open."""

    line: Line
    idle_aware: bool
    begins_at: int
    ends_at: int = 0


def windows_unaware(stays: Iterable[Stay], until: int) -> Counter[Line]:
    """Windows of 24 hours by line, had every open moment been use."""
    lines: dict[Line, list[tuple[int, int]]] = defaultdict(list)
    for stay in stays:
        lines[stay.line].append((stay.begins_at, stay.ends_at or until))
    return Counter({line: _windows(_joined(spans)) for line, spans in lines.items()})


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of use of a line: stays that overlap or follow without a gap are one use."""
    begins, ends = 0, -1
    for start, end in sorted(spans):
        if start > ends:
            if ends >= begins:
                yield begins, ends
            begins = start
        ends = max(ends, end)
    yield begins, ends


def _windows(uses: Iterable[tuple[int, int]]) -> int:
    count, paid_until = 0, 0
    for begins, ends in uses:
        if begins >= paid_until:
            if ends - begins <= GRACE:
                continue
            count, paid_until = count + 1, begins + DAY
        while ends > paid_until:
            count, paid_until = count + 1, paid_until + DAY
    return count
