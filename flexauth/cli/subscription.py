"""Commands about subscriptions: a user's right to a product or a collection, at no tokens."""

from __future__ import annotations

from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import (
    DEFAULT_LIMIT,
    AsJson,
    DryRun,
    Etag,
    Limit,
    PageToken,
    RequestId,
    TeamOption,
    listing,
    team_of,
)
from flexauth.cli.render import Column, one, plain
from flexauth.v1 import entitlements_pb2 as wire

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Subscriptions: a user's right to a product or a collection, no tokens.")

Number = Annotated[int, typer.Argument(help="The subscription's number.", metavar="NUMBER")]

_COLUMNS = (
    Column("subscription", "id"),
    Column("user", "user"),
    Column("product", "product", at_need=True),
    Column("collection", "collection", at_need=True),
    Column("starts", "starts_at"),
    Column("ends", "ends_at"),
)


@app.command()
def create(
    context: typer.Context,
    user: Annotated[str, typer.Argument(help="The user's subject.")],
    request_id: RequestId,
    product: Annotated[str, typer.Argument(help="The product's code.")] = "",
    collection: Annotated[str, typer.Option(help="A collection instead of a product.", metavar="CODE")] = "",
    starts_at: Annotated[
        int | None, typer.Option("--starts", parser=inputs.instant, metavar="TIME", help="Default: now.")
    ] = None,
    ends_at: Annotated[
        int | None, typer.Option("--until", parser=inputs.instant, metavar="TIME", help="Default: it is open.")
    ] = None,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give a user a subscription, such as: flexauth subscription create ann ACD --until 2027-01-01."""
    with connect(context) as connection:
        request = wire.CreateSubscriptionRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            user=user,
            product=product,
            collection=collection,
            starts_at=starts_at or 0,
            ends_at=ends_at or 0,
        )
        answer = connection.call(connection.entitlements.CreateSubscription, request)
    one(plain(answer.subscription), _COLUMNS, as_json=as_json)


@app.command()
def extend(
    context: typer.Context,
    number: Number,
    request_id: RequestId,
    ends_at: Annotated[
        int | None, typer.Option("--until", parser=inputs.instant, metavar="TIME", help="Default: it is open.")
    ] = None,
    team: TeamOption = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give a subscription another end, later or earlier."""
    with connect(context) as connection:
        request = wire.UpdateSubscriptionRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            id=number,
            ends_at=ends_at or 0,
            update_mask=FieldMask(paths=["ends_at"]),
            etag=etag,
        )
        answer = connection.call(connection.entitlements.UpdateSubscription, request)
    one(plain(answer.subscription), _COLUMNS, as_json=as_json)


@app.command()
def end(
    context: typer.Context,
    number: Number,
    request_id: RequestId,
    team: TeamOption = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """End a subscription now; its sessions are decided anew at their next contact."""
    with connect(context) as connection:
        request = wire.EndSubscriptionRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), id=number, etag=etag
        )
        answer = connection.call(connection.entitlements.EndSubscription, request)
    one(plain(answer.subscription), _COLUMNS, as_json=as_json)


@app.command("list")
def list_subscriptions(
    context: typer.Context,
    user: Annotated[str, typer.Option(help="Of this user alone.", metavar="USER")] = "",
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the subscriptions of a team, those that have ended too."""
    with connect(context) as connection:
        listing(
            connection,
            connection.entitlements.ListSubscriptions,
            wire.ListSubscriptionsRequest(team=team_of(connection, team), user=user),
            _COLUMNS,
            name="subscriptions",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No subscription yet. Give one: flexauth subscription create USER PRODUCT",
        )
