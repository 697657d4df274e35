"""What is sold: which versions of a product are idle-aware (S2). Pure; rates are the engine's, names the store's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flexauth.commands import ProductKind

__all__ = ["CataloguedProduct", "is_idle_aware", "version_key"]


@dataclass(frozen=True, slots=True)
class CataloguedProduct:
    """A product as rights need it; `idle_aware_from` None: no version reports idleness."""

    product: int
    code: str
    name: str
    kind: ProductKind
    idle_aware_from: str | None


def version_key(version: str) -> tuple[tuple[int, str], ...]:
    """Orders versions by their numbers: 2025 < 2025.1 < 2026; text after the same numbers sorts as text."""
    parts = re.findall(r"(\d+)|([^\d.\-_ ]+)", version)
    return tuple((int(number), "") if number else (-1, word) for number, word in parts)


def is_idle_aware(product: CataloguedProduct, version: str) -> bool:
    """Whether this version reports idleness (S2): from `idle_aware_from` on; "" means every version."""
    first = product.idle_aware_from
    return first is not None and version_key(version) >= version_key(first)
