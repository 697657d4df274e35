"""Who and what a scenario has named so far: products, teams, users, packs, sessions, and what else has a name.

Owns the references of the form: a name that was not set up is an error where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from flexauth import limits, requests
from flexauth.simulate.document import Table, Value
from flexauth.simulate.instants import instant
from flexauth.simulate.scenario import PackOrdered

__all__ = ["OVERDRAFT", "Cast", "email_of", "read_packs", "read_products", "read_time"]

PACK_KEYS = "id size starts ends price used"
#: What a charge is from where no pack covers it (C10).
OVERDRAFT = "overdraft"


@dataclass(slots=True)
class Cast:
    """Names set up so far; `start` resolves offsets. `packs` are by the team that ordered them."""

    start: int
    products: set[str] = field(default_factory=set)
    launches: set[str] = field(default_factory=set)
    collections: set[str] = field(default_factory=set)
    teams: dict[str, set[str]] = field(default_factory=dict)
    groups: set[tuple[str, str]] = field(default_factory=set)
    projects: set[tuple[str, str]] = field(default_factory=set)
    caps: set[tuple[str, str]] = field(default_factory=set)
    packs: dict[str, set[str]] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    untold_projects: list[tuple[str, str]] = field(default_factory=list)

    def product(self, value: Value) -> str:
        return self._known("product", value, self.products)

    def launched(self, value: Value) -> str:
        """A product, or a code that is launched and charged as one (C11)."""
        return self._known("product", value, self.products | self.launches)

    def sold(self, value: Value) -> str:
        """A product or a collection."""
        return self._known("product or collection", value, self.products | self.collections)

    def team(self, value: Value) -> str:
        return self._known("team", value, set(self.teams))

    def user(self, value: Value) -> str:
        return self._known("user", value, self.users())

    def users(self) -> set[str]:
        return {user for users in self.teams.values() for user in users}

    def member(self, value: Value, team: str) -> str:
        """A user of the team."""
        return self._known(f"user of {team}", value, self.teams[team])

    def of_team(self, kind: str, value: Value, team: str, known: set[tuple[str, str]]) -> str:
        """A group, project or cap of a team."""
        return self._known(f"{kind} of {team}", value, {name for owner, name in known if owner == team})

    def charged_to(self, project: str, user: str, team: str) -> None:
        """A sign-in names a project (Q4): one that no team of the user was given is there from the start."""
        teams = [name for name, users in self.teams.items() if user in users and team in ("", name)]
        if project and teams and not any((name, project) in self.projects for name in teams):
            self.projects.add((teams[0], project))
            self.untold_projects.append((teams[0], project))

    def session(self, value: Value) -> str:
        return self._known("session", value, self.sessions)

    def pack(self, value: Value, name: str, team: str | None) -> str:
        """Check the id of a pack, by which it is known in whatever team it now is; `team` is where one is named."""
        known = {pack for packs in self.packs.values() for pack in packs}
        if name not in known | {OVERDRAFT}:
            value.fail(f"there is no pack {name!r} in {f'team {team}' if team else 'any team'} yet{_among(known)}")
        return name

    def bought_by(self, value: Value) -> tuple[str, str]:
        """A pack and the team that ordered it, which must be one."""
        name = self.pack(value, value.text(), None)
        teams = [team for team, packs in self.packs.items() if name in packs]
        if len(teams) != 1:
            value.fail(f"the packs of {', '.join(sorted(teams))} are called {name!r}; give each an id of its own")
        return name, teams[0]

    def new_pack(self, value: Value, team: str) -> str:
        name = value.text()
        if name in self.packs.setdefault(team, set()):
            value.fail(f"the team {team} has a pack {name!r} already; give this one an id of its own")
        self.packs[team].add(name)
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


def email_of(user: str) -> str:
    """Where a user of a scenario is written to."""
    return f"{user}@example.com"


def read_time(value: Value, start: int | None) -> int:
    """An instant, or an offset from `start` where there is one."""
    return value.parsed(lambda text: instant(text, start))


def read_packs(value: Value, team: str, ordered_at: int, cast: Cast) -> tuple[PackOrdered, ...]:
    """The packs of one order."""
    packs = tuple(_pack(item, team, ordered_at, cast) for item in value.items())
    with value.checked():
        requests.CreateOrder(team, tuple(requests.PackTerms(pack.size) for pack in packs))
    return packs


def _pack(value: Value, team: str, ordered_at: int, cast: Cast) -> PackOrdered:
    """A pack of a team; enters the cast."""
    table = Table(value, PACK_KEYS)
    pack_id = cast.new_pack(table.need("id"), team)
    starts = read_time(starts_value, cast.start) if (starts_value := table.get("starts")) else 0
    ends = read_time(ends_value, cast.start) if (ends_value := table.get("ends")) else 0
    if ends_value is not None and ends <= max(starts, 0 if starts else ordered_at):
        ends_value.refuse("a pack ends after it starts (P1)")
    price = price_value.parsed(_price) if (price_value := table.get("price")) else 0
    size = table.need("size").whole(1, limits.PACK_TOKENS)
    used = 0 if (entry := table.get("used")) is None else entry.whole(0, size)
    return PackOrdered(pack_id, size, starts, ends, price, used)


def _price(text: str) -> int:
    remedy = 'a price is a decimal with at most six places such as "3.00", not negative'
    try:
        price = Decimal(text) * 1_000_000
    except InvalidOperation:
        raise ValueError(remedy) from None
    if not price.is_finite() or price != price.to_integral_value() or not 0 <= price <= 10**15:
        raise ValueError(remedy)
    return int(price)


def read_products(value: Value, cast: Cast) -> tuple[bool, tuple[str, ...]]:
    """`ALL`, or a list of products (A1): whether it is all, and the list."""
    if not value.is_list():
        if value.text() != "ALL":
            value.refuse("it must be ALL or a list of products")
        return True, ()
    products = tuple(cast.product(item) for item in value.items())
    if len(set(products)) != len(products):
        value.fail("a product stands twice; keep one")
    return False, products
