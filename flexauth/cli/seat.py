"""Commands about network seats: pools of so many users at one time."""

from __future__ import annotations

from typing import Annotated

import typer

from flexauth import limits
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

app = typer.Typer(no_args_is_help=True, help="Network seats: a product or collection for so many users at one time.")

_COLUMNS = (
    Column("product", "product", at_need=True),
    Column("collection", "collection", at_need=True),
    Column("seats", "seats"),
    Column("taken", "taken"),
)


@app.command("set")
def set_seats(
    context: typer.Context,
    seats: Annotated[
        int,
        typer.Argument(parser=inputs.number(0, limits.SEATS_PER_POOL), help="Users at one time.", metavar="SEATS"),
    ],
    request_id: RequestId,
    product: Annotated[str, typer.Argument(help="The product's code.")] = "",
    collection: Annotated[str, typer.Option(help="A collection instead of a product.", metavar="CODE")] = "",
    team: TeamOption = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make a pool, or make it larger or smaller: flexauth seat set 10 ACD. Of fewer, the latest users lose theirs."""
    with connect(context) as connection:
        request = wire.PutPoolRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            product=product,
            collection=collection,
            seats=seats,
            etag=etag,
        )
        answer = connection.call(connection.entitlements.PutPool, request)
    one(plain(answer.pool), _COLUMNS, as_json=as_json)


@app.command("list")
def list_seats(
    context: typer.Context,
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the pools of a team, and how many users sit in them."""
    with connect(context) as connection:
        listing(
            connection,
            connection.entitlements.ListPools,
            wire.ListPoolsRequest(team=team_of(connection, team)),
            _COLUMNS,
            name="pools",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No network seat yet. Make some: flexauth seat set 10 PRODUCT",
        )
