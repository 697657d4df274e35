"""Price lists: dated prices of tokens by size and tier of pack, of seats by product and term, as CSV (P0).

Owns the form of the file; knows no state, clock or server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flexauth import limits
from flexauth.answers_of.catalogue import BadRow, Price, PriceKind, PriceTerm
from flexauth.csv_rows import Wrong, instant_text, read_instant, read_price, read_rows, read_whole, write_rows

__all__ = ["FIELDS", "ListedPrice", "price_key", "price_text", "read_price_list", "write_price_list"]

FIELDS = ("item", "size", "tier", "product", "term", "price", "currency", "valid_from", "note")
_ITEMS = {"pack": PriceKind.PACK, "seat": PriceKind.SEAT}
_TERMS = {"month": PriceTerm.MONTH, "year": PriceTerm.YEAR}


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """One line of a list."""

    line: int
    price: Price


def price_key(price: Price) -> tuple[object, ...]:
    """What a price is of and from when on: of one key the last import counts."""
    return price.kind, price.size, price.tier, price.product, price.term, price.currency, price.valid_from


def price_text(millionths: int) -> str:
    """A price as `read_price` reads it back, with at least two decimals."""
    whole, part = divmod(millionths, 1_000_000)
    return f"{whole}.{part:06d}"[: -4 if part % 10_000 == 0 else None]


def read_price_list(text: str) -> tuple[tuple[ListedPrice, ...], tuple[BadRow, ...]]:
    """The good prices of a list in its order, and its bad rows in the order of their lines."""
    prices, bad = read_rows(text, FIELDS, lambda line, row: ListedPrice(line, _price(row)))
    good: list[ListedPrice] = []
    lines: dict[tuple[object, ...], int] = {}
    for listed in prices:
        other = lines.setdefault(price_key(listed.price), listed.line)
        if other == listed.line:
            good.append(listed)
        else:
            since = instant_text(listed.price.valid_from)
            bad.append(BadRow(listed.line, "valid_from", since, f"line {other} prices the same from then on"))
    return tuple(good), tuple(sorted(bad, key=lambda row: row.line))


def write_price_list(prices: Iterable[Price]) -> str:
    """The list as CSV that can be imported."""
    rows: list[tuple[object, ...]] = []
    for price in prices:
        pack = price.kind is PriceKind.PACK
        rows.append((
            price.kind.name.lower(), price.size if pack else "", price.tier, price.product,
            "" if pack else price.term.name.lower(), price_text(price.price), price.currency,
            instant_text(price.valid_from), price.note,
        ))  # fmt: skip
    return write_rows(FIELDS, rows)


def _price(row: Mapping[str, str]) -> Price:
    if row["item"] not in _ITEMS:
        raise Wrong("item", row["item"], f"it must be {' or '.join(_ITEMS)}")
    kind = _ITEMS[row["item"]]
    for column in ("product", "term") if kind is PriceKind.PACK else ("size",):
        if row[column]:
            raise Wrong(column, row[column], f"leave it empty for a {row['item']}")
    if kind is PriceKind.SEAT and row["term"] not in _TERMS:
        raise Wrong("term", row["term"], f"it must be {' or '.join(_TERMS)}")
    if kind is PriceKind.SEAT and not row["product"]:
        raise Wrong("product", "", "a seat is of a product: write its code")
    if not re.fullmatch(r"[A-Z]{3}", row["currency"]):
        raise Wrong("currency", row["currency"], "it must be an ISO 4217 code of three capital letters")
    for column, most in (("tier", limits.NAME_CHARACTERS), ("note", limits.NOTE_CHARACTERS)):
        if len(row[column]) > most or not row[column].isprintable():
            raise Wrong(column, row[column][:most], f"it must be printable text of at most {most} characters")
    return Price(
        kind=kind,
        size=read_whole("size", row["size"], 1, limits.PACK_TOKENS, "tokens") if kind is PriceKind.PACK else 0,
        tier=row["tier"],
        product=row["product"],
        term=_TERMS.get(row["term"], PriceTerm.NONE),
        price=read_price("price", row["price"]),
        currency=row["currency"],
        valid_from=read_instant("valid_from", row["valid_from"]),
        note=row["note"],
    )
