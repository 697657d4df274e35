"""Reads what people type: times, prices, tokens. Every refusal names the value and the remedy.

Pure: knows no terminal and no server. Times are int64 microseconds since the epoch, UTC.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import IntEnum

import typer

from flexauth.commands import SECOND
from flexauth.faults import InvalidArgument
from flexauth.policy import parse_duration

__all__ = ["instant", "number", "one_of", "price", "time_text", "tokens"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PRICE_DIGITS = 6


def instant(text: str, now: Callable[[], float] = time.time) -> int:
    """A time: `2026-03-02T08:00:00Z`, `2026-03-02` (midnight UTC), or `+15m` and `-7d` from now."""
    try:
        if text[:1] in {"+", "-"}:
            ahead = parse_duration("the time from now", text[1:])
            return int(now()) * SECOND + (ahead if text[0] == "+" else -ahead)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            day = date.fromisoformat(text)
            return (datetime(day.year, day.month, day.day, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
    except (ValueError, InvalidArgument):
        remedy = "write it as 2026-03-02T08:00:00Z, as 2026-03-02, or from now as +15m or -7d"
        raise typer.BadParameter(f"{text!r} is no time; {remedy}") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} names no time zone; end it with Z for UTC, or with an offset such as +01:00"
        )
    return (moment - _EPOCH) // timedelta(microseconds=1)


def price(text: str) -> int:
    """Millionths of a currency unit of a price such as `3.00`."""
    try:
        value = Decimal(text)
        exponent = value.as_tuple().exponent
        wrong = not value.is_finite() or value < 0 or not isinstance(exponent, int) or exponent < -_PRICE_DIGITS
    except InvalidOperation:
        wrong, value = True, Decimal(0)
    if wrong:
        raise typer.BadParameter(f"{text!r} is no price; write it as 3.00, with at most {_PRICE_DIGITS} decimals")
    return int(value.scaleb(_PRICE_DIGITS))


def tokens(text: str) -> int:
    """A whole number of tokens, also written `1_000` or `1,000`."""
    digits = text.replace("_", "").replace(",", "")
    if not (digits.isascii() and digits.isdigit()):
        raise typer.BadParameter(f"{text!r} is no number of tokens; tokens are whole and not negative, such as 500")
    return int(digits)


def number(least: int, most: int) -> Callable[[str | int], int]:
    """A reader of whole numbers from `least` to `most`; it also meets the default, which is one."""

    def read(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise typer.BadParameter(f"{text!r} is no whole number from {least} to {most}")
        return value

    return read


def one_of(kind: type[IntEnum]) -> Callable[[str], int]:
    """A reader of the names of an enumeration, in capitals or not."""

    def read(text: str) -> int:
        name = text.upper().replace("-", "_")
        if name not in kind.__members__:
            names = ", ".join(member for member in kind.__members__ if member != "NONE")
            raise typer.BadParameter(f"{text!r} is none of {names}")
        return int(kind[name])

    return read


def time_text(micros: int) -> str:
    """ISO 8601 in UTC, with the fraction of a second only where there is one."""
    moment = _EPOCH + timedelta(microseconds=micros)
    return moment.isoformat().replace("+00:00", "Z")
