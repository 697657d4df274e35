"""The checks that requests share: each raises `InvalidArgument` with field, value and rule."""

from __future__ import annotations

import re
from typing import NoReturn

from flexauth import limits
from flexauth.faults import InvalidArgument

__all__ = ["count", "fail", "mask", "name", "page", "request_id", "session_id", "session_text", "text", "time"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
_SHOWN = 80


def fail(field: str, value: object, rule: str) -> NoReturn:
    """Refuse a value."""
    shown = value if isinstance(value, int) else repr(str(value)[:_SHOWN])
    raise InvalidArgument(field=field, value=shown, rule=rule)


def text(field: str, value: str, most: int, *, needed: bool = True) -> None:
    """Printable text of at most `most` characters."""
    if needed and not value:
        fail(field, value, "it must not be empty")
    if len(value) > most:
        fail(field, value, f"it must have at most {most} characters, it has {len(value)}")
    if not value.isprintable():
        fail(field, value, "it must have no control characters")


def name(field: str, value: str, *, needed: bool = True) -> None:
    """A name that people type: letters, digits, ".", "_", "-"."""
    text(field, value, limits.NAME_CHARACTERS, needed=needed)
    if value and not _NAME.match(value):
        fail(field, value, "it must be letters, digits, '.', '_' and '-', and begin with a letter or digit")


def time(field: str, value: int) -> None:
    """Microseconds since the epoch, 0 for none."""
    if not 0 <= value <= limits.TIME_MAX:
        fail(field, value, f"a time is microseconds since 1970 in UTC, from 0 to {limits.TIME_MAX}")


def count(field: str, value: int, least: int, most: int) -> None:
    """A whole number in [least, most]."""
    if not least <= value <= most:
        fail(field, value, f"it must be from {least} to {most}")


def page(size: int) -> None:
    """A page size; 0 takes the default."""
    count("page_size", size, 0, limits.PAGE_MAX)


def mask(names: tuple[str, ...], fields: tuple[str, ...]) -> None:
    """The fields that an update changes: at least one, each of those that can be changed."""
    if not names:
        fail("update_mask", "", f"name what to change: {', '.join(fields)}")
    for given in names:
        if given not in fields:
            fail("update_mask", given, f"what can be changed is {', '.join(fields)}")


def request_id(value: str) -> None:
    """The id of an administrative request; may be empty."""
    text("request_id", value, limits.NAME_CHARACTERS, needed=False)


def session_id(field: str, value: str) -> int:
    """The 128-bit number of a UUID in canonical text form; `InvalidArgument` for anything else."""
    if not _UUID.match(value):
        fail(field, value, "it must be a UUID in its canonical form, such as 0190f5fe-7c00-7a00-8000-000000000001")
    number = int(value.replace("-", ""), 16)
    if number == 0:
        fail(field, value, "it must be a UUID and not the nil UUID")
    return number


def session_text(session: int) -> str:
    """A session's id in the canonical form of a UUID; "" for none."""
    if not session:
        return ""
    digits = f"{session:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
