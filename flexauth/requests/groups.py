"""What admins ask about groups of users (Q3) and projects (Q4) of a team."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth import limits
from flexauth.requests import check

__all__ = [
    "AddGroupMembers",
    "CloseGroup",
    "CloseProject",
    "CreateGroup",
    "CreateProject",
    "ListGroupMembers",
    "ListGroups",
    "ListProjects",
    "RemoveGroupMembers",
    "RenameGroup",
    "RenameProject",
]


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """A group of users, for caps and reports. Its name is unique among the team's groups that are open."""

    team: str
    name: str
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("name", self.name)


class CreateProject(CreateGroup):
    """A project that sessions may name (Q4). Its name is unique among the team's projects that are open."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RenameGroup:
    """Another name for the same group. `etag` as read, "": no matter."""

    team: str
    name: str
    new_name: str
    etag: str = ""
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("name", self.name)
        check.name("new_name", self.new_name)


class RenameProject(RenameGroup):
    """Another name for the same project."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CloseGroup:
    """The group ends: nobody is in it, its name is free again, and past charges keep it."""

    team: str
    name: str
    etag: str = ""
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("name", self.name)


class CloseProject(CloseGroup):
    """The project ends: no session names it any more, its name is free again, and past charges keep it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ListGroups:
    """Groups of a team by id; those that are closed too when asked for."""

    team: str
    closed: bool = False
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)


class ListProjects(ListGroups):
    """Projects of a team by id; those that are closed too when asked for."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AddGroupMembers:
    """Members of the team join a group; who is in it already stays."""

    team: str
    group: str
    users: tuple[str, ...]
    validate_only: bool = False
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("team", self.team)
        check.name("group", self.group)
        check.count("users", len(self.users), 1, limits.USERS_PER_CALL)
        for user in self.users:
            check.text("users", user, limits.SUBJECT_CHARACTERS)


class RemoveGroupMembers(AddGroupMembers):
    """Users leave a group."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ListGroupMembers:
    """Users of a group by id."""

    team: str
    group: str
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team)
        check.name("group", self.group)
