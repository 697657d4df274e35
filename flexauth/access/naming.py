"""What a message names: things of teams and users, known by the names of their fields, in any message.

Knows no method by name, no caller and no store.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

__all__ = ["NAMES", "Kind", "Named", "named_in", "scopes_in"]


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


class _Plan(NamedTuple):
    """What of a kind of message must be looked at: fields that name something, and messages in which one may."""

    names: tuple[tuple[Kind, str, bool], ...]
    inner: tuple[tuple[str, bool], ...]
    scopes: tuple[tuple[str, bool], ...]


@cache
def _plan(message: Descriptor) -> _Plan:
    """Read once of a kind of message; messages in which nothing is named are left out."""
    names, inner, scopes = [], [], []
    for field in message.fields:
        if field.message_type is not None:
            below = _plan(field.message_type)
            if below.names or below.inner:
                inner.append((field.name, field.is_repeated))
            if field.message_type.full_name == _SCOPE:
                scopes.append((field.name, field.is_repeated))
        elif field.name in NAMES and f"{message.name}.{field.name}" not in _NEW:
            names.append((NAMES[field.name], field.name, field.is_repeated))
    return _Plan(tuple(names), tuple(inner), tuple(scopes))


def named_in(message: Message) -> list[Named]:
    """Everything that a message and the messages in it name, with the fields that are left empty."""
    plan = _plan(message.DESCRIPTOR)
    found = []
    for kind, field, repeated in plan.names:
        values = getattr(message, field)
        found += [Named(kind, message, field, value) for value in (values if repeated else (values,))]
    for field, repeated in plan.inner:
        if repeated:
            for item in getattr(message, field):
                found += named_in(item)
        elif message.HasField(field):
            found += named_in(getattr(message, field))
    return found


def scopes_in(message: Message) -> list[Any]:
    """The roles that a message would give or take."""
    found: list[Any] = []
    for field, repeated in _plan(message.DESCRIPTOR).scopes:
        value = getattr(message, field)
        found += value if repeated else (value,)
    return found
