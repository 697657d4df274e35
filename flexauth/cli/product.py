"""Commands about products, their rates, and the import of a rate sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, Limit, PageToken, RequestId, listing
from flexauth.cli.rates import apply, plan, read_rate_sheet
from flexauth.cli.render import Column, console, facts, plain, show_json, table
from flexauth.commands import ProductKind
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1 import types_pb2

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Products: what is charged, with rates from their dates on.")

COLUMNS = (
    Column("product", "code"),
    Column("name", "name"),
    Column("kind", "kind"),
    Column("tokens per 24 h", "rate"),
    Column("rate version", "rate_version"),
    Column("idle-aware from", lambda row: "all versions" if row["idle_aware_from"] == "" else row["idle_aware_from"]),
)
RATE_COLUMNS = (
    Column("product", "product"),
    Column("version", "version"),
    Column("valid from", "valid_from"),
    Column("tokens per 24 h", "tokens_per_24h"),
    Column("note", "note"),
)
STEP_COLUMNS = (
    Column("product", "product"),
    Column("what", "what"),
    Column("tokens per 24 h", "tokens_per_24h"),
    Column("from", "valid_from"),
)


@app.command()
def create(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The product's code, such as ACD.")],
    request_id: RequestId,
    rate: Annotated[
        int | None, typer.Option(parser=inputs.tokens, help="Tokens per 24 hours from now on.", metavar="TOKENS")
    ] = None,
    included: Annotated[
        bool, typer.Option("--included", help="Never charged: runs while its team has tokens.")
    ] = False,
    name: Annotated[str, typer.Option(help="The product's name.", metavar="TEXT")] = "",
    idle_aware_from: Annotated[
        str | None,
        typer.Option(help="Versions from this one on report idleness; '' for all. Default: none.", metavar="VERSION"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a product, such as: flexauth product create ACD --name AutoCAD --rate 7."""
    kind = ProductKind.INCLUDED if included else ProductKind.DAILY
    product = types_pb2.Product(
        code=code,
        name=name,
        kind=types_pb2.ProductKind.Name(kind),
        rate=rate or 0,
        idle_aware_from=idle_aware_from,
    )
    with connect(context) as connection:
        request = wire.CreateProductRequest(request_id=request_id, product=product)
        made = plain(connection.call(connection.administration.CreateProduct, request).product)
    if as_json:
        show_json(made)
    else:
        facts([(column.heading, column.of(made)) for column in COLUMNS])


@app.command("list")
def list_products(
    context: typer.Context, limit: Limit = DEFAULT_LIMIT, page_token: PageToken = "", as_json: AsJson = False
) -> None:
    """List the products with their rates now."""
    with connect(context) as connection:
        listing(
            connection,
            connection.administration.ListProducts,
            wire.ListProductsRequest(),
            COLUMNS,
            name="products",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No product yet. Make one: flexauth product create ACD --rate 7",
        )


@app.command()
def rate(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="The product's code.")],
    tokens: Annotated[int, typer.Argument(parser=inputs.tokens, help="Tokens per 24 hours.", metavar="TOKENS")],
    request_id: RequestId,
    valid_from: Annotated[
        int | None,
        typer.Option("--from", parser=inputs.instant, metavar="TIME", help="In force from then on. Default: now."),
    ] = None,
    note: Annotated[str, typer.Option(help="Where the rate comes from.", metavar="TEXT")] = "",
    as_json: AsJson = False,
) -> None:
    """Set a product's rate from a date on; windows that started earlier keep theirs."""
    new = types_pb2.Rate(product=product, tokens_per_24h=tokens, valid_from=valid_from or 0, note=note)
    with connect(context) as connection:
        request = wire.SetRateRequest(request_id=request_id, rate=new)
        made = plain(connection.call(connection.administration.SetRate, request).rate)
    if as_json:
        show_json(made)
    else:
        facts([(column.heading, column.of(made)) for column in RATE_COLUMNS])


@app.command()
def rates(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="The product's code. Default: all products.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List rates, past, present and to come."""
    with connect(context) as connection:
        listing(
            connection,
            connection.administration.ListRates,
            wire.ListRatesRequest(product=product),
            RATE_COLUMNS,
            name="rates",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No rate yet.",
        )


@app.command("import")
def import_rates(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="CSV with product,name,tokens_per_24h,kind,valid_from,note.", metavar="FILE")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a rate sheet: make the products that are missing, set the rates that differ; again: nothing left to do.

    The whole file is checked before anything is changed; an error names file, line and field. A rate that is already
    past its date is in force from now on: what was charged is never charged anew.
    """
    sheet = read_rate_sheet(file)
    with connect(context) as connection:
        steps = plan(connection, sheet)
        if not dry_run:
            apply(connection, steps)
    rows = [step.row() for step in steps]
    if as_json:
        show_json({"steps": rows, "done": not dry_run})
        return
    table(STEP_COLUMNS, rows, empty=f"{file}: nothing to do, {len(sheet)} rates are as in the file.")
    if dry_run and rows:
        console().print("Nothing was changed (--dry-run).")
