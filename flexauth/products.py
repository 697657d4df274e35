"""Acts about products (C11 to C13): what they are called, how they are charged and may run, how long they are sold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flexauth import answers, commands, limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers_of.catalogue import IdleAware, Launch, ProductEntry
from flexauth.catalogue import CataloguedProduct
from flexauth.commands import NEVER, IdKind, ProductKind
from flexauth.directory import Directory
from flexauth.etags import check_etag, etag_of
from flexauth.faults import AlreadyExists, InvalidArgument
from flexauth.names import halves, name_digest
from flexauth.pages import page_of, position
from flexauth.requests.catalogue import Floor, GetProduct, ListIdleAware, SetFloors, UpdateProduct
from flexauth.store.port import Row, Store
from flexauth.work import Turn, Work

__all__ = ["Products"]


class Products:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.CreateProduct: acts.act(answers.Product, self._create),
            requests.SetRate: acts.act(answers.Rate, self._set_rate),
            requests.ListProducts: lambda request: Work(lambda turn: self._list(request, turn.now)),
            GetProduct: lambda request: Work(lambda turn: self._entry(directory.product(request.code), turn.now)),
            UpdateProduct: acts.act(ProductEntry, self._update),
            SetFloors: acts.act(ProductEntry, self._set_floors),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.ListRates: self._list_rates,
            ListIdleAware: self._list_idle_aware,
        }

    # Products and rates -----------------------------------------------------------------------------------------------

    def _create(self, turn: Turn, request: requests.CreateProduct) -> tuple[answers.Product, Learn]:
        if self._directory.names.find(IdKind.PRODUCT, request.code):
            raise AlreadyExists(kind="product", value=repr(request.code))
        host = self._directory.product(request.host).product if request.host else 0
        product, version, learn = self.make(turn, request, host=host)
        shown = replace(
            self._answer(product, turn.now),
            rate=request.rate,
            rate_version=version,
            result_tokens=request.result_tokens,
            result_units=request.result_units,
        )
        return shown, learn

    def make(
        self, turn: Turn, request: requests.CreateProduct, *, host: int = 0, note: str = ""
    ) -> tuple[CataloguedProduct, int, Learn]:
        """Make a product that there is not: it, the version of its rate, and what the directory learns."""
        digest = name_digest(IdKind.PRODUCT, request.code)
        ident = turn.engine.allocate(IdKind.PRODUCT)
        high, low = halves(digest)
        turn.write(
            "insert_product", product=ident, code=request.code, digest_hi=high, digest_lo=low, name=request.name,
            kind=int(request.kind), idle_aware_from=request.idle_aware_from,
            result_tokens=request.result_tokens, result_units=request.result_units,
        )  # fmt: skip
        product = CataloguedProduct(ident, request.code, request.name, request.kind, request.idle_aware_from, host=host)
        if host:
            self._write(turn, product)
        turn.engine.decide(
            turn.now, commands.PutProduct(ident, request.kind, request.result_tokens, request.result_units)
        )
        version = self.put_rate(turn, ident, turn.now, request.rate, note) if request.rate else 0

        def learn() -> None:
            self._directory.add_name(digest, ident)
            self._directory.add_product(product)

        return product, version, learn

    def put_rate(self, turn: Turn, product: int, valid_from: int, rate: int, note: str) -> int:
        """A rate from an instant on, as a new version of the rate sheet."""
        before = sum(write.statement == "insert_rate" for write in turn.writes)
        version: int = self._store.select("last_rate_version", {})[0]["version"] + 1 + before
        turn.write("insert_rate", product=product, version=version, valid_from=valid_from, rate=rate, note=note)
        turn.engine.decide(turn.now, commands.PutRate(product, version, valid_from, rate))
        return version

    def _set_rate(self, turn: Turn, request: requests.SetRate) -> tuple[answers.Rate, Learn]:
        product = self._directory.product(request.product)
        if product.kind is not ProductKind.DAILY:
            rule = f"{request.product} is {product.kind.name.lower()}: it has no daily rate"
            raise InvalidArgument(field="product", value=repr(request.product), rule=rule)
        at = request.valid_from or turn.now
        if at < turn.now:
            rule = f"it must not be before now, {turn.now} (C14); 0 means now"
            raise InvalidArgument(field="valid_from", value=at, rule=rule)
        version = self.put_rate(turn, product.product, at, request.rate, request.note)
        return answers.Rate(request.product, version, at, request.rate, request.note), lambda: None

    def _answer(self, product: CataloguedProduct, now: int) -> answers.Product:
        rows = self._store.select("rate_now", {"product": product.product, "at": now})
        kept = self._store.select("product_row", {"product": product.product})
        rate = rows[0] if rows else {"rate": 0, "version": 0}
        per_result = kept[0] if kept else {"result_tokens": 0, "result_units": 0}
        return answers.Product(
            product.code, product.name, product.kind, product.idle_aware_from, rate["rate"], rate["version"],
            per_result["result_tokens"], per_result["result_units"], self._directory.product_code(product.host),
            max(product.retired_at, 0),
        )  # fmt: skip

    def _list(self, request: requests.ListProducts, now: int) -> answers.Page[answers.Product]:
        after, limit = position(request, 1)[0], request.page_size or limits.PAGE_DEFAULT
        found = [p for p in self._directory.products() if p.product > after][: limit + 1]
        return page_of(found, limit, lambda p: self._answer(p, now), lambda p: (p.product,))

    def _list_rates(self, request: requests.ListRates) -> answers.Page[answers.Rate]:
        limit = request.page_size or limits.PAGE_DEFAULT
        product = self._directory.product(request.product).product if request.product else 0
        key = {"product": product, "after": position(request, 1)[0], "limit": limit + 1}
        code = self._directory.product_code
        return page_of(
            self._store.select("rates_page", key),
            limit,
            lambda r: answers.Rate(code(r["product"]), r["version"], r["valid_from"], r["rate"], r["note"]),
            lambda r: (r["version"],),
        )

    # What the catalogue says of one product ---------------------------------------------------------------------------

    def _entry(self, product: CataloguedProduct, now: int, floors: tuple[Floor, ...] | None = None) -> ProductEntry:
        key = {"product": product.product}
        launches = self._store.select("launches_of_product", key)
        kept = self._floors(product.product) if floors is None else floors
        return ProductEntry(
            product=self._answer(product, now),
            floors=kept,
            launches=tuple(Launch(row["code"], row["from_version"], product.code) for row in launches),
            collections=tuple(row["code"] for row in self._store.select("collections_of_product", key)),
            etag=_etag(product, kept),
        )

    def _floors(self, product: int) -> tuple[Floor, ...]:
        rows = self._store.select("floors_of_product", {"product": product})
        return tuple(Floor(row["platform"], row["first_version"]) for row in rows)

    def _checked(self, request: UpdateProduct | SetFloors) -> CataloguedProduct:
        """The product, as the caller read it."""
        product = self._directory.product(request.code)
        check_etag(request.etag, _kept(product, self._floors(product.product)), "product", request.code)
        return product

    @staticmethod
    def _write(turn: Turn, product: CataloguedProduct) -> None:
        turn.write(
            "update_product", product=product.product, name=product.name, idle_aware_from=product.idle_aware_from,
            host=product.host, retired_at=product.retired_at,
        )  # fmt: skip

    def _update(self, turn: Turn, request: UpdateProduct) -> tuple[ProductEntry, Learn]:
        product = self._checked(request)
        given: dict[str, Any] = {
            "name": request.name,
            "idle_aware_from": request.idle_aware_from,
            "host": self._directory.product(request.host).product if request.host else 0,
            "retired_at": request.retired_at or NEVER,
        }
        new = replace(product, **{name: given[name] for name in request.update_mask})
        self._refuse_circle(new)
        self._write(turn, new)
        return self._entry(new, turn.now), lambda: self._directory.add_product(new)

    def _refuse_circle(self, product: CataloguedProduct) -> None:
        """A plugin of a plugin is fine; a product that hosts its own host is not."""
        hosts = {known.product: known.host for known in self._directory.products()}
        host = product.host
        while host:
            if host == product.product:
                rule = f"it is itself a plugin of {product.code}"
                raise InvalidArgument(field="host", value=self._directory.product_code(product.host), rule=rule)
            host = hosts.get(host, 0)

    def _set_floors(self, turn: Turn, request: SetFloors) -> tuple[ProductEntry, Learn]:
        product = self._checked(request)
        floors = tuple(sorted((Floor(f.platform.lower(), f.first_version) for f in request.floors), key=_platform))
        turn.write("delete_floors", product=product.product)
        for floor in floors:
            turn.write(
                "insert_floor", product=product.product, platform=floor.platform, first_version=floor.first_version
            )
        self._directory.rights_changed(turn)
        return self._entry(product, turn.now, floors), self._directory.forget_all

    def _list_idle_aware(self, request: ListIdleAware) -> answers.Page[IdleAware]:
        after, limit = position(request, 1)[0], request.page_size or limits.PAGE_DEFAULT
        found = [p for p in self._directory.products() if p.product > after and p.idle_aware_from is not None]
        return page_of(
            found[: limit + 1],
            limit,
            lambda p: IdleAware(p.code, p.name, p.idle_aware_from or ""),
            lambda p: (p.product,),
        )


def _platform(floor: Floor) -> str:
    return floor.platform


def _kept(product: CataloguedProduct, floors: tuple[Floor, ...]) -> Row:
    """What an update of a product changes."""
    return {
        "product": product.product,
        "name": product.name,
        "idle_aware_from": product.idle_aware_from,
        "host": product.host,
        "retired_at": product.retired_at,
        "floors": [[floor.platform, floor.first_version] for floor in floors],
    }


def _etag(product: CataloguedProduct, floors: tuple[Floor, ...]) -> str:
    return etag_of(_kept(product, floors))
