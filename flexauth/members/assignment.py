"""Acts of assignment (A1 to A3, A6): what members and whole teams may run. Sessions hear of it at the next contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flexauth import limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers import Page
from flexauth.answers_of.members import DefaultAssignment, Member
from flexauth.assigned import EVERYTHING, NOTHING, Assigned
from flexauth.clock import AuthorityTime
from flexauth.etags import check_etag, etag_of
from flexauth.faults import Stale
from flexauth.members.roll import Roll
from flexauth.pages import page_of, position
from flexauth.work import Turn, Work

__all__ = ["Assignment"]


class Assignment:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, roll: Roll, acts: Acts, time: AuthorityTime) -> None:
        self._roll, self._directory, self._store, self._time = roll, roll.directory, roll.store, time
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.Assign: acts.act(Member, self._assign),
            requests.Unassign: acts.act(Member, self._unassign),
            requests.SetGuest: acts.act(Member, self._set_guest),
            requests.RemoveMember: acts.act(Member, self._remove),
            requests.SetDefaultAssignment: acts.act(DefaultAssignment, self._set_default),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.GetMember: self._get,
            requests.ListMembers: self._list,
            requests.GetDefaultAssignment: lambda request: self._default(self._directory.team_id(request.team)),
        }

    def _assign(self, turn: Turn, request: requests.Assign) -> tuple[Member, Learn]:
        def wanted(now: Assigned, products: list[int]) -> Assigned:
            return EVERYTHING if request.all_products else now.plus(products)

        return self._change(turn, request, wanted)

    def _unassign(self, turn: Turn, request: requests.Unassign) -> tuple[Member, Learn]:
        def wanted(now: Assigned, products: list[int]) -> Assigned:
            return NOTHING if request.all_products else now.minus(products)

        return self._change(turn, request, wanted)

    def _change(
        self, turn: Turn, request: requests.Assign, wanted: Callable[[Assigned, list[int]], Assigned]
    ) -> tuple[Member, Learn]:
        team = self._directory.team_id(request.team)
        row = self._roll.find(team, request.user)
        withdraws = isinstance(request, requests.Unassign)
        products = self._roll.products(request.products, turn.now, retired=withdraws)
        before = self._roll.assigned(row)
        after = wanted(before, products)
        row = row | {"assigned_all": int(after.everything)}
        answer = self._roll.answer(row, after, turn.now)
        if after == before:
            return answer, lambda: None
        self._roll.write_member(turn, row, after)
        if not withdraws:
            self._roll.notify(turn, row, "ASSIGNED", products=_told(request))
        self._directory.rights_changed(turn, (team,))
        return answer, lambda: self._directory.forget_user(row["user"])

    def _set_guest(self, turn: Turn, request: requests.SetGuest) -> tuple[Member, Learn]:
        team = self._directory.team_id(request.team)
        row = self._roll.find(team, request.user) | {"guest": int(request.guest)}
        assigned = self._roll.assigned(row)
        self._roll.write_member(turn, row, assigned)
        self._directory.rights_changed(turn, (team,))
        return self._roll.answer(row, assigned, turn.now), lambda: self._directory.forget_user(row["user"])

    def _remove(self, turn: Turn, request: requests.RemoveMember) -> tuple[Member, Learn]:
        team = self._directory.team_id(request.team)
        row = self._roll.find(team, request.user)
        answer = self._roll.answer(row, self._roll.assigned(row), turn.now)
        if request.etag and request.etag != answer.etag:
            raise Stale(kind="member", value=repr(request.user))
        self._roll.remove(turn, team, row["user"])
        self._directory.rights_changed(turn, (team,))
        return answer, lambda: self._directory.forget_user(row["user"])

    def _get(self, request: requests.GetMember) -> Member:
        row = self._roll.find(self._directory.team_id(request.team), request.user)
        return self._roll.answer(row, self._roll.assigned(row), self._time.latest)

    def _list(self, request: requests.ListMembers) -> Page[Member]:
        team, limit = self._directory.team_id(request.team), request.page_size or limits.PAGE_DEFAULT
        rows = self._roll.page(team, position(request, 1)[0], limit + 1)
        now = self._time.latest
        return page_of(
            rows, limit, lambda row: self._roll.answer(row, self._roll.assigned(row), now), lambda row: (row["user"],)
        )

    # The default of a team (A2) ---------------------------------------------------------------------------------------

    def _default(self, team: int) -> DefaultAssignment:
        rows = self._store.select("default_products", {"team": team})
        codes = [self._directory.product_code(row["product"]) for row in rows]
        return self._default_answer(self._directory.team_name(team), codes)

    @staticmethod
    def _default_answer(team: str, codes: list[str]) -> DefaultAssignment:
        products = sorted(set(codes))
        return DefaultAssignment(team, tuple(products), etag_of({"team": team, "products": products}))

    def _set_default(self, turn: Turn, request: requests.SetDefaultAssignment) -> tuple[DefaultAssignment, Learn]:
        team = self._directory.team_id(request.team)
        before = self._default(team)
        stored = {"team": before.team, "products": list(before.products)}
        check_etag(request.etag, stored, "default assignment of", request.team)
        products = self._roll.products(request.products, turn.now)
        turn.write("delete_default", team=team)
        for product in products:
            turn.write("insert_default", team=team, product=product)
        self._directory.rights_changed(turn, (team,))
        answer = self._default_answer(request.team, list(request.products))
        return answer, lambda: self._directory.forget_team(team)


def _told(request: requests.Assign) -> list[str] | str:
    return "ALL" if request.all_products else list(request.products)
