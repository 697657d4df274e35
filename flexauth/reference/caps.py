"""Caps (Q3): what counts in which period. Knows no line but the one that it counts, and no balance."""

from __future__ import annotations

from flexauth.commands import Decision, Outcome, PutCap, UseEvent
from flexauth.reference.contracts import period_at
from flexauth.reference.state import Cap, Capped, LineKey, Session, World

__all__ = ["cap_used", "count", "passed", "put_cap", "rows", "take_back"]

#: Periods of a cap that are remembered: that of now and those before it.
_KEPT = 32


def put_cap(world: World, command: PutCap) -> Decision:
    """A new cap, new terms of one, or its end; UNKNOWN without its calendar."""
    if command.gone:
        world.caps.pop(command.cap, None)
        return Decision(Outcome.GRANTED, team=command.team)
    if command.calendar not in world.calendars:
        return Decision(Outcome.UNKNOWN)
    known = world.caps.get(command.cap)
    used = dict(command.used)
    if known is not None and known.calendar == command.calendar and not used:
        used = known.used
    world.caps[command.cap] = Cap(command.cap, command.team, command.calendar, command.tokens, int(command.hard), used)
    return Decision(Outcome.GRANTED, team=command.team)


def cap_used(world: World, cap: int, at: int) -> tuple[int, int]:
    """(tokens that count, the limit) in the period of an instant; (0, 0) when there is none."""
    known = world.caps.get(cap)
    return (0, 0) if known is None else (_used(world, known, period_at(world, known.calendar, at)), known.tokens)


def passed(world: World, caps: tuple[int, ...], tokens: int, at: int) -> int:
    """The first hard cap that a charge whose window starts at `at` would pass, 0 when none."""
    for cap in caps:
        used, limit = cap_used(world, cap, at)
        if cap in world.caps and world.caps[cap].hard and used + tokens > limit:
            return cap
    return 0


def count(world: World, key: LineKey, session: Session, caps: tuple[int, ...], start: int, tokens: int) -> Capped:
    """A charge or hold counts in the caps' periods of its window's start; a soft cap that it crosses is logged."""
    counted = []
    for cap in caps:
        known = world.caps.get(cap)
        if known is not None:
            period = period_at(world, known.calendar, start)
            used = _used(world, known, period)
            if not known.hard and used <= known.tokens < used + tokens:
                world.log(key[0], UseEvent.SOFT_CAP, start, session, cap)
            _add(world, known, key, start, period, tokens)
            counted.append((cap, period))
    return tuple(counted)


def take_back(world: World, key: LineKey, start: int, counted: Capped, tokens: int) -> None:
    """A hold that goes or a charge that is refunded no longer counts (SPEC 14)."""
    for cap, period in counted:
        if cap in world.caps:
            _add(world, world.caps[cap], key, start, period, -tokens)


def _oldest(world: World, cap: Cap) -> int:
    return period_at(world, cap.calendar, world.now, _KEPT - 1)


def _used(world: World, cap: Cap, period: int) -> int:
    return cap.used.get(period, 0) if period >= _oldest(world, cap) else 0


def _add(world: World, cap: Cap, key: LineKey, start: int, period: int, tokens: int) -> None:
    world.log_rows["cap_entry"].append((cap.cap, *key, start, period, tokens))
    cap.used[period] = cap.used.get(period, 0) + tokens
    oldest = _oldest(world, cap)
    cap.used = {at: used for at, used in cap.used.items() if at >= oldest}


def rows(world: World, now: int) -> dict[str, list[tuple[int, ...]]]:
    """Rows of `cap`, and of `cap_use` in the period of now."""
    used = [(cap.cap, period_at(world, cap.calendar, now)) for cap in world.caps.values()]
    return {
        "cap": sorted((c.cap, c.team, c.calendar, c.tokens, c.hard) for c in world.caps.values()),
        "cap_use": sorted((c, at, world.caps[c].used[at]) for c, at in used if world.caps[c].used.get(at)),
    }
