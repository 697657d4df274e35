"""Commands about orders: without a team yet, allocated, cancelled, brought along by a team that moves in."""

from __future__ import annotations

from typing import Annotated, Any

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
    TeamOption,
    listing,
    team_of,
)
from flexauth.cli.pack import PACK_COLUMNS
from flexauth.cli.render import Column, plain, show_json, table
from flexauth.v1 import packs_pb2 as wire

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Orders of packs: unallocated, allocated, cancelled, moved in.")

Number = Annotated[str, typer.Argument(help="The order's number.")]

_COLUMNS = (
    Column("order", "number"),
    Column("team", "team"),
    Column("bought", "purchased_at"),
    Column("tokens", "tokens"),
    Column("packs", lambda row: len(row["packs"])),
    Column("cancelled", "cancelled_at", at_need=True),
)


def _show(order: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(order)
    else:
        table(PACK_COLUMNS, order["packs"], empty="The order has no pack.")


@app.command()
def stock(
    context: typer.Context,
    number: Number,
    sizes: Annotated[list[int], typer.Argument(parser=inputs.tokens, help="Tokens of each pack.", metavar="SIZE...")],
    request_id: RequestId,
    price: Annotated[
        int, typer.Option(parser=inputs.price, help="Price of one token, such as 3.00.", metavar="PRICE")
    ] = 0,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the price.", metavar="CODE")] = "USD",
    purchased_at: Annotated[
        int | None, typer.Option("--purchased", parser=inputs.instant, metavar="TIME", help="Bought at. Default: now.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Book an order whose team is named later; its year runs from the purchase."""
    packs = [wire.PackSize(size=size, unit_price=price or 0, currency=currency) for size in sizes]
    with connect(context) as connection:
        request = wire.CreateUnallocatedOrderRequest(
            request_id=request_id, validate_only=dry_run, number=number, packs=packs, purchased_at=purchased_at or 0
        )
        answer = connection.call(connection.packs.CreateUnallocatedOrder, request)
    _show(plain(answer.order), as_json=as_json)


@app.command()
def allocate(
    context: typer.Context,
    number: Number,
    team: Annotated[str, typer.Argument(help="The team that gets its packs.")],
    request_id: RequestId,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give an order without a team to a team."""
    with connect(context) as connection:
        request = wire.AllocateOrderRequest(request_id=request_id, validate_only=dry_run, team=team, number=number)
        answer = connection.call(connection.packs.AllocateOrder, request)
    _show(plain(answer.order), as_json=as_json)


@app.command()
def cancel(
    context: typer.Context,
    number: Number,
    request_id: RequestId,
    team: TeamOption = "",
    unallocated: Annotated[bool, typer.Option("--unallocated", help="One that no team has yet.")] = False,
    reason: Annotated[str, typer.Option(help="Why; for the audit log.", metavar="TEXT")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take a wrong order back while nothing of it is used or held."""
    with connect(context) as connection:
        request = wire.CancelOrderRequest(
            request_id=request_id,
            validate_only=dry_run,
            team="" if unallocated else team_of(connection, team),
            number=number,
            reason=reason,
        )
        answer = connection.call(connection.packs.CancelOrder, request)
    _show(plain(answer.order), as_json=as_json)


def _opening_pack(text: str) -> wire.OpeningPack:
    """SIZE,USED,STARTS,ENDS."""
    parts = text.split(",")
    if len(parts) != 4:
        raise typer.BadParameter(
            f"{text!r} is no pack; write SIZE,USED,STARTS,ENDS such as 500,120,2026-01-01,2027-01-01"
        )
    size, used, starts_at, ends_at = parts
    return wire.OpeningPack(
        size=inputs.tokens(size),
        used=inputs.tokens(used),
        starts_at=inputs.instant(starts_at),
        ends_at=inputs.instant(ends_at),
    )


def _opening_window(text: str) -> wire.OpeningWindow:
    """USER,PRODUCT,START,PAID_UNTIL."""
    parts = text.split(",")
    if len(parts) != 4:
        raise typer.BadParameter(f"{text!r} is no window; write USER,PRODUCT,START,PAID_UNTIL")
    user, product, start, until = parts
    return wire.OpeningWindow(
        user=user, product=product, window_start=inputs.instant(start), paid_until=inputs.instant(until)
    )


@app.command("open")
def open_order(
    context: typer.Context,
    number: Number,
    request_id: RequestId,
    pack: Annotated[
        list[Any] | None,
        typer.Option(parser=_opening_pack, metavar="SIZE,USED,STARTS,ENDS", help="A pack and what was used of it."),
    ] = None,
    window: Annotated[
        list[Any] | None,
        typer.Option(
            parser=_opening_window, metavar="USER,PRODUCT,START,PAID_UNTIL", help="A window that was paid elsewhere."
        ),
    ] = None,
    price: Annotated[
        int, typer.Option(parser=inputs.price, help="Price of one token, such as 3.00.", metavar="PRICE")
    ] = 0,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the price.", metavar="CODE")] = "USD",
    purchased_at: Annotated[
        int | None, typer.Option("--purchased", parser=inputs.instant, metavar="TIME", help="Bought at. Default: now.")
    ] = None,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring what a team that moves in has: packs with a remainder, windows paid elsewhere."""
    packs = list(pack or ())
    for each in packs:
        each.unit_price, each.currency = price or 0, currency
    with connect(context) as connection:
        request = wire.CreateOpeningOrderRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            number=number,
            packs=packs,
            windows=window or (),
            purchased_at=purchased_at or 0,
        )
        answer = connection.call(connection.packs.CreateOpeningOrder, request)
    _show(plain(answer.order), as_json=as_json)


@app.command("list")
def list_orders(
    context: typer.Context,
    team: TeamOption = "",
    unallocated: Annotated[bool, typer.Option("--unallocated", help="Those that no team has yet.")] = False,
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the orders of a team, or those that no team has yet."""
    with connect(context) as connection:
        listing(
            connection,
            connection.packs.ListOrders,
            wire.ListOrdersRequest(team="" if unallocated else team_of(connection, team)),
            _COLUMNS,
            name="orders",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No order. Book one: flexauth pack order TEAM 500",
        )
