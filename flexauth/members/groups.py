"""Groups of users (Q3) and projects (Q4) of a team: plain things with a name. What is closed keeps its id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flexauth import limits, requests
from flexauth.acts import Acts, Learn
from flexauth.answers import Page
from flexauth.answers_of.members import Group, GroupMember, Project
from flexauth.commands import IdKind
from flexauth.etags import check_etag, etag_of
from flexauth.faults import AlreadyExists, NotFound
from flexauth.members.roll import Roll
from flexauth.pages import page_of, position
from flexauth.work import Turn, Work

__all__ = ["Groups"]

T = TypeVar("T", Group, Project)


@dataclass(frozen=True, slots=True)
class _Kind(Generic[T]):
    """A kind of named thing: its word, ids, statements, and the answer that tells of a row."""

    word: str
    ids: IdKind
    answer: Callable[[str, dict[str, Any]], T]

    def of(self, verb: str) -> str:
        return f"{verb}_{self.word}"


def _etag(row: dict[str, Any]) -> str:
    return etag_of({name: row[name] for name in ("id", "name", "closed_at")})


def _group(team: str, row: dict[str, Any]) -> Group:
    return Group(team, row["name"], row["members"], row["created_at"], max(row["closed_at"], 0), _etag(row))


def _project(team: str, row: dict[str, Any]) -> Project:
    return Project(team, row["name"], row["created_at"], max(row["closed_at"], 0), _etag(row))


_GROUP = _Kind("group", IdKind.GROUP, _group)
_PROJECT = _Kind("project", IdKind.PROJECT, _project)


class Groups:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, roll: Roll, acts: Acts) -> None:
        self._roll, self._directory, self._store = roll, roll.directory, roll.store
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.CreateGroup: acts.act(Group, lambda turn, asked: self._create(_GROUP, turn, asked)),
            requests.RenameGroup: acts.act(Group, lambda turn, asked: self._rename(_GROUP, turn, asked)),
            requests.CloseGroup: acts.act(Group, lambda turn, asked: self._close(_GROUP, turn, asked)),
            requests.AddGroupMembers: acts.act(Group, self._add),
            requests.RemoveGroupMembers: acts.act(Group, self._remove),
            requests.CreateProject: acts.act(Project, lambda turn, asked: self._create(_PROJECT, turn, asked)),
            requests.RenameProject: acts.act(Project, lambda turn, asked: self._rename(_PROJECT, turn, asked)),
            requests.CloseProject: acts.act(Project, lambda turn, asked: self._close(_PROJECT, turn, asked)),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.ListGroups: lambda request: self._list(_GROUP, request),
            requests.ListProjects: lambda request: self._list(_PROJECT, request),
            requests.ListGroupMembers: self._members,
        }

    # Both kinds -------------------------------------------------------------------------------------------------------

    def _rows(
        self, kind: _Kind[Any], team: int, name: str = "", after: int = 0, limit: int = 1, closed: int = 0
    ) -> Any:
        key = {"team": team, "name": name, "after": after, "limit": limit, "closed": closed}
        return self._store.select(f"{kind.word}_rows", key)

    def _find(self, kind: _Kind[Any], team: int, name: str) -> dict[str, Any]:
        """An open one. Faults `NotFound`."""
        rows = self._rows(kind, team, name)
        if not rows:
            raise NotFound(kind=kind.word, value=repr(name))
        found: dict[str, Any] = rows[0]
        return found

    def _need_free(self, kind: _Kind[Any], team: int, name: str) -> None:
        if self._rows(kind, team, name):
            raise AlreadyExists(kind=kind.word, value=repr(name))

    def _create(self, kind: _Kind[T], turn: Turn, request: requests.CreateGroup) -> tuple[T, Learn]:
        team = self._directory.team_id(request.team)
        self._need_free(kind, team, request.name)
        ident = turn.engine.allocate(kind.ids)
        turn.write(kind.of("insert"), id=ident, team=team, name=request.name, created_at=turn.now)
        row = {"id": ident, "name": request.name, "members": 0, "created_at": turn.now, "closed_at": -1}
        return kind.answer(request.team, row), lambda: None

    def _rename(self, kind: _Kind[T], turn: Turn, request: requests.RenameGroup) -> tuple[T, Learn]:
        team = self._directory.team_id(request.team)
        row = self._find(kind, team, request.name)
        self._check(kind, request.etag, row)
        if request.new_name != request.name:
            self._need_free(kind, team, request.new_name)
        turn.write(kind.of("rename"), id=row["id"], name=request.new_name)
        answer = kind.answer(request.team, row | {"name": request.new_name})
        return answer, lambda: self._directory.projects.forget(row["id"]) if kind.word == "project" else None

    def _close(self, kind: _Kind[T], turn: Turn, request: requests.CloseGroup) -> tuple[T, Learn]:
        team = self._directory.team_id(request.team)
        row = self._find(kind, team, request.name)
        self._check(kind, request.etag, row)
        turn.write(kind.of("close"), id=row["id"], closed_at=turn.now)
        if kind.ids is IdKind.GROUP:
            turn.write("delete_group_members", user_group=row["id"])
        self._directory.rights_changed(turn, (team,))
        answer = kind.answer(request.team, row | {"closed_at": turn.now, "members": 0})
        return answer, self._directory.forget_all

    @staticmethod
    def _check(kind: _Kind[Any], etag: str, row: dict[str, Any]) -> None:
        check_etag(etag, {name: row[name] for name in ("id", "name", "closed_at")}, kind.word, row["name"])

    def _list(self, kind: _Kind[T], request: requests.ListGroups) -> Page[T]:
        team, limit = self._directory.team_id(request.team), request.page_size or limits.PAGE_DEFAULT
        after = position(request, 1)[0]
        rows = self._rows(kind, team, after=after, limit=limit + 1, closed=int(request.closed))
        return page_of(rows, limit, lambda row: kind.answer(request.team, row), lambda row: (row["id"],))

    # Who is in a group ------------------------------------------------------------------------------------------------

    def _add(self, turn: Turn, request: requests.AddGroupMembers) -> tuple[Group, Learn]:
        return self._change(turn, request, "insert_group_member")

    def _remove(self, turn: Turn, request: requests.RemoveGroupMembers) -> tuple[Group, Learn]:
        return self._change(turn, request, "delete_group_member")

    def _change(self, turn: Turn, request: requests.AddGroupMembers, statement: str) -> tuple[Group, Learn]:
        team = self._directory.team_id(request.team)
        row = self._find(_GROUP, team, request.group)
        users = {self._roll.find(team, user)["user"] for user in request.users}
        there = {user for user in users if self._in_group(row["id"], user)}
        joins = statement == "insert_group_member"
        for user in sorted(users - there if joins else there):
            turn.write(statement, user_group=row["id"], user=user)
        self._directory.rights_changed(turn, (team,))
        count = row["members"] + (len(users - there) if joins else -len(there))

        def learn() -> None:
            for user in users:
                self._directory.forget_user(user)

        return _group(request.team, row | {"members": count}), learn

    def _in_group(self, group: int, user: int) -> bool:
        key = {"user_group": group, "after": user - 1, "limit": 1}
        return [row["user"] for row in self._store.select("group_members_page", key)] == [user]

    def _members(self, request: requests.ListGroupMembers) -> Page[GroupMember]:
        team, limit = self._directory.team_id(request.team), request.page_size or limits.PAGE_DEFAULT
        group = self._find(_GROUP, team, request.group)["id"]
        key = {"user_group": group, "after": position(request, 1)[0], "limit": limit + 1}
        return page_of(
            self._store.select("group_members_page", key),
            limit,
            lambda row: GroupMember(row["name"], row["display_name"]),
            lambda row: (row["user"],),
        )
