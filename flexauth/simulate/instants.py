"""Times and durations as a scenario writes and reads them, to and from int64 microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flexauth import limits
from flexauth.commands import MINUTE
from flexauth.faults import InvalidArgument
from flexauth.policy import duration_text, parse_duration

__all__ = ["duration", "instant", "offset_text", "signed_duration"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: More than any time can be apart; keeps every sum within int64.
_LONGEST = limits.TIME_MAX
_HOUR = 60 * MINUTE


def duration(text: str) -> int:
    """Microseconds of a duration such as `1d2h3m4s5ms`; ValueError says what is wrong."""
    try:
        total = parse_duration("duration", text)
    except InvalidArgument as fault:
        raise ValueError(str(fault.facts["rule"])) from None
    if total > _LONGEST:
        raise ValueError("it is longer than all of time that can be named")
    return total


def signed_duration(text: str) -> int:
    """Microseconds of `-3h`, `+3h` or `3h`."""
    sign = -1 if text.startswith("-") else 1
    return sign * duration(text[1:] if text[:1] in {"+", "-"} else text)


def instant(text: str, start: int | None) -> int:
    """Microseconds since the epoch of an ISO 8601 UTC instant or of an offset from `start`."""
    if text[:1] in {"+", "-"}:
        if start is None:
            raise ValueError("the start is an instant such as 2026-03-02T08:00:00Z")
        when = start + signed_duration(text)
    else:
        when = _iso(text)
    if not 0 < when <= limits.TIME_MAX:
        raise ValueError("it lies outside of the years 1970 to 9998")
    return when


def _iso(text: str) -> int:
    remedy = "a time is an instant in UTC such as 2026-03-02T08:00:00Z, or an offset from start such as +1d2h30m"
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(remedy) from None
    if "T" not in text or when.utcoffset() != timedelta(0):
        raise ValueError(remedy)
    return (when - _EPOCH) // _MICROSECOND


def offset_text(when: int, start: int) -> str:
    """An instant as an offset from `start`, as a scenario writes it, up to 99 h in hours; `never` for 0."""
    if when == 0:
        return "never"
    whole, rest = divmod(abs(when - start), 1_000)
    hours, below = divmod(whole * 1_000, _HOUR)
    if hours < 100:
        text = (f"{hours}h" if hours else "") + (duration_text(below) if below else "")
    else:
        text = duration_text(whole * 1_000)
    text += f"{rest}us" if rest else ""
    return ("-" if when < start else "+") + (text or "0s")
