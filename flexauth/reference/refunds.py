"""Charges that go back (S5, L5). Knows no session but those of the line."""

from __future__ import annotations

from flexauth.commands import NEVER, EntryKind, IdKind, Refund, State
from flexauth.reference import caps, contracts, packs
from flexauth.reference.state import Line, Pack, Session, World

__all__ = ["refund", "refundable"]

_SELF_REPORTED = 1


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
    total = sum(tokens for _, tokens in fact.slices)
    caps.take_back(world, line.key, line.window_start, fact.caps, total)
    line.paid_until, line.window_start, line.charge = NEVER, NEVER, 0
    world.touch(line)
    world.refunded = True
    return total


def _make_good(world: World, team: int, slices: list[tuple[Pack, int]], transfer: int) -> None:
    _, policy = contracts.policy_at(world, team, world.now)
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
    packs.add_pack(world, good)
    world.enter(EntryKind.MOVE_IN, good, total, world.now, transfer=transfer)
