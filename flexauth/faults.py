"""Faults: what stops a call that a denial cannot answer. The docstring of a fault is its message.

A denial is a value; a fault is raised and becomes one gRPC status in one table of the edge.
Each fault names what was wrong, with which value, and what to do; it knows no transport.
"""

from __future__ import annotations

__all__ = [
    "AlreadyExists",
    "Broken",
    "Conflict",
    "Fault",
    "FenceLost",
    "InstanceHeld",
    "InvalidArgument",
    "NewerSchema",
    "NotAllowedNow",
    "NotFound",
    "Overloaded",
    "Stale",
    "Stopping",
    "StorageFull",
    "StoreFailed",
    "Unauthenticated",
    "UnsafeStore",
]


class Fault(Exception):
    """Something is wrong."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__((type(self).__doc__ or "").format_map({k: str(v) for k, v in facts.items()}))


class InvalidArgument(Fault):
    """{field} is {value}: {rule}"""


class NotFound(Fault):
    """There is no {kind} {value}."""


class AlreadyExists(Fault):
    """There is a {kind} {value} already; change that one, or choose another name."""


class Conflict(Fault):
    """{field} {value} was used before with other content; use a new one."""


class Stale(Fault):
    """The {kind} {value} has changed since it was read; read it again and send its new etag."""


class NotAllowedNow(Fault):
    """{what} is not possible now: {why}."""


class Unauthenticated(Fault):
    """The call carries no valid credential; send `authorization: Bearer <API key or token>`, or a certificate."""


class Broken(Fault):
    """The authority made an error ({error}); nothing of this call is kept. Tell its operator this number."""


class Overloaded(Fault):
    """{what} is at its limit of {limit}; try again in a moment."""


class Stopping(Fault):
    """The authority is stopping; try again in a moment."""


class StoreFailed(Fault):
    """The store could not confirm a write ({cause}); nothing of it is remembered; try again."""


class StorageFull(Fault):
    """The storage of the authority is full ({cause}); running sessions go on, new ones wait until there is space."""


class FenceLost(Fault):
    """Team {team} is now served by another node; send the call there."""


class InstanceHeld(Fault):
    """{path} is served by {holder}; stop that one first, or give this one a file of its own."""


class NewerSchema(Fault):
    """{path} has schema {found}, this program knows up to {known}; start a newer flexauth."""


class UnsafeStore(Fault):
    """{path}: {why}"""
