"""The catalogue and its sheets, as callers are told of them. `etag`: send it with an update."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from flexauth.answers import Product
from flexauth.requests.catalogue import Floor

__all__ = [
    "BadRow",
    "Collection",
    "IdleAware",
    "Import",
    "Launch",
    "Price",
    "PriceKind",
    "PriceTerm",
    "Prices",
    "ProductEntry",
    "Sheet",
    "Step",
]


class PriceKind(IntEnum):
    """What is priced (P0)."""

    PACK = 1
    SEAT = 2


class PriceTerm(IntEnum):
    """How long a seat is paid for (P0)."""

    NONE = 0
    MONTH = 1
    YEAR = 2


@dataclass(frozen=True, slots=True)
class Launch:
    launch_code: str
    from_version: str
    product: str


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """All that the catalogue says of a product; `launches`: what is charged as it beside its own code."""

    product: Product
    floors: tuple[Floor, ...]
    launches: tuple[Launch, ...]
    collections: tuple[str, ...]
    etag: str


@dataclass(frozen=True, slots=True)
class Collection:
    code: str
    name: str
    products: tuple[str, ...]
    etag: str


@dataclass(frozen=True, slots=True)
class IdleAware:
    """`idle_aware_from` "": every version."""

    code: str
    name: str
    idle_aware_from: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a sheet that cannot be imported: its line, the column, its value, and what to write instead."""

    line: int
    column: str
    value: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Step:
    """What an import does: to what, what it was and what it becomes, from when on; `before` "": it is new."""

    subject: str
    before: str
    after: str
    valid_from: int


@dataclass(frozen=True, slots=True)
class Import:
    """`rows`: the good rows of the sheet, those that change nothing too."""

    rows: int
    steps: tuple[Step, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    csv: str


@dataclass(frozen=True, slots=True)
class Price:
    """A pack of at least `size` tokens costs `price` a token; a seat of `product` costs it for a term.

    Prices are millionths of a currency unit.
    """

    kind: PriceKind
    size: int
    tier: str
    product: str
    term: PriceTerm
    price: int
    currency: str
    valid_from: int
    note: str


@dataclass(frozen=True, slots=True)
class Prices:
    prices: tuple[Price, ...]
