"""How a line is charged (SPEC 3, S4): holds, captures, voids, renewals. Knows no client and no clock."""

from __future__ import annotations

from flexauth.commands import DAY, NEVER, EntryKind, GraceMode, Policy, Reason, State, UseEvent
from flexauth.reference import caps, packs
from flexauth.reference.charging import ALLOWED, Refusal, may_charge
from flexauth.reference.contracts import policy_at, price_at, window_end
from flexauth.reference.state import CAPTURE, Line, LineKey, Pack, Session, World

__all__ = [
    "advance",
    "capture",
    "capture_advance",
    "charge",
    "consents",
    "deny",
    "hold",
    "in_use",
    "lease_covers",
    "needs_advance",
    "nothing",
    "paid_until",
    "release",
    "renew",
    "review_advance",
    "settle",
    "void",
    "would_end",
]


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


def _window_of_hold(world: World, line: Line) -> int:
    """The end of the window that the pending hold will pay for (C4, C9)."""
    return window_end(world, line.team, line.pending_since, line.capture_at)


def paid_until(world: World, line: Line) -> int:
    """W; while a hold is pending, what W will be."""
    return line.paid_until if line.pending_since == NEVER else _window_of_hold(world, line)


def would_end(world: World, key: LineKey, start: int) -> int:
    """The end of the window that a hold placed at `start` would pay for."""
    _, policy = policy_at(world, key[0], start)
    return window_end(world, key[0], start, _capture_at(world.lines.get(key) or Line(*key), policy, start))


def hold(world: World, line: Line, session: Session, start: int, basis: int, cap_ids: tuple[int, ...] = ()) -> None:
    """C2: reserve the rate in force at `start`; it may be charged. Without a grace it is captured at once (C8)."""
    rate, line.rate_version = price_at(world, line.product, start)
    line.policy_version, policy = policy_at(world, line.team, start)
    line.rate, line.basis, line.session = rate, basis, session.session
    line.pending_since, line.used_until = start, start
    line.capture_at = _capture_at(line, policy, start)
    line.hold = _reserve(world, line, rate)
    line.capped = caps.count(world, line.key, session, cap_ids, start, rate)
    world.touch(line, "hold")
    if line.capture_at < start:
        capture(world, line, start)
    else:
        world.arm(line.capture_at, CAPTURE, line.key)


def _reserve(world: World, line: Line, tokens: int) -> list[tuple[Pack, int]]:
    slices = packs.slices(world, line.team, tokens)
    for pack, part in slices:
        pack.held += part
    return slices


def capture(world: World, line: Line, effective_at: int) -> None:
    """C4: the charge takes exactly the slices that were held."""
    line.window_start, line.paid_until = line.pending_since, _window_of_hold(world, line)
    charge(world, line, line.hold, effective_at, held=True)
    line.pending_since, line.hold, line.capped = NEVER, [], ()
    world.touch(line, "hold")


def charge(world: World, line: Line, slices: list[tuple[Pack, int]], effective_at: int, *, held: bool) -> None:
    """Ledger entries for slices; `held`: they were under a hold."""
    line.charge = 0
    for pack, tokens in slices:
        pack.held -= tokens if held else 0
        kind = EntryKind.CHARGE if pack.pack else EntryKind.OVERDRAFT
        seq = world.enter(kind, pack, -tokens, effective_at, line=line, window=(line.window_start, line.paid_until))
        line.charge = line.charge or seq


def _give_back(world: World, slices: list[tuple[Pack, int]]) -> None:
    """Held tokens are free again; those of a pack that has ended meanwhile are forfeited now (P4)."""
    for pack, tokens in slices:
        pack.held -= tokens
        if pack.ended:
            world.enter(EntryKind.EXPIRY, pack, -tokens, world.now)


def release(world: World, line: Line) -> None:
    """The hold goes, and nothing is said of it."""
    _give_back(world, line.hold)
    caps.take_back(world, line.key, line.pending_since, line.capped, line.rate)
    line.pending_since, line.hold, line.capped = NEVER, [], ()
    world.touch(line, "hold")


def void(world: World, line: Line) -> None:
    """C3: a free sign-in."""
    session = world.sessions[line.session]
    _, policy = policy_at(world, line.team, line.pending_since)
    world.log(line.team, UseEvent.FREE, line.pending_since, session)
    if policy.grace_mode is not GraceMode.PER_SESSION:
        line.free_uses = [*_free_uses(line, world.now), (line.pending_since, line.used_until)]
        world.touch(line, "free_use")
    release(world, line)


def settle(world: World, line: Line) -> None:
    """C3: when all use of a pending line has ended inside the grace, the hold is voided."""
    pending = line.pending_since != NEVER and not in_use(line)
    if pending and line.used_until <= line.capture_at and not _unknown(line, line.pending_since):
        void(world, line)
    review_advance(world, line)


def consents(line: Line, session: Session) -> list[tuple[int, int]]:
    """(origin, limit) of those whose consent a renewal needs (Q2): the sessions that use the line, this one too."""
    using = {s.session: s for s in line.sessions.values() if s.state is State.ACTIVE and s.on_tokens}
    using[session.session] = session
    return [(s.origin, s.max_tokens) for s in using.values() if not (s.waiting or s.ends_before_renewal)]


def renew(world: World, line: Line, session: Session, cap_ids: tuple[int, ...] = ()) -> Refusal:
    """C5: the next charge, effective at W, by the rate, contract and caps of W and the packs of now; or why not (C6).

    A hold placed since W is taken back first: use at W was not known then (SPEC 14).
    """
    at = line.paid_until
    if line.pending_since != NEVER:
        release(world, line)
    if line.advance and line.advance_at == at:
        _use_advance(world, line, session, at - 1)
        return ALLOWED
    rate, version = price_at(world, line.product, at)
    refusal = may_charge(world, line.team, rate, at, cap_ids, consents(line, session), renewal=True)
    if refusal.reason is not Reason.NONE:
        return refusal
    line.rate, line.rate_version = rate, version
    line.policy_version, _ = policy_at(world, line.team, at)
    line.session = session.session
    line.basis = world.log(line.team, UseEvent.RENEWED, at, session)
    line.window_start, line.paid_until, line.capture_at = at, window_end(world, line.team, at, at), at - 1
    charge(world, line, packs.slices(world, line.team, rate), at, held=False)
    caps.count(world, line.key, session, cap_ids, at, rate)
    world.touch(line)
    return ALLOWED


# ---------------------------------------------------------------- the next window, held in advance (S4)


def needs_advance(world: World, line: Line, until: int) -> bool:
    """Somebody who borrows until then needs the window from W too."""
    return not line.advance and world.now < paid_until(world, line) < until


def advance(world: World, line: Line, session: Session, cap_ids: tuple[int, ...]) -> None:
    """A session that is borrowed past W has the window from W held, if it may be charged (C5, as if made at W)."""
    at = paid_until(world, line)
    if session.state is not State.ACTIVE or not needs_advance(world, line, session.borrowed_until):
        return
    rate, rate_version = price_at(world, line.product, at)
    policy_version, policy = policy_at(world, line.team, at)
    refusal = may_charge(world, line.team, rate, at, cap_ids, consents(line, session), renewal=True)
    if policy.end_before_renewal or refusal.reason is not Reason.NONE:
        return
    line.advance_at, line.advance_rate = at, rate
    line.advance_rate_version, line.advance_policy_version = rate_version, policy_version
    line.advance = _reserve(world, line, rate)
    line.advance_capped = caps.count(world, line.key, session, cap_ids, at, rate)
    world.arm(at, CAPTURE, line.key)
    world.touch(line, "hold")


def _borrowers(line: Line) -> list[Session]:
    """Those that use the line and are borrowed past the W that is held in advance, by id."""
    using = (s for s in line.sessions.values() if s.state is State.ACTIVE and s.on_tokens)
    return sorted((s for s in using if s.borrowed_until > line.advance_at), key=lambda s: s.session)


def review_advance(world: World, line: Line) -> None:
    """What is held in advance goes when nobody borrows past that W any more, or W is another."""
    if line.advance and not (_borrowers(line) and paid_until(world, line) == line.advance_at):
        _give_back(world, line.advance)
        caps.take_back(world, line.key, line.advance_at, line.advance_capped, line.advance_rate)
        line.advance, line.advance_capped, line.advance_at = [], (), NEVER
        line.advance_rate = line.advance_rate_version = line.advance_policy_version = 0
        world.touch(line, "hold")


def capture_advance(world: World, line: Line) -> None:
    """W has come and nobody was heard: the window is charged. Word that use ended until W takes it back (S5)."""
    review_advance(world, line)
    if line.advance:
        _use_advance(world, line, _borrowers(line)[0], line.advance_at)


def _use_advance(world: World, line: Line, session: Session, capture_at: int) -> None:
    at = line.advance_at
    line.rate, line.rate_version = line.advance_rate, line.advance_rate_version
    line.policy_version, line.session = line.advance_policy_version, session.session
    line.basis = world.log(line.team, UseEvent.RENEWED, at, session)
    line.window_start, line.paid_until, line.capture_at = at, window_end(world, line.team, at, at), capture_at
    charge(world, line, line.advance, at, held=True)
    line.advance, line.advance_capped = [], ()
    world.touch(line, "hold")


def lease_covers(world: World, line: Line, session: Session, margin: int) -> int:
    """S4: how long a lease may be by what is paid or held; past W for a session that is borrowed alone."""
    until = paid_until(world, line) + margin
    if line.advance and session.borrowed_until > line.advance_at:
        following = window_end(world, line.team, line.advance_at, line.advance_at) + margin
        return max(until, min(session.borrowed_until, following))
    return until


def deny(world: World, session: Session, at: int, reason: Reason) -> None:
    """C6: a session ends because its use is not covered, not before it was opened."""
    session.state, session.reason = State.DENIED, reason
    session.ended_at = max(at, session.opened_at)
    world.running[session.user, session.product].pop(session.session, None)
    world.dirty["session"].add(session.session)
    world.log(session.team, UseEvent.REFUSED, session.ended_at, session, reason)


def nothing(line: Line, now: int) -> bool:
    """R7: a line with W past, no hold, session, rest of results or free use that still counts is nothing."""
    return line.paid_until <= now and line.at_rest and not line.units and not _free_uses(line, now)
