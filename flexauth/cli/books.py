"""Commands that read the books: balance and ledger."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, Limit, PageToken, Team, listing, team_of
from flexauth.cli.pack import PACK_COLUMNS
from flexauth.cli.render import Column, console, facts, plain, show_json, table
from flexauth.commands import INT64_MAX, EntryKind
from flexauth.v1 import reporting_pb2 as wire

__all__ = ["balance", "ledger"]

LEDGER_COLUMNS = (
    Column("seq", "seq"),
    Column("time", "time"),
    Column("kind", "kind"),
    Column("tokens", "tokens"),
    Column("pack", "pack"),
    Column("user", lambda row: row["user_id"] or None, at_need=True),
    Column("product", lambda row: row["product_id"] or None, at_need=True),
    Column("window from", "window_start", at_need=True),
    Column("to", "window_end", at_need=True),
    Column("corrects", lambda row: row["corrects"] or None, at_need=True),
    Column("hash", lambda row: row["hash"][:12]),
)


def balance(context: typer.Context, team: Team = "", as_json: AsJson = False) -> None:
    """Show a team's tokens: what is available, what is held, and each pack."""
    with connect(context) as connection:
        name = team_of(connection, team)
        answer = connection.call(connection.reporting.GetBalance, wire.GetBalanceRequest(team=name))
    shown = plain(answer.balance)
    if as_json:
        show_json(shown)
        return
    sums = ("team", "available", "held", "overdraft", "purchased", "consumed", "expired", "refunded", "as_of")
    facts([("ledger sequence" if key == "as_of" else key, shown[key]) for key in sums])
    console().print()
    table(PACK_COLUMNS, shown["packs"], empty=f"No pack. Book an order: flexauth pack order {name} 500")


def ledger(
    context: typer.Context,
    team: Team = "",
    kind: Annotated[
        list[int] | None,
        typer.Option(
            parser=inputs.one_of(EntryKind), metavar="KIND", help="Entries of this kind only, such as CHARGE."
        ),
    ] = None,
    pack: Annotated[
        int | None, typer.Option(parser=inputs.number(1, INT64_MAX), help="Entries of this pack only.", metavar="ID")
    ] = None,
    since: Annotated[
        int | None, typer.Option(parser=inputs.instant, metavar="TIME", help="Entries made at or after this time.")
    ] = None,
    until: Annotated[
        int | None, typer.Option(parser=inputs.instant, metavar="TIME", help="Entries made before this time.")
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List a team's ledger entries in order: every token that came, moved or went.

    Users and products are opaque ids there, so that a person can be forgotten while the books stay whole.
    """

    def keep(entry: Any) -> bool:
        return (
            (not kind or entry.kind in kind)
            and (pack is None or entry.pack == pack)
            and (since is None or entry.time >= since)
            and (until is None or entry.time < until)
        )

    with connect(context) as connection:
        listing(
            connection,
            connection.reporting.ListLedger,
            wire.ListLedgerRequest(team=team_of(connection, team)),
            LEDGER_COLUMNS,
            name="entries",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No entry.",
            keep=keep,
        )
