"""Network seats (section 5): who has one of a pool. A seat is a user's; all his sessions of the pool use it."""

from __future__ import annotations

from flexauth.commands import NEVER, Entitlement
from flexauth.reference.state import Session, World

__all__ = ["give", "is_free", "is_lost", "take"]


def _holders(world: World, pool: int) -> dict[int, int]:
    """User -> since when he has had his seat."""
    return {
        s.user: s.seat_since
        for s in world.sessions.values()
        if s.open and s.entitlement is Entitlement.SEAT and s.pool == pool
    }


def _keeps(world: World, pool: int, user: int, holders: dict[int, int]) -> bool:
    """A pool smaller than its use has seats for its earliest users."""
    earlier = [other for other, since in holders.items() if (since, other) < (holders[user], user)]
    return len(earlier) < _size(world, pool)


def _size(world: World, pool: int) -> int:
    return world.pools[pool][1] if pool in world.pools else 0


def is_free(world: World, pool: int, user: int) -> bool:
    """There is a seat for the user: his own, or one that nobody has."""
    holders = _holders(world, pool)
    return _keeps(world, pool, user, holders) if user in holders else len(holders) < _size(world, pool)


def is_lost(world: World, session: Session) -> bool:
    """The session runs on a seat that its pool no longer has."""
    on_seat = session.entitlement is Entitlement.SEAT
    return on_seat and not _keeps(world, session.pool, session.user, _holders(world, session.pool))


def take(world: World, session: Session, pool: int) -> None:
    """The session runs on a seat of the pool from now on; `is_free` said so."""
    session.seat_since = _holders(world, pool).get(session.user, world.now)
    session.pool = pool


def give(session: Session) -> None:
    """The session runs on no seat any more."""
    session.pool, session.seat_since, session.borrowed_until = 0, NEVER, NEVER
