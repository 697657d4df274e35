"""What is in force at an instant (C14): contracts, prices, windows and the periods of calendars. Reads only."""

from __future__ import annotations

from bisect import bisect_right

from flexauth.commands import DAY, OriginRule, Policy, WindowPolicy
from flexauth.reference.state import World

__all__ = ["origin_rule", "period_at", "policy_at", "price_at", "window_end"]


def policy_at(world: World, team: int, at: int) -> tuple[int, Policy]:
    """The contract in force: (version, policy); the defaults as version 0 where there is none."""
    found = [(when, version, policy) for when, version, policy in world.team(team).policies if when <= at]
    return max(found, key=lambda row: row[:2])[1:] if found else (0, Policy())


def price_at(world: World, product: int, at: int) -> tuple[int, int]:
    """(rate, version) in force at an instant (C14); (0, 0) before the first."""
    found = [row for row in world.rates.get(product, ()) if row[0] <= at]
    return (max(found)[2], max(found)[1]) if found else (0, 0)


def origin_rule(policy: Policy, origin: int) -> OriginRule:
    """What the contract says of an origin (S6)."""
    return (
        policy.origin_interactive,
        policy.origin_plugin_autoload,
        policy.origin_background,
        policy.origin_automation,
    )[origin - 1]


def window_end(world: World, team: int, start: int, capture_at: int) -> int:
    """The end of a window: 24 h after its start (C4), or the calendar's first boundary after start and capture (C9).

    Past its last boundary a calendar counts as rolling windows.
    """
    _, policy = policy_at(world, team, start)
    if policy.window_policy is WindowPolicy.CALENDAR_DAY:
        starts = world.calendars.get(policy.calendar, ())
        place = bisect_right(starts, max(start, capture_at))
        if place < len(starts):
            return starts[place]
    return start + DAY


def period_at(world: World, calendar: int, at: int, back: int = 0) -> int:
    """The first instant of a calendar's period, or of that so many periods before it; at least its first start."""
    starts = world.calendars[calendar]
    return starts[max(0, bisect_right(starts, at) - 1 - back)]
