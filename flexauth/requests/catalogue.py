"""What vendors ask of the catalogue: how products may run, launches, collections, sheets of rates and prices."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth import limits
from flexauth.requests import check

__all__ = [
    "CatalogueRequest",
    "ExportPrices",
    "ExportRates",
    "Floor",
    "GetProduct",
    "ImportPrices",
    "ImportRates",
    "ListCollections",
    "ListIdleAware",
    "ListLaunches",
    "ListPrices",
    "PutCollection",
    "PutLaunch",
    "RemoveCollection",
    "RemoveLaunch",
    "SetFloors",
    "UpdateProduct",
]


@dataclass(frozen=True, slots=True)
class GetProduct:
    """One product with all that the catalogue says of it."""

    code: str

    def __post_init__(self) -> None:
        check.name("code", self.code)


@dataclass(frozen=True, slots=True)
class UpdateProduct:
    """What `update_mask` names takes the value given here.

    `idle_aware_from` None: no version; `host` "": no plugin; `retired_at` 0: sold on.
    """

    code: str
    update_mask: tuple[str, ...]
    name: str = ""
    idle_aware_from: str | None = None
    host: str = ""
    retired_at: int = 0
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("code", self.code)
        check.mask(self.update_mask, ("name", "idle_aware_from", "host", "retired_at"))
        check.text("name", self.name, limits.DISPLAY_NAME_CHARACTERS, needed=False)
        if self.idle_aware_from is not None:
            check.text("idle_aware_from", self.idle_aware_from, limits.VERSION_CHARACTERS, needed=False)
        check.name("host", self.host, needed=False)
        if self.host == self.code:
            check.fail("host", self.host, "a product is not a plugin of itself")
        check.time("retired_at", self.retired_at)


@dataclass(frozen=True, slots=True)
class Floor:
    """The first version that may run on a platform; "" is every platform that has no floor of its own."""

    platform: str
    first_version: str

    def __post_init__(self) -> None:
        check.text("floor platform", self.platform, limits.VERSION_CHARACTERS, needed=False)
        check.text("floor first_version", self.first_version, limits.VERSION_CHARACTERS)


@dataclass(frozen=True, slots=True)
class SetFloors:
    """Replaces the version floors of a product (section 5, UNSUPPORTED_VERSION)."""

    code: str
    floors: tuple[Floor, ...] = ()
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("code", self.code)
        check.count("floors", len(self.floors), 0, limits.FLOORS_PER_PRODUCT)
        platforms = [floor.platform.lower() for floor in self.floors]
        if len(set(platforms)) != len(platforms):
            check.fail("floors", ", ".join(platforms), "a platform is named once, in capitals or not")


@dataclass(frozen=True, slots=True)
class PutLaunch:
    """What is launched as `launch_code`, from a version on, is charged as `product` (C11); "": every version."""

    launch_code: str
    product: str
    from_version: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        RemoveLaunch(self.launch_code, self.from_version, self.request_id)
        check.name("product", self.product)


@dataclass(frozen=True, slots=True)
class RemoveLaunch:
    """The versions are charged as the entry before it says, or as the product of that code."""

    launch_code: str
    from_version: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("launch_code", self.launch_code)
        check.text("from_version", self.from_version, limits.VERSION_CHARACTERS, needed=False)


@dataclass(frozen=True, slots=True)
class ListLaunches:
    """What launches are charged as, in order of codes and versions."""

    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)


@dataclass(frozen=True, slots=True)
class PutCollection:
    """Products that are subscribed to or seated together, and never charged as a whole (C11); replaces them."""

    code: str
    products: tuple[str, ...]
    name: str = ""
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("code", self.code)
        check.text("name", self.name, limits.DISPLAY_NAME_CHARACTERS, needed=False)
        check.count("products", len(self.products), 1, limits.PRODUCTS_PER_ASSIGNMENT)
        for product in self.products:
            check.name("product", product)
        if len(set(self.products)) != len(self.products):
            check.fail("products", ", ".join(self.products), "a product is named once")


@dataclass(frozen=True, slots=True)
class RemoveCollection:
    """A collection that nobody subscribes to, and no pool is of."""

    code: str
    etag: str = ""
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("code", self.code)


@dataclass(frozen=True, slots=True)
class ListCollections:
    """Collections by id."""

    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)


@dataclass(frozen=True, slots=True)
class ListIdleAware:
    """Products of which some versions report idleness, by id (S2); anybody may ask."""

    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)


@dataclass(frozen=True, slots=True)
class ImportRates:
    """A rate sheet as CSV: products that are missing are made, rates that differ are set.

    `partial` imports the good rows of a sheet that has bad ones.
    """

    csv: str
    partial: bool = False
    request_id: str = ""
    validate_only: bool = False

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        if not self.csv.strip():
            check.fail("csv", self.csv, "it must not be empty; begin with the line of the columns")


@dataclass(frozen=True, slots=True)
class ImportPrices(ImportRates):
    """A price list as CSV (P0): prices that differ are set from their dates on."""


@dataclass(frozen=True, slots=True)
class ExportRates:
    """All rates, past, present and to come, as CSV that can be imported."""


@dataclass(frozen=True, slots=True)
class ExportPrices:
    """The price list, past, present and to come, as CSV that can be imported."""


@dataclass(frozen=True, slots=True)
class ListPrices:
    """Prices in force at an instant, 0: now (P0)."""

    at: int = 0

    def __post_init__(self) -> None:
        check.time("at", self.at)


CatalogueRequest = (
    GetProduct
    | UpdateProduct
    | SetFloors
    | PutLaunch
    | RemoveLaunch
    | ListLaunches
    | PutCollection
    | RemoveCollection
    | ListCollections
    | ListIdleAware
    | ImportRates
    | ExportRates
    | ImportPrices
    | ExportPrices
    | ListPrices
)
