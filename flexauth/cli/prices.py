"""Commands about the price list: what is asked for tokens and seats from dates on, an input of advice."""

from __future__ import annotations

from typing import Annotated

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import AsJson, DryRun, RequestId
from flexauth.cli.render import Column, plain, show_json, table
from flexauth.cli.sheets import Into, Partial, SheetFile, read_sheet, show_import, write_sheet
from flexauth.v1 import catalogue_pb2 as wire

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="The price list: tokens by size of pack and tier, seats by month and year."
)

_COLUMNS = (
    Column("of", lambda row: row["kind"].lower()),
    Column("size", lambda row: row["size"] or None),
    Column("tier", "tier", at_need=True),
    Column("product", "product"),
    Column("term", lambda row: (row["term"] or "").lower()),
    Column("price", lambda row: f"{row['price']} {row['currency']}"),
    Column("valid from", "valid_from"),
    Column("note", "note", at_need=True),
)


@app.command("import")
def import_prices(
    context: typer.Context,
    file: SheetFile,
    request_id: RequestId,
    partial: Partial = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import prices: the columns are item,size,tier,product,term,price,currency,valid_from,note.

    A row of `pack` prices a token in packs of at least `size`, for a tier or for all; a row of `seat` prices a seat of
    a product for a month or a year. Bad rows are told by line, column, value and remedy, and nothing is imported.
    """
    csv = read_sheet(file)
    with connect(context) as connection:
        call = connection.catalogue.ImportPrices
        tried = connection.call(call, wire.ImportPricesRequest(validate_only=True, csv=csv)).outcome
        doing = not dry_run and (partial or not tried.bad)
        if doing:
            request = wire.ImportPricesRequest(request_id=request_id, csv=csv, partial=partial)
            tried = connection.call(call, request).outcome
    show_import(file, tried, done=doing, as_json=as_json)


@app.command("export")
def export_prices(context: typer.Context, into: Into = None) -> None:
    """Write the price list as CSV that can be imported."""
    with connect(context) as connection:
        answer = connection.call(connection.catalogue.ExportPrices, wire.ExportPricesRequest())
    write_sheet(into, answer.csv)


@app.command("list")
def list_prices(
    context: typer.Context,
    at: Annotated[int | None, typer.Option(parser=inputs.instant, metavar="TIME", help="Default: now.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the prices in force."""
    with connect(context) as connection:
        answer = plain(connection.call(connection.catalogue.ListPrices, wire.ListPricesRequest(at=at or 0)))
    if as_json:
        show_json(answer)
    else:
        table(_COLUMNS, answer["prices"], empty="No price yet. Import a list: flexauth prices import FILE")
