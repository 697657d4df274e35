"""All acts and look-ups of members, groups and persons, put together. Owns no rule of any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flexauth.acts import Acts
from flexauth.clock import AuthorityTime
from flexauth.directory import Directory
from flexauth.members.assignment import Assignment
from flexauth.members.erasure import Erasures
from flexauth.members.exports import Exports
from flexauth.members.groups import Groups
from flexauth.members.imports import Imports
from flexauth.members.invitations import Invitations
from flexauth.members.persons import Persons
from flexauth.members.roll import Roll
from flexauth.members.suspension import Suspension
from flexauth.members.users import Users
from flexauth.store.port import Store
from flexauth.work import Work

__all__ = ["Members"]


class Members:
    """`works` are the acts, `reads` the look-ups, by type of request.

    `keys_changed` is told when an erasure has revoked credentials.
    """

    def __init__(
        self, store: Store, directory: Directory, time: AuthorityTime, keys_changed: Callable[[], None]
    ) -> None:
        roll, acts = Roll(store, directory), Acts(store)
        invitations = Invitations(roll, acts)
        acting = (Imports(roll, invitations, acts), invitations, Erasures(roll, acts, keys_changed))
        both = (
            Users(roll, acts),
            Assignment(roll, acts, time),
            Suspension(roll, acts),
            Groups(roll, acts),
            Persons(roll, acts),
        )
        self.works: dict[type, Callable[[Any], Work[Any]]] = {}
        for acts_of in (*acting, *both):
            self.works |= acts_of.works
        self.reads: dict[type, Callable[[Any], Any]] = {}
        for reads_of in (*both, Exports(roll)):
            self.reads |= reads_of.reads
