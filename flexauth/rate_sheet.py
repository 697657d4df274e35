"""Reads a rate sheet: dated rates of products as CSV. Owns the form of the file; knows no state, clock or server."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flexauth.commands import ProductKind
from flexauth.faults import InvalidArgument
from flexauth.requests import CreateProduct, SetRate

__all__ = ["FIELDS", "SheetRate", "parse_rate_sheet"]

FIELDS = ("product", "name", "tokens_per_24h", "kind", "valid_from", "note")
KINDS = {"daily": ProductKind.DAILY, "included": ProductKind.INCLUDED}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def parse_rate_sheet(name: str, text: str) -> tuple[SheetRate, ...]:
    """Return the rates of a sheet in the order of product and date.

    `InvalidArgument` names file, line and field of the first error; `name` is what the file is called in it.
    """
    rates = tuple(_rates(name, text))
    first: dict[str, SheetRate] = {}
    for rate in rates:
        like = first.setdefault(rate.product, rate)
        for field in ("name", "kind"):
            given, before = getattr(rate, field), getattr(like, field)
            if given != before:
                shown = given.name.lower() if isinstance(given, ProductKind) else given
                _fail(name, rate.line, field, shown, f"line {like.line} says otherwise of {rate.product}")
    dated: dict[tuple[str, int], int] = {}
    for rate in rates:
        other = dated.setdefault((rate.product, rate.valid_from), rate.line)
        if other != rate.line:
            _fail(
                name, rate.line, "valid_from", rate.product, f"line {other} has a rate of that product and date already"
            )
    return tuple(sorted(rates, key=lambda rate: (rate.product, rate.valid_from)))


def _rates(name: str, text: str) -> Iterator[SheetRate]:
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = tuple(next(reader, ()))
        if header != FIELDS:
            _fail(name, 1, "header", ",".join(header), f"it must be {','.join(FIELDS)}")
        for values in reader:
            if values:
                yield _rate(name, reader.line_num, values)
    except csv.Error as error:
        _fail(name, reader.line_num, "line", str(error), "quote a field that holds a comma or a quote")


def _rate(name: str, line: int, values: list[str]) -> SheetRate:
    if len(values) != len(FIELDS):
        _fail(name, line, "line", ",".join(values), f"it must have {len(FIELDS)} fields, it has {len(values)}")
    row = dict(zip(FIELDS, (value.strip() for value in values), strict=True))
    if row["kind"] not in KINDS:
        _fail(name, line, "kind", row["kind"], f"it must be {' or '.join(KINDS)}")
    tokens = row["tokens_per_24h"]
    if not (tokens.isascii() and tokens.isdigit()):
        _fail(name, line, "tokens_per_24h", tokens, "tokens are a whole number that is not negative")
    try:
        moment = datetime.combine(date.fromisoformat(row["valid_from"]), datetime.min.time(), UTC)
    except ValueError:
        _fail(name, line, "valid_from", row["valid_from"], "write a date as 2026-03-02")
        raise AssertionError from None
    rate = SheetRate(
        line=line,
        product=row["product"],
        name=row["name"],
        tokens=int(tokens),
        kind=KINDS[row["kind"]],
        valid_from=(moment - _EPOCH) // timedelta(microseconds=1),
        note=row["note"],
    )
    try:
        CreateProduct(code=rate.product, name=rate.name, kind=rate.kind, rate=rate.tokens)
        SetRate(product=rate.product, rate=rate.tokens or 1, valid_from=rate.valid_from, note=rate.note)
    except InvalidArgument as wrong:
        called = {"code": "product", "rate": "tokens_per_24h"}.get(str(wrong.facts["field"]), str(wrong.facts["field"]))
        raise InvalidArgument(**wrong.facts | {"field": f"{name}, line {line}, {called}"}) from None
    return rate


def _fail(name: str, line: int, field: str, value: str, rule: str) -> None:
    raise InvalidArgument(field=f"{name}, line {line}, {field}", value=repr(value), rule=rule)
