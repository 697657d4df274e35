"""Who and what a scenario has named so far: products, teams, users, packs, sessions; and the readers of their parts.

Owns the references of the form: a name that was not set up is an error where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from flexauth import limits, requests
from flexauth.commands import ProductKind
from flexauth.simulate.document import Table, Value, not_yet
from flexauth.simulate.instants import instant
from flexauth.simulate.scenario import PackOrdered, ProductSold, Rights

__all__ = [
    "PRODUCT_KEYS",
    "PRODUCT_LATER",
    "Cast",
    "read_packs",
    "read_product",
    "read_rights",
    "read_time",
]

PRODUCT_KEYS = "rate idle_aware included"
PRODUCT_LATER = not_yet({"per_result": "C13"})
PACK_KEYS = "id size starts ends price"


@dataclass(slots=True)
class Cast:
    """Names set up so far; `start` resolves offsets."""

    start: int
    products: set[str] = field(default_factory=set)
    teams: dict[str, set[str]] = field(default_factory=dict)
    packs: dict[str, set[str]] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)

    def product(self, value: Value) -> str:
        return self._known("product", value, self.products)

    def team(self, value: Value) -> str:
        return self._known("team", value, set(self.teams))

    def user(self, value: Value) -> str:
        return self._known("user", value, {user for users in self.teams.values() for user in users})

    def session(self, value: Value) -> str:
        return self._known("session", value, self.sessions)

    def pack(self, value: Value, name: str, team: str | None) -> str:
        """Check the id of a pack of a team, of any where no team is named."""
        known = self.packs.get(team, set()) if team else {pack for packs in self.packs.values() for pack in packs}
        if name not in known:
            value.fail(f"there is no pack {name!r} in {f'team {team}' if team else 'any team'} yet{_among(known)}")
        return name

    def line(self, value: Value) -> tuple[str, str, str]:
        """Team, user and product of `team/user/product`."""
        text = value.text()
        team, _, rest = text.partition("/")
        user, _, product = rest.rpartition("/")
        if product not in self.products or user not in self.teams.get(team, set()):
            value.refuse("a line is TEAM/USER/PRODUCT, each of them set up before")
        return team, user, product

    def _known(self, kind: str, value: Value, known: set[str]) -> str:
        name = value.text()
        if name not in known:
            value.fail(f"there is no {kind} {name!r} yet{_among(known)}")
        return name


def _among(known: set[str]) -> str:
    return f"; there are {', '.join(sorted(known))}" if known else ""


def read_time(value: Value, start: int | None) -> int:
    """An instant, or an offset from `start` where there is one."""
    return value.parsed(lambda text: instant(text, start))


def read_product(code: str, table: Table, cast: Cast) -> ProductSold:
    """A product by the keys of the catalogue; enters the cast."""
    included = (entry := table.get("included")) is not None and entry.flag()
    idle_aware = (entry := table.get("idle_aware")) is not None and entry.flag()
    if included and (entry := table.get("rate")) is not None:
        entry.fail("an included product has no rate (C12); remove one of rate and included")
    rate = 0 if included else table.need("rate").whole(1, limits.RATE_TOKENS)
    kind = ProductKind.INCLUDED if included else ProductKind.DAILY
    with table.value.checked():
        requests.CreateProduct(code=code, kind=kind, rate=rate)
    if code in cast.products:
        table.value.fail(f"the product {code!r} is there already; set_rate changes its price")
    cast.products.add(code)
    return ProductSold(code, rate, idle_aware, table.value.line)


def read_packs(value: Value, team: str, ordered_at: int, cast: Cast) -> tuple[PackOrdered, ...]:
    """The packs of one order."""
    packs = tuple(_pack(item, team, ordered_at, cast) for item in value.items())
    with value.checked():
        requests.CreateOrder(team, tuple(requests.PackTerms(pack.size) for pack in packs))
    return packs


def _pack(value: Value, team: str, ordered_at: int, cast: Cast) -> PackOrdered:
    """A pack of a team; enters the cast."""
    table = Table(value, PACK_KEYS)
    entry = table.need("id")
    pack_id = entry.text()
    if pack_id in cast.packs.setdefault(team, set()):
        entry.fail(f"the team {team} has a pack {pack_id!r} already; give this one an id of its own")
    cast.packs[team].add(pack_id)
    starts = read_time(starts_value, cast.start) if (starts_value := table.get("starts")) else 0
    ends = read_time(ends_value, cast.start) if (ends_value := table.get("ends")) else 0
    if ends_value is not None and ends <= max(starts, 0 if starts else ordered_at):
        ends_value.refuse("a pack ends after it starts (P1)")
    price = price_value.parsed(_price) if (price_value := table.get("price")) else 0
    return PackOrdered(pack_id, table.need("size").whole(1, limits.PACK_TOKENS), starts, ends, price)


def _price(text: str) -> int:
    remedy = 'a price is a decimal with at most six places such as "3.00", not negative'
    try:
        price = Decimal(text) * 1_000_000
    except InvalidOperation:
        raise ValueError(remedy) from None
    if not price.is_finite() or price != price.to_integral_value() or not 0 <= price <= 10**15:
        raise ValueError(remedy)
    return int(price)


def read_rights(user: str, value: Value, cast: Cast) -> Rights:
    """`ALL` or a list of products (A1)."""
    if not value.is_list():
        if value.text() != "ALL":
            value.refuse("it must be ALL or a list of products")
        return Rights(user, all_products=True, products=())
    products = tuple(cast.product(item) for item in value.items())
    if len(set(products)) != len(products):
        value.fail("a product stands twice; keep one")
    return Rights(user, all_products=False, products=products)
