"""Products that are charged per result (C13). Knows the line's rest of units, and no window."""

from __future__ import annotations

from flexauth.commands import Entitlement, Reason, UseEvent
from flexauth.reference import caps, lines, packs
from flexauth.reference.charging import ALLOWED, Refusal, may_charge
from flexauth.reference.contracts import policy_at
from flexauth.reference.state import Line, Session, World

__all__ = ["report"]


def report(world: World, session: Session, units: int, cap_ids: tuple[int, ...]) -> tuple[Refusal, int]:
    """Units of an open session: why they are refused, or the tokens that they took.

    Units add up per line, each full N takes its tokens at once. A subscription, trial or seat pays for its results.
    """
    if session.entitlement is not Entitlement.TOKENS:
        world.log(session.team, UseEvent.RESULT, world.now, session, units)
        return ALLOWED, 0
    known = world.lines.get(session.line)
    each, per = world.results[session.product]
    full, rest = divmod(units + (0 if known is None else known.units), per)
    consents = ((session.origin, session.max_tokens),)
    refusal = may_charge(world, session.team, full * each, world.now, cap_ids, consents) if full else ALLOWED
    if refusal.reason is not Reason.NONE:
        world.log(session.team, UseEvent.DENIED, world.now, session, refusal.reason)
        return refusal, 0
    basis = world.log(session.team, UseEvent.RESULT, world.now, session, units)
    line = world.line(session.line)
    line.units = rest
    world.touch(line)
    if full:
        _charge(world, line, session, full * each, basis, cap_ids)
    return ALLOWED, full * each


def _charge(world: World, line: Line, session: Session, tokens: int, basis: int, cap_ids: tuple[int, ...]) -> None:
    """A charge without a window; the line's own terms stay as they are."""
    now = world.now
    version, _ = policy_at(world, line.team, now)
    terms = Line(
        *line.key, now, now, rate=world.results[line.product][0], policy_version=version, basis=basis,
        session=session.session,
    )  # fmt: skip
    lines.charge(world, terms, packs.slices(world, line.team, tokens), now, held=False)
    caps.count(world, line.key, session, cap_ids, now, tokens)
