"""Reads what a scenario's vendor sells: products, what launches are charged as, collections, version floors."""

from __future__ import annotations

from flexauth import limits, requests
from flexauth.commands import ProductKind
from flexauth.requests.catalogue import Floor, PutCollection, PutLaunch, SetFloors
from flexauth.simulate.cast import Cast
from flexauth.simulate.document import Table, Value
from flexauth.simulate.scenario import Administer

__all__ = ["PRODUCT_KEYS", "read_collection", "read_floors", "read_launch", "read_product"]

PRODUCT_KEYS = "rate idle_aware included per_result floors"
PER_RESULT_KEYS = "tokens units"
LAUNCH_KEYS = "code from product"


def read_product(code: str, table: Table, cast: Cast) -> Administer:
    """A product by the keys of the catalogue; enters the cast."""
    included = (entry := table.get("included")) is not None and entry.flag()
    idle_aware = (entry := table.get("idle_aware")) is not None and entry.flag()
    per_result = table.get("per_result")
    free = "included" if included else "per_result" if per_result else ""
    if free and (entry := table.get("rate")) is not None:
        entry.fail(f"a product with {free} has no rate (C12, C13); remove one of them")
    kind = ProductKind.INCLUDED if included else ProductKind.PER_RESULT if per_result else ProductKind.DAILY
    tokens, units = _per_result(per_result) if per_result else (0, 0)
    with table.value.checked():
        product = requests.CreateProduct(
            code=code,
            kind=kind,
            rate=0 if free else table.need("rate").whole(1, limits.RATE_TOKENS),
            idle_aware_from="" if idle_aware else None,
            result_tokens=tokens,
            result_units=units,
        )
    if code in cast.products:
        table.value.fail(f"the product {code!r} is there already; set_rate changes its price")
    cast.products.add(code)
    floors = table.get("floors")
    return Administer((product, read_floors(code, floors)) if floors else (product,))


def _per_result(value: Value) -> tuple[int, int]:
    table = Table(value, PER_RESULT_KEYS)
    return (
        table.need("tokens").whole(1, limits.RATE_TOKENS),
        table.need("units").whole(1, limits.RESULT_UNITS),
    )


def read_floors(code: str, value: Value) -> SetFloors:
    """The first version of each platform; `other` is every platform without one of its own."""
    with value.checked():
        floors = (
            Floor("" if platform == "other" else platform, entry.text()) for platform, entry in value.entries().items()
        )
        return SetFloors(code, tuple(floors))


def read_launch(table: Table, cast: Cast) -> Administer:
    """What is launched by a code, from a version on, is charged as a product (C11)."""
    code = table.need("code").text()
    since = "" if (entry := table.get("from")) is None else entry.text()
    with table.value.checked():
        launch = PutLaunch(code, cast.product(table.need("product")), since)
    cast.launches.add(code)
    return Administer((launch,))


def read_collection(code: str, value: Value, cast: Cast) -> Administer:
    """Products that are subscribed to or seated together."""
    with value.checked():
        collection = PutCollection(code, tuple(cast.product(item) for item in value.items()))
    cast.collections.add(code)
    return Administer((collection,))
