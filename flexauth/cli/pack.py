"""Commands about packs of tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import (
    DEFAULT_LIMIT,
    AsJson,
    DryRun,
    Limit,
    PageToken,
    RequestId,
    Team,
    TeamOption,
    listing,
    team_of,
)
from flexauth.cli.render import Column, one, plain, show_json, table
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1 import packs_pb2

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
_KIN_COLUMNS = (
    Column("pack", "pack"),
    Column("split from", lambda row: row["parent"] or None),
    Column("team", lambda row: row["team"] or "another"),
    Column("size", "size"),
    Column("remaining", "remaining"),
)
_STEP_COLUMNS = (
    Column("time", "time"),
    Column("what", "kind"),
    Column("pack", "pack"),
    Column("tokens", "tokens"),
    Column("transfer", lambda row: row["transfer"] or None),
)

Number = Annotated[int, typer.Argument(help="The pack's number.", metavar="PACK")]


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
    dry_run: DryRun = False,
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
        request_id=request_id,
        validate_only=dry_run,
        team=team,
        number=number,
        packs=terms,
        purchased_at=purchased_at or 0,
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


@app.command()
def move(
    context: typer.Context,
    pack: Number,
    to_team: Annotated[str, typer.Argument(help="The team that gets it.")],
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Move the whole remainder of a pack to another team; refused while the pack has holds."""
    with connect(context) as connection:
        request = packs_pb2.MovePackRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), pack=pack, to_team=to_team
        )
        answer = plain(connection.call(connection.packs.MovePack, request))
    one(answer if as_json else answer["pack"], (Column("team", "team"), *PACK_COLUMNS), as_json=as_json)


@app.command()
def split(
    context: typer.Context,
    pack: Number,
    size: Annotated[int, typer.Argument(parser=inputs.tokens, help="Free tokens to split off.", metavar="TOKENS")],
    request_id: RequestId,
    to_team: Annotated[str, typer.Option("--to", help="Give them to another team at once.", metavar="TEAM")] = "",
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give free tokens of a pack a pack of their own, with the same end and price."""
    with connect(context) as connection:
        request = packs_pb2.SplitPackRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            pack=pack,
            size=size,
            to_team=to_team,
        )
        answer = plain(connection.call(connection.packs.SplitPack, request))
    one(answer if as_json else answer["pack"], (Column("team", "team"), *PACK_COLUMNS), as_json=as_json)


@app.command()
def lineage(context: typer.Context, pack: Number, team: TeamOption = "", as_json: AsJson = False) -> None:
    """Show what a pack was split from and into, and how it moved."""
    with connect(context) as connection:
        request = packs_pb2.ListLineageRequest(team=team_of(connection, team), pack=pack)
        answer = plain(connection.call(connection.packs.ListLineage, request))
    if as_json:
        show_json(answer)
    else:
        table(_KIN_COLUMNS, answer["packs"], empty="There is no pack.")
        table(_STEP_COLUMNS, answer["steps"], empty="Nothing has come to it.")


@app.command()
def refund(
    context: typer.Context,
    user: Annotated[str, typer.Argument(help="The user's subject.")],
    product: Annotated[str, typer.Argument(help="The product's code.")],
    window_start: Annotated[int, typer.Argument(parser=inputs.instant, help="The window's start.", metavar="TIME")],
    reason: Annotated[str, typer.Option(help="Why; for the audit log.", metavar="TEXT")],
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give back a charge that was upheld as wrong; its window no longer counts as paid."""
    with connect(context) as connection:
        request = packs_pb2.RefundChargeRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            user=user,
            product=product,
            window_start=window_start,
            reason=reason,
        )
        answer = plain(connection.call(connection.packs.RefundCharge, request))
    one(answer, (Column("tokens given back", "tokens"),), as_json=as_json)
