"""Who may run what (SPEC 5.4, 6): static facts of a user to candidates. Pure; never reads live state."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.commands import Candidate, Entitlement, ProductKind, Reason, Rights

__all__ = ["UserFacts", "UserMembership", "rights"]


@dataclass(frozen=True, slots=True)
class UserMembership:
    """A user's assignment in one team (A1): ALL, or product ids."""

    team: int
    assigned_all: bool
    products: frozenset[int]


@dataclass(frozen=True, slots=True)
class UserFacts:
    """What rights know of a user."""

    user: int
    memberships: tuple[UserMembership, ...]


def rights(facts: UserFacts, product: int, kind: ProductKind, team: int) -> Rights:
    """The ways in which a user may run a product, in order, and the reason if there is none.

    `team` is the requested one (E1), 0 for any.
    """
    entitlement = Entitlement.INCLUDED if kind is ProductKind.INCLUDED else Entitlement.TOKENS
    found = tuple(
        Candidate(entitlement, membership.team)
        for membership in facts.memberships
        if team in (0, membership.team) and (membership.assigned_all or product in membership.products)
    )
    return Rights(0, found, Reason.NOT_ASSIGNED)
