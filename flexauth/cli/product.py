"""Commands about products: what is charged, in which versions it may run, what a launch is charged as."""

from __future__ import annotations

import re
import time
from typing import Annotated, Any

import typer
from google.protobuf.field_mask_pb2 import FieldMask

from flexauth.cli import inputs
from flexauth.cli.connection import Connection, connect
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, DryRun, Etag, Limit, PageToken, RequestId, listing
from flexauth.cli.render import Column, one, plain
from flexauth.commands import ProductKind
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1 import catalogue_pb2, types_pb2

__all__ = ["app", "launch"]

app = typer.Typer(no_args_is_help=True, help="Products: what is charged, and in which versions it may run.")
launch = typer.Typer(no_args_is_help=True, help="Launches: what a launched code is charged as, from a version on.")

Code = Annotated[str, typer.Argument(help="The product's code, such as ACD.")]
LaunchCode = Annotated[str, typer.Argument(help="The code that is launched.")]
FromVersion = Annotated[
    str, typer.Option("--from", help="From this version on. Default: every version.", metavar="VERSION")
]
_IDLE_AWARE = Column(
    "idle-aware from", lambda row: "all versions" if row["idle_aware_from"] == "" else row["idle_aware_from"]
)
_COLUMNS = (
    Column("product", "code"),
    Column("name", "name"),
    Column("kind", "kind"),
    Column("tokens per 24 h", "rate"),
    Column("rate version", "rate_version"),
    _IDLE_AWARE,
    Column(
        "per result", lambda row: f"{row['result_tokens']} per {row['result_units']}" if row["result_units"] else "",
        at_need=True,
    ),
    Column("plugin of", "host", at_need=True),
    Column("retired", "retired_at", at_need=True),
)  # fmt: skip
_LAUNCHES = (
    Column("launch", "launch_code"),
    Column("from version", lambda row: row["from_version"] or "every version"),
    Column("charged as", "product"),
)


def _per_result(text: str) -> tuple[int, int]:
    """TOKENS/UNITS, such as 3/100."""
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text, re.ASCII)
    if match is None:
        raise typer.BadParameter(f"{text!r} is no price of results; write TOKENS/UNITS, such as 3/100")
    return int(match[1]), int(match[2])


def _floor(text: str) -> catalogue_pb2.Floor:
    """PLATFORM:VERSION; without a platform, of every other one."""
    platform, colon, version = text.rpartition(":")
    if not version or (colon and not platform):
        raise typer.BadParameter(f"{text!r} is no floor; write linux:2020, or 2018 for every other platform")
    return catalogue_pb2.Floor(platform=platform, first_version=version)


def _show_entry(entry: dict[str, Any], *, as_json: bool) -> None:
    """A product with all that the catalogue says of it."""
    floors = (f"{floor['platform'] or 'other platforms'} {floor['first_version']}" for floor in entry["floors"])
    launches = (f"{row['launch_code']} {row['from_version']}".strip() for row in entry["launches"])
    more = (
        Column("first versions", lambda _: list(floors)),
        Column("launched as", lambda _: list(launches)),
        Column("collections", lambda _: entry["collections"]),
        Column("etag", lambda _: entry["etag"]),
    )
    one(entry if as_json else entry["product"], (*_COLUMNS, *more), as_json=as_json)


@app.command()
def create(
    context: typer.Context,
    code: Code,
    request_id: RequestId,
    rate: Annotated[
        int | None, typer.Option(parser=inputs.tokens, help="Tokens per 24 hours from now on.", metavar="TOKENS")
    ] = None,
    included: Annotated[
        bool, typer.Option("--included", help="Never charged: runs while its team has tokens.")
    ] = False,
    per_result: Annotated[
        Any, typer.Option(parser=_per_result, help="Charged for each so many results.", metavar="TOKENS/UNITS")
    ] = None,
    name: Annotated[str, typer.Option(help="The product's name.", metavar="TEXT")] = "",
    idle_aware_from: Annotated[
        str | None,
        typer.Option(help="Versions from this one on report idleness; '' for all. Default: none.", metavar="VERSION"),
    ] = None,
    host: Annotated[str, typer.Option(help="The product that it is a plugin of.", metavar="CODE")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make a product, such as: flexauth product create ACD --name AutoCAD --rate 7."""
    kind = ProductKind.INCLUDED if included else ProductKind.PER_RESULT if per_result else ProductKind.DAILY
    tokens, units = per_result or (0, 0)
    product = types_pb2.Product(
        code=code,
        name=name,
        kind=types_pb2.ProductKind.Name(kind),
        rate=rate or 0,
        idle_aware_from=idle_aware_from,
        result_tokens=tokens,
        result_units=units,
        host=host,
    )
    with connect(context) as connection:
        request = wire.CreateProductRequest(request_id=request_id, validate_only=dry_run, product=product)
        made = plain(connection.call(connection.administration.CreateProduct, request).product)
    one(made, _COLUMNS, as_json=as_json)


@app.command("list")
def list_products(
    context: typer.Context,
    idle_aware: Annotated[
        bool, typer.Option("--idle-aware", help="Those that report idleness, from which version on; needs no key.")
    ] = False,
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the products with their rates now."""
    with connect(context) as connection:
        told: dict[str, Any] = {"name": "products", "limit": limit, "page_token": page_token, "as_json": as_json}
        if idle_aware:
            columns = (Column("product", "code"), Column("name", "name"), _IDLE_AWARE)
            request = catalogue_pb2.ListIdleAwareRequest()
            empty = "No product reports idleness."
            listing(connection, connection.catalogue.ListIdleAware, request, columns, empty=empty, **told)
        else:
            empty = "No product yet. Make one: flexauth product create ACD --rate 7"
            method = connection.administration.ListProducts
            listing(connection, method, wire.ListProductsRequest(), _COLUMNS, empty=empty, **told)


@app.command()
def show(context: typer.Context, code: Code, as_json: AsJson = False) -> None:
    """Show all that the catalogue says of a product."""
    with connect(context) as connection:
        request = catalogue_pb2.GetProductRequest(code=code)
        entry = plain(connection.call(connection.catalogue.GetProduct, request).entry)
    _show_entry(entry, as_json=as_json)


def _update(connection: Connection, request: catalogue_pb2.UpdateProductRequest) -> dict[str, Any]:
    return plain(connection.call(connection.catalogue.UpdateProduct, request).entry)


@app.command()
def update(
    context: typer.Context,
    code: Code,
    request_id: RequestId,
    name: Annotated[str | None, typer.Option(help="The product's name.", metavar="TEXT")] = None,
    idle_aware_from: Annotated[
        str | None,
        typer.Option(help="Versions from this one on report idleness; '' for all, 'none'.", metavar="VERSION"),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="The product that it is a plugin of; '' for none.", metavar="CODE")
    ] = None,
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Change what a product is called, which versions report idleness, or whose plugin it is."""
    given = {"name": name, "idle_aware_from": idle_aware_from, "host": host}
    mask = [field for field, value in given.items() if value is not None]
    request = catalogue_pb2.UpdateProductRequest(
        request_id=request_id,
        validate_only=dry_run,
        code=code,
        update_mask=FieldMask(paths=mask),
        name=name or "",
        idle_aware_from=None if idle_aware_from == "none" else idle_aware_from,
        host=host or "",
        etag=etag,
    )
    with connect(context) as connection:
        entry = _update(connection, request)
    _show_entry(entry, as_json=as_json)


@app.command()
def retire(
    context: typer.Context,
    code: Code,
    request_id: RequestId,
    at: Annotated[int | None, typer.Option(parser=inputs.instant, metavar="TIME", help="Default: now.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Sell it again.")] = False,
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take no new session of a product from a time on; what runs goes on."""
    when = 0 if undo else at or time.time_ns() // 1_000
    request = catalogue_pb2.UpdateProductRequest(
        request_id=request_id,
        validate_only=dry_run,
        code=code,
        update_mask=FieldMask(paths=["retired_at"]),
        retired_at=when,
        etag=etag,
    )
    with connect(context) as connection:
        entry = _update(connection, request)
    _show_entry(entry, as_json=as_json)


@app.command()
def floors(
    context: typer.Context,
    code: Code,
    request_id: RequestId,
    floors: Annotated[
        list[Any] | None,
        typer.Argument(parser=_floor, help="First versions, such as linux:2020; 2018: of other platforms."),
    ] = None,
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Replace the first versions of a product by platform; with none, every version may run."""
    with connect(context) as connection:
        request = catalogue_pb2.SetFloorsRequest(
            request_id=request_id, validate_only=dry_run, code=code, floors=floors or (), etag=etag
        )
        entry = plain(connection.call(connection.catalogue.SetFloors, request).entry)
    _show_entry(entry, as_json=as_json)


@launch.command("set")
def set_launch(
    context: typer.Context,
    code: LaunchCode,
    product: Annotated[str, typer.Argument(help="The product that is charged.")],
    request_id: RequestId,
    from_version: FromVersion = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Say what a launch is charged as: flexauth launch set ACADMEP ACD --from 2019."""
    with connect(context) as connection:
        request = catalogue_pb2.PutLaunchRequest(
            request_id=request_id,
            validate_only=dry_run,
            launch_code=code,
            from_version=from_version,
            product=product,
        )
        answer = connection.call(connection.catalogue.PutLaunch, request)
    one(plain(answer.launch), _LAUNCHES, as_json=as_json)


@launch.command("remove")
def remove_launch(
    context: typer.Context,
    code: LaunchCode,
    request_id: RequestId,
    from_version: FromVersion = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back what was said of a launch from a version on."""
    with connect(context) as connection:
        request = catalogue_pb2.RemoveLaunchRequest(
            request_id=request_id, validate_only=dry_run, launch_code=code, from_version=from_version
        )
        answer = connection.call(connection.catalogue.RemoveLaunch, request)
    one(plain(answer.launch), _LAUNCHES, as_json=as_json)


@launch.command("list")
def list_launches(
    context: typer.Context, limit: Limit = DEFAULT_LIMIT, page_token: PageToken = "", as_json: AsJson = False
) -> None:
    """List what launches are charged as."""
    with connect(context) as connection:
        listing(
            connection,
            connection.catalogue.ListLaunches,
            catalogue_pb2.ListLaunchesRequest(),
            _LAUNCHES,
            name="launches",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="Every launch is charged as the product of its code.",
        )
