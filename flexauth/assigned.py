"""What a user is assigned in a team, and how assigning and withdrawing change it (A1, SPEC 14). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

__all__ = ["EVERYTHING", "NOTHING", "Assigned"]


@dataclass(frozen=True, slots=True)
class Assigned:
    """ALL products but those `withdrawn`, future ones included; or `products`, future ones not. Ids of products."""

    everything: bool = False
    products: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()

    def __contains__(self, product: int) -> bool:
        return product not in self.withdrawn if self.everything else product in self.products

    def plus(self, products: Iterable[int]) -> Assigned:
        """With a list assigned: nothing new to a user who has ALL, but what was withdrawn from it."""
        if self.everything:
            return replace(self, withdrawn=self.withdrawn.difference(products))
        return replace(self, products=self.products.union(products))

    def minus(self, products: Iterable[int]) -> Assigned:
        """With a list withdrawn: from ALL it leaves all but these."""
        if self.everything:
            return replace(self, withdrawn=self.withdrawn.union(products))
        return replace(self, products=self.products.difference(products))


NOTHING = Assigned()
EVERYTHING = Assigned(everything=True)
