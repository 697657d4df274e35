"""How a line is charged (SPEC 2 and 3): holds, captures, voids, renewals, refunds. Knows no client and no clock."""

from __future__ import annotations

from flexauth.commands import (
    DAY,
    NEVER,
    EntryKind,
    GraceMode,
    IdKind,
    Policy,
    Reason,
    Refund,
    State,
    UseEvent,
)
from flexauth.reference.state import CAPTURE, PACK_END, Line, Pack, Session, World

__all__ = [
    "add_pack",
    "available",
    "capture",
    "deny",
    "expire_pack",
    "hold",
    "in_use",
    "nothing",
    "policy_at",
    "price_at",
    "refund",
    "refundable",
    "renew",
    "settle",
    "void",
    "why_not",
]

_SELF_REPORTED = 1


def policy_at(world: World, team: int, at: int) -> tuple[int, Policy]:
    """The contract in force: (version, policy); the defaults as version 0 where there is none."""
    found = [(when, version, policy) for when, version, policy in world.team(team).policies if when <= at]
    return max(found, key=lambda row: row[:2])[1:] if found else (0, Policy())


def price_at(world: World, product: int, at: int) -> tuple[int, int]:
    """(rate, version) in force at an instant (C14); (0, 0) before the first."""
    found = [row for row in world.rates.get(product, ()) if row[0] <= at]
    return (max(found)[2], max(found)[1]) if found else (0, 0)


def available(world: World, team: int) -> int:
    """P2."""
    return sum(p.remaining - p.held for p in world.team(team).packs if p.live(world.now))


def why_not(world: World, team: int) -> Reason:
    """SPEC 10: a team without any live pack, or a balance that is too small."""
    live = any(p.live(world.now) for p in world.team(team).packs)
    return Reason.INSUFFICIENT_TOKENS if live else Reason.NO_LIVE_PACK


def _slices(world: World, team: int, tokens: int) -> list[tuple[Pack, int]]:
    """Exact slices in the order of P3; the balance covers them."""
    found = []
    for pack in sorted((p for p in world.team(team).packs if p.live(world.now)), key=Pack.order):
        take = min(tokens, pack.remaining - pack.held)
        if take:
            found.append((pack, take))
            tokens -= take
    return found


def in_use(line: Line) -> bool:
    """Some session uses the line (SPEC 3)."""
    return any(s.state is State.ACTIVE and s.on_tokens for s in line.sessions.values())


def _unknown(line: Line, since: int) -> bool:
    """Some session went out of contact for good after `since`, and nobody said when its use ended (S5)."""
    return any(
        s.state is State.EXPIRED and s.on_tokens and not s.reported and s.ended_at > since
        for s in line.sessions.values()
    )


def _free_uses(line: Line, at: int) -> list[tuple[int, int]]:
    """Free uses that began in the 24 h before an instant (C8)."""
    return [use for use in line.free_uses if use[0] >= at - DAY]


def _capture_at(line: Line, policy: Policy, start: int) -> int:
    """Until when use from `start` on is free (C3, C8); `start - 1` when it has no grace."""
    if policy.grace_mode is GraceMode.ONCE_24H and _free_uses(line, start):
        return start - 1
    if policy.grace_mode is not GraceMode.CUMULATIVE_24H:
        return start + policy.grace
    at = start
    while True:
        spent = sum(end - began for began, end in _free_uses(line, at))
        until = max(at, start + policy.grace - spent)
        if until == at:
            return at
        at = until


def hold(world: World, line: Line, session: Session, start: int, basis: int) -> None:
    """C2: reserve the rate in force at `start`; the balance covers it. Without a grace it is captured at once (C8)."""
    rate, line.rate_version = price_at(world, line.product, start)
    line.policy_version, policy = policy_at(world, line.team, start)
    line.rate, line.basis, line.session = rate, basis, session.session
    line.pending_since, line.used_until = start, start
    line.capture_at = _capture_at(line, policy, start)
    line.hold = _slices(world, line.team, rate)
    for pack, tokens in line.hold:
        pack.held += tokens
    world.touch(line, "hold")
    if line.capture_at < start:
        capture(world, line, start)
    else:
        world.arm(line.capture_at, CAPTURE, line.key)


def capture(world: World, line: Line, effective_at: int) -> None:
    """C4: the charge takes exactly the slices that were held; W = P + 24 h."""
    line.window_start, line.paid_until = line.pending_since, line.pending_since + DAY
    _charge(world, line, line.hold, effective_at, held=True)
    line.pending_since, line.hold = NEVER, []
    world.touch(line, "hold")


def _charge(world: World, line: Line, slices: list[tuple[Pack, int]], effective_at: int, *, held: bool) -> None:
    line.charge = 0
    for pack, tokens in slices:
        pack.held -= tokens if held else 0
        seq = world.enter(
            EntryKind.CHARGE, pack, -tokens, effective_at, line=line, window=(line.window_start, line.paid_until)
        )
        line.charge = line.charge or seq


def _release(world: World, line: Line) -> None:
    for pack, tokens in line.hold:
        pack.held -= tokens
        if pack.ended:
            world.enter(EntryKind.EXPIRY, pack, -tokens, world.now)
    line.pending_since, line.hold = NEVER, []
    world.touch(line, "hold")


def void(world: World, line: Line) -> None:
    """C3: a free sign-in. Tokens of a pack that has ended meanwhile are forfeited now (P4)."""
    session = world.sessions[line.session]
    _, policy = policy_at(world, line.team, line.pending_since)
    world.log(line.team, UseEvent.FREE, line.pending_since, session)
    if policy.grace_mode is not GraceMode.PER_SESSION:
        line.free_uses = [*_free_uses(line, world.now), (line.pending_since, line.used_until)]
        world.touch(line, "free_use")
    _release(world, line)


def settle(world: World, line: Line) -> None:
    """C3: when all use of a pending line has ended inside the grace, the hold is voided."""
    pending = line.pending_since != NEVER and not in_use(line)
    if pending and line.used_until <= line.capture_at and not _unknown(line, line.pending_since):
        void(world, line)


def renew(world: World, line: Line, session: Session) -> bool:
    """C5: the next charge, effective at W, by the rate and policy of W and the packs of now; False if not covered (C6).

    A hold placed since W is taken back first: use at W was not known then (SPEC 14).
    """
    at = line.paid_until
    if line.pending_since != NEVER:
        _release(world, line)
    rate, version = price_at(world, line.product, at)
    if available(world, line.team) < rate:
        return False
    line.rate, line.rate_version = rate, version
    line.policy_version, _ = policy_at(world, line.team, at)
    line.session = session.session
    line.basis = world.log(line.team, UseEvent.RENEWED, at, session)
    line.window_start, line.paid_until, line.capture_at = at, at + DAY, at - 1
    _charge(world, line, _slices(world, line.team, rate), at, held=False)
    world.touch(line)
    return True


def deny(world: World, session: Session, at: int, reason: Reason) -> None:
    """C6: a session ends because its use is not covered, not before it was opened."""
    session.state, session.reason = State.DENIED, reason
    session.ended_at = max(at, session.opened_at)
    world.running[session.user, session.product].pop(session.session, None)
    world.dirty["session"].add(session.session)
    world.log(session.team, UseEvent.REFUSED, session.ended_at, session, reason)


def refundable(line: Line, session: Session, used_until: int, ended_at: int, now: int, late_checkin: int) -> bool:
    """S5: whether word that this session's use ended at `used_until` shows that no use outlived the window's grace."""
    others = [s for key, s in line.sessions.items() if key != session.session and s.on_tokens]
    return (
        line.paid_until != NEVER
        and line.pending_since == NEVER
        and now - ended_at <= late_checkin
        and max(used_until, line.used_until) <= line.capture_at
        and not any(s.state is State.ACTIVE for s in others)
        and not any(s.state is State.EXPIRED and not s.reported and s.ended_at > line.window_start for s in others)
    )


def refund(world: World, line: Line, fact: Refund) -> int:
    """L5: give a charge back to its packs; slices of packs that have ended make one make-good pack."""
    ended = []
    first = 0
    for ident, tokens in fact.slices:
        pack = world.packs[ident]
        seq = world.enter(
            EntryKind.REFUND,
            pack,
            tokens,
            line.window_start,
            line=line,
            window=(line.window_start, line.paid_until),
            corrects=fact.charge,
            reason=_SELF_REPORTED,
        )
        first = first or seq
        if pack.ended:
            ended.append((pack, tokens))
    if ended:
        _make_good(world, line.team, ended, first)
    line.paid_until, line.window_start, line.charge = NEVER, NEVER, 0
    world.touch(line)
    world.refunded = True
    return sum(tokens for _, tokens in fact.slices)


def _make_good(world: World, team: int, slices: list[tuple[Pack, int]], transfer: int) -> None:
    _, policy = policy_at(world, team, world.now)
    source, total = slices[0][0], sum(tokens for _, tokens in slices)
    good = Pack(
        team,
        world.allocate(IdKind.PACK),
        total,
        source.unit_price,
        world.now,
        world.now + policy.make_good,
        world.now,
        parent=source.pack,
    )
    for pack, tokens in slices:
        world.enter(EntryKind.MOVE_OUT, pack, -tokens, world.now, transfer=transfer)
    add_pack(world, good)
    world.enter(EntryKind.MOVE_IN, good, total, world.now, transfer=transfer)


def add_pack(world: World, pack: Pack) -> None:
    """A new, still empty pack; its tokens come by a ledger entry."""
    world.packs[pack.pack] = pack
    world.team(pack.team).packs.append(pack)
    world.dirty["pack"].add(pack.pack)
    world.arm(pack.ends_at, PACK_END, (pack.pack,))


def expire_pack(world: World, pack: Pack) -> None:
    """P4: the free remainder is forfeited; tokens under a hold outlive the end."""
    pack.ended = 1
    free = pack.remaining - pack.held
    if free:
        world.enter(EntryKind.EXPIRY, pack, -free, pack.ends_at)
    world.dirty["pack"].add(pack.pack)


def nothing(line: Line, now: int) -> bool:
    """R7: a line with W past, no hold, no session and no free use that still counts is nothing."""
    return line.paid_until <= now and line.pending_since == NEVER and not line.sessions and not _free_uses(line, now)
