"""What a contact does to a session (S3, E2): its rights are resolved, its use is judged, its deadline is set.

`needs_rights` only reads; `contact` cannot fail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flexauth.commands import NEVER, Candidate, Decision, Entitlement, Outcome, Reason, Rights, State, UseEvent
from flexauth.reference import charging, lines, packs, seats
from flexauth.reference.candidates import (
    Asking,
    caps_of,
    free_way,
    is_paid_by_tokens,
    needs_balance,
    still_held,
    waits,
    walk,
)
from flexauth.reference.contracts import policy_at, price_at
from flexauth.reference.facts import deadline, ends_before_renewal
from flexauth.reference.state import Line, Session, World
from flexauth.reference.use import Use, told

__all__ = ["Heard", "Stopped", "begin_use", "borrow", "contact", "elsewhere", "end", "needs_rights", "note_use"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a contact brings; NEVER and None where it says nothing. `results`: per-result units follow (C13)."""

    operated_at: int = NEVER
    ended_at: int = NEVER
    rights: Rights | None = None
    offline_until: int = NEVER
    results: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a contact ended the session, as far as the session does not keep it; all 0 when it did not."""

    cap: int = 0
    shortfall: int = 0
    elsewhere: int = 0


_NOTHING = Stopped()


# ---------------------------------------------------------------- check


def needs_rights(world: World, session: Session, heard: Heard) -> bool:
    """Whether this contact cannot be decided by what the session knows of its rights."""
    now = world.now
    if heard.rights is not None:
        return False
    if session.rights_version < max(world.rights_version, world.team(session.team).rights_version):
        return True
    if NEVER != session.entitled_until <= now or seats.is_lost(world, session) or heard.results:
        return True
    _, policy = policy_at(world, session.team, now)
    use = told(policy, session, now, heard.operated_at, heard.ended_at)
    if session.waiting:
        return use.resumed_at != NEVER
    if not session.on_tokens:
        return heard.ended_at == NEVER and needs_balance(session) and packs.available(world, session.team) <= 0
    line = world.line(session.line)
    if line.pending_since != NEVER or lines.needs_advance(world, line, heard.offline_until):
        return True
    return _is_charged(line, session, use, now)


def _used_at_end(line: Line, session: Session, use: Use, now: int) -> bool:
    """C5: W has passed since the last contact, and use was going on then."""
    return session.contact_at < line.paid_until <= now and use.at(line.paid_until)


def _is_charged(line: Line, session: Session, use: Use, now: int) -> bool:
    """Whether this contact's use needs a new charge: a renewal, or a hold (C2)."""
    start = use.begins(now)
    covered = line.pending_since != NEVER or line.paid_until > start
    return _used_at_end(line, session, use, now) or (start != NEVER and not covered)


def elsewhere(world: World, user: int, product: int, device: int) -> list[Session]:
    """Sessions on other devices that stand in the way (D2), by id; one without a first operation does not (S6)."""
    running = world.running.get((user, product), {}).values()
    return sorted((s for s in running if s.device != device and not s.waiting), key=lambda s: s.session)


# ---------------------------------------------------------------- apply


def contact(world: World, session: Session, heard: Heard) -> Stopped:
    """An open session is heard; where `needs_rights` says so, with rights."""
    now = world.now
    _, policy = policy_at(world, session.team, now)
    use = told(policy, session, now, heard.operated_at, heard.ended_at)
    if now - session.contact_at > 2 * policy.heartbeat_interval:
        world.log(session.team, UseEvent.GAP, session.contact_at, session)
    if use.idle_at != NEVER:
        world.log(session.team, UseEvent.IDLE, use.idle_at, session)
    if use.resumed_at != NEVER and not session.on_tokens and not session.waiting:
        world.log(session.team, UseEvent.RESUME, use.resumed_at, session)
    judged, stopped = heard.rights is not None, _NOTHING
    if heard.rights is not None:
        judged, stopped = _resolve(world, session, heard, heard.rights, use)
    if session.on_tokens and session.open and not judged:
        stopped = _judge(world, world.line(session.line), session, use, caps_of(heard.rights, session.team))
    _set_state(world, session, use, heard)
    if session.on_tokens:
        line = world.line(session.line)
        lines.settle(world, line)
        lines.advance(world, line, session, caps_of(heard.rights, session.team))
    if session.open:
        session.deadline = deadline(world, session)
        world.arm_lease(session)
    return stopped


def _resolve(world: World, session: Session, heard: Heard, rights: Rights, use: Use) -> tuple[bool, Stopped]:
    """E2, A6: whether the session's use is judged with this, and why it ends if it does."""
    now = world.now
    session.rights_version = rights.version
    if session.waiting and use.resumed_at != NEVER:
        return True, _operate(world, session, rights, use)
    asking = _asking(world, session, use, use.goes_on(now))
    line = world.line(session.line) if session.on_tokens else None
    charged = line is not None and _is_charged(line, session, use, now)
    mine = still_held(world, session, rights)
    if mine is None and (heard.ended_at == NEVER or charged):
        return True, _hand_over(world, session, asking, rights, use, now if heard.ended_at == NEVER else heard.ended_at)
    if mine is not None:
        session.entitled_until = mine.until
    if charged or heard.results or (line is not None and line.pending_since != NEVER):
        free = free_way(world, asking, rights)
        if free is not None:
            _serve_free(world, session, free, use)
            return True, _NOTHING
    return False, _NOTHING


def _asking(world: World, session: Session, use: Use, active: bool) -> Asking:
    return Asking(
        session.user,
        session.product,
        session.origin,
        session.max_tokens,
        world.now,
        session.asked_team,
        active,
        session.operations > 0 or use.operated_at > session.operated_at,
        session.team if is_paid_by_tokens(session) else 0,
    )


def _stopped(decision: Decision) -> Stopped:
    return Stopped(decision.cap, decision.shortfall)


def _withdraw(world: World, session: Session, use: Use, decision: Decision, at: int) -> Stopped:
    """A6: nothing holds any more. Use at a W that has passed ends there, with all of the line; else it ends at `at`."""
    now, reason = world.now, decision.reason
    if session.on_tokens:
        line = world.line(session.line)
        if _used_at_end(line, session, use, now):
            _deny_line(world, line, reason)
            return _stopped(decision)
        note_use(world, line, use.until(now))
    lines.deny(world, session, at, reason)
    return _stopped(decision)


def _deny_line(world: World, line: Line, reason: Reason) -> None:
    """C6: the line's open sessions end at W, in use or not."""
    at = line.paid_until
    for other in sorted(line.sessions.values(), key=lambda s: s.session):
        if other.open and other.on_tokens:
            lines.deny(world, other, at, reason)
    note_use(world, line, at)


def note_use(world: World, line: Line, until: int) -> None:
    """The line was in use until an instant."""
    if until > line.used_until:
        line.used_until = until
        world.touch(line)


# ---------------------------------------------------------------- the next entitlement (E2)


def _hand_over(world: World, session: Session, asking: Asking, rights: Rights, use: Use, at: int) -> Stopped:
    """What the session ran under is gone: the next that holds serves, else it ends, at `at`."""
    decision, candidate = walk(world, asking, rights)
    if candidate is None:
        if decision.outcome is Outcome.UNKNOWN:
            decision = Decision(Outcome.DENIED, rights.refusal)
        return _withdraw(world, session, use, decision, at)
    if session.on_tokens:
        _serve_free(world, session, candidate, use)
        return _NOTHING
    basis = _entitle(world, session, candidate, decision.entitlement)
    session.waiting = int(waits(world, asking, candidate))
    if candidate.entitlement is Entitlement.TOKENS and not (session.waiting or session.metered):
        begin_use(world, session, decision, world.now, basis, candidate.caps, active=asking.active)
    return _NOTHING


def _entitle(world: World, session: Session, candidate: Candidate, entitlement: Entitlement) -> int:
    """The session runs under a candidate from now on; gives the sequence of the row of its team's use log."""
    now = world.now
    if session.entitlement is Entitlement.SEAT:
        seats.give(session)
    session.borrowed_until = NEVER
    if session.team != candidate.team:
        world.log(session.team, UseEvent.HANDED_OVER, now, session, entitlement)
    if entitlement is Entitlement.SEAT:
        seats.take(world, session, candidate.pool)
    session.team, session.entitlement, session.entitled_until = candidate.team, entitlement, candidate.until
    return world.log(session.team, UseEvent.HANDED_OVER, now, session, entitlement)


def _serve_free(world: World, session: Session, candidate: Candidate, use: Use) -> None:
    """A subscription, trial or seat takes over: nothing is charged. A line that nobody else uses is in use no more."""
    if session.on_tokens:
        line = world.line(session.line)
        if use.resumed_at != NEVER:
            world.log(session.team, UseEvent.RESUME, use.resumed_at, session)
        note_use(world, line, use.until(world.now))
        del line.sessions[session.session]
        world.touch(line)
        _pass_hold_on(world, line)
        lines.review_advance(world, line)
        if line.at_rest:
            line.forget_terms()
    _entitle(world, session, candidate, candidate.entitlement)


def _pass_hold_on(world: World, line: Line) -> None:
    """A pending hold stays for others whose use it pays or may pay; without them it goes, and was no free use (C8)."""
    if line.pending_since == NEVER:
        return
    others = [s.session for s in line.sessions.values() if s.state is State.ACTIVE or _unheard(s, line.pending_since)]
    if others:
        line.session = min(others)
    else:
        lines.release(world, line)


def _unheard(session: Session, since: int) -> bool:
    """It went out of contact for good after `since`, and nobody said when its use ended (S5)."""
    return session.state is State.EXPIRED and not session.reported and session.ended_at > since


def _operate(world: World, session: Session, rights: Rights, use: Use) -> Stopped:
    """S6: the first operation of a session that waited for one is decided anew, as a sign-in (D2, section 5, C2)."""
    start = use.resumed_at
    others = elsewhere(world, session.user, session.product, session.device)
    if others:
        lines.deny(world, session, start, Reason.IN_USE_ELSEWHERE)
        return Stopped(elsewhere=others[0].session)
    asking = replace(_asking(world, session, use, active=True), at=start, operated=True)
    decision, candidate = walk(world, asking, rights)
    if candidate is None:
        reason = rights.refusal if decision.outcome is Outcome.UNKNOWN else decision.reason
        lines.deny(world, session, start, reason)
        return _stopped(decision)
    basis = world.log(session.team, UseEvent.OPERATED, start, session)
    session.waiting = 0
    if candidate.team != session.team or candidate.entitlement is not Entitlement.TOKENS:
        basis = _entitle(world, session, candidate, decision.entitlement)
    else:
        session.entitlement, session.entitled_until = decision.entitlement, candidate.until
    if session.on_tokens:
        begin_use(world, session, decision, start, basis, candidate.caps)
        note_use(world, world.line(session.line), use.until(world.now))
    return _NOTHING


def begin_use(
    world: World,
    session: Session,
    decision: Decision,
    start: int,
    basis: int,
    caps: tuple[int, ...],
    *,
    active: bool = True,
) -> None:
    """A session on tokens joins its line; active, its use begins at `start` (C1, C2)."""
    line = world.line(session.line)
    if line.at_rest:
        line.forget_terms()
    line.sessions[session.session] = session
    world.touch(line)
    if decision.tokens:
        lines.hold(world, line, session, start, basis, caps)
    if active:
        line.used_until = max(line.used_until, start)


# ---------------------------------------------------------------- use


def _judge(world: World, line: Line, session: Session, use: Use, cap_ids: tuple[int, ...]) -> Stopped:
    """C5 at each W that has passed since the last contact, then C2 for use that began after it."""
    now = world.now
    while _used_at_end(line, session, use, now):
        if ends_before_renewal(world, session):
            note_use(world, line, line.paid_until)
            lines.deny(world, session, line.paid_until, Reason.CONSENT_REQUIRED)
            return _NOTHING
        refusal = lines.renew(world, line, session, cap_ids)
        if refusal.reason is not Reason.NONE:
            _deny_line(world, line, refusal.reason)
            return Stopped(refusal.cap, refusal.shortfall)
    start = use.begins(now)
    covered = line.pending_since != NEVER or line.paid_until > start
    if start != NEVER and (use.resumed_at != NEVER or not covered):
        if not covered:
            rate, _ = price_at(world, line.product, start)
            consents = ((session.origin, session.max_tokens),)
            refusal = charging.may_charge(world, line.team, rate, start, cap_ids, consents)
            if refusal.reason is not Reason.NONE:
                lines.deny(world, session, start, refusal.reason)
                return Stopped(refusal.cap, refusal.shortfall)
        basis = world.log(line.team, UseEvent.RESUME, start, session)
        if not covered:
            lines.hold(world, line, session, start, basis, cap_ids)
    note_use(world, line, use.until(now))
    return _NOTHING


def end(world: World, session: Session, state: State, at: int) -> None:
    """The session is over (S1)."""
    session.state, session.ended_at = state, at
    world.running[session.user, session.product].pop(session.session, None)
    world.dirty["session"].add(session.session)
    world.log(session.team, UseEvent.END, at, session, state)


def _set_state(world: World, session: Session, use: Use, heard: Heard) -> None:
    now = world.now
    if use.operated_at > session.operated_at:
        session.operations += 1
    session.operated_at = use.operated_at
    session.contact_at, session.absence = now, world.absence
    world.dirty["session"].add(session.session)
    if not session.open:
        return
    if heard.ended_at != NEVER:
        end(world, session, State.CLOSED, heard.ended_at)
        return
    session.state = State.ACTIVE if use.goes_on(now) else State.IDLE
    if session.entitlement is Entitlement.SEAT or session.on_tokens:
        borrow(world, session, heard.offline_until)


def borrow(world: World, session: Session, until: int) -> None:
    """S4: until then, at most `lease_max` after this contact; a contact that asks not ends it."""
    _, policy = policy_at(world, session.team, world.now)
    latest = world.now + policy.lease_max
    session.borrowed_until = min(until, latest) if until > world.now else NEVER
