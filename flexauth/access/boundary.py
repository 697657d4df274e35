"""Holds a caller to its reach: what a message names must be the caller's own, or be refused as if it were not there.

Knows no method by name, no store and no transport.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, Final, NamedTuple, NoReturn

from google.protobuf.message import Message

from flexauth.access.belongings import Belongings, Guard
from flexauth.access.caller import Caller
from flexauth.access.naming import Kind, Named, named_in, scopes_in
from flexauth.access.permissions import GRANTABLE, Permission, PermissionDenied, Reach
from flexauth.faults import InvalidArgument, NotFound
from flexauth.requests import Role, session_id

__all__ = ["Boundary", "Held"]


class Held(NamedTuple):
    """What is left to do: a guard to ask in the call's turn, and the teams that its answer may tell of, None: all."""

    guard: Guard | None = None
    teams: frozenset[str] | None = None

    def within(self, request: Any) -> Any:
        """A request that lists teams, narrowed to the caller's."""
        if self.teams is None or not is_dataclass(request) or "within" not in {f.name for f in fields(request)}:
            return request
        return replace(request, within=tuple(sorted(self.teams)))  # type: ignore[type-var]

    def shown(self, answer: Any) -> Any:
        """What the caller may see of an answer: what its lists tell of other teams is left out."""
        if self.teams is None or not is_dataclass(answer):
            return answer
        lists = {name: getattr(answer, name) or () for name in _lists(answer.__class__)}
        seen = {"", *self.teams}
        told = {
            name: tuple(self.shown(item) for item in items if _team_of(item, name) in seen)
            for name, items in lists.items()
        }
        return replace(answer, **told) if told != lists else answer  # type: ignore[type-var]


@cache
def _lists(kind: type) -> tuple[str, ...]:
    """The fields of an answer that are lists."""
    return tuple(field.name for field in fields(kind) if "tuple[" in str(field.type))


def _team_of(item: Any, field: str) -> str:
    """The team that an item of a list tells of; "" for none."""
    return str(item if field == "teams" else getattr(item, "team", ""))


_UNHELD: Final = Held()


@dataclass(frozen=True, slots=True)
class Boundary:
    """What one call may touch: `permission` of the method, `reach` of the caller."""

    permission: Permission
    caller: Caller
    reach: Reach

    def hold(self, received: Message) -> Held:
        """Fill in what the caller leaves out, refuse what can be refused at once, and give what is left to do.

        An empty user is the caller itself; an empty team is the caller's only one.
        """
        for scope in scopes_in(received):
            self._may_give(scope)
        if self.reach.everything:
            return _UNHELD
        teams = self.reach.named
        found = [self._with_user(name) for name in named_in(received)]
        of_itself = self._of_itself(found)
        if not of_itself:
            found = [self._with_team(name) for name in found]
        named = [name for name in found if name.value]
        for name in named:
            if name.kind is Kind.TEAM and name.value not in teams and not of_itself:
                self._refuse(name)

        def guard(belongings: Belongings) -> None:
            devices = {name.value for name in named if name.kind is Kind.DEVICE}
            of_a_team = any(name.kind is Kind.TEAM for name in found)
            for name in named:
                if not self._is_its_own(name, devices, belongings, of_a_team=of_a_team):
                    self._refuse(name)

        return Held(guard if named else None, teams if teams and not of_itself else None)

    def _with_user(self, name: Named) -> Named:
        """A user who is not named is the caller."""
        if name.kind is not Kind.USER or name.value or not self.reach.subject or name.field == "users":
            return name
        setattr(name.holder, name.field, self.reach.subject)
        return name._replace(value=self.reach.subject)

    def _of_itself(self, found: list[Named]) -> bool:
        """Whether a user asks about itself alone."""
        subject = self.reach.subject
        return bool(subject) and (
            not self.reach.named or {name.value for name in found if name.kind is Kind.USER} == {subject}
        )

    def _with_team(self, name: Named) -> Named:
        """A team that a request leaves open is the caller's only one; of several, the caller must name one."""
        if name.value or name.field != "team" or not name.holder.DESCRIPTOR.name.endswith("Request"):
            return name
        teams = sorted(self.reach.named)
        if len(teams) != 1:
            rule = "name one of your teams: " + ", ".join(teams)
            raise InvalidArgument(field=name.field, value="''", rule=rule)
        setattr(name.holder, name.field, teams[0])
        return name._replace(value=teams[0])

    def _is_its_own(self, name: Named, devices: set[str], belongings: Belongings, *, of_a_team: bool) -> bool:
        reach = self.reach
        if name.kind is Kind.TEAM:
            own = bool(reach.subject) and name.value in belongings.teams_of_user(reach.subject)
            return name.value in reach.named or own
        if name.kind is Kind.USER:
            return self._may_act_for(name.value, devices, belongings, of_a_team=of_a_team)
        if name.kind is Kind.SESSION:
            owner = belongings.owner_of_session(session_id(name.field, name.value))
            return owner is not None and (
                owner.team in reach.teams
                or (bool(reach.subject) and owner.user == reach.subject)
                or (owner.team, owner.device) in reach.devices
            )
        if name.kind is Kind.DEVICE:  # of a user, who is checked; a device's certificate names its own
            return not reach.devices or name.value in {device for _, device in reach.devices}
        return belongings.team_of(name.kind.value, name.value) in reach.teams

    def _may_act_for(self, user: str, devices: set[str], belongings: Belongings, *, of_a_team: bool) -> bool:
        """A call that could name no team is about the person: an invitation alone gives no right to it (A4)."""
        reach = self.reach
        if user == reach.subject:
            return True
        teams = belongings.teams_of_user(user) if of_a_team else belongings.teams_that_know(user)
        if teams & reach.teams:
            return True
        mine = {device for team, device in reach.devices if team in teams} & devices
        return any(belongings.has_registered(user, device) for device in mine)

    def _refuse(self, name: Named) -> NoReturn:
        """As if it were not there; but for a team of the caller's, say that the role is not enough there."""
        if name.kind is Kind.TEAM and name.value in self.caller.teams:
            raise self.permission.denied(self.caller)
        value = name.value if name.kind is Kind.SESSION else repr(name.value)
        raise NotFound(kind=name.kind.value, value=value)

    def _may_give(self, scope: Any) -> None:
        """A role is given, and taken, by those alone who may give it where it counts."""
        if not scope.role or self.reach.role is None:
            return
        role = next((role for role in Role if role == scope.role), None)
        for held in self.caller.scopes:
            if role in GRANTABLE.get(held.role, ()) and held.team in {"", scope.team}:
                return
        if scope.team and scope.team not in self.caller.teams and not self.reach.everything:
            raise NotFound(kind=Kind.TEAM.value, value=repr(scope.team))
        told = role.name.lower() if role else str(scope.role)
        givers = [giver for giver, roles in GRANTABLE.items() if role in roles]
        where = "in this team" if scope.team else "everywhere"
        raise PermissionDenied(
            roles=self.permission.told(held.role for held in self.caller.scopes),
            method=f"to give or take the role {told} {where}",
            needed=self.permission.told(givers),
        )
