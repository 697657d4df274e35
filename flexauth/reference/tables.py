"""Rows of the reference's state and back: the column order is that of `commands.COLUMNS`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

from flexauth.commands import (
    COLUMNS,
    NEVER,
    Consent,
    Entitlement,
    GraceMode,
    OriginRule,
    Policy,
    ProductKind,
    Reason,
    State,
    WindowPolicy,
)
from flexauth.reference.state import CAPTURE, PACK_END, Cap, Line, Pack, Session, World, halves, whole

__all__ = ["LOADERS", "row_of_line", "row_of_pack", "row_of_session", "rows_of_holds"]


def row_of_pack(pack: Pack) -> tuple[int, ...]:
    """Columns of table `pack`."""
    return (
        pack.team,
        pack.pack,
        pack.size,
        pack.unit_price,
        pack.starts_at,
        pack.ends_at,
        pack.purchased_at,
        pack.remaining,
        pack.parent,
        pack.ended,
    )


def row_of_line(line: Line) -> tuple[int, ...]:
    """Columns of table `line`."""
    return (
        *line.key,
        line.paid_until,
        line.window_start,
        line.charge,
        line.pending_since,
        line.capture_at,
        line.rate,
        line.rate_version,
        line.policy_version,
        line.basis,
        *halves(line.session),
        line.used_until,
        line.units,
        line.advance_at,
        line.advance_rate,
        line.advance_rate_version,
        line.advance_policy_version,
    )


def rows_of_holds(line: Line) -> list[tuple[int, ...]]:
    """Rows of table `hold`: slices of the pending hold, and of what is held in advance."""
    holds = ((0, line.hold), (1, line.advance))
    return [
        (*line.key, which, place, pack.pack, tokens)
        for which, slices in holds
        for place, (pack, tokens) in enumerate(slices)
    ]


def row_of_session(session: Session) -> tuple[int, ...]:
    """Columns of table `session`."""
    return (
        *halves(session.session),
        session.team,
        session.user,
        session.product,
        session.device,
        session.state,
        session.entitlement,
        session.granted,
        session.tokens,
        session.content,
        session.origin,
        session.idle_aware,
        session.max_tokens,
        session.rights_version,
        session.entitled_until,
        session.opened_at,
        session.contact_at,
        session.operated_at,
        session.operations,
        session.deadline,
        session.absence,
        session.counter,
        session.ended_at,
        session.reported,
        session.reason,
        session.asked_team,
        session.project,
        session.pool,
        session.seat_since,
        session.borrowed_until,
        session.waiting,
        session.ends_before_renewal,
    )


def _pack(world: World, *row: int) -> None:
    team, ident, size, price, starts, ends, bought, remaining, parent, ended = row
    pack = Pack(team, ident, size, price, starts, ends, bought, remaining, parent, ended)
    world.packs[ident] = pack
    world.team(team).packs.append(pack)
    if not ended:
        world.arm(ends, PACK_END, (ident,))


def _line(world: World, *row: int) -> None:
    line = world.line((row[0], row[1], row[2]))
    (
        line.paid_until,
        line.window_start,
        line.charge,
        line.pending_since,
        line.capture_at,
        line.rate,
        line.rate_version,
        line.policy_version,
        line.basis,
    ) = row[3:12]
    line.session, line.used_until = whole(row[12], row[13]), row[14]
    line.units, line.advance_at, line.advance_rate, line.advance_rate_version, line.advance_policy_version = row[15:]
    if line.pending_since != NEVER:
        world.arm(line.capture_at, CAPTURE, line.key)
    if line.advance_at != NEVER:
        world.arm(line.advance_at, CAPTURE, line.key)


def _hold(
    world: World, team: int, user: int, product: int, advance: int, _position: int, pack: int, tokens: int
) -> None:
    line = world.line((team, user, product))
    taken = world.packs[pack] if pack else world.team(team).credit
    taken.held += tokens
    (line.advance if advance else line.hold).append((taken, tokens))
    line.hold_stored = True


def _calendar(world: World, calendar: int, at: int) -> None:
    starts = world.calendars.setdefault(calendar, [])
    place = bisect_left(starts, at)
    if starts[place : place + 1] != [at]:
        starts.insert(place, at)


def _cap(world: World, cap: int, team: int, calendar: int, tokens: int, hard: int) -> None:
    world.caps[cap] = Cap(cap, team, calendar, tokens, hard)


def _cap_use(world: World, cap: int, period: int, used: int) -> None:
    world.caps[cap].used[period] = used


def _capped(
    world: World, team: int, user: int, product: int, window_start: int, cap: int, period: int, _tokens: int
) -> None:
    line = world.line((team, user, product))
    if window_start == line.pending_since:
        line.capped = (*line.capped, (cap, period))
    elif line.advance and window_start == line.advance_at:
        line.advance_capped = (*line.advance_capped, (cap, period))


def _free_use(world: World, team: int, user: int, product: int, began_at: int, ended_at: int) -> None:
    world.line((team, user, product)).free_uses.append((began_at, ended_at))


def _session(world: World, *row: Any) -> None:
    kinds = (State(row[6]), Entitlement(row[7]), Entitlement(row[8]))
    values = (whole(row[0], row[1]), *row[2:6], *kinds, *row[9:25], Reason(row[25]), *row[26:])
    session = Session(*values)
    session.metered = world.products.get(session.product) is ProductKind.PER_RESULT
    world.sessions[session.session] = session
    if session.on_tokens:
        world.line(session.line).sessions[session.session] = session
    if session.open:
        world.running.setdefault((session.user, session.product), {})[session.session] = session
        world.arm_lease(session)


def _device(world: World, user: int, product: int, device: int, registered_at: int) -> None:
    world.devices.setdefault((user, product), {})[device] = registered_at


def _device_name(world: World, device: int, high: int, low: int) -> None:
    world.device_ids[whole(high, low)] = device


def _team(world: World, team: int, ledger_seq: int, use_seq: int, overdraft: int, rights_version: int) -> None:
    if not team:
        world.rights_version = rights_version
        return
    known = world.team(team)
    known.ledger_seq, known.use_seq, known.rights_version = ledger_seq, use_seq, rights_version
    known.credit.remaining = -overdraft


def _counter(world: World, kind: int, following: int) -> None:
    world.counters[kind] = following


def _pool(world: World, pool: int, team: int, seats: int) -> None:
    world.pools[pool] = (team, seats)


def _product(world: World, product: int, kind: int, tokens: int, units: int) -> None:
    world.products[product], world.results[product] = ProductKind(kind), (tokens, units)


def _rate(world: World, product: int, version: int, valid_from: int, rate: int) -> None:
    world.rates.setdefault(product, []).append((valid_from, version, rate))


def _policy(world: World, team: int, version: int, effective_at: int, *terms: int) -> None:
    policy = Policy(**{name: _KINDS.get(name, int)(value) for name, value in zip(_TERMS, terms, strict=True)})
    world.team(team).policies.append((effective_at, version, policy))


_TERMS = COLUMNS["policy"][3:]
_KINDS: Mapping[str, Callable[[int], Any]] = {
    "grace_mode": GraceMode,
    "window_policy": WindowPolicy,
    "consent": Consent,
    "origin_interactive": OriginRule,
    "origin_plugin_autoload": OriginRule,
    "origin_background": OriginRule,
    "origin_automation": OriginRule,
}

LOADERS: Mapping[str, Callable[..., Any]] = {
    "pack": _pack,
    "line": _line,
    "hold": _hold,
    "calendar": _calendar,
    "cap": _cap,
    "cap_use": _cap_use,
    "capped": _capped,
    "free_use": _free_use,
    "session": _session,
    "device": _device,
    "device_name": _device_name,
    "team": _team,
    "counter": _counter,
    "pool": _pool,
    "product": _product,
    "rate": _rate,
    "policy": _policy,
}
