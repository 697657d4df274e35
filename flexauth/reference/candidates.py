"""Which of the ways that the rights give a session is taken (section 5, steps 4 and 5; E1, E3). Reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flexauth.commands import (
    NEVER,
    Candidate,
    Choice,
    Decision,
    Entitlement,
    OriginRule,
    Outcome,
    ProductKind,
    Reason,
    Rights,
)
from flexauth.reference import charging, lines, packs, seats
from flexauth.reference.contracts import origin_rule, policy_at, price_at
from flexauth.reference.state import FOREVER, Pack, Session, World

__all__ = ["Asking", "caps_of", "free_way", "is_paid_by_tokens", "needs_balance", "still_held", "waits", "walk"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose use it is, and when it begins.

    `active`: use goes on, so that tokens are charged for it now. `operated`: it had its first operation (S6); the
    sign-in of an origin that charges is one. `team`: tokens come from this team alone, 0 from any.
    """

    user: int
    product: int
    origin: int
    max_tokens: int
    at: int
    asked_team: int = 0
    active: bool = True
    operated: bool = False
    team: int = 0


def _holds(candidate: Candidate, now: int) -> bool:
    return not candidate.refusal and (candidate.until == NEVER or candidate.until > now)


def caps_of(rights: Rights | None, team: int) -> tuple[int, ...]:
    """The caps that bind charges of a team."""
    candidates = () if rights is None else rights.candidates
    return next((c.caps for c in candidates if c.team == team and c.entitlement is Entitlement.TOKENS), ())


# ---------------------------------------------------------------- teams in order of E1


def _covers(world: World, asking: Asking, candidate: Candidate) -> bool:
    rate, _ = price_at(world, asking.product, asking.at)
    if candidate.entitlement is not Entitlement.TOKENS or _is_per_result(world, asking.product):
        return packs.available(world, candidate.team) > 0
    return rate > 0 and not packs.lacking(world, candidate.team, rate, asking.at)


def _next_end(world: World, team: int) -> int:
    """The end of the pack that is consumed next."""
    free = [p for p in world.team(team).packs if p.live(world.now) and p.remaining > p.held]
    return min(free, key=Pack.order).ends_at if free else FOREVER


def _place(world: World, asking: Asking, candidate: Candidate) -> tuple[int, int]:
    """A paid or pending line first, then who covers the rate, by the end of the next pack; team ids break ties."""
    line = world.lines.get((candidate.team, asking.user, asking.product))
    if line is not None and (line.paid_until > asking.at or line.pending_since != NEVER):
        return (0, 0)
    return (1, _next_end(world, candidate.team)) if _covers(world, asking, candidate) else (2, 0)


def _in_order(world: World, asking: Asking, rights: Rights) -> list[tuple[tuple[int, int], Candidate]]:
    """The candidates that cost a balance, and those that only say why not, each with its place."""
    found = [
        c
        for c in rights.candidates
        if (c.refusal or (c.entitlement in (Entitlement.INCLUDED, Entitlement.TOKENS) and _holds(c, world.now)))
        and asking.team in (0, c.team)
    ]
    placed = [(_place(world, asking, candidate), candidate) for candidate in found]
    return sorted(placed, key=lambda row: (row[0], row[1].team))


def _choice(asking: Asking, place: tuple[int, int], others: list[tuple[int, int]]) -> Choice:
    """Why this team (E1); `others` are the places of the other teams that may pay."""
    if asking.asked_team:
        return Choice.REQUESTED
    if not others:
        return Choice.ONLY
    if place[0] == 0:
        return Choice.PAID
    return Choice.TEAM_ID if place in others else Choice.ENDS_FIRST


# ---------------------------------------------------------------- ways


def free_way(world: World, asking: Asking, rights: Rights) -> Candidate | None:
    """The first subscription, trial or free seat that holds; another team's subscription by E3."""
    if rights.barred:
        return None
    payers = [
        c.team for _, c in _in_order(world, asking, rights) if c.entitlement is Entitlement.TOKENS and not c.refusal
    ]
    for candidate in rights.candidates:
        if not _holds(candidate, world.now):
            continue
        if candidate.entitlement is Entitlement.SUBSCRIPTION and _counts(world, candidate.team, payers):
            return candidate
        if candidate.entitlement is Entitlement.TRIAL:
            return candidate
        if candidate.entitlement is Entitlement.SEAT and seats.is_free(world, candidate.pool, asking.user):
            return candidate
    return None


def _counts(world: World, team: int, payers: list[int]) -> bool:
    """E3: the contract of the team that would pay says whether another team's subscription counts."""
    if not payers or payers[0] == team:
        return True
    _, policy = policy_at(world, payers[0], world.now)
    return bool(policy.cross_team_subscription)


def walk(world: World, asking: Asking, rights: Rights) -> tuple[Decision, Candidate | None]:
    """The decision, and the candidate that is granted. The first that grants serves, else the first says why not."""
    denied = Decision(Outcome.DENIED, rights.barred, user=asking.user, product=asking.product)
    if rights.barred:
        return denied, None
    free = free_way(world, asking, rights)
    if free is not None:
        choice = Choice.REQUESTED if asking.asked_team else Choice.NONE
        return replace(_known(world, asking, free), entitlement=free.entitlement, choice=choice), free
    placed = _in_order(world, asking, rights)
    tries = []
    for place, candidate in placed:
        decision = _try(world, asking, candidate)
        if decision.outcome is Outcome.GRANTED:
            if candidate.entitlement is Entitlement.TOKENS:
                others = [p for p, c in placed if not c.refusal and c.team != candidate.team]
                decision = replace(decision, choice=_choice(asking, place, others))
            elif asking.asked_team:
                decision = replace(decision, choice=Choice.REQUESTED)
            return decision, candidate
        tries.append(decision)
    return (tries[0] if tries else replace(denied, reason=rights.refusal)), None


def waits(world: World, asking: Asking, candidate: Candidate) -> bool:
    """S6: tokens would be charged, but not before the first operation."""
    if candidate.entitlement is not Entitlement.TOKENS or asking.operated or _is_per_result(world, asking.product):
        return False
    _, policy = policy_at(world, candidate.team, world.now)
    return origin_rule(policy, asking.origin) is OriginRule.ON_FIRST_OPERATION


def _is_per_result(world: World, product: int) -> bool:
    return world.products.get(product) is ProductKind.PER_RESULT


def _known(world: World, asking: Asking, candidate: Candidate) -> Decision:
    rate, _ = price_at(world, asking.product, asking.at)
    return Decision(
        Outcome.GRANTED,
        team=candidate.team,
        user=asking.user,
        product=asking.product,
        rate=rate,
        balance=packs.available(world, candidate.team),
        entitled_until=candidate.until,
        asked_team=asking.asked_team,
    )


def _try(world: World, asking: Asking, candidate: Candidate) -> Decision:
    """An included product (C12), results (C13), a window already paid or pending (C1), or tokens (C2)."""
    known = _known(world, asking, candidate)
    refused = replace(known, outcome=Outcome.DENIED, entitled_until=NEVER, asked_team=0)
    if candidate.refusal:
        return replace(refused, reason=candidate.refusal)
    if candidate.entitlement is Entitlement.INCLUDED or _is_per_result(world, asking.product):
        if known.balance > 0:
            return replace(known, entitlement=candidate.entitlement)
        return replace(refused, reason=packs.why_not(world, candidate.team), shortfall=1 - known.balance)
    line = world.lines.get((candidate.team, asking.user, asking.product))
    paid = line is not None and line.paid_until > asking.at
    if waits(world, asking, candidate):
        return replace(known, entitlement=Entitlement.PAID_WINDOW if paid else Entitlement.TOKENS)
    if line is not None and paid:
        return replace(known, entitlement=Entitlement.PAID_WINDOW, paid_until=line.paid_until)
    if line is not None and line.pending_since != NEVER:
        until = lines.paid_until(world, line)
        return replace(known, entitlement=Entitlement.TOKENS, paid_until=until, pending_since=line.pending_since)
    if not asking.active:
        return replace(known, entitlement=Entitlement.TOKENS)
    return _charged(world, asking, candidate, known, refused)


def _charged(world: World, asking: Asking, candidate: Candidate, known: Decision, refused: Decision) -> Decision:
    """C2: what a hold of the rate would make."""
    if not known.rate:
        return Decision(Outcome.UNKNOWN)
    consents = ((asking.origin, asking.max_tokens),)
    refusal = charging.may_charge(world, candidate.team, known.rate, asking.at, candidate.caps, consents)
    if refusal.reason is not Reason.NONE:
        tokens = 0 if refusal.shortfall else known.rate
        return replace(refused, reason=refusal.reason, cap=refusal.cap, shortfall=refusal.shortfall, tokens=tokens)
    return replace(
        known,
        entitlement=Entitlement.TOKENS,
        tokens=known.rate,
        balance=known.balance - known.rate,
        paid_until=lines.would_end(world, (candidate.team, asking.user, asking.product), asking.at),
        pending_since=asking.at,
    )


# ---------------------------------------------------------------- a session's own


def is_paid_by_tokens(session: Session) -> bool:
    """By use, or by results: it stays in its team."""
    return session.on_tokens or (session.metered and session.entitlement is Entitlement.TOKENS)


def needs_balance(session: Session) -> bool:
    """An included product, or one that is charged per result, runs while there is a balance (C12, C13)."""
    return session.entitlement is Entitlement.INCLUDED or (session.metered and is_paid_by_tokens(session))


def still_held(world: World, session: Session, rights: Rights) -> Candidate | None:
    """The candidate that the session runs under, if it still holds."""
    if rights.barred or seats.is_lost(world, session):
        return None
    if needs_balance(session) and packs.available(world, session.team) <= 0:
        return None
    kind = Entitlement.TOKENS if session.entitlement is Entitlement.PAID_WINDOW else session.entitlement
    pool = session.pool if kind is Entitlement.SEAT else 0
    mine = (c for c in rights.candidates if (c.entitlement, c.team) == (kind, session.team) and pool in (0, c.pool))
    return next((c for c in mine if _holds(c, world.now)), None)
