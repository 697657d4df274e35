"""Imports and exports of rate sheets and price lists (C14, P0): the difference first, then all of it in one act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flexauth import requests
from flexauth.acts import Acts, Learn
from flexauth.answers_of.catalogue import BadRow, Import, Price, PriceKind, Prices, PriceTerm, Sheet, Step
from flexauth.commands import ProductKind
from flexauth.csv_rows import instant_text, told
from flexauth.directory import Directory
from flexauth.faults import InvalidArgument, NotFound
from flexauth.price_list import ListedPrice, price_key, price_text, read_price_list, write_price_list
from flexauth.products import Products
from flexauth.rate_sheet import SheetRate, read_rate_sheet, write_rate_sheet
from flexauth.requests.catalogue import ExportPrices, ExportRates, ImportPrices, ImportRates, ListPrices
from flexauth.store.port import Store
from flexauth.work import Turn, Work

__all__ = ["Sheets"]


@dataclass(frozen=True, slots=True)
class _RateStep:
    """A product to make, or a rate to set at `at`."""

    rate: SheetRate
    at: int
    before: str
    makes: bool = False

    def told(self) -> Step:
        tokens = "included" if self.rate.kind is ProductKind.INCLUDED else f"{self.rate.tokens} tokens per 24 h"
        return Step(self.rate.product, self.before, tokens, self.at)


class Sheets:
    """`works` are the imports and what depends on the time, `reads` the exports, by type of request."""

    def __init__(self, store: Store, directory: Directory, products: Products) -> None:
        self._store, self._directory, self._products = store, directory, products
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            ImportRates: acts.act(Import, self._import_rates),
            ImportPrices: acts.act(Import, self._import_prices),
            ListPrices: lambda request: Work(lambda turn: self._prices_at(request.at or turn.now)),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            ExportRates: lambda _: self._export_rates(),
            ExportPrices: lambda _: Sheet(write_price_list(self._prices())),
        }

    # Rates ------------------------------------------------------------------------------------------------------------

    def _import_rates(self, turn: Turn, request: ImportRates) -> tuple[Import, Learn]:
        rates, bad = read_rate_sheet(request.csv)
        steps: list[_RateStep] = []
        wrong = list(bad)
        for _, lines in groupby(rates, key=lambda rate: rate.product):
            found = self._rate_steps(list(lines), turn.now)
            if isinstance(found, BadRow):
                wrong.append(found)
            else:
                steps += found
        _refuse_bad(wrong, request)
        learned = self._apply(turn, steps)

        def learn() -> None:
            for each in learned:
                each()

        return Import(len(rates), tuple(step.told() for step in steps), tuple(wrong)), learn

    def _rate_steps(self, lines: list[SheetRate], now: int) -> list[_RateStep] | BadRow:
        """What brings one product to its lines, in order of their dates; none where they agree.

        A rate that is past its date is in force from now on: what was charged is never charged anew.
        """
        rate = lines[0]
        present = [line for line in lines if line.valid_from <= now]
        try:
            product = self._directory.product(rate.product)
        except NotFound:
            if not present:
                remedy = f"{rate.product} is new: add a line with its rate of today"
                return BadRow(rate.line, "valid_from", instant_text(rate.valid_from), remedy)
            steps = [_RateStep(present[-1], now, "", makes=True)]
            dated: dict[int, int] = {}
        else:
            if product.kind is not rate.kind:
                here = product.kind.name.lower()
                remedy = f"{rate.product} is {here} here; give the product of the file a code of its own"
                return BadRow(rate.line, "kind", rate.kind.name.lower(), remedy)
            dated = self._dated(product.product)
            in_force = self._store.select("rate_now", {"product": product.product, "at": now})
            tokens = in_force[0]["rate"] if in_force else 0
            changed = present and present[-1].tokens != tokens
            steps = [_RateStep(present[-1], now, f"{tokens} tokens per 24 h")] if changed else []
        later = (line for line in lines if line.valid_from > now and dated.get(line.valid_from) != line.tokens)
        for line in later:
            before = f"{dated[line.valid_from]} tokens per 24 h" if line.valid_from in dated else ""
            steps.append(_RateStep(line, line.valid_from, before))
        return steps

    def _dated(self, product: int) -> dict[int, int]:
        rows = self._store.select("every_rate", {})
        return {row["valid_from"]: row["rate"] for row in rows if row["product"] == product}

    def _apply(self, turn: Turn, steps: list[_RateStep]) -> list[Learn]:
        """Make and set what the steps say; gives what the directory learns of new products."""
        made: dict[str, int] = {}
        learned: list[Learn] = []
        for step in steps:
            rate = step.rate
            if step.makes:
                asked = requests.CreateProduct(rate.product, rate.name, rate.kind, rate.tokens)
                product, _, learn = self._products.make(turn, asked, note=rate.note)
                made[rate.product] = product.product
                learned.append(learn)
            else:
                ident = made.get(rate.product) or self._directory.product(rate.product).product
                self._products.put_rate(turn, ident, step.at, rate.tokens, rate.note)
        return learned

    def _export_rates(self) -> Sheet:
        """Daily and included products; those charged per result have no rate of 24 hours."""
        rows = self._store.select("every_rate", {})
        sheet = []
        for product in self._directory.products():
            if product.kind is ProductKind.INCLUDED:
                sheet.append(SheetRate(0, product.code, product.name, 0, product.kind, 0, ""))
            for row in rows:
                if row["product"] == product.product:
                    at, note = row["valid_from"], row["note"]
                    sheet.append(SheetRate(0, product.code, product.name, row["rate"], product.kind, at, note))
        return Sheet(write_rate_sheet(sheet))

    # Prices -----------------------------------------------------------------------------------------------------------

    def _prices(self) -> list[Price]:
        """All prices that count, past, present and to come."""
        return [
            Price(
                PriceKind(row["kind"]), row["size"], row["tier"], self._directory.product_code(row["product"]),
                PriceTerm(row["term"]), row["price"], row["currency"], row["valid_from"], row["note"],
            )
            for row in self._store.select("every_price", {})
        ]  # fmt: skip

    def _prices_at(self, at: int) -> Prices:
        """Of one thing the last price that has begun by then."""
        begun = (price for price in self._prices() if price.valid_from <= at)
        return Prices(tuple({price_key(price)[:-1]: price for price in begun}.values()))

    def _import_prices(self, turn: Turn, request: ImportPrices) -> tuple[Import, Learn]:
        listed, bad = read_price_list(request.csv)
        wrong, good = list(bad), []
        for entry in listed:
            try:
                if entry.price.product:
                    self._directory.product(entry.price.product)
                good.append(entry)
            except NotFound:
                wrong.append(
                    BadRow(entry.line, "product", entry.price.product, "there is no such product: make it first")
                )
        _refuse_bad(wrong, request)
        kept = {price_key(price): price.price for price in self._prices()}
        changed = [entry for entry in good if kept.get(price_key(entry.price)) != entry.price.price]
        version = self._store.select("last_price_version", {})[0]["version"] + 1
        for entry in changed:
            self._put_price(turn, entry.price, version)
        return Import(len(good), tuple(_price_step(entry, kept) for entry in changed), tuple(wrong)), lambda: None

    def _put_price(self, turn: Turn, price: Price, version: int) -> None:
        product = self._directory.product(price.product).product if price.product else 0
        turn.write(
            "insert_price", kind=int(price.kind), size=price.size, tier=price.tier, product=product,
            term=int(price.term), currency=price.currency, valid_from=price.valid_from, version=version,
            price=price.price, note=price.note,
        )  # fmt: skip


def _price_step(entry: ListedPrice, kept: Mapping[tuple[object, ...], int]) -> Step:
    price = entry.price
    before = kept.get(price_key(price))
    tier = f", tier {price.tier}" if price.tier else ""
    if price.kind is PriceKind.PACK:
        subject = f"a token in packs of {price.size}{tier}"
    else:
        subject = f"a seat of {price.product} for a {price.term.name.lower()}{tier}"
    told_before = "" if before is None else f"{price_text(before)} {price.currency}"
    return Step(subject, told_before, f"{price_text(price.price)} {price.currency}", price.valid_from)


def _refuse_bad(bad: list[BadRow], request: ImportRates) -> None:
    """Nothing is imported from a sheet with bad rows, unless its caller wants the good ones; a trial tells all."""
    if bad and not request.partial and not request.validate_only:
        rows = "1 bad row" if len(bad) == 1 else f"{len(bad)} bad rows"
        rule = f"{told(bad)}. Nothing is imported; mend them, or import the good rows alone (partial)"
        raise InvalidArgument(field="csv", value=f"a sheet with {rows}", rule=rule)
