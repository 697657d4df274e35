"""Commands about rates: tokens per 24 hours of products from their dates on, and rate sheets as CSV."""

from __future__ import annotations

from typing import Annotated

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, DryRun, Limit, PageToken, RequestId, listing
from flexauth.cli.render import Column, one, plain
from flexauth.cli.sheets import Into, Partial, SheetFile, read_sheet, show_import, write_sheet
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1 import catalogue_pb2, types_pb2

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Rates: tokens per 24 hours of products, each from its date on.")

_COLUMNS = (
    Column("product", "product"),
    Column("version", "version"),
    Column("valid from", "valid_from"),
    Column("tokens per 24 h", "tokens_per_24h"),
    Column("note", "note"),
)


@app.command("set")
def set_rate(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="The product's code.")],
    tokens: Annotated[int, typer.Argument(parser=inputs.tokens, help="Tokens per 24 hours.", metavar="TOKENS")],
    request_id: RequestId,
    valid_from: Annotated[
        int | None,
        typer.Option("--from", parser=inputs.instant, metavar="TIME", help="In force from then on. Default: now."),
    ] = None,
    note: Annotated[str, typer.Option(help="Where the rate comes from.", metavar="TEXT")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Set a product's rate from a date on; windows that started earlier keep theirs."""
    new = types_pb2.Rate(product=product, tokens_per_24h=tokens, valid_from=valid_from or 0, note=note)
    with connect(context) as connection:
        request = wire.SetRateRequest(request_id=request_id, validate_only=dry_run, rate=new)
        made = plain(connection.call(connection.administration.SetRate, request).rate)
    one(made, _COLUMNS, as_json=as_json)


@app.command("list")
def list_rates(
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
            _COLUMNS,
            name="rates",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No rate yet.",
        )


@app.command("import")
def import_rates(
    context: typer.Context,
    file: SheetFile,
    request_id: RequestId,
    partial: Partial = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import a rate sheet with the columns product,name,tokens_per_24h,kind,valid_from,note.

    Products that are missing are made, rates that differ are set; again: nothing left to do. Bad rows are told by line,
    column, value and remedy, and nothing is imported. A rate that is past its date is in force from now on: what was
    charged is never charged anew.
    """
    csv = read_sheet(file)
    with connect(context) as connection:
        call = connection.catalogue.ImportRates
        tried = connection.call(call, catalogue_pb2.ImportRatesRequest(validate_only=True, csv=csv)).outcome
        doing = not dry_run and (partial or not tried.bad)
        if doing:
            request = catalogue_pb2.ImportRatesRequest(request_id=request_id, csv=csv, partial=partial)
            tried = connection.call(call, request).outcome
    show_import(file, tried, done=doing, as_json=as_json)


@app.command("export")
def export_rates(context: typer.Context, into: Into = None) -> None:
    """Write all rates as CSV that can be imported."""
    with connect(context) as connection:
        answer = connection.call(connection.catalogue.ExportRates, catalogue_pb2.ExportRatesRequest())
    write_sheet(into, answer.csv)
