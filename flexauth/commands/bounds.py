"""What numbers of commands must be; ValueError says which is not, and why."""

from __future__ import annotations

from flexauth.commands.terms import INT64_MAX, NEVER

__all__ = ["need", "need_id", "need_time"]


def need(what: str, value: int, rule: str, least: int, most: int = INT64_MAX) -> None:
    """A number between two bounds, both included; `rule` says which in words."""
    if not least <= value <= most:
        raise ValueError(f"{what} is {value}; {rule}")


def need_id(what: str, value: int) -> None:
    """A positive int64."""
    need(what, value, "an id is a positive int64", 1)


def need_time(what: str, value: int) -> None:
    """Microseconds since the epoch, or NEVER."""
    need(what, value, "a time is microseconds since the epoch, int64, or NEVER (-1)", NEVER)
