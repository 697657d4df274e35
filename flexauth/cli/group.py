"""Commands about groups of users and about projects of a team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NamedTuple

import typer
from google.protobuf.message import Message

from flexauth.cli.connection import Connection, connect
from flexauth.cli.options import (
    DEFAULT_LIMIT,
    AsJson,
    DryRun,
    Limit,
    PageToken,
    RequestId,
    TeamOption,
    listing,
    team_of,
)
from flexauth.cli.render import Column, facts, plain, show_json
from flexauth.v1 import groups_pb2 as wire

__all__ = ["group", "project"]

group = typer.Typer(no_args_is_help=True, help="Groups of users of a team, for caps and reports.")
project = typer.Typer(no_args_is_help=True, help="Projects that sessions may name, for charge-back.")

Name = Annotated[str, typer.Argument(help="Letters, digits, '.', '_' and '-'.")]
NewName = Annotated[str, typer.Argument(help="The name from now on.")]
Users = Annotated[list[str], typer.Argument(help="Members of the team.")]
Closed = Annotated[bool, typer.Option("--closed", help="Those that are closed too.")]

_PROJECTS = (Column("project", "name"), Column("made", "created_at"), Column("closed", "closed_at", at_need=True))
_GROUPS = (
    Column("group", "name"),
    Column("users", "members"),
    Column("made", "created_at"),
    Column("closed", "closed_at", at_need=True),
)


class _Kind(NamedTuple):
    """What groups and projects are alike in: a name in a team, made, renamed, closed and listed."""

    word: str
    made: str
    ended: str
    columns: tuple[Column, ...]
    create: Callable[..., Message]
    rename: Callable[..., Message]
    close: Callable[..., Message]
    list: Callable[..., Message]


_GROUP = _Kind(
    "group", "Make a group.", "End a group; its name is free again, and past charges keep it.", _GROUPS,
    wire.CreateGroupRequest, wire.RenameGroupRequest, wire.CloseGroupRequest, wire.ListGroupsRequest,
)  # fmt: skip
_PROJECT = _Kind(
    "project", "Make a project.",
    "End a project: no session names it any more; its name is free again, and past charges keep it.", _PROJECTS,
    wire.CreateProjectRequest, wire.RenameProjectRequest, wire.CloseProjectRequest, wire.ListProjectsRequest,
)  # fmt: skip


def _call(connection: Connection, kind: _Kind, act: str, request: Message, *, as_json: bool) -> None:
    """Call an act on a group or project, and show what it is then."""
    answer = plain(connection.call(getattr(connection.groups, act), request))[kind.word]
    if as_json:
        show_json(answer)
    else:
        facts([("team", answer["team"]), *((column.heading, column.of(answer)) for column in kind.columns)])


def _commands(app: typer.Typer, kind: _Kind) -> None:
    """The commands that groups and projects share."""

    @app.command("create", help=kind.made)
    def create(
        context: typer.Context, name: Name, request_id: RequestId, team: TeamOption = "", as_json: AsJson = False
    ) -> None:
        with connect(context) as connection:
            request = kind.create(request_id=request_id, team=team_of(connection, team), name=name)
            _call(connection, kind, f"Create{kind.word.title()}", request, as_json=as_json)

    @app.command("rename", help=f"Give a {kind.word} another name.")
    def rename(
        context: typer.Context,
        name: Name,
        new_name: NewName,
        request_id: RequestId,
        team: TeamOption = "",
        as_json: AsJson = False,
    ) -> None:
        with connect(context) as connection:
            request = kind.rename(request_id=request_id, team=team_of(connection, team), name=name, new_name=new_name)
            _call(connection, kind, f"Rename{kind.word.title()}", request, as_json=as_json)

    @app.command("close", help=kind.ended)
    def close(
        context: typer.Context,
        name: Name,
        request_id: RequestId,
        team: TeamOption = "",
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        with connect(context) as connection:
            request = kind.close(
                request_id=request_id, validate_only=dry_run, team=team_of(connection, team), name=name
            )
            _call(connection, kind, f"Close{kind.word.title()}", request, as_json=as_json)

    @app.command("list", help=f"List the {kind.word}s of a team.")
    def list_them(
        context: typer.Context,
        team: TeamOption = "",
        closed: Closed = False,
        limit: Limit = DEFAULT_LIMIT,
        page_token: PageToken = "",
        as_json: AsJson = False,
    ) -> None:
        with connect(context) as connection:
            listing(
                connection,
                getattr(connection.groups, f"List{kind.word.title()}s"),
                kind.list(team=team_of(connection, team), closed=closed),
                kind.columns,
                name=f"{kind.word}s",
                limit=limit,
                page_token=page_token,
                as_json=as_json,
                empty=f"No {kind.word} yet. Make one: flexauth {kind.word} create NAME",
            )


_commands(group, _GROUP)
_commands(project, _PROJECT)


@group.command("add")
def add_members(
    context: typer.Context,
    name: Name,
    users: Users,
    request_id: RequestId,
    team: TeamOption = "",
    as_json: AsJson = False,
) -> None:
    """Let members of the team join a group."""
    with connect(context) as connection:
        request = wire.AddGroupMembersRequest(
            request_id=request_id, team=team_of(connection, team), group=name, users=users
        )
        _call(connection, _GROUP, "AddGroupMembers", request, as_json=as_json)


@group.command("remove")
def remove_members(
    context: typer.Context,
    name: Name,
    users: Users,
    request_id: RequestId,
    team: TeamOption = "",
    as_json: AsJson = False,
) -> None:
    """Let users leave a group."""
    with connect(context) as connection:
        request = wire.RemoveGroupMembersRequest(
            request_id=request_id, team=team_of(connection, team), group=name, users=users
        )
        _call(connection, _GROUP, "RemoveGroupMembers", request, as_json=as_json)


@group.command("members")
def list_members(
    context: typer.Context,
    name: Name,
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the users of a group."""
    with connect(context) as connection:
        listing(
            connection,
            connection.groups.ListGroupMembers,
            wire.ListGroupMembersRequest(team=team_of(connection, team), group=name),
            (Column("user", "user"), Column("name", "display_name", at_need=True)),
            name="members",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty=f"Nobody is in {name}. Add: flexauth group add {name} USER",
        )
