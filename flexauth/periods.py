"""Calendars in use: finds the one of a zone and period, or makes it once and for good (C9, Q3)."""

from __future__ import annotations

from flexauth.calendars import period_starts, zone_of
from flexauth.commands import IdKind, PutCalendar
from flexauth.store.port import Store
from flexauth.work import Turn

__all__ = ["calendar_for"]


def calendar_for(turn: Turn, store: Store, zone: str, per: str, anchor: int = 0) -> int:
    """The id of a calendar, made at its first use. `per` as in `calendars.PERIODS`; `anchor` begins a pack year."""
    words = {"zone": zone, "per": f"{per}:{anchor}" if anchor else per}
    known = store.select("calendar_of", words)
    if known:
        return int(known[0]["calendar"])
    calendar = turn.engine.allocate(IdKind.CALENDAR)
    starts = period_starts(zone_of("time_zone", zone), per, anchor or turn.now)
    turn.write("insert_calendar_of", calendar=calendar, **words)
    for at in starts:
        turn.write("insert_calendar", calendar=calendar, at=at)
    turn.engine.decide(turn.now, PutCalendar(calendar, starts))
    return calendar
