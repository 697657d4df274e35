"""What admins are told about the members of a team, its groups and projects. Times are 0 where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from flexauth.requests.members import Plan

__all__ = [
    "Accepted",
    "DefaultAssignment",
    "Group",
    "GroupMember",
    "ImportReport",
    "Member",
    "MemberState",
    "Project",
    "RowFault",
    "SuspendedDevice",
    "SuspendedUser",
    "TeamStanding",
]


class MemberState(IntEnum):
    """Whether the invitation to a team was accepted, still waits, or waited too long (A4)."""

    ACTIVE = 1
    INVITED = 2
    LAPSED = 3


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a team: own assignment is ALL but `withdrawn`, or `products`; the team's default is not in it (A3).

    `user` is the subject, or the e-mail address while no subject is bound (A4). `suspended` is in this team.
    """

    team: str
    user: str
    display_name: str
    email: str
    state: MemberState
    all_products: bool
    products: tuple[str, ...]
    withdrawn: tuple[str, ...]
    guest: bool
    suspended: bool
    suspended_everywhere: bool
    plan: Plan
    invited_at: int
    invited_until: int
    etag: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The teams whose invitations a sign-in has accepted; none: there was nothing to accept."""

    user: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DefaultAssignment:
    """A2; no products: it is off."""

    team: str
    products: tuple[str, ...]
    etag: str


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """A7, A8."""

    team: str
    plan: Plan
    suspended: bool
    etag: str


@dataclass(frozen=True, slots=True)
class SuspendedDevice:
    """A8: "" for the name of a device of a person who was erased."""

    device: str
    suspended_at: int


@dataclass(frozen=True, slots=True)
class SuspendedUser:
    """A8: a user, and the teams in which a suspension now holds or was lifted."""

    user: str
    teams: tuple[str, ...]
    suspended: bool


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row of a roster: its line, column and value, and what to do."""

    line: int
    column: str
    value: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: numbers of members by what became of them.

    `done` is False where rows are wrong and so nothing was imported. `faults` are the first of `wrong`, `removed_users`
    the first of `removed`. `kept` rows wait for those to come.
    """

    done: bool
    kept: int = 0
    invited: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    wrong: int = 0
    faults: tuple[RowFault, ...] = ()
    removed_users: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """For the audit log."""
        if self.kept:
            return "kept"
        return "done" if self.done else "refused"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users (Q3); `closed_at` 0: open."""

    team: str
    name: str
    members: int
    created_at: int
    closed_at: int
    etag: str


@dataclass(frozen=True, slots=True)
class GroupMember:
    user: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project (Q4); `closed_at` 0: open."""

    team: str
    name: str
    created_at: int
    closed_at: int
    etag: str
