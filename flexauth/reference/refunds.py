"""Charges that go back (S5, L5). Knows no session but those of the line."""

from __future__ import annotations

from flexauth.commands import NEVER, Decision, EntryKind, IdKind, Outcome, Refund, RefundWindow, State
from flexauth.reference import caps, contracts, lines, packs
from flexauth.reference.state import Line, Pack, Session, World

__all__ = ["refund", "refund_window", "refundable", "stale"]

#: Reasons of a refund: the grace of S5, which a user has so many times, and a borrowed window that was not used (S4).
_SELF_REPORTED, _NOT_USED = 1, 2


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
    """S5: the charge of the line's window goes back, as its own user's late check-in showed."""
    reason = _NOT_USED if line.came_in_advance else _SELF_REPORTED
    total = _give_back(world, line, fact, (line.window_start, line.paid_until), reason)
    line.paid_until, line.window_start, line.charge = NEVER, NEVER, 0
    lines.review_advance(world, line)
    world.touch(line)
    return total


def refund_window(world: World, command: RefundWindow) -> Decision:
    """L5: any charge of a line goes back; the window that the line stands on no longer counts as paid."""
    fact, key = command.fact, (command.team, command.user, command.product)
    if any(pack and pack not in world.packs for pack, _ in fact.slices):
        return Decision(Outcome.UNKNOWN)
    if stale(world, fact):
        return Decision(Outcome.STALE_HISTORY, team=command.team, user=command.user, product=command.product)
    total = _give_back(world, Line(*key), fact, (fact.window_start, fact.window_end), command.reason)
    line = world.line(key)
    if line.paid_until != NEVER and line.paid_until == fact.window_end:
        if line.at_rest:
            line.forget_terms()
        line.paid_until, line.window_start, line.charge = NEVER, NEVER, 0
        lines.review_advance(world, line)
        world.touch(line)
    return Decision(
        Outcome.GRANTED, team=command.team, user=command.user, product=command.product, tokens=total,
        balance=packs.available(world, command.team),
    )  # fmt: skip


def stale(world: World, fact: Refund) -> bool:
    """Another refund came after this was read, or is not stored yet."""
    return fact.as_of < world.last_refund_batch or world.refunded


def _give_back(world: World, line: Line, fact: Refund, window: tuple[int, int], reason: int) -> int:
    """A charge goes back to its packs, wherever they are now (SPEC 14); entries are of the line's team.

    Slices of packs that have ended, and of an overdraft that has been settled, make one make-good pack.
    """
    credit = world.team(line.team).credit
    lost: list[tuple[Pack, int]] = []
    made_good = 0
    for ident, tokens in fact.slices:
        pack = world.packs[ident] if ident else credit
        gone = tokens if pack.ended else max(0, tokens + credit.remaining) if pack is credit else 0
        if gone:
            lost.append((pack, gone))
            made_good = made_good or world.allocate(IdKind.TRANSFER)
        if gone and pack is credit:  # it owes no less than it is given back
            _move(world, EntryKind.MOVE_OUT, pack, gone, made_good, line.team)
        world.enter(
            EntryKind.REFUND,
            pack,
            tokens,
            window[0],
            book=line.team,
            line=line,
            window=window,
            corrects=fact.charge,
            reason=reason,
        )
        if gone and pack is not credit:
            _move(world, EntryKind.MOVE_OUT, pack, gone, made_good, line.team)
        elif pack.team != line.team:
            transfer = world.allocate(IdKind.TRANSFER)
            _move(world, EntryKind.MOVE_OUT, pack, tokens, transfer, line.team)
            _move(world, EntryKind.MOVE_IN, pack, tokens, transfer, pack.team)
    if lost:
        _make_good(world, line.team, lost, made_good)
    total = sum(tokens for _, tokens in fact.slices)
    caps.take_back(world, line.key, window[0], fact.caps, total)
    world.refunded = True
    return total


def _move(world: World, kind: EntryKind, pack: Pack, tokens: int, transfer: int, book: int) -> None:
    signed = tokens if kind is EntryKind.MOVE_IN else -tokens
    world.enter(kind, pack, signed, world.now, book=book, transfer=transfer)


def _make_good(world: World, team: int, lost: list[tuple[Pack, int]], transfer: int) -> None:
    """A pack for what cannot go back, at the price of the first that it makes good."""
    _, policy = contracts.policy_at(world, team, world.now)
    source, total = lost[0][0], sum(tokens for _, tokens in lost)
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
    packs.add_pack(world, good)
    _move(world, EntryKind.MOVE_IN, good, total, transfer, team)
