"""Commands about users: who they are, what they are assigned, what they were charged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from flexauth.cli.connection import Refused, connect
from flexauth.cli.exits import ExitStatus
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, Limit, PageToken, RequestId, TeamOption, listing, team_of
from flexauth.cli.render import Column, facts, plain, show_json, table
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1 import license_authority_pb2 as authority
from flexauth.v1.types_pb2 import Membership

__all__ = ["ALL", "app", "assignments", "charge_columns"]

app = typer.Typer(no_args_is_help=True, help="Users: named persons with their assignments.")
ALL = "ALL"

User = Annotated[str, typer.Argument(help="The user: the identity provider's subject.")]
Products = Annotated[
    list[str] | None,
    typer.Argument(help="ALL products, future ones too, or a list of codes. None takes away what was assigned."),
]


def assignments(user: Mapping[str, Any]) -> str:
    """What a user may run, team by team."""
    teams = user["memberships"]
    return "; ".join(f"{m['team']}: {ALL if m['all_products'] else ', '.join(m['products']) or 'none'}" for m in teams)


COLUMNS = (
    Column("user", "subject"),
    Column("name", "display_name"),
    Column("e-mail", "email"),
    Column("assigned", assignments),
)
charge_columns = (
    Column("window from", "window_start"),
    Column("to", "window_end"),
    Column("team", "team"),
    Column("product", "product"),
    Column("tokens", "tokens"),
    Column("refunded", "refunded"),
    Column("packs", lambda row: ", ".join(f"{s['tokens']} of {s['pack']}" for s in row["slices"])),
)


def _membership(team: str, products: list[str]) -> Membership:
    if ALL not in products:
        return Membership(team=team, products=products)
    if len(products) > 1:
        raise Refused(f"{' '.join(products)}: ALL products leave no list to name", ExitStatus.WRONG_INPUT)
    return Membership(team=team, all_products=True)


def _show(user: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(user)
    else:
        facts([(column.heading, column.of(user)) for column in COLUMNS])


@app.command()
def create(
    context: typer.Context,
    user: User,
    request_id: RequestId,
    products: Products = None,
    team: TeamOption = "",
    name: Annotated[str, typer.Option(help="The person's name.", metavar="TEXT")] = "",
    email: Annotated[str, typer.Option(help="The person's e-mail address.", metavar="ADDRESS")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a user in a team and assign products, such as: flexauth user create ann@example.com ALL --team acme."""
    with connect(context) as connection:
        membership = _membership(team_of(connection, team), products or [])
        request = wire.CreateUserRequest(
            request_id=request_id, subject=user, display_name=name, email=email, memberships=[membership]
        )
        made = plain(connection.call(connection.administration.CreateUser, request).user)
    _show(made, as_json=as_json)


@app.command("list")
def list_users(
    context: typer.Context,
    team: Annotated[str, typer.Option("--team", help="Users of this team only.", metavar="TEAM")] = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List users with their assignments."""
    with connect(context) as connection:
        listing(
            connection,
            connection.administration.ListUsers,
            wire.ListUsersRequest(team=team),
            COLUMNS,
            name="users",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No user yet. Make one: flexauth user create USER ALL --team TEAM",
        )


@app.command()
def show(context: typer.Context, user: User, as_json: AsJson = False) -> None:
    """Show a user."""
    with connect(context) as connection:
        answer = connection.call(connection.administration.GetUser, wire.GetUserRequest(subject=user))
    _show(plain(answer.user), as_json=as_json)


@app.command()
def assign(
    context: typer.Context,
    user: User,
    request_id: RequestId,
    products: Products = None,
    team: TeamOption = "",
    as_json: AsJson = False,
) -> None:
    """Say what a user may run in a team; replaces what was assigned there."""
    with connect(context) as connection:
        membership = _membership(team_of(connection, team), products or [])
        request = wire.AssignUserRequest(request_id=request_id, user=user, membership=membership)
        assigned = plain(connection.call(connection.administration.AssignUser, request).user)
    _show(assigned, as_json=as_json)


@app.command()
def charges(
    context: typer.Context,
    user: User,
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List a user's charges, the latest window first."""
    with connect(context) as connection:
        listing(
            connection,
            connection.authority.ListMyCharges,
            authority.ListMyChargesRequest(user=user),
            charge_columns,
            name="charges",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty=f"{user} has not been charged.",
        )


@app.command("release-device")
def release_device(
    context: typer.Context,
    user: User,
    product: Annotated[str, typer.Argument(help="The product's code.")],
    device: Annotated[str, typer.Argument(help="The device's name, as a denial lists it.")],
    as_json: AsJson = False,
) -> None:
    """Take a device off a user's list for a product, so that another can sign in; shows those that stay."""
    request = authority.ReleaseDeviceRequest(user=user, product=product, device=device)
    with connect(context) as connection:
        answer = plain(connection.call(connection.authority.ReleaseDevice, request))
    if as_json:
        show_json(answer)
    else:
        columns = (Column("device", "name"), Column("registered", "registered_at"))
        table(columns, answer["devices"], empty="No device is registered any more.")
