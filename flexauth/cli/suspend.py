"""Commands that suspend users, devices and teams, and lift it; and about devices of users."""

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
from flexauth.v1 import members_pb2 as members
from flexauth.v1 import persons_pb2 as persons

__all__ = ["device", "resume", "suspend"]

suspend = typer.Typer(
    no_args_is_help=True, help="Suspend users, devices or teams: their sessions end at the next contact."
)
resume = typer.Typer(no_args_is_help=True, help="Lift what `flexauth suspend` did.")
device = typer.Typer(no_args_is_help=True, help="Devices: those that users registered, and those that are suspended.")

User = Annotated[str, typer.Argument(help="The user.")]
Device = Annotated[str, typer.Argument(help="The device's name.")]
TeamArgument = Annotated[str, typer.Argument(help="The team.")]
InTeam = Annotated[str, typer.Option("--team", help="In this team alone. Default: everywhere.", metavar="TEAM")]
OfTeam = Annotated[str, typer.Option("--team", help="The user must belong to it; team admins need it.", metavar="TEAM")]


def _show(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(answer)
    else:
        facts([(name.replace("_", " "), value) for name, value in answer.items() if name != "etag"])


@suspend.command("user")
def suspend_user(
    context: typer.Context, user: User, request_id: RequestId, team: InTeam = "", dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Suspend a user in a team, or everywhere."""
    request = members.SuspendUserRequest(request_id=request_id, validate_only=dry_run, user=user, team=team)
    with connect(context) as connection:
        _show(plain(connection.call(connection.members.SuspendUser, request)), as_json=as_json)


@resume.command("user")
def resume_user(
    context: typer.Context, user: User, request_id: RequestId, team: InTeam = "", dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Lift the suspension of a user in a team, or the one everywhere."""
    request = members.ResumeUserRequest(request_id=request_id, validate_only=dry_run, user=user, team=team)
    with connect(context) as connection:
        _show(plain(connection.call(connection.members.ResumeUser, request)), as_json=as_json)


@suspend.command("device")
def suspend_device(
    context: typer.Context, name: Device, request_id: RequestId, team: TeamOption = "", dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Suspend a device in a team; it need not have signed in yet."""
    with connect(context) as connection:
        request = members.SuspendDeviceRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), device=name
        )
        _show(plain(connection.call(connection.members.SuspendDevice, request).device), as_json=as_json)


@resume.command("device")
def resume_device(
    context: typer.Context, name: Device, request_id: RequestId, team: TeamOption = "", dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Lift the suspension of a device in a team."""
    with connect(context) as connection:
        request = members.ResumeDeviceRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), device=name
        )
        _show(plain(connection.call(connection.members.ResumeDevice, request).device), as_json=as_json)


@suspend.command("team")
def suspend_team(
    context: typer.Context, team: TeamArgument, request_id: RequestId, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Suspend a team; its packs keep their ends."""
    request = members.SuspendTeamRequest(request_id=request_id, validate_only=dry_run, team=team)
    with connect(context) as connection:
        _show(plain(connection.call(connection.members.SuspendTeam, request).standing), as_json=as_json)


@resume.command("team")
def resume_team(
    context: typer.Context, team: TeamArgument, request_id: RequestId, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Lift the suspension of a team."""
    request = members.ResumeTeamRequest(request_id=request_id, validate_only=dry_run, team=team)
    with connect(context) as connection:
        _show(plain(connection.call(connection.members.ResumeTeam, request).standing), as_json=as_json)


# Devices -------------------------------------------------------------------------------------------------------------


@device.command("list")
def list_devices(
    context: typer.Context,
    user: User,
    team: OfTeam = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the devices that a user registered, by product."""
    with connect(context) as connection:
        listing(
            connection,
            connection.persons.ListUserDevices,
            persons.ListUserDevicesRequest(user=user, team=team),
            (Column("product", "product"), Column("device", "device"), Column("registered", "registered_at")),
            name="devices",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty=f"{user} has registered no device.",
        )


@device.command("release")
def release_device(
    context: typer.Context,
    user: User,
    product: Annotated[str, typer.Argument(help="The product's code.")],
    name: Device,
    request_id: RequestId,
    team: OfTeam = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take a device off a user's list for a product, so that another can sign in."""
    request = persons.ReleaseUserDeviceRequest(
        request_id=request_id, validate_only=dry_run, user=user, product=product, device=name, team=team
    )
    with connect(context) as connection:
        _show(plain(connection.call(connection.persons.ReleaseUserDevice, request).device), as_json=as_json)


@device.command("suspended")
def suspended_devices(
    context: typer.Context,
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the devices that are suspended in a team."""
    with connect(context) as connection:
        listing(
            connection,
            connection.members.ListSuspendedDevices,
            members.ListSuspendedDevicesRequest(team=team_of(connection, team)),
            (Column("device", "device"), Column("suspended", "suspended_at")),
            name="devices",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No device is suspended.",
        )
