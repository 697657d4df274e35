"""Who and what there is: teams, contracts, products, users' facts, as the sequencer's thread needs them.

Changed after an act is stored, never before. Knows no live state and decides nothing.
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from dataclasses import dataclass

from flexauth import limits
from flexauth.catalogue import CataloguedProduct
from flexauth.commands import IdKind, Policy, ProductKind
from flexauth.faults import NotFound
from flexauth.names import Names, Texts
from flexauth.policy import DEFAULTS, Contract, parse_policy
from flexauth.rights import UserFacts, UserMembership
from flexauth.store.port import Store

__all__ = ["Directory", "InForce"]


@dataclass(frozen=True, slots=True)
class InForce:
    """A team's contract: values by name (SPEC 13), and the terms that they mean."""

    effective_at: int
    version: int
    values: Contract
    policy: Policy


_DEFAULT = InForce(0, 0, DEFAULTS, Policy())


class Directory:
    """Look-ups by name and by id; every miss names what the caller sent and nothing else."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.names = Names()
        for _, ident, high, low in store.load_names():
            self.names.put((high % 2**64) << 64 | low % 2**64, ident)
        self._teams = {row["team"]: row["name"] for row in store.select("every_team", {})}
        self._products: dict[int, CataloguedProduct] = {}
        for row in store.select("every_product", {}):
            self.add_product(CataloguedProduct(**{**row, "kind": ProductKind(row["kind"])}))
        self._contracts: dict[int, list[InForce]] = {}
        for row in store.select("every_contract", {}):
            self.add_contract(row["team"], row["version"], row["effective_at"], row["given"])
        self._facts: OrderedDict[int, UserFacts] = OrderedDict()
        self.users = Texts(lambda user: self._word("user_by_id", "subject", user=user))
        self.devices = Texts(lambda device: self._word("device_words", "text", device=device))

    def _word(self, statement: str, column: str, **key: int) -> str:
        rows = self._store.select(statement, key)
        return str(rows[0][column] or "") if rows else ""

    def team_id(self, name: str) -> int:
        """Faults `NotFound`."""
        return self._find(IdKind.TEAM, "team", name)

    def user_id(self, subject: str) -> int:
        """Faults `NotFound`."""
        user = self._find(IdKind.USER, "user", subject)
        self.users.offer(user, subject)
        return user

    def product(self, code: str) -> CataloguedProduct:
        """Faults `NotFound`."""
        return self._products[self._find(IdKind.PRODUCT, "product", code)]

    def _find(self, kind: IdKind, word: str, name: str) -> int:
        ident = self.names.find(kind, name)
        if not ident:
            raise NotFound(kind=word, value=repr(name))
        return ident

    def team_name(self, team: int) -> str:
        return str(self._teams.get(team, ""))

    def product_code(self, product: int) -> str:
        known = self._products.get(product)
        return known.code if known else ""

    def products(self) -> list[CataloguedProduct]:
        """The catalogue by id."""
        return [self._products[key] for key in sorted(self._products)]

    def contract(self, team: int, at: int) -> InForce:
        """The contract in force; the defaults as version 0."""
        found = [row for row in self._contracts.get(team, ()) if row.effective_at <= at]
        return found[-1] if found else _DEFAULT

    def newest_contract(self, team: int) -> InForce:
        """The last one made, in force or to come."""
        return max(self._contracts.get(team, ()), key=lambda row: row.version, default=_DEFAULT)

    def facts(self, user: int) -> UserFacts:
        """What rights know of a user; from the store where they are not at hand."""
        known = self._facts.get(user)
        if known is None:
            teams = self._store.select("user_memberships", {"user": user})
            assigned = self._store.select("user_assignments", {"user": user})
            memberships = tuple(
                UserMembership(
                    row["team"],
                    bool(row["assigned_all"]),
                    frozenset(a["product"] for a in assigned if a["team"] == row["team"]),
                )
                for row in teams
            )
            known = self._facts[user] = UserFacts(user, memberships)
            if len(self._facts) > limits.RIGHTS_CACHED_USERS:
                self._facts.popitem(last=False)
        return known

    def devices_max(self, facts: UserFacts, at: int) -> int:
        """D1: the largest of the user's teams."""
        largest = (int(self.contract(m.team, at).values["devices_max"]) for m in facts.memberships)
        return max(largest, default=int(DEFAULTS["devices_max"]))

    # After an act is stored -------------------------------------------------------------------------------------------

    def add_name(self, digest: int, ident: int) -> None:
        self.names.put(digest, ident)

    def add_team(self, team: int, name: str) -> None:
        self._teams[team] = name

    def add_product(self, product: CataloguedProduct) -> None:
        self._products[product.product] = product

    def add_contract(self, team: int, version: int, effective_at: int, given: str) -> None:
        values, policy = parse_policy(given)
        row = InForce(effective_at, version, values, policy)
        insort(self._contracts.setdefault(team, []), row, key=lambda row: (row.effective_at, row.version))

    def forget_user(self, user: int) -> None:
        """The user's rights have changed."""
        self._facts.pop(user, None)

    def forget_unstored(self) -> None:
        """A batch was lost: device texts that it brought may not be there."""
        self.devices.clear()
