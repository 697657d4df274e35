"""Commands about what was done by whom, and about all that is held of a person."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from flexauth.cli.connection import Refused, connect, pages
from flexauth.cli.exits import ExitStatus
from flexauth.cli.inputs import instant
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
from flexauth.cli.render import Column, Row, facts, plain, show_json
from flexauth.v1 import persons_pb2 as wire

__all__ = ["audit", "end_session", "erase", "export"]

_DETAILS_CHARACTERS = 100


def _in_short(row: Row) -> str:
    """What an act was about, in one line; a whole sheet may be in it, and --json tells all."""
    details = str(row["details"])
    return details if len(details) <= _DETAILS_CHARACTERS else f"{details[: _DETAILS_CHARACTERS - 3]}..."


_AUDIT = (
    Column("time", "at"),
    Column("who", "actor"),
    Column("as", "role"),
    Column("from", "source"),
    Column("team", "team", at_need=True),
    Column("act", "act"),
    Column("what", _in_short),
    Column("outcome", "outcome"),
)


def audit(
    context: typer.Context,
    team: Annotated[str, typer.Option(help="Acts in this team.", metavar="TEAM")] = "",
    actor: Annotated[str, typer.Option(help="Acts by this caller.", metavar="NAME")] = "",
    since: Annotated[int | None, typer.Option(parser=instant, metavar="TIME", help="Acts from then on.")] = None,
    until: Annotated[int | None, typer.Option(parser=instant, metavar="TIME", help="Acts before then.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List administrative acts, the latest first: who did what, when and from where. With --json, in full."""
    with connect(context) as connection:
        listing(
            connection,
            connection.persons.ListAudit,
            wire.ListAuditRequest(team=team, actor=actor, since=since or 0, until=until or 0),
            _AUDIT,
            name="rows",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No act.",
        )


def end_session(
    context: typer.Context,
    session: Annotated[str, typer.Argument(help="The session's id, as `session list` shows it.")],
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """End a session of a team, as if its client had; the client hears it at its next contact."""
    with connect(context) as connection:
        request = wire.EndSessionRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), session=session
        )
        answer = plain(connection.call(connection.persons.EndSession, request))
    if as_json:
        show_json(answer)
    else:
        facts(list(answer.items()))


def erase(
    context: typer.Context,
    user: Annotated[str, typer.Argument(help="The user: the subject, or the e-mail address of who is invited.")],
    request_id: RequestId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again; for scripts.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: every name of theirs goes, for ever; what was charged stays under an id that says nothing."""
    with connect(context) as connection:
        if not (yes or dry_run):
            _ask(user)
        request = wire.EraseUserRequest(request_id=request_id, validate_only=dry_run, user=user)
        answer = plain(connection.call(connection.persons.EraseUser, request))
    if as_json:
        show_json(answer)
    else:
        facts([(name.replace("_", " "), value) for name, value in answer.items()])


def _ask(user: str) -> None:
    """An erasure cannot be taken back: a person says yes at a terminal, a script by its option."""
    if not sys.stdin.isatty():
        raise Refused(f"erasing {user} cannot be taken back; say so with --yes", ExitStatus.WRONG_INPUT)
    typer.confirm(f"Erase {user}? This cannot be taken back.", abort=True, err=True)


def export(
    context: typer.Context,
    person: Annotated[str, typer.Option(help="All that is held about this user.", metavar="USER")],
) -> None:
    """Print everything that is held about a person as JSON: profile, assignments, sessions, charges, use and acts."""
    with connect(context) as connection:
        records, _ = pages(connection, connection.persons.ExportPerson, wire.ExportPersonRequest(user=person))
    found: dict[str, list[Any]] = {}
    for record in records:
        found.setdefault(record.kind, []).append(json.loads(record.values))
    show_json(found)
