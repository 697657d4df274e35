"""Users as persons: made by subject, shown with all their teams, and assigned anew in one (A1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flexauth import limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers import Page, User
from flexauth.assigned import EVERYTHING, NOTHING, Assigned
from flexauth.commands import IdKind
from flexauth.faults import AlreadyExists
from flexauth.members.roll import ACCEPTED, Roll, Row, told_email
from flexauth.names import halves, name_digest
from flexauth.pages import page_of, position
from flexauth.work import Turn, Work

__all__ = ["Users"]


class Users:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, roll: Roll, acts: Acts) -> None:
        self._roll, self._directory, self._store = roll, roll.directory, roll.store
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.CreateUser: acts.act(User, self._create),
            requests.AssignUser: acts.act(User, self._assign),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.GetUser: lambda request: self._user(self._directory.user_id(request.subject)),
            requests.ListUsers: self._list,
        }

    def _create(self, turn: Turn, request: requests.CreateUser) -> tuple[User, Learn]:
        if self._directory.names.find(IdKind.USER, request.subject):
            raise AlreadyExists(kind="user", value=repr(request.subject))
        user, digest = turn.engine.allocate(IdKind.USER), name_digest(IdKind.USER, request.subject)
        high, low = halves(digest)
        turn.write(
            "insert_user", user=user, subject=request.subject, digest_hi=high, digest_lo=low,
            display_name=request.display_name, email=request.email, created_at=turn.now,
        )  # fmt: skip
        for membership in request.memberships:
            row = _belongs(self._directory.team_id(membership.team), user)
            self._roll.write_member(turn, row, self._assigned(membership, turn.now))
        answer = User(request.subject, request.display_name, request.email, request.memberships)
        return answer, lambda: self._directory.add_name(digest, user)

    def _assigned(self, membership: requests.Membership, now: int) -> Assigned:
        return EVERYTHING if membership.all_products else NOTHING.plus(self._roll.products(membership.products, now))

    def _assign(self, turn: Turn, request: requests.AssignUser) -> tuple[User, Learn]:
        """Replaces what is assigned; whoever was not in the team belongs to it from now on."""
        membership = request.membership
        team, user = self._directory.team_id(membership.team), self._directory.user_id(request.user)
        after = self._assigned(membership, turn.now)
        self._roll.need_room(user, team)
        before, there = self._user(user), self._roll.member(team, user)
        person = {"team_name": membership.team, "display_name": before.display_name, "email": before.email}
        row = (there or _belongs(team, user) | person) | {"assigned_all": int(after.everything)}
        self._roll.write_member(turn, row, after)
        if there is None or self._roll.assigned(there) != after:
            self._roll.notify(turn, row, "ASSIGNED", products="ALL" if after.everything else list(membership.products))
        self._directory.rights_changed(turn, (team,))
        others = tuple(m for m in before.memberships if m.team != membership.team)
        answer = User(before.subject, row["display_name"], told_email(row), (*others, membership))
        return answer, lambda: self._directory.forget_user(user)

    def _user(self, user: int) -> User:
        row = self._store.select("user_by_id", {"user": user})[0]
        assigned = self._store.select("user_assignments", {"user": user})
        memberships = tuple(
            requests.Membership(
                team["name"],
                bool(team["assigned_all"]),
                tuple(a["code"] for a in assigned if a["team"] == team["team"] and not team["assigned_all"]),
            )
            for team in self._store.select("user_memberships", {"user": user})
        )
        return User(row["subject"], row["name"], row["email"], memberships)

    def _list(self, request: requests.ListUsers) -> Page[User]:
        after, limit = position(request, 1)[0], request.page_size or limits.PAGE_DEFAULT
        if request.team:
            key = {"team": self._directory.team_id(request.team), "after": after, "limit": limit + 1}
            rows = self._store.select("team_users_page", key)
        else:
            rows = self._store.select("users_page", {"after": after, "limit": limit + 1})
        return page_of(rows, limit, self._listed, lambda row: (row["user"],))

    def _listed(self, row: Row) -> User:
        user = self._user(row["user"])
        return user if row.get("known", 1) else replace(user, display_name="", email="")


def _belongs(team: int, user: int) -> Row:
    """A new membership that needs no invitation."""
    return {"team": team, "user": user, "assigned_all": 0, "guest": 0, "invited_at": -1, "invited_until": ACCEPTED}
