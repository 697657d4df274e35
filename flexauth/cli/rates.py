"""Brings an authority's rates to those of a sheet: says first what is to be done, then does it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

from flexauth.cli.connection import Connection, Refused, pages
from flexauth.cli.exits import ExitStatus
from flexauth.cli.inputs import time_text
from flexauth.rate_sheet import SheetRate, parse_rate_sheet
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1 import types_pb2

__all__ = ["Step", "apply", "plan", "read_rate_sheet"]


@dataclass(frozen=True, slots=True)
class Step:
    """A product to make or a rate to set; `valid_from` 0: now. `idle_aware_from` as of a product."""

    rate: SheetRate
    makes: bool
    valid_from: int = 0
    idle_aware_from: str | None = None

    def row(self) -> dict[str, Any]:
        """What the step does, as a row to show."""
        return {
            "product": self.rate.product,
            "what": "make" if self.makes else "set rate",
            "tokens_per_24h": self.rate.tokens,
            "valid_from": time_text(self.valid_from) if self.valid_from else "now",
        }


def read_rate_sheet(file: Path) -> tuple[SheetRate, ...]:
    """Rates of a CSV file; errors name file, line and field."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}", ExitStatus.WRONG_INPUT) from None
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8", ExitStatus.WRONG_INPUT) from None
    return parse_rate_sheet(str(file), text)


def plan(
    connection: Connection, sheet: Sequence[SheetRate], idle_aware_from: Mapping[str, str] | None = None
) -> list[Step]:
    """The steps from the authority's rates to the sheet's, none where they agree."""
    administration = connection.administration
    products, _ = pages(connection, administration.ListProducts, wire.ListProductsRequest())
    rates, _ = pages(connection, administration.ListRates, wire.ListRatesRequest())
    known = {product.code: product for product in products}
    dated = {(rate.product, rate.valid_from): rate.tokens_per_24h for rate in rates}
    now = time.time_ns() // 1_000
    steps: list[Step] = []
    for code, group in groupby(sheet, key=lambda rate: rate.product):
        lines = list(group)
        current = [rate for rate in lines if rate.valid_from <= now]
        later = [rate for rate in lines if rate.valid_from > now and dated.get((code, rate.valid_from)) != rate.tokens]
        steps += _present(
            current[-1] if current else None, lines[0], known.get(code), (idle_aware_from or {}).get(code)
        )
        steps += [Step(rate, makes=False, valid_from=rate.valid_from) for rate in later]
    return steps


def _present(rate: SheetRate | None, first: SheetRate, product: Any, idle_aware_from: str | None) -> list[Step]:
    """The step that brings a product to the rate in force now."""
    if product is None:
        if rate is None:
            reason = f"line {first.line}: {first.product} is new and its first rate is of {time_text(first.valid_from)}"
            raise Refused(f"{reason}; add a line with the rate of today", ExitStatus.WRONG_INPUT)
        return [Step(rate, makes=True, idle_aware_from=idle_aware_from)]
    if product.kind != int(first.kind):
        kind = types_pb2.ProductKind.Name(product.kind).removeprefix("PRODUCT_KIND_").lower()
        reason = (
            f"line {first.line}: {first.product} is {first.kind.name.lower()} in the file and {kind} at the authority"
        )
        raise Refused(f"{reason}; give the product of the file a code of its own", ExitStatus.WRONG_INPUT)
    return [Step(rate, makes=False)] if rate is not None and rate.tokens != product.rate else []


def apply(connection: Connection, steps: Sequence[Step]) -> None:
    """Do the steps in order. Sent again after a failure they go on where they stopped: the plan is made anew."""
    for step in steps:
        rate = step.rate
        if step.makes:
            product = types_pb2.Product(
                code=rate.product,
                name=rate.name,
                kind=types_pb2.ProductKind.Name(rate.kind),
                rate=rate.tokens,
                idle_aware_from=step.idle_aware_from,
            )
            request = wire.CreateProductRequest(request_id=str(uuid4()), product=product)
            connection.call(connection.administration.CreateProduct, request)
        else:
            new = types_pb2.Rate(
                product=rate.product, tokens_per_24h=rate.tokens, valid_from=step.valid_from, note=rate.note
            )
            setting = wire.SetRateRequest(request_id=str(uuid4()), rate=new)
            connection.call(connection.administration.SetRate, setting)
