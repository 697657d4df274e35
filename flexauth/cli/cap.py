"""Commands about caps: limits of tokens per period for a user, group, project, product or team."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from google.protobuf.field_mask_pb2 import FieldMask

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
from flexauth.requests.entitlements import CapPeriod, CapSubject
from flexauth.v1 import entitlements_pb2 as wire

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Caps: tokens per period for a user, group, project, product or team.")

Name = Annotated[str, typer.Argument(help="The cap's name.")]
Tokens = Annotated[int, typer.Argument(parser=inputs.tokens, help="Tokens per period.", metavar="TOKENS")]


def _about(row: dict[str, Any]) -> str:
    kind = row["subject_kind"].lower()
    return f"{kind} {row['subject_name']}" if row["subject_name"] else kind


_COLUMNS = (
    Column("cap", "name"),
    Column("of", lambda row: _about(dict(row))),
    Column("per", lambda row: row["per"].lower().replace("_", " ")),
    Column("tokens", "tokens"),
    Column("used", "used"),
    Column("kind", lambda row: "soft" if row["soft"] else "hard"),
)


def _subject(text: str) -> tuple[CapSubject, str]:
    """A subject as people write it: `team`, or KIND:NAME."""
    word, colon, name = text.partition(":")
    kinds = {kind.name.lower(): kind for kind in CapSubject}
    if word not in kinds or bool(name) == (word == "team") or (colon and not name):
        raise typer.BadParameter(
            f"{text!r} is no subject; write team, user:NAME, group:NAME, project:NAME or product:CODE"
        )
    return kinds[word], name


@app.command()
def create(
    context: typer.Context,
    name: Name,
    tokens: Tokens,
    request_id: RequestId,
    of: Annotated[
        Any,
        typer.Option(
            parser=_subject, metavar="SUBJECT", help="team, user:NAME, group:NAME, project:NAME, product:CODE."
        ),
    ] = "team",
    per: Annotated[
        Any, typer.Option(parser=inputs.one_of(CapPeriod), metavar="PERIOD", help="day, week, month or pack-year.")
    ] = "month",
    soft: Annotated[bool, typer.Option("--soft", help="Refuse nothing; passing it is an event.")] = False,
    anchor: Annotated[
        int | None,
        typer.Option(parser=inputs.instant, metavar="TIME", help="When a pack year begins. Default: with the packs."),
    ] = None,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Limit tokens per period: flexauth cap create interns 50 --of group:interns --per week.

    Days, weeks and months are those of the team's time zone. What was charged in the present period counts.
    """
    kind, subject = of
    with connect(context) as connection:
        request = wire.CreateCapRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            name=name,
            subject_kind=wire.CapSubject.Name(kind),
            subject_name=subject,
            per=wire.CapPeriod.Name(per),
            tokens=tokens,
            soft=soft,
            anchor=anchor or 0,
        )
        answer = connection.call(connection.entitlements.CreateCap, request)
    one(plain(answer.cap), _COLUMNS, as_json=as_json)


@app.command()
def update(
    context: typer.Context,
    name: Name,
    request_id: RequestId,
    tokens: Annotated[
        int | None, typer.Option(parser=inputs.tokens, help="Tokens per period from now on.", metavar="TOKENS")
    ] = None,
    soft: Annotated[bool | None, typer.Option("--soft/--hard", help="Whether it only tells, or refuses.")] = None,
    team: TeamOption = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Change a cap's tokens or hardness from now on; what was used stays."""
    changes = {"tokens": tokens, "soft": soft}
    with connect(context) as connection:
        request = wire.UpdateCapRequest(
            request_id=request_id,
            validate_only=dry_run,
            team=team_of(connection, team),
            name=name,
            tokens=tokens or 0,
            soft=bool(soft),
            update_mask=FieldMask(paths=[field for field, value in changes.items() if value is not None]),
            etag=etag,
        )
        answer = connection.call(connection.entitlements.UpdateCap, request)
    one(plain(answer.cap), _COLUMNS, as_json=as_json)


@app.command()
def end(
    context: typer.Context,
    name: Name,
    request_id: RequestId,
    team: TeamOption = "",
    etag: Etag = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """End a cap; its name is free again."""
    with connect(context) as connection:
        request = wire.EndCapRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), name=name, etag=etag
        )
        answer = connection.call(connection.entitlements.EndCap, request)
    one(plain(answer.cap), _COLUMNS, as_json=as_json)


@app.command("list")
def list_caps(
    context: typer.Context,
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the caps of a team, and what is used of their present periods."""
    with connect(context) as connection:
        listing(
            connection,
            connection.entitlements.ListCaps,
            wire.ListCapsRequest(team=team_of(connection, team)),
            _COLUMNS,
            name="caps",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No cap yet. Make one: flexauth cap create monthly 500",
        )
