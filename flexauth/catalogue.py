"""What is sold and what a launch is charged as: versions, platforms, launch codes (S2, C11, section 5).

Pure; rates are the engine's, names the store's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flexauth.commands import NEVER, ProductKind

__all__ = [
    "CataloguedProduct",
    "Floors",
    "Launches",
    "charged_product",
    "is_idle_aware",
    "is_sold",
    "launches_of",
    "supported",
    "version_key",
]

#: The first version that may run, by platform in lower case; "" is every platform without a floor of its own.
Floors = Mapping[str, str]
#: By launch code: (first version, product id) in order of versions.
Launches = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class CataloguedProduct:
    """A product as rights need it; `idle_aware_from` None: no version reports idleness; `host` 0: no plugin."""

    product: int
    code: str
    name: str
    kind: ProductKind
    idle_aware_from: str | None
    retired_at: int = NEVER
    host: int = 0


def version_key(version: str) -> tuple[tuple[int, str], ...]:
    """Orders versions by their numbers: 2025 < 2025.1 < 2026; text after the same numbers sorts as text."""
    parts = re.findall(r"(\d+)|([^\d.\-_ ]+)", version)
    return tuple((int(number), "") if number else (-1, word) for number, word in parts)


def is_idle_aware(product: CataloguedProduct, version: str) -> bool:
    """Whether this version reports idleness (S2): from `idle_aware_from` on; "" means every version."""
    first = product.idle_aware_from
    return first is not None and version_key(version) >= version_key(first)


def is_sold(product: CataloguedProduct, at: int) -> bool:
    """Whether new sessions of a product may begin; one that is retired is unknown to them, what runs goes on."""
    return product.retired_at == NEVER or at < product.retired_at


def supported(floors: Floors, version: str, platform: str) -> bool:
    """Whether a version may run on a platform (section 5); a version that is not told is below every floor."""
    first = floors.get(platform.lower(), floors.get(""))
    return first is None or version_key(version) >= version_key(first)


def launches_of(rows: Iterable[tuple[str, str, int]]) -> Launches:
    """(code, first version, product id) in any order, as `charged_product` reads them."""
    found: dict[str, list[tuple[str, int]]] = {}
    for code, from_version, product in rows:
        found.setdefault(code, []).append((from_version, product))
    return {code: sorted(entries, key=lambda entry: version_key(entry[0])) for code, entries in found.items()}


def charged_product(launches: Launches, code: str, version: str) -> int:
    """The id of the product that a launch is charged as (C11); 0: nothing is said of it, its code is the product's."""
    key = version_key(version)
    held = [product for from_version, product in launches.get(code, ()) if version_key(from_version) <= key]
    return held[-1] if held else 0
