"""Commands about trials: a user may run a product for a time at no cost, once per team."""

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

app = typer.Typer(no_args_is_help=True, help="Trials: a user may run a product for a time at no cost, once per team.")

User = Annotated[str, typer.Argument(help="The user's subject.")]
Product = Annotated[str, typer.Argument(help="The product's code.")]
Until = Annotated[int, typer.Option("--until", parser=inputs.instant, metavar="TIME", help="When it ends.")]

_COLUMNS = (
    Column("user", "user"),
    Column("product", "product"),
    Column("starts", "starts_at"),
    Column("ends", "ends_at"),
)


@app.command()
def create(
    context: typer.Context,
    user: User,
    product: Product,
    until: Until,
    request_id: RequestId,
    starts_at: Annotated[
        int | None, typer.Option("--starts", parser=inputs.instant, metavar="TIME", help="Default: now.")
    ] = None,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give a user a trial, such as: flexauth trial create ann ACD --until +30d."""
    with connect(context) as connection:
        request = wire.CreateTrialRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            user=user,
            product=product,
            starts_at=starts_at or 0,
            ends_at=until,
        )
        answer = connection.call(connection.entitlements.CreateTrial, request)
    one(plain(answer.trial), _COLUMNS, as_json=as_json)


@app.command()
def extend(
    context: typer.Context,
    user: User,
    product: Product,
    until: Until,
    request_id: RequestId,
    team: TeamOption = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give a trial another end, later or earlier."""
    with connect(context) as connection:
        request = wire.UpdateTrialRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            user=user,
            product=product,
            ends_at=until,
            update_mask=FieldMask(paths=["ends_at"]),
            etag=etag,
        )
        answer = connection.call(connection.entitlements.UpdateTrial, request)
    one(plain(answer.trial), _COLUMNS, as_json=as_json)


@app.command()
def end(
    context: typer.Context,
    user: User,
    product: Product,
    request_id: RequestId,
    team: TeamOption = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """End a trial now."""
    with connect(context) as connection:
        request = wire.EndTrialRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            user=user,
            product=product,
            etag=etag,
        )
        answer = connection.call(connection.entitlements.EndTrial, request)
    one(plain(answer.trial), _COLUMNS, as_json=as_json)


@app.command("list")
def list_trials(
    context: typer.Context,
    user: Annotated[str, typer.Option(help="Of this user alone.", metavar="USER")] = "",
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the trials of a team, those that have ended too."""
    with connect(context) as connection:
        listing(
            connection,
            connection.entitlements.ListTrials,
            wire.ListTrialsRequest(team=team_of(connection, team), user=user),
            _COLUMNS,
            name="trials",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No trial yet. Give one: flexauth trial create USER PRODUCT --until +30d",
        )
