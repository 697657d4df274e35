"""Calendars, caps and consent of the random histories: what there is, and whom it binds."""

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    NO_LIMIT,
    SECOND,
    Consent,
    OriginRule,
    Policy,
    PutCalendar,
    PutCap,
    WindowPolicy,
)

__all__ = ["CALENDARS", "CAPS", "CONSENTS", "POLICIES", "caps_of", "put_caps"]

START = 1_772_438_400 * SECOND  # 2026-03-02 08:00 UTC
DAYS, SHIFTS, WEEKS = 1, 2, 3


def _starts(first: int, lengths: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Boundaries whose distances repeat."""
    starts = [first]
    for place in range(count):
        starts.append(starts[-1] + lengths[place % len(lengths)])
    return tuple(starts)


#: Days as summer time makes them, now and then an hour longer or shorter; periods that end often; weeks.
CALENDARS = (
    PutCalendar(DAYS, _starts(START - 3 * DAY - 8 * HOUR, (DAY, 23 * HOUR, DAY, 25 * HOUR), 60)),
    PutCalendar(SHIFTS, _starts(START - DAY, (6 * HOUR, 3 * HOUR), 80)),
    PutCalendar(WEEKS, _starts(START - 9 * DAY, (7 * DAY,), 9)),
)
CALENDAR_DAYS = Policy(window_policy=WindowPolicy.CALENDAR_DAY, calendar=DAYS)
POLICIES = (
    CALENDAR_DAYS,
    Policy(window_policy=WindowPolicy.CALENDAR_DAY, calendar=SHIFTS, grace=MINUTE, consent=Consent.RENEWALS),
    Policy(consent=Consent.ALWAYS),
    Policy(consent=Consent.ABOVE, consent_above=7, origin_automation=OriginRule.ASK),
)
#: Of sign-ins and heartbeats; the rates are from 3 to 9.
CONSENTS = (NO_LIMIT, NO_LIMIT, NO_LIMIT, 7, 9, 100)
_HARD, _SOFT, _TIGHT = 1, 2, 3
#: Terms of caps by their kind: calendar, the limits that they change between, and whether they refuse.
_TERMS = {_HARD: (DAYS, (60, 90), True), _SOFT: (SHIFTS, (2, 7, 9), False), _TIGHT: (WEEKS, (7, 9, 14), True)}
CAPS = tuple(10 * team + kind for team in (1, 2, 3) for kind in _TERMS)


def caps_of(team: int, user: int, product: int) -> tuple[int, ...]:
    """The caps that bind a line, the narrowest first: of half of the users, of a product, of the team."""
    kinds = (_TIGHT,) * (user % 4 == 0) + (_SOFT,) * (product == 1) + (_HARD,)
    return tuple(10 * team + kind for kind in kinds)


def put_caps(cap: int, choice: int, used: tuple[tuple[int, int], ...] = (), *, gone: bool = False) -> PutCap:
    """A cap with one of its limits."""
    calendar, limits, hard = _TERMS[cap % 10]
    return PutCap(cap, cap // 10, calendar, limits[choice % len(limits)], hard, used, gone)
