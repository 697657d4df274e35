"""What a session does to its line (SPEC 1, 3, 4, 5): sign-in, contact, end. Knows no timers' order and no storage.

Each command is checked by a function that only reads; the ones that write cannot fail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flexauth.commands import (
    NEVER,
    Candidate,
    Checkin,
    Checkout,
    Decision,
    Entitlement,
    IdKind,
    Outcome,
    Policy,
    Reason,
    Rights,
    State,
    UseEvent,
)
from flexauth.reference import charging, contracts, lines, packs, refunds
from flexauth.reference.state import FOREVER, Line, Session, World

__all__ = ["check_checkin", "check_checkout", "checkin", "checkout", "contact", "expire", "facts", "refuse"]


@dataclass(frozen=True, slots=True)
class _Use:
    """What a contact tells of a session's use since the last one.

    `spans` are [start, end) of use, an end of FOREVER where it goes on. `idle_at` and `resumed_at` are NEVER when
    that did not happen.
    """

    spans: tuple[tuple[int, int], ...]
    operated_at: int
    idle_at: int = NEVER
    resumed_at: int = NEVER

    def at(self, instant: int) -> bool:
        """In use at an instant by use that began before it (C5)."""
        return any(start < instant < end for start, end in self.spans)

    def until(self, now: int) -> int:
        """The end of the use that is known, NEVER if there was none."""
        return max((min(end, now) for start, end in self.spans if end > start), default=NEVER)

    def goes_on(self, now: int) -> bool:
        return any(end > now for _, end in self.spans)


def _use(policy: Policy, session: Session, now: int, operated_at: int, ended_at: int) -> _Use:
    """S2, T1: the client's times are clamped to [last contact, now] and count only as news."""
    last, end = session.operated_at, FOREVER if ended_at == NEVER else ended_at
    news = NEVER
    if operated_at > last:
        news = min(max(operated_at, session.contact_at), now, end)
    if not session.idle_aware:
        return _Use(((session.contact_at, end),), max(last, news))
    spans = []
    idle_at = resumed_at = NEVER
    if session.state is State.ACTIVE:
        stop = last + policy.idle_after
        if news != NEVER and news <= stop:
            stop, news = news + policy.idle_after, NEVER
            last = stop - policy.idle_after
        spans.append((session.contact_at, min(stop, end)))
        idle_at = stop if stop <= now and stop < end else NEVER
    if news != NEVER:
        resumed_at = max(news, now - policy.heartbeat_interval)
        stop = news + policy.idle_after
        spans.append((resumed_at, min(stop, end)))
        last = news
    return _Use(tuple(spans), last, idle_at, resumed_at)


def check_checkout(world: World, command: Checkout) -> Decision:
    """SPEC 5 from step 2 on; reads only. A granted decision names team, entitlement and tokens to hold."""
    if command.product not in world.products:
        return Decision(Outcome.UNKNOWN)
    denied = Decision(Outcome.DENIED, user=command.user, product=command.product, team=command.team)
    device = world.device_ids.get(command.device_digest, 0)
    registered = world.devices.get((command.user, command.product), {})
    if device not in registered and len(registered) >= command.devices_max:
        return replace(denied, reason=Reason.DEVICE_LIMIT)
    running = world.running.get((command.user, command.product), {}).values()
    elsewhere = min((s.session for s in running if s.device != device), default=0)
    if elsewhere and not command.take_over:
        return replace(denied, reason=Reason.IN_USE_ELSEWHERE, elsewhere=elsewhere)
    if not command.rights.candidates:
        return replace(denied, reason=command.rights.refusal)
    tries = [_try(world, command, candidate) for candidate in command.rights.candidates]
    granted = [d for d in tries if d.outcome is Outcome.GRANTED]
    free = [d for d in granted if not d.tokens]
    return (free or granted or tries)[0]


def _try(world: World, command: Checkout, candidate: Candidate) -> Decision:
    """One candidate: an included product (C12), a window already paid or pending (C1), or tokens (C2)."""
    team, now = candidate.team, world.now
    balance = packs.available(world, team)
    rate, _ = contracts.price_at(world, command.product, now)
    known = Decision(Outcome.GRANTED, user=command.user, product=command.product, team=team, rate=rate, balance=balance)
    if candidate.entitlement is Entitlement.INCLUDED:
        if balance > 0:
            return replace(known, entitlement=Entitlement.INCLUDED)
        return _short(world, known, 1)
    line = world.lines.get((team, command.user, command.product))
    if line is not None and line.paid_until > now:
        return replace(known, entitlement=Entitlement.PAID_WINDOW, paid_until=line.paid_until)
    if line is not None and line.pending_since != NEVER:
        start = line.pending_since
        paid = lines.paid_until(world, line)
        return replace(known, entitlement=Entitlement.TOKENS, paid_until=paid, pending_since=start)
    if not rate:
        return Decision(Outcome.UNKNOWN)
    consents = ((command.origin, command.max_tokens),)
    reason, cap, shortfall = charging.may_charge(world, team, rate, now, candidate.caps, consents)
    if reason is not Reason.NONE:
        return replace(
            known, outcome=Outcome.DENIED, reason=reason, cap=cap, shortfall=shortfall, tokens=0 if shortfall else rate
        )
    return replace(
        known,
        entitlement=Entitlement.TOKENS,
        tokens=rate,
        balance=balance - rate,
        paid_until=lines.would_end(world, (team, command.user, command.product), now),
        pending_since=now,
    )


def _short(world: World, known: Decision, needed: int) -> Decision:
    reason = packs.why_not(world, known.team)
    return replace(known, outcome=Outcome.DENIED, reason=reason, shortfall=needed - known.balance)


def _caps(rights: Rights | None, team: int) -> tuple[int, ...]:
    """The caps that bind charges of a team."""
    candidates = () if rights is None else rights.candidates
    return next((c.caps for c in candidates if c.team == team and c.entitlement is Entitlement.TOKENS), ())


def refuse(world: World, command: Checkout, decision: Decision) -> None:
    """A denial changes nothing and is recorded (SPEC 10)."""
    world.log(decision.team, UseEvent.DENIED, world.now, _signing_in(world, command, decision, 0), decision.reason)


def _signing_in(world: World, command: Checkout, decision: Decision, device: int) -> Session:
    until = next((c.until for c in command.rights.candidates if c.team == decision.team), NEVER)
    return Session(
        command.session,
        decision.team,
        command.user,
        command.product,
        device,
        State.ACTIVE,
        decision.entitlement,
        decision.entitlement,
        decision.tokens,
        command.content,
        command.origin,
        int(command.idle_aware),
        command.max_tokens,
        command.rights.version,
        until,
        world.now,
        world.now,
        world.now,
        absence=world.absence,
    )


def checkout(world: World, command: Checkout, decision: Decision) -> Session:
    """Apply a granted checkout: register the device, take over (D2), open the session, begin its use (C1, C2)."""
    device = _register(world, command)
    session = _signing_in(world, command, decision, device)
    running = world.running.setdefault((command.user, command.product), {})
    left = [s for s in running.values() if s.device != device]
    for other in sorted(left, key=lambda s: s.session):
        _end(world, other, State.SUPERSEDED, world.now)
        if other.on_tokens:
            line = world.line(other.line)
            line.used_until = max(line.used_until, world.now)
            world.touch(line)
    world.sessions[session.session] = running[session.session] = session
    world.dirty["session"].add(session.session)
    basis = world.log(session.team, UseEvent.BEGIN, world.now, session, session.entitlement)
    if session.on_tokens:
        line = world.line(session.line)
        if line.at_rest:
            line.forget_terms()
        line.sessions[session.session] = session
        world.touch(line)
        if decision.tokens:
            lines.hold(world, line, session, world.now, basis, _caps(command.rights, session.team))
        line.used_until = max(line.used_until, world.now)
    for key in dict.fromkeys(s.line for s in left if s.on_tokens):
        lines.settle(world, world.lines[key])
    _set_deadline(world, session)
    return session


def _register(world: World, command: Checkout) -> int:
    device = world.device_ids.get(command.device_digest, 0)
    if not device:
        device = world.device_ids[command.device_digest] = world.allocate(IdKind.DEVICE)
        high, low = command.device_digest >> 64, command.device_digest & (2**64 - 1)
        world.log_rows["device_name"].append((device, high - (high >> 63 << 64), low - (low >> 63 << 64)))
    registered = world.devices.setdefault((command.user, command.product), {})
    if device not in registered:
        registered[device] = world.now
        world.dirty_devices.add((command.user, command.product, device))
    return device


def _end(world: World, session: Session, state: State, at: int) -> None:
    session.state, session.ended_at = state, at
    world.running[session.user, session.product].pop(session.session, None)
    world.dirty["session"].add(session.session)
    world.log(session.team, UseEvent.END, at, session, state)


def expire(world: World, session: Session, at: int) -> None:
    """S5: its lease ran out without contact. A pending hold stays: when its use ended is not known."""
    _end(world, session, State.EXPIRED, at)


def contact(
    world: World, session: Session, operated_at: int, ended_at: int = NEVER, rights: Rights | None = None
) -> None:
    """An open session is heard (S3): its use so far is judged (C5, C7), then its state is set. Clears the lease end."""
    now = world.now
    _, policy = contracts.policy_at(world, session.team, now)
    use = _use(policy, session, now, operated_at, ended_at)
    if now - session.contact_at > 2 * policy.heartbeat_interval:
        world.log(session.team, UseEvent.GAP, session.contact_at, session)
    if use.idle_at != NEVER:
        world.log(session.team, UseEvent.IDLE, use.idle_at, session)
    line = world.line(session.line) if session.on_tokens else None
    if line is not None:
        _judge(world, line, session, use, _caps(rights, session.team))
    elif ended_at == NEVER and packs.available(world, session.team) <= 0:
        lines.deny(world, session, now, packs.why_not(world, session.team))
    _set_state(world, session, use, ended_at)
    if line is not None:
        lines.settle(world, line)
    _set_deadline(world, session)


def _judge(world: World, line: Line, session: Session, use: _Use, cap_ids: tuple[int, ...]) -> None:
    """C5 at each W that has passed since the last contact, then C2 for use that began after it."""
    now, before = world.now, session.contact_at
    while line.paid_until != NEVER and before < line.paid_until <= now and use.at(line.paid_until):
        at = line.paid_until
        refusal = lines.renew(world, line, session, cap_ids)
        if refusal.reason is not Reason.NONE:
            for other in sorted(line.sessions.values(), key=lambda s: s.session):
                if other.open and other.on_tokens:
                    lines.deny(world, other, at, refusal.reason)
            world.touch(line)
            return
    start = use.resumed_at
    if start == NEVER and use.goes_on(now):
        start = now
    covered = line.pending_since != NEVER or line.paid_until > start
    if start != NEVER and (use.resumed_at != NEVER or not covered):
        rate, _ = contracts.price_at(world, line.product, start)
        consents = ((session.origin, session.max_tokens),)
        refusal = charging.may_charge(world, line.team, rate, start, cap_ids, consents)
        if not covered and refusal.reason is not Reason.NONE:
            lines.deny(world, session, start, refusal.reason)
            return
        basis = world.log(line.team, UseEvent.RESUME, start, session)
        if not covered:
            lines.hold(world, line, session, start, basis, cap_ids)
    known = use.until(now)
    if known > line.used_until:
        line.used_until = known
        world.touch(line)


def _set_state(world: World, session: Session, use: _Use, ended_at: int) -> None:
    now = world.now
    if use.operated_at > session.operated_at:
        session.operations += 1
    session.operated_at = use.operated_at
    session.contact_at, session.absence = now, world.absence
    world.dirty["session"].add(session.session)
    if not session.open:
        return
    if ended_at != NEVER:
        _end(world, session, State.CLOSED, ended_at)
        return
    session.state = State.ACTIVE if use.goes_on(now) else State.IDLE


def check_checkin(world: World, session: Session, command: Checkin) -> tuple[Outcome, int, bool]:
    """(GRANTED or what is missing, when the session ended, whether its charge may be refunded); reads only (S5)."""
    latest = world.now if session.open else session.ended_at
    ended_at = latest if command.ended_at == NEVER else min(max(command.ended_at, session.contact_at), latest)
    line = world.lines.get(session.line)
    if line is None or not session.on_tokens:
        return Outcome.GRANTED, ended_at, False
    _, policy = contracts.policy_at(world, session.team, world.now)
    if session.open:
        used_until = _use(policy, session, world.now, command.operated_at, ended_at).until(world.now)
    else:
        used_until = _late_use(policy, session, command.operated_at, ended_at)
    if not refunds.refundable(line, session, used_until, ended_at, world.now, policy.late_checkin):
        return Outcome.GRANTED, ended_at, False
    fact = command.refund
    if fact is None:
        return Outcome.NEEDS_HISTORY, ended_at, True
    if fact.window_start != line.window_start or fact.as_of < world.last_refund_batch or world.refunded:
        return Outcome.STALE_HISTORY, ended_at, True
    return Outcome.GRANTED, ended_at, True


def _late_use(policy: Policy, session: Session, operated_at: int, ended_at: int) -> int:
    """Until when an EXPIRED session used its line, as its late check-in says."""
    if not session.idle_aware:
        return ended_at
    news = min(max(operated_at, session.contact_at), ended_at) if operated_at > session.operated_at else NEVER
    return min(max(session.operated_at, news) + policy.idle_after, ended_at)


def checkin(world: World, session: Session, command: Checkin, ended_at: int, refundable: bool) -> int:
    """Apply a check-in; gives the tokens that came back. An EXPIRED session stays EXPIRED (SPEC 14)."""
    _, policy = contracts.policy_at(world, session.team, world.now)
    late = not session.open
    if late:
        session.reported = 1
        line = world.lines.get(session.line)
        if line is not None and session.on_tokens:
            line.used_until = max(line.used_until, _late_use(policy, session, command.operated_at, ended_at))
            world.touch(line)
        world.dirty["session"].add(session.session)
    else:
        contact(world, session, command.operated_at, ended_at, command.rights)
    refunded = 0
    if refundable and command.refund is not None:
        within = command.refund.recent < policy.late_refunds
        line = world.lines[session.line]
        refunded = refunds.refund(world, line, command.refund) if within else 0
        world.log(session.team, UseEvent.LATE, ended_at, session, 1 if within else 2)
    elif late:
        world.log(session.team, UseEvent.LATE, ended_at, session)
    if late and session.line in world.lines:
        lines.settle(world, world.lines[session.line])
    return refunded


def _shortened(interval: int, session: int) -> int:
    """S3: up to 20 % less, by a hash of the session's id, so that a fleet does not call in one second."""
    mixed = (session ^ session >> 64) & (2**64 - 1)
    mixed = (mixed ^ mixed >> 33) * 0xFF51AFD7ED558CCD & (2**64 - 1)
    return interval - interval // 1000 * ((mixed ^ mixed >> 33) % 201)


def _lease_until(world: World, session: Session, policy: Policy) -> int:
    """S4: never after W plus margin, nor `lease_max` after contact; past W an idle session has none."""
    until = session.contact_at + policy.lease_max
    if session.on_tokens:
        line = world.lines[session.line]
        paid = lines.paid_until(world, line)
        until = min(until, paid + policy.lease_margin) if paid > session.contact_at else session.contact_at
    return until if session.entitled_until == NEVER else min(until, session.entitled_until)


def _set_deadline(world: World, session: Session) -> None:
    """S4; an idle session out of contact ends `lease_max` after the last contact (SPEC 14)."""
    if not session.open:
        return
    _, policy = contracts.policy_at(world, session.team, world.now)
    session.deadline = _lease_until(world, session, policy)
    if session.state is State.IDLE:
        session.deadline = session.contact_at + policy.lease_max
        if session.entitled_until != NEVER:
            session.deadline = min(session.deadline, session.entitled_until)
    world.arm_lease(session)


def facts(world: World, session: Session, *, jitter: bool) -> Decision:
    """What an answer says of a session (S3, S4)."""
    now = world.now
    _, policy = contracts.policy_at(world, session.team, now)
    line = world.lines.get(session.line) if session.on_tokens else None
    pending = NEVER if line is None else line.pending_since
    paid = NEVER if line is None else lines.paid_until(world, line)
    heartbeat_by = NEVER
    if session.open:
        interval = policy.heartbeat_interval
        heartbeat_by = now + (_shortened(interval, session.session) if jitter else interval)
        due = [session.entitled_until, paid, paid - policy.renewal_notice if paid != NEVER else NEVER]
        if pending != NEVER and line is not None:
            due.append(line.capture_at)
        heartbeat_by = min([heartbeat_by, *(at for at in due if at > now)])
    rate, _ = contracts.price_at(world, session.product, now)
    return Decision(
        Outcome.GRANTED,
        session.reason,
        session.entitlement,
        session.state,
        session.team,
        session.user,
        session.product,
        session.device,
        rate=rate,
        balance=packs.available(world, session.team),
        paid_until=paid,
        pending_since=pending,
        heartbeat_by=heartbeat_by,
        lease_until=_lease_until(world, session, policy) if session.open else NEVER,
        ended_at=session.ended_at,
        idle_after=policy.idle_after if session.idle_aware else 0,
        counter=session.counter,
    )
