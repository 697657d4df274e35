"""What an answer says of a session: its lease, when to be heard again, when it is to end (S3, S4, A9). Reads only."""

from __future__ import annotations

from flexauth.commands import HOUR, MINUTE, NEVER, Choice, Decision, Entitlement, Outcome, Policy, State
from flexauth.reference import lines, packs
from flexauth.reference.contracts import policy_at, price_at
from flexauth.reference.state import Session, World

__all__ = ["deadline", "ends_before_renewal", "facts", "lacking_rights"]


def ends_before_renewal(world: World, session: Session) -> bool:
    """A9: session or contract say that nothing renews."""
    _, policy = policy_at(world, session.team, world.now)
    return bool(session.ends_before_renewal or policy.end_before_renewal)


def _lease_until(world: World, session: Session, policy: Policy) -> int:
    """S4: never after W plus margin, nor `lease_max` after contact; past W an idle session has none."""
    until = session.contact_at + policy.lease_max
    if session.entitlement is Entitlement.SEAT:
        until = max(session.contact_at + policy.seat_linger, session.borrowed_until)
    elif session.waiting:
        until = min(until, session.contact_at + HOUR)
    elif session.on_tokens:
        line = world.lines[session.line]
        covered = lines.paid_until(world, line) > session.contact_at
        margin = policy.lease_margin
        until = min(until, lines.lease_covers(world, line, session, margin)) if covered else session.contact_at
    return until if session.entitled_until == NEVER else min(until, session.entitled_until)


def deadline(world: World, session: Session) -> int:
    """S4; an idle session out of contact ends `lease_max` after the last contact (SPEC 14)."""
    _, policy = policy_at(world, session.team, world.now)
    if session.state is not State.IDLE or not session.on_tokens:
        return _lease_until(world, session, policy)
    until = session.contact_at + policy.lease_max
    return until if session.entitled_until == NEVER else min(until, session.entitled_until)


def _shortened(interval: int, session: int) -> int:
    """S3: up to 20 % less, by a hash of the session's id, so that a fleet does not call in one second."""
    mixed = (session ^ session >> 64) & (2**64 - 1)
    mixed = (mixed ^ mixed >> 33) * 0xFF51AFD7ED558CCD & (2**64 - 1)
    return interval - interval // 1000 * ((mixed ^ mixed >> 33) % 201)


def facts(world: World, session: Session, *, jitter: bool) -> Decision:
    """What an answer says of a session."""
    now = world.now
    _, policy = policy_at(world, session.team, now)
    line = world.lines.get(session.line) if session.on_tokens else None
    pending = NEVER if line is None else line.pending_since
    paid = NEVER if line is None else lines.paid_until(world, line)
    heartbeat_by = end_at = lease_until = NEVER
    if session.open:
        if paid > now and ends_before_renewal(world, session):
            end_at = paid - MINUTE
        lease_until = _lease_until(world, session, policy)
        due = [session.entitled_until, paid, paid - policy.renewal_notice if paid != NEVER else NEVER, end_at]
        if pending != NEVER and line is not None:
            due.append(line.capture_at)
        if line is None:
            due.append(lease_until)
        interval = policy.heartbeat_interval
        heartbeat_by = now + (_shortened(interval, session.session) if jitter else interval)
        heartbeat_by = min([heartbeat_by, *(at for at in due if at > now)])
    rate, _ = price_at(world, session.product, now)
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
        lease_until=lease_until,
        ended_at=session.ended_at,
        idle_after=policy.idle_after if session.idle_aware else 0,
        counter=session.counter,
        end_at=end_at,
        entitled_until=session.entitled_until,
        choice=Choice.REQUESTED if session.asked_team else Choice.NONE,
        asked_team=session.asked_team,
        project=session.project,
    )


def lacking_rights(session: Session) -> Decision:
    """The command is to be sent again with rights (E2); says whose."""
    return Decision(
        Outcome.NEEDS_RIGHTS,
        team=session.team,
        user=session.user,
        product=session.product,
        device=session.device,
        asked_team=session.asked_team,
        project=session.project,
    )
