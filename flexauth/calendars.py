"""Where calendar periods begin: local days, weeks, months, and the years of a pack (C9, Q3). Pure.

The starts are computed once, by the time zone rules of that day, and kept: what was promised is never recomputed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flexauth.faults import InvalidArgument

__all__ = ["PERIODS", "period_starts", "zone_of"]

#: How far ahead the starts reach; past the last one a calendar says nothing.
_YEARS = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
PERIODS = ("day", "week", "month", "pack_year")


def zone_of(field: str, name: str) -> ZoneInfo:
    """The time zone of a name of the IANA database; `InvalidArgument` when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        rule = 'a time zone of the IANA database, such as "UTC" or "Europe/Berlin"'
        raise InvalidArgument(field=field, value=repr(name), rule=rule) from None


def period_starts(zone: ZoneInfo, per: str, around: int) -> tuple[int, ...]:
    """First instants of periods, in microseconds UTC, from a year before `around` to 30 years after it.

    `per` is one of `PERIODS`. A week begins on Monday (SPEC 14). A pack year begins at `around` and at the same UTC
    time of the same date in each other year.
    """
    if per == "pack_year":
        return tuple(_years(around))
    middle = (_EPOCH + around * _MICROSECOND).astimezone(zone).date()
    first, last = middle.replace(year=middle.year - 1, day=1), middle.replace(year=middle.year + _YEARS, day=1)
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    chosen = (day for day in days if per == "day" or (day.weekday() == 0 if per == "week" else day.day == 1))
    return tuple(dict.fromkeys(_midnight(day, zone) for day in chosen))


def _midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local date; where clocks skip midnight, the first that exists."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    at = (local.astimezone(UTC) - _EPOCH) // _MICROSECOND
    while (_EPOCH + at * _MICROSECOND).astimezone(zone).date() < day:
        at += 15 * 60 * 1_000_000
    return at


def _years(anchor: int) -> Iterator[int]:
    start = _EPOCH + anchor * _MICROSECOND
    for year in range(start.year - 1, start.year + _YEARS + 1):
        try:
            yield (start.replace(year=year) - _EPOCH) // _MICROSECOND
        except ValueError:
            yield (start.replace(year=year, month=3, day=1) - _EPOCH) // _MICROSECOND
