"""The story of one person's day, picked from what everybody lived: the day on which the most different things happened.

Pure. Times in microseconds since the epoch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from flexauth import answers
from flexauth.commands import DAY, MINUTE
from flexauth.demo.company import Person

__all__ = ["Day", "Note", "eventful_day"]

_LINES_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to a person at a time; `kind` says how it is counted, `text` how it is told."""

    at: int
    person: Person
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A person's day as (time, sentence), in order."""

    name: str
    role: str
    begins_at: int
    lines: tuple[tuple[int, str], ...]


def eventful_day(notes: Iterable[Note], charges: Sequence[answers.Charge]) -> Day | None:
    """The day with the most kinds of things in not too many lines, with its charges; None of an empty month."""
    days: dict[tuple[int, str], list[Note]] = defaultdict(list)
    for note in notes:
        days[note.at // DAY, note.person.subject].append(note)
    told = [day for day in days.values() if len(day) <= _LINES_MAX]
    if not told:
        return None
    best = max(told, key=lambda day: (len({note.kind for note in day}), -day[0].at))
    person, begins_at = best[0].person, best[0].at // DAY * DAY
    lines = [(note.at, note.text) for note in best]
    noted_at = {note.at for note in best}
    lines += [
        _charged(charge, noted_at)
        for charge in charges
        if charge.user == person.subject and begins_at <= charge.window_start < begins_at + DAY
    ]
    return Day(person.name, person.role.name, begins_at, tuple(sorted(lines, key=lambda line: line[0])))


def _charged(charge: answers.Charge, noted_at: AbstractSet[int]) -> tuple[int, str]:
    """A charge is made five minutes into a use that began (C4), or at once where use goes on into a new window (C5)."""
    begins = charge.window_start in noted_at
    how = "are charged for 24 hours" if begins else "are charged, use goes on into a new window"
    return charge.window_start + (5 * MINUTE if begins else 0), f"{charge.tokens} tokens {how} of {charge.product}"
