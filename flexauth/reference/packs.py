"""Packs and the balance that they are (SPEC 2). Knows no line."""

from __future__ import annotations

from flexauth.commands import EntryKind, Reason
from flexauth.reference.contracts import policy_at
from flexauth.reference.state import PACK_END, Pack, World

__all__ = ["add_pack", "available", "expire_pack", "lacking", "slices", "why_not"]


def available(world: World, team: int) -> int:
    """P2: free tokens of live packs, less what is owed and what is held past them (C10)."""
    credit = world.team(team).credit
    free = sum(p.remaining - p.held for p in world.team(team).packs if p.live(world.now))
    return free + credit.remaining - credit.held


def lacking(world: World, team: int, tokens: int, at: int) -> int:
    """How many tokens a charge at an instant lacks, 0 when packs and overdraft cover it (C2, C10)."""
    _, policy = policy_at(world, team, at)
    return max(0, tokens - available(world, team) - policy.overdraft_limit)


def why_not(world: World, team: int) -> Reason:
    """SPEC 10: a team without any live pack, or a balance that is too small."""
    live = any(p.live(world.now) for p in world.team(team).packs)
    return Reason.INSUFFICIENT_TOKENS if live else Reason.NO_LIVE_PACK


def slices(world: World, team: int, tokens: int) -> list[tuple[Pack, int]]:
    """Exact slices in the order of P3; what the packs do not have is of the overdraft account (C10)."""
    found = []
    for pack in sorted((p for p in world.team(team).packs if p.live(world.now)), key=Pack.order):
        take = min(tokens, pack.remaining - pack.held)
        if take:
            found.append((pack, take))
            tokens -= take
    return [*found, (world.team(team).credit, tokens)] if tokens else found


def add_pack(world: World, pack: Pack) -> None:
    """A new, still empty pack; its tokens come by a ledger entry."""
    world.packs[pack.pack] = pack
    world.team(pack.team).packs.append(pack)
    world.dirty["pack"].add(pack.pack)
    world.arm(pack.ends_at, PACK_END, (pack.pack,))


def expire_pack(world: World, pack: Pack) -> None:
    """P4: the free remainder is forfeited; tokens under a hold outlive the end."""
    pack.ended = 1
    free = pack.remaining - pack.held
    if free:
        world.enter(EntryKind.EXPIRY, pack, -free, pack.ends_at)
    world.dirty["pack"].add(pack.pack)
