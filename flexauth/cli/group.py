"""Commands about groups of users and about projects of a team."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flexauth.cli.connection import connect
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


def _show(answer: dict[str, Any], columns: tuple[Column, ...], *, as_json: bool) -> None:
    if as_json:
        show_json(answer)
    else:
        facts([("team", answer["team"]), *((column.heading, column.of(answer)) for column in columns)])


@group.command("create")
def create_group(
    context: typer.Context, name: Name, request_id: RequestId, team: TeamOption = "", as_json: AsJson = False
) -> None:
    """Make a group."""
    with connect(context) as connection:
        request = wire.CreateGroupRequest(request_id=request_id, team=team_of(connection, team), name=name)
        _show(plain(connection.call(connection.groups.CreateGroup, request).group), _GROUPS, as_json=as_json)


@group.command("rename")
def rename_group(
    context: typer.Context,
    name: Name,
    new_name: NewName,
    request_id: RequestId,
    team: TeamOption = "",
    as_json: AsJson = False,
) -> None:
    """Give a group another name."""
    with connect(context) as connection:
        request = wire.RenameGroupRequest(
            request_id=request_id, team=team_of(connection, team), name=name, new_name=new_name
        )
        _show(plain(connection.call(connection.groups.RenameGroup, request).group), _GROUPS, as_json=as_json)


@group.command("close")
def close_group(
    context: typer.Context,
    name: Name,
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """End a group; its name is free again, and past charges keep it."""
    with connect(context) as connection:
        request = wire.CloseGroupRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), name=name
        )
        _show(plain(connection.call(connection.groups.CloseGroup, request).group), _GROUPS, as_json=as_json)


@group.command("list")
def list_groups(
    context: typer.Context,
    team: TeamOption = "",
    closed: Closed = False,
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the groups of a team."""
    with connect(context) as connection:
        listing(
            connection,
            connection.groups.ListGroups,
            wire.ListGroupsRequest(team=team_of(connection, team), closed=closed),
            _GROUPS,
            name="groups",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No group yet. Make one: flexauth group create NAME",
        )


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
        _show(plain(connection.call(connection.groups.AddGroupMembers, request).group), _GROUPS, as_json=as_json)


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
        _show(plain(connection.call(connection.groups.RemoveGroupMembers, request).group), _GROUPS, as_json=as_json)


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


# Projects ------------------------------------------------------------------------------------------------------------


@project.command("create")
def create_project(
    context: typer.Context, name: Name, request_id: RequestId, team: TeamOption = "", as_json: AsJson = False
) -> None:
    """Make a project."""
    with connect(context) as connection:
        request = wire.CreateProjectRequest(request_id=request_id, team=team_of(connection, team), name=name)
        _show(plain(connection.call(connection.groups.CreateProject, request).project), _PROJECTS, as_json=as_json)


@project.command("rename")
def rename_project(
    context: typer.Context,
    name: Name,
    new_name: NewName,
    request_id: RequestId,
    team: TeamOption = "",
    as_json: AsJson = False,
) -> None:
    """Give a project another name."""
    with connect(context) as connection:
        request = wire.RenameProjectRequest(
            request_id=request_id, team=team_of(connection, team), name=name, new_name=new_name
        )
        _show(plain(connection.call(connection.groups.RenameProject, request).project), _PROJECTS, as_json=as_json)


@project.command("close")
def close_project(
    context: typer.Context,
    name: Name,
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """End a project: no session names it any more; its name is free again, and past charges keep it."""
    with connect(context) as connection:
        request = wire.CloseProjectRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), name=name
        )
        _show(plain(connection.call(connection.groups.CloseProject, request).project), _PROJECTS, as_json=as_json)


@project.command("list")
def list_projects(
    context: typer.Context,
    team: TeamOption = "",
    closed: Closed = False,
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the projects of a team."""
    with connect(context) as connection:
        listing(
            connection,
            connection.groups.ListProjects,
            wire.ListProjectsRequest(team=team_of(connection, team), closed=closed),
            _PROJECTS,
            name="projects",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No project yet. Make one: flexauth project create NAME",
        )
