"""What administration does to packs and lines (P0, P1, P5, C10): orders, cancellations, moves, splits, moving in.

Each act is checked whole before it begins; one that the rules forbid now changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from flexauth.commands import (
    NEVER,
    AddPacks,
    AdjustPack,
    Decision,
    EntryKind,
    MovePack,
    NewPack,
    OpenWindow,
    Outcome,
    SplitPack,
)
from flexauth.reference import packs
from flexauth.reference.state import Pack, World

__all__ = ["add_packs", "adjust", "move", "open_window", "split"]

_REFUSED = Decision(Outcome.REFUSED)
_UNKNOWN = Decision(Outcome.UNKNOWN)


def _done(world: World, team: int, tokens: int) -> Decision:
    return Decision(Outcome.GRANTED, team=team, tokens=tokens, balance=packs.available(world, team))


def add_packs(world: World, command: AddPacks) -> Decision:
    """P1: an order's packs come; what was spent elsewhere goes (P0), what the team owes is settled (C10)."""
    came = [_come(world, command.team, terms) for terms in command.packs]
    credit = world.team(command.team).credit
    for pack in sorted(came, key=Pack.order):
        paid = min(pack.remaining, -credit.remaining)
        if paid:
            world.enter(EntryKind.SETTLEMENT, pack, -paid, world.now)
            credit.remaining += paid
    return _done(world, command.team, 0)


def _come(world: World, team: int, terms: NewPack) -> Pack:
    pack = Pack(team, terms.pack, terms.size, terms.unit_price, terms.starts_at, terms.ends_at, terms.purchased_at)
    packs.add_pack(world, pack)
    world.enter(EntryKind.ORDER, pack, terms.size, world.now)
    if terms.used:
        world.enter(EntryKind.ADJUSTMENT, pack, -terms.used, world.now)
    return pack


def adjust(world: World, command: AdjustPack) -> Decision:
    """P0: a wrong order's pack is cancelled, as long as nothing of it is used or held. What was split off stays."""
    pack = world.packs.get(command.pack)
    if pack is None:
        return _UNKNOWN
    if pack.ended or pack.parent or pack.held or pack.remaining != pack.size:
        return _REFUSED
    world.enter(EntryKind.ADJUSTMENT, pack, -pack.size, world.now)
    pack.ended = 1
    world.dirty["pack"].add(pack.pack)
    return _done(world, pack.team, pack.size)


def move(world: World, command: MovePack) -> Decision:
    """P5: the whole remainder goes to another team, with the pack."""
    pack = world.packs.get(command.pack)
    if pack is None:
        return _UNKNOWN
    if pack.ended or pack.held or not pack.remaining or pack.team == command.team:
        return _REFUSED
    tokens = pack.remaining
    world.enter(EntryKind.MOVE_OUT, pack, -tokens, world.now, transfer=command.transfer)
    world.team(pack.team).packs.remove(pack)
    pack.team = command.team
    world.team(pack.team).packs.append(pack)
    world.enter(EntryKind.MOVE_IN, pack, tokens, world.now, transfer=command.transfer)
    world.dirty["pack"].add(pack.pack)
    return _done(world, pack.team, tokens)


def split(world: World, command: SplitPack) -> Decision:
    """P5: free tokens of a pack become a pack of their own."""
    pack = world.packs.get(command.pack)
    if pack is None:
        return _UNKNOWN
    if pack.ended or command.size > pack.remaining - pack.held or command.into in world.packs:
        return _REFUSED
    part = replace(pack, pack=command.into, size=command.size, remaining=0, held=0, parent=pack.pack)
    packs.add_pack(world, part)
    world.enter(EntryKind.SPLIT, pack, -command.size, world.now, transfer=command.transfer)
    world.enter(EntryKind.SPLIT, part, command.size, world.now, transfer=command.transfer)
    return _done(world, pack.team, command.size)


def open_window(world: World, command: OpenWindow) -> Decision:
    """P0: a line comes with a window that was paid elsewhere. No late check-in can refund it: nothing was charged."""
    if command.product not in world.products:
        return _UNKNOWN
    key = (command.team, command.user, command.product)
    known = world.lines.get(key)
    busy = known is not None and (known.pending_since != NEVER or known.paid_until > world.now)
    if busy or command.paid_until <= world.now:
        return _REFUSED
    line = world.line(key)
    line.forget_terms()
    line.window_start = NEVER if line.at_rest else command.window_start
    line.paid_until = command.paid_until
    world.touch(line)
    return Decision(
        Outcome.GRANTED, team=line.team, user=line.user, product=line.product, paid_until=line.paid_until,
        balance=packs.available(world, line.team),
    )  # fmt: skip
