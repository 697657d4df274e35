"""What is in force at an instant (C14): contracts and prices. Reads only."""

from __future__ import annotations

from flexauth.commands import Policy
from flexauth.reference.state import World

__all__ = ["policy_at", "price_at"]


def policy_at(world: World, team: int, at: int) -> tuple[int, Policy]:
    """The contract in force: (version, policy); the defaults as version 0 where there is none."""
    found = [(when, version, policy) for when, version, policy in world.team(team).policies if when <= at]
    return max(found, key=lambda row: row[:2])[1:] if found else (0, Policy())


def price_at(world: World, product: int, at: int) -> tuple[int, int]:
    """(rate, version) in force at an instant (C14); (0, 0) before the first."""
    found = [row for row in world.rates.get(product, ()) if row[0] <= at]
    return (max(found)[2], max(found)[1]) if found else (0, 0)
