"""Commands about collections: products that are subscribed to or seated together, and never charged as a whole."""

from __future__ import annotations

from typing import Annotated

import typer

from flexauth.cli.connection import connect
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, DryRun, Etag, Limit, PageToken, RequestId, listing
from flexauth.cli.render import Column, one, plain
from flexauth.v1 import catalogue_pb2 as wire

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Collections: products that are subscribed to or seated together.")

Code = Annotated[str, typer.Argument(help="The collection's code, such as AEC.")]

_COLUMNS = (Column("collection", "code"), Column("name", "name"), Column("products", "products"))


@app.command("set")
def set_collection(
    context: typer.Context,
    code: Code,
    products: Annotated[list[str], typer.Argument(help="Codes of all its products.")],
    request_id: RequestId,
    name: Annotated[str, typer.Option(help="The collection's name.", metavar="TEXT")] = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make a collection, or give it other products: flexauth collection set AEC RVT ACD --name Building."""
    with connect(context) as connection:
        request = wire.PutCollectionRequest(
            request_id=request_id, validate_only=dry_run, code=code, name=name, products=products, etag=etag
        )
        answer = connection.call(connection.catalogue.PutCollection, request)
    one(plain(answer.collection), _COLUMNS, as_json=as_json)


@app.command()
def remove(
    context: typer.Context,
    code: Code,
    request_id: RequestId,
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove a collection that nobody subscribes to, and no pool is of."""
    with connect(context) as connection:
        request = wire.RemoveCollectionRequest(request_id=request_id, validate_only=dry_run, code=code, etag=etag)
        answer = connection.call(connection.catalogue.RemoveCollection, request)
    one(plain(answer.collection), _COLUMNS, as_json=as_json)


@app.command("list")
def list_collections(
    context: typer.Context, limit: Limit = DEFAULT_LIMIT, page_token: PageToken = "", as_json: AsJson = False
) -> None:
    """List the collections."""
    with connect(context) as connection:
        listing(
            connection,
            connection.catalogue.ListCollections,
            wire.ListCollectionsRequest(),
            _COLUMNS,
            name="collections",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No collection yet. Make one: flexauth collection set AEC RVT ACD",
        )
