"""The members of a team as they are stored: finds them, tells of them, and writes what they are assigned."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flexauth import limits
from flexauth.answers_of.members import Member, MemberState
from flexauth.assigned import Assigned
from flexauth.catalogue import is_sold
from flexauth.directory import Directory
from flexauth.etags import etag_of
from flexauth.faults import InvalidArgument, NotFound
from flexauth.requests.members import Plan
from flexauth.store.port import Store
from flexauth.work import Turn

__all__ = ["ACCEPTED", "Roll", "Row", "told_email", "too_many_teams"]

#: A row of `member_rows`.
Row = dict[str, Any]
#: `invited_until` of who belongs to the team.
ACCEPTED = -1


def too_many_teams(user: str) -> InvalidArgument:
    """The fault of a user who belongs to as many teams as there may be."""
    rule = f"a user belongs to at most {limits.TEAMS_PER_USER} teams; remove them from another first"
    return InvalidArgument(field="user", value=repr(user), rule=rule)


def told_email(row: Row) -> str:
    """A member's e-mail address; of a user of other teams who has not accepted, the team learns none (A4)."""
    known = row["invited_until"] == ACCEPTED or row["name"] == row["email"]
    return str(row["email"]) if known else ""


class Roll:
    """What the acts on members share. `assigned` and `find` read the store, `write_*` add rows to the turn."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self.store, self.directory = store, directory

    # Reading ----------------------------------------------------------------------------------------------------------

    def find(self, team: int, user: str) -> Row:
        """The membership of a user in a team. Faults `NotFound`, the same for a user of other teams."""
        ident = self.directory.user_id(user)
        return self.by_id(team, ident, user)

    def by_id(self, team: int, user: int, name: str) -> Row:
        """As `find`, by id; `name` is what the caller sent."""
        row = self.member(team, user)
        if row is None:
            raise NotFound(kind="user", value=repr(name))
        return row

    def member(self, team: int, user: int) -> Row | None:
        """The membership of a user in a team, if there is one."""
        rows = self.store.select("member_rows", {"team": team, "after": user - 1, "only": 1, "limit": 1})
        return rows[0] if rows else None

    def page(self, team: int, after: int, limit: int) -> list[dict[str, Any]]:
        """Members of a team after a user."""
        return self.store.select("member_rows", {"team": team, "after": after, "only": 0, "limit": limit})

    def assigned(self, row: Row) -> Assigned:
        """What the member is assigned of their own."""
        key = {"team": row["team"], "user": row["user"]}
        if row["assigned_all"]:
            withdrawn = self.store.select("withdrawn_products", key)
            return Assigned(everything=True, withdrawn=frozenset(found["product"] for found in withdrawn))
        products = self.store.select("assigned_products", key)
        return Assigned(products=frozenset(found["product"] for found in products))

    def products(self, codes: Iterable[str], now: int, *, retired: bool = False) -> list[int]:
        """Products by code. Faults `NotFound`, and `InvalidArgument` for one that is no longer sold, unless wanted."""
        found = []
        for code in codes:
            product = self.directory.product(code)
            if not (retired or is_sold(product, now)):
                raise InvalidArgument(field="products", value=repr(code), rule="the product is retired; name another")
            found.append(product.product)
        return found

    def answer(self, row: Row, assigned: Assigned, now: int) -> Member:
        """A member as callers are told of them."""
        until = row["invited_until"]
        state = MemberState.INVITED if until > now else MemberState.LAPSED
        kept = {name: row[name] for name in ("name", "assigned_all", "guest", "suspended", "invited_until")}
        return Member(
            team=row["team_name"],
            user=row["name"],
            display_name=row["display_name"],
            email=told_email(row),
            state=MemberState.ACTIVE if until == ACCEPTED else state,
            all_products=assigned.everything,
            products=self._codes(assigned.products),
            withdrawn=self._codes(assigned.withdrawn),
            guest=bool(row["guest"]),
            suspended=bool(row["suspended"]),
            suspended_everywhere=bool(row["suspended_everywhere"]),
            plan=Plan(row["plan"]),
            invited_at=max(row["invited_at"], 0),
            invited_until=max(until, 0),
            etag=etag_of(kept | {"products": sorted(assigned.products), "withdrawn": sorted(assigned.withdrawn)}),
        )

    def _codes(self, products: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self.directory.product_code(product) for product in products))

    # Writing ----------------------------------------------------------------------------------------------------------

    def need_room(self, user: int, team: int) -> None:
        """Faults `InvalidArgument` where the user belongs to as many teams as there may be."""
        others = [row["team"] for row in self.store.select("memberships_of", {"user": user}) if row["team"] != team]
        if len(others) >= limits.TEAMS_PER_USER:
            raise too_many_teams(self.directory.users.get(user))

    @staticmethod
    def write_member(turn: Turn, row: Row, assigned: Assigned) -> None:
        """The membership of a row of `member_rows`, with what is assigned."""
        key = {"team": row["team"], "user": row["user"]}
        turn.write(
            "put_membership", **key, assigned_all=int(assigned.everything), guest=row["guest"],
            invited_at=row["invited_at"], invited_until=row["invited_until"],
        )  # fmt: skip
        turn.write("delete_assignments", **key)
        turn.write("delete_exceptions", **key)
        for product in sorted(assigned.products):
            turn.write("insert_assignment", **key, product=product)
        for product in sorted(assigned.withdrawn):
            turn.write("insert_exception", **key, product=product)

    @staticmethod
    def remove(turn: Turn, team: int, user: int) -> None:
        """The user leaves the team and its groups."""
        turn.write("leave_groups", team=team, user=user)
        turn.write("delete_member", team=team, user=user)

    @staticmethod
    def notify(turn: Turn, row: Row, kind: str, **told: object) -> None:
        """An event for the member, if mail can reach them (A4)."""
        if row["email"]:
            payload = {"name": row["display_name"], "email": row["email"], "team": row["team_name"], **told}
            text = json.dumps(payload, ensure_ascii=False)
            turn.write("insert_outbox", at=turn.now, team=row["team"], user=row["user"], kind=kind, payload=text)
