"""Options and arguments that several commands share, each said once, and how a list is asked for and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import uuid4

import grpc
import typer
from google.protobuf.message import Message

from flexauth import limits
from flexauth.cli.connection import Connection, Refused, pages
from flexauth.cli.exits import ExitStatus
from flexauth.cli.inputs import instant, number
from flexauth.cli.render import Column, plain, show_json, table, warn
from flexauth.commands import INT64_MAX
from flexauth.v1.administration_pb2 import ListTeamsRequest

__all__ = [
    "DEFAULT_LIMIT",
    "AsJson",
    "DryRun",
    "Etag",
    "Limit",
    "PageToken",
    "RequestId",
    "Team",
    "TeamOption",
    "Time",
    "listing",
    "team_of",
]

DEFAULT_LIMIT = limits.PAGE_DEFAULT

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of a table.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]
Etag = Annotated[str, typer.Option(help="The etag that you read; refused if it has changed since.", metavar="ETAG")]
Limit = Annotated[int, typer.Option(parser=number(0, INT64_MAX), help="The most to list; 0 lists all.", metavar="N")]
PageToken = Annotated[str, typer.Option(help="Go on after a page: the token that it ended with.", metavar="TOKEN")]
RequestId = Annotated[
    str,
    typer.Option(
        default_factory=lambda: str(uuid4()),
        show_default="a new UUID",
        help="Your id of this act; sent again with the same id it is done once.",
        metavar="ID",
    ),
]
Team = Annotated[str, typer.Argument(envvar="FLEXAUTH_TEAM", help="The team; not needed where there is only one.")]
TeamOption = Annotated[
    str,
    typer.Option(
        "--team", envvar="FLEXAUTH_TEAM", help="The team; not needed where there is only one.", metavar="TEAM"
    ),
]
Time = Annotated[int | None, typer.Option(parser=instant, metavar="TIME")]


def team_of(connection: Connection, given: str) -> str:
    """The team that was named, or the only one there is."""
    if given:
        return given
    answer = connection.call(connection.administration.ListTeams, ListTeamsRequest(page_size=2))
    names = [team.name for team in answer.teams]
    if len(names) == 1:
        return names[0]
    if not names:
        raise Refused("there is no team yet; make one with `flexauth team create NAME`", ExitStatus.WRONG_INPUT)
    raise Refused(f"name the team: there are several, such as {' and '.join(names)}", ExitStatus.WRONG_INPUT)


def listing(
    connection: Connection,
    method: grpc.UnaryUnaryMultiCallable[Any, Any],
    request: Message,
    columns: Sequence[Column],
    *,
    name: str,
    limit: int,
    page_token: str,
    as_json: bool,
    empty: str,
    keep: Callable[[Any], bool] = bool,
) -> None:
    """Fetch and show a list; JSON is `{name: [...], "next_page_token": ...}`."""
    items, more = pages(connection, method, request, limit=limit, page_token=page_token, keep=keep)
    rows = [plain(item) for item in items]
    if as_json:
        show_json({name: rows, "next_page_token": more})
        return
    table(columns, rows, empty=empty)
    if more:
        warn(f"there are more; go on with --page-token {more}, or list all with --limit 0", label="note")
