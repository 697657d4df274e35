"""Holds a caller to its reach: what a message names must be the caller's own, or be refused as if it were not there.

Fields are known by their names, in any message. Knows no method by name, no store and no transport.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple, NoReturn

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from flexauth.access.belongings import Belongings, Guard
from flexauth.access.caller import Caller
from flexauth.access.permissions import GRANTABLE, Permission, PermissionDenied, Reach
from flexauth.faults import InvalidArgument, NotFound
from flexauth.requests import Role, session_id

__all__ = ["NAMES", "Boundary", "Held", "Kind", "Named", "named_in"]


class Kind(Enum):
    """What a field names; the value is the word of the fault."""

    TEAM = "team"
    USER = "user"
    SESSION = "session"
    DEVICE = "device"
    PACK = "pack"
    API_KEY = "API key"


#: Fields that name something of a team or a user, in whatever message they stand.
NAMES: Final = {
    "team": Kind.TEAM,
    "to_team": Kind.TEAM,
    "user": Kind.USER,
    "users": Kind.USER,
    "subject": Kind.USER,
    "session": Kind.SESSION,
    "device": Kind.DEVICE,
    "pack": Kind.PACK,
    "api_key": Kind.API_KEY,
}
#: Fields of these names that make something new, or say it of somebody who need not be there.
_NEW: Final = frozenset(
    {
        "CheckoutRequest.session",
        "CreateUserRequest.subject",
        "CreateApiKeyRequest.subject",
        "MemberRow.subject",
        "Scope.device",
    }
)
_SCOPE: Final = "flexauth.v1.Scope"


class Named(NamedTuple):
    """A field of a message that names something, in the message that holds it."""

    kind: Kind
    holder: Message
    field: str
    value: Any


class _Step(NamedTuple):
    field: str
    repeated: bool
    kind: Kind | None
    message: str


@cache
def _steps(message: Descriptor) -> tuple[_Step, ...]:
    """The fields of a message that name something, or that are messages in which one may."""
    found = []
    for field in message.fields:
        kind = NAMES.get(field.name) if f"{message.name}.{field.name}" not in _NEW else None
        if field.message_type is not None:
            found.append(_Step(field.name, field.is_repeated, None, field.message_type.full_name))
        elif kind is not None:
            found.append(_Step(field.name, field.is_repeated, kind, ""))
    return tuple(found)


def named_in(message: Message) -> Iterator[Named]:
    """Everything that a message and the messages in it name."""
    for step in _steps(message.DESCRIPTOR):
        if step.kind is None:
            if step.repeated:
                for item in getattr(message, step.field):
                    yield from named_in(item)
            elif message.HasField(step.field):
                yield from named_in(getattr(message, step.field))
        elif step.repeated:
            yield from (Named(step.kind, message, step.field, value) for value in getattr(message, step.field))
        else:
            yield Named(step.kind, message, step.field, getattr(message, step.field))


def _scopes_in(message: Message) -> Iterator[Any]:
    """The roles that a message would give or take."""
    for step in _steps(message.DESCRIPTOR):
        if step.message == _SCOPE:
            value = getattr(message, step.field)
            yield from value if step.repeated else (value,)


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
        for scope in _scopes_in(received):
            self._may_give(scope)
        if self.reach.everything:
            return _UNHELD
        self._fill_users(received)
        named = [name for name in named_in(received) if name.value]
        of_itself = self._of_itself(named)
        if not of_itself and self._fill_team(received):
            named = [name for name in named_in(received) if name.value]
        devices = {name.value for name in named if name.kind is Kind.DEVICE}
        for name in named:
            if name.kind is Kind.TEAM and name.value not in self._teams and not of_itself:
                self._refuse(name)

        def guard(belongings: Belongings) -> None:
            for name in named:
                if not self._is_its_own(name, devices, belongings):
                    self._refuse(name)

        return Held(guard if named else None, self._teams if self._teams and not of_itself else None)

    @property
    def _teams(self) -> frozenset[str]:
        return self.reach.teams | {team for team, _ in self.reach.devices}

    def _fill_users(self, received: Message) -> None:
        if self.reach.subject:
            for name in named_in(received):
                if name.kind is Kind.USER and getattr(name.holder, name.field) == "":
                    setattr(name.holder, name.field, self.reach.subject)

    def _of_itself(self, named: list[Named]) -> bool:
        """Whether a user asks about itself alone."""
        users = {name.value for name in named if name.kind is Kind.USER}
        return bool(self.reach.subject) and (users == {self.reach.subject} or not self._teams)

    def _fill_team(self, received: Message) -> bool:
        """Name the caller's only team where a request leaves the team open; of several, the caller must name one."""
        empty = [
            name
            for name in named_in(received)
            if name.field == "team" and not name.value and name.holder.DESCRIPTOR.name.endswith("Request")
        ]
        for name in empty:
            if len(self._teams) != 1:
                rule = "name one of your teams: " + ", ".join(sorted(self._teams))
                raise InvalidArgument(field=name.field, value="''", rule=rule)
            setattr(name.holder, name.field, *self._teams)
        return bool(empty)

    def _is_its_own(self, name: Named, devices: set[str], belongings: Belongings) -> bool:
        reach = self.reach
        if name.kind is Kind.TEAM:
            own = bool(reach.subject) and name.value in belongings.teams_of_user(reach.subject)
            return name.value in self._teams or own
        if name.kind is Kind.USER:
            return self._may_act_for(name.value, devices, belongings)
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

    def _may_act_for(self, user: str, devices: set[str], belongings: Belongings) -> bool:
        reach = self.reach
        if user == reach.subject:
            return True
        teams = belongings.teams_of_user(user)
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
