"""Rate sheets: dated rates of products as CSV. Owns the form of the file; knows no state, clock or server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flexauth import limits
from flexauth.answers_of.catalogue import BadRow
from flexauth.commands import ProductKind
from flexauth.csv_rows import Wrong, instant_text, read_instant, read_rows, read_whole, write_rows, wrong_field
from flexauth.faults import InvalidArgument
from flexauth.requests import CreateProduct, SetRate

__all__ = ["FIELDS", "SheetRate", "parse_rate_sheet", "read_rate_sheet", "write_rate_sheet"]

FIELDS = ("product", "name", "tokens_per_24h", "kind", "valid_from", "note")
_KINDS = {"daily": ProductKind.DAILY, "included": ProductKind.INCLUDED}


@dataclass(frozen=True, slots=True)
class SheetRate:
    """One line: a product's tokens per 24 hours from `valid_from`, microseconds since the epoch, on."""

    line: int
    product: str
    name: str
    tokens: int
    kind: ProductKind
    valid_from: int
    note: str


def read_rate_sheet(text: str) -> tuple[tuple[SheetRate, ...], tuple[BadRow, ...]]:
    """The good rates of a sheet in the order of product and date, and its bad rows in the order of their lines."""
    rates, bad = read_rows(text, FIELDS, _rate)
    good: list[SheetRate] = []
    first: dict[str, SheetRate] = {}
    dated: dict[tuple[str, int], int] = {}
    for rate in rates:
        try:
            _agree(
                rate, first.setdefault(rate.product, rate), dated.setdefault((rate.product, rate.valid_from), rate.line)
            )
            good.append(rate)
        except Wrong as wrong:
            bad.append(wrong.at(rate.line))
    return (
        tuple(sorted(good, key=lambda rate: (rate.product, rate.valid_from))),
        tuple(sorted(bad, key=lambda row: row.line)),
    )


def parse_rate_sheet(name: str, text: str) -> tuple[SheetRate, ...]:
    """The rates of a sheet that has no bad row; `InvalidArgument` names file, line and column of the first."""
    rates, bad = read_rate_sheet(text)
    for row in bad:
        raise InvalidArgument(field=f"{name}, line {row.line}, {row.column}", value=repr(row.value), rule=row.remedy)
    return rates


def write_rate_sheet(rates: Iterable[SheetRate]) -> str:
    """The sheet as CSV that can be imported."""
    kinds = {kind: word for word, kind in _KINDS.items()}
    return write_rows(
        FIELDS,
        [(r.product, r.name, r.tokens, kinds[r.kind], instant_text(r.valid_from), r.note) for r in rates],
    )


def _agree(rate: SheetRate, like: SheetRate, dated: int) -> None:
    """Lines of one product say the same of it; `dated` is the first line of its product and date."""
    if rate.name != like.name:
        raise Wrong("name", rate.name, f"line {like.line} says otherwise of {rate.product}")
    if rate.kind is not like.kind:
        raise Wrong("kind", rate.kind.name.lower(), f"line {like.line} says otherwise of {rate.product}")
    if dated != rate.line:
        raise Wrong("valid_from", rate.product, f"line {dated} has a rate of that product and date already")


def _rate(line: int, row: Mapping[str, str]) -> SheetRate:
    if row["kind"] not in _KINDS:
        raise Wrong("kind", row["kind"], f"it must be {' or '.join(_KINDS)}")
    tokens = read_whole("tokens_per_24h", row["tokens_per_24h"], 0, limits.RATE_TOKENS, "tokens")
    at = read_instant("valid_from", row["valid_from"])
    rate = SheetRate(line, row["product"], row["name"], tokens, _KINDS[row["kind"]], at, row["note"])
    try:
        CreateProduct(code=rate.product, name=rate.name, kind=rate.kind, rate=rate.tokens)
        SetRate(product=rate.product, rate=rate.tokens or 1, valid_from=rate.valid_from, note=rate.note)
    except InvalidArgument as fault:
        raise wrong_field(fault, {"code": "product", "rate": "tokens_per_24h"}) from None
    return rate
