"""Commands about packs of tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, Limit, PageToken, RequestId, Team, listing, team_of
from flexauth.cli.render import Column, plain, show_json, table
from flexauth.v1 import administration_pb2 as wire

__all__ = ["PACK_COLUMNS", "app"]

app = typer.Typer(no_args_is_help=True, help="Packs: prepaid tokens with one size, one price and one end.")

PACK_COLUMNS = (
    Column("pack", "id"),
    Column("size", "size"),
    Column("remaining", "remaining"),
    Column("held", "held", at_need=True),
    Column("consumed", "consumed", at_need=True),
    Column("expired", "expired", at_need=True),
    Column("refunded", "refunded", at_need=True),
    Column("unit price", lambda row: f"{row['unit_price']} {row['currency']}"),
    Column("starts", "starts_at"),
    Column("ends", "ends_at"),
    Column("order", "order"),
)


@app.command()
def order(
    context: typer.Context,
    team: Annotated[str, typer.Argument(help="The team that buys.")],
    sizes: Annotated[list[int], typer.Argument(parser=inputs.tokens, help="Tokens of each pack.", metavar="SIZE...")],
    request_id: RequestId,
    price: Annotated[
        int, typer.Option(parser=inputs.price, help="Price of one token, such as 3.00.", metavar="PRICE")
    ] = 0,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the price.", metavar="CODE")] = "USD",
    starts_at: Annotated[
        int | None, typer.Option("--starts", parser=inputs.instant, metavar="TIME", help="Usable from. Default: now.")
    ] = None,
    ends_at: Annotated[
        int | None,
        typer.Option("--ends", parser=inputs.instant, metavar="TIME", help="Usable until. Default: a year later."),
    ] = None,
    number: Annotated[str, typer.Option(help="The buyer's order number. Default: one is made.", metavar="TEXT")] = "",
    purchased_at: Annotated[
        int | None, typer.Option("--purchased", parser=inputs.instant, metavar="TIME", help="Bought at. Default: now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Book an order: one pack for each size, such as: flexauth pack order acme 500 100 --price 3.00."""
    terms = [
        wire.PackTerms(
            size=size, unit_price=price or 0, currency=currency, starts_at=starts_at or 0, ends_at=ends_at or 0
        )
        for size in sizes
    ]
    request = wire.CreateOrderRequest(
        request_id=request_id, team=team, number=number, packs=terms, purchased_at=purchased_at or 0
    )
    with connect(context) as connection:
        answer = plain(connection.call(connection.administration.CreateOrder, request))
    if as_json:
        show_json(answer)
    else:
        table(PACK_COLUMNS, answer["packs"], empty="The order has no pack.")


@app.command("list")
def list_packs(
    context: typer.Context,
    team: Team = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List a team's packs in the order in which they are consumed."""
    with connect(context) as connection:
        name = team_of(connection, team)
        listing(
            connection,
            connection.administration.ListPacks,
            wire.ListPacksRequest(team=name),
            PACK_COLUMNS,
            name="packs",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty=f"{name} has no pack. Book an order: flexauth pack order {name} 500",
        )
