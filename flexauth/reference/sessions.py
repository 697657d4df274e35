"""How a session begins and ends (SPEC 5; S5, S7): checkout, check-in, expiry. Knows no timers' order and no storage.

Each command is checked by a function that only reads; the ones that write cannot fail.
"""

from __future__ import annotations

from dataclasses import replace

from flexauth.commands import (
    NEVER,
    Candidate,
    Checkin,
    Checkout,
    Decision,
    Entitlement,
    IdKind,
    Outcome,
    ProductKind,
    Reason,
    State,
    UseEvent,
)
from flexauth.reference import lines, refunds, seats
from flexauth.reference.candidates import Asking, waits, walk
from flexauth.reference.contacts import Heard, Stopped, begin_use, borrow, contact, elsewhere, end, note_use
from flexauth.reference.contracts import policy_at
from flexauth.reference.facts import deadline
from flexauth.reference.state import Session, World
from flexauth.reference.use import late_use, told

__all__ = ["check_checkin", "check_checkout", "checkin", "checkout", "end_by_admin", "ended", "expire", "refuse"]


def check_checkout(world: World, command: Checkout) -> tuple[Decision, Candidate | None]:
    """SPEC 5 from step 2 on; reads only. A granted decision names team, entitlement and tokens to hold."""
    if command.product not in world.products:
        return Decision(Outcome.UNKNOWN), None
    denied = Decision(Outcome.DENIED, user=command.user, product=command.product, team=command.team)
    if command.rights.barred:
        return replace(denied, reason=command.rights.barred), None
    device = world.device_ids.get(command.device_digest, 0)
    registered = world.devices.get((command.user, command.product), {})
    if device not in registered and len(registered) >= command.devices_max:
        return replace(denied, reason=Reason.DEVICE_LIMIT), None
    others = elsewhere(world, command.user, command.product, device)
    if others and not command.take_over:
        return replace(denied, reason=Reason.IN_USE_ELSEWHERE, elsewhere=others[0].session), None
    decision, candidate = walk(world, _asking(world, command), command.rights)
    if candidate is not None:
        return replace(decision, project=command.project), candidate
    if decision.outcome is Outcome.DENIED and not decision.team:
        decision = replace(decision, team=command.team)
    return decision, None


def _asking(world: World, command: Checkout) -> Asking:
    return Asking(
        command.user, command.product, command.origin, command.max_tokens, world.now, asked_team=command.asked_team
    )


def refuse(world: World, command: Checkout, decision: Decision) -> None:
    """A denial changes nothing and is recorded (SPEC 10)."""
    world.log(decision.team, UseEvent.DENIED, world.now, _signing_in(world, command, decision, 0), decision.reason)


def _signing_in(world: World, command: Checkout, decision: Decision, device: int) -> Session:
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
        decision.entitled_until,
        world.now,
        world.now,
        world.now,
        absence=world.absence,
        asked_team=command.asked_team,
        project=command.project,
        ends_before_renewal=int(command.end_before_renewal),
        metered=world.products.get(command.product) is ProductKind.PER_RESULT,
    )


def checkout(world: World, command: Checkout, decision: Decision, candidate: Candidate) -> Session:
    """Apply a granted checkout: register the device, take over (D2), open the session, begin its use (C1, C2)."""
    device = _register(world, command)
    session = _signing_in(world, command, decision, device)
    left = _take_over(world, session)
    if session.entitlement is Entitlement.SEAT:
        seats.take(world, session, candidate.pool)
        borrow(world, session, command.offline_until)
    session.waiting = int(waits(world, _asking(world, command), candidate))
    world.sessions[session.session] = session
    world.running.setdefault((command.user, command.product), {})[session.session] = session
    world.dirty["session"].add(session.session)
    basis = world.log(session.team, UseEvent.BEGIN, world.now, session, session.entitlement)
    if session.on_tokens:
        begin_use(world, session, decision, world.now, basis, candidate.caps)
        borrow(world, session, command.offline_until)
    for key in dict.fromkeys(s.line for s in left if s.on_tokens):
        lines.settle(world, world.lines[key])
    if session.on_tokens:
        lines.advance(world, world.line(session.line), session, candidate.caps)
    session.deadline = deadline(world, session)
    world.arm_lease(session)
    return session


def _take_over(world: World, session: Session) -> list[Session]:
    """D2: the sessions on other devices end; their lines are settled once this one uses its own."""
    left = elsewhere(world, session.user, session.product, session.device)
    for other in left:
        end(world, other, State.SUPERSEDED, world.now)
        if other.on_tokens:
            line = world.line(other.line)
            line.used_until = max(line.used_until, world.now)
            world.touch(line)
    return left


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


def expire(world: World, session: Session, at: int) -> None:
    """S5: its lease ran out without contact. A pending hold stays: when its use ended is not known."""
    end(world, session, State.EXPIRED, at)


def end_by_admin(world: World, session: Session) -> None:
    """An admin ends an open session: nothing renews, and what it is known to have used is judged (C3, C4)."""
    now = world.now
    _, policy = policy_at(world, session.team, now)
    use = told(policy, session, now, NEVER, now)
    end(world, session, State.CLOSED, now)
    if session.on_tokens:
        line = world.line(session.line)
        until = use.until(now)
        note_use(world, line, min(until, line.paid_until) if session.contact_at < line.paid_until else until)
        lines.settle(world, line)


# ---------------------------------------------------------------- check-in


def check_checkin(world: World, session: Session, command: Checkin, ended_at: int) -> tuple[Outcome, bool]:
    """(GRANTED or what is missing, whether its charge may be refunded); reads only (S5)."""
    line = world.lines.get(session.line)
    if line is None or not session.on_tokens:
        return Outcome.GRANTED, False
    _, policy = policy_at(world, session.team, world.now)
    if session.open:
        used_until = told(policy, session, world.now, command.operated_at, ended_at).until(world.now)
    else:
        used_until = late_use(policy, session, command.operated_at, ended_at)
    if not refunds.refundable(line, session, used_until, ended_at, world.now, policy.late_checkin):
        return Outcome.GRANTED, False
    fact = command.refund
    if fact is None:
        return Outcome.NEEDS_HISTORY, True
    if fact.window_start != line.window_start or fact.as_of < world.last_refund_batch or world.refunded:
        return Outcome.STALE_HISTORY, True
    return Outcome.GRANTED, True


def ended(world: World, session: Session, command: Checkin) -> int:
    """When the session ended, as its check-in says: not before its last contact, nor later than is known."""
    latest = world.now if session.open else session.ended_at
    return latest if command.ended_at == NEVER else min(max(command.ended_at, session.contact_at), latest)


def checkin(world: World, session: Session, command: Checkin, ended_at: int, refundable: bool) -> tuple[int, Stopped]:
    """Apply a check-in; gives the tokens that came back. An EXPIRED session stays EXPIRED (SPEC 14)."""
    _, policy = policy_at(world, session.team, world.now)
    late = not session.open
    stopped = Stopped()
    if late:
        session.reported = 1
        if session.on_tokens and session.line in world.lines:
            line = world.lines[session.line]
            line.used_until = max(line.used_until, late_use(policy, session, command.operated_at, ended_at))
            world.touch(line)
        world.dirty["session"].add(session.session)
    else:
        stopped = contact(world, session, Heard(command.operated_at, ended_at, command.rights))
    refunded = 0
    if refundable and command.refund is not None:
        line = world.lines[session.line]
        within = line.came_in_advance or command.refund.recent < policy.late_refunds
        refunded = refunds.refund(world, line, command.refund) if within else 0
        world.log(session.team, UseEvent.LATE, ended_at, session, 1 if within else 2)
    elif late:
        world.log(session.team, UseEvent.LATE, ended_at, session)
    if late and session.on_tokens and session.line in world.lines:
        lines.settle(world, world.lines[session.line])
    return refunded, stopped
