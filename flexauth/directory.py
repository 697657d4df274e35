"""Who and what there is: teams, contracts, products, users' facts, as the sequencer's thread needs them.

Changed after an act is stored, never before. Knows no live state and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from flexauth.catalogue import CataloguedProduct, Floors, Launches, charged_product, launches_of
from flexauth.commands import IdKind, ProductKind, Rights
from flexauth.contracts import Contracts, InForce
from flexauth.facts import Facts
from flexauth.faults import InvalidArgument, NotFound
from flexauth.names import Names, Texts
from flexauth.policy import DEFAULTS
from flexauth.rights import Asked
from flexauth.store.port import Store
from flexauth.work import Turn

__all__ = ["Directory"]


class Directory:
    """Look-ups by name and by id; every miss names what the caller sent and nothing else."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.names = Names()
        for _, ident, high, low in store.load_names():
            self.names.put((high % 2**64) << 64 | low % 2**64, ident)
        self._teams = {row["team"]: row["name"] for row in store.select("every_team", {})}
        self._read_catalogue()
        self.contracts = Contracts(store)
        self._facts = Facts(store, self.contracts)
        self.users = Texts(lambda user: self._word("user_by_id", "subject", user=user))
        self.devices = Texts(lambda device: self._word("device_words", "text", device=device))
        self.projects = Texts(lambda project: self._word("project_name", "name", project=project))
        self.caps = Texts(lambda cap: self._word("cap_name", "name", cap=cap))

    def _word(self, statement: str, column: str, **key: int) -> str:
        rows = self._store.select(statement, key)
        return str(rows[0][column] or "") if rows else ""

    def _read_catalogue(self) -> None:
        select = self._store.select
        self._products: dict[int, CataloguedProduct] = {}
        for row in select("every_product", {}):
            self.add_product(CataloguedProduct(**{**row, "kind": ProductKind(row["kind"])}))
        floors: dict[int, dict[str, str]] = {}
        for row in select("every_floor", {}):
            floors.setdefault(row["product"], {})[row["platform"]] = row["first_version"]
        self._floors: Mapping[int, Floors] = floors
        rows = select("every_launch", {})
        self._launches: Launches = launches_of((row["code"], row["from_version"], row["product"]) for row in rows)

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

    def launched(self, code: str, version: str) -> CataloguedProduct:
        """The product that a launch is charged as (C11). Faults `NotFound`."""
        charged = charged_product(self._launches, code, version)
        return self._products[charged] if charged else self.product(code)

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

    def product_by_id(self, product: int) -> CataloguedProduct:
        return self._products[product]

    def products(self) -> list[CataloguedProduct]:
        """The catalogue by id."""
        return [self._products[key] for key in sorted(self._products)]

    def floors(self, product: int) -> Floors:
        """First versions of a product by platform."""
        return self._floors.get(product, {})

    def contract(self, team: int, at: int) -> InForce:
        """The contract in force; the defaults as version 0."""
        return self.contracts.at(team, at)

    def newest_contract(self, team: int) -> InForce:
        """The last one made, in force or to come."""
        return self.contracts.newest(team)

    # What rights are computed from ------------------------------------------------------------------------------------

    def rights(self, user: int, product: int, team: int, project: int, device: str, now: int) -> Rights:
        """What a user may do with a product now (SPEC 5.4); `team` and `project` 0: none was named."""
        known = self._products[product]
        asked = Asked(product, known.kind, team, project, self._facts.suspended_in(device))
        return self._facts.rights(user, asked, now)

    def teams_of(self, user: int) -> tuple[int, ...]:
        """Teams that a user belongs to, by id."""
        return tuple(member.team for member in self._facts.user(user).memberships)

    def devices_max(self, user: int, at: int) -> int:
        """D1: the largest of the user's teams."""
        largest = (int(self.contract(team, at).values["devices_max"]) for team in self.teams_of(user))
        return max(largest, default=int(DEFAULTS["devices_max"]))

    def project_id(self, user: int, team: int, name: str) -> int:
        """An open project of a team that was named, or of the one of the user's teams that has it (Q4).

        Faults `NotFound`, and `InvalidArgument` where several teams have a project of this name.
        """
        rows = self._store.select("projects_named", {"user": user, "name": name})
        found = [row["project"] for row in rows if team in (0, row["team"])]
        if not found:
            raise NotFound(kind="project", value=repr(name))
        if len(found) > 1:
            raise InvalidArgument(
                field="project", value=repr(name), rule="several of the user's teams have it: name one"
            )
        return int(found[0])

    def rights_changed(self, turn: Turn, teams: tuple[int, ...] = ()) -> None:
        """An act of this turn changes rights in these teams, or everywhere: see `Facts.changed`."""
        self._facts.changed(turn, teams)

    # After an act is stored -------------------------------------------------------------------------------------------

    def add_name(self, digest: int, ident: int) -> None:
        self.names.put(digest, ident)

    def add_team(self, team: int, name: str) -> None:
        self._teams[team] = name

    def add_product(self, product: CataloguedProduct) -> None:
        self._products[product.product] = product

    def add_contract(self, team: int, version: int, effective_at: int, given: str, calendar: int) -> None:
        self.contracts.add(team, version, effective_at, given, calendar)
        self._facts.forget_team(team)

    def forget_user(self, user: int) -> None:
        """The user's rights, or how the user is called, have changed."""
        self._facts.forget_user(user)

    def forget_team(self, team: int) -> None:
        """What the team's users have by it has changed."""
        self._facts.forget_team(team)

    def forget_all(self) -> None:
        """The catalogue, or what many have, has changed."""
        self._read_catalogue()
        self._facts.forget_all()
        self.projects.clear()
        self.caps.clear()

    def forget_unstored(self) -> None:
        """A batch was lost: device texts that it brought may not be there."""
        self.devices.clear()
