"""Commands about teams and the terms of their contracts."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from flexauth.cli.connection import Refused, connect, pages
from flexauth.cli.exits import ExitStatus
from flexauth.cli.inputs import instant, one_of
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, DryRun, Limit, PageToken, RequestId, Team, listing, team_of
from flexauth.cli.render import Column, cell, facts, plain, show_json
from flexauth.requests import Plan
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1.members_pb2 import GetTeamStandingRequest, SetPlanRequest
from flexauth.v1.members_pb2 import Plan as WirePlan
from flexauth.v1.reporting_pb2 import GetBalanceRequest

__all__ = ["app", "policy"]

app = typer.Typer(no_args_is_help=True, help="Teams: the paying units, each with packs, users and a contract.")
policy = typer.Typer(no_args_is_help=True, help="The terms of a team's contract: grace, idle time, heartbeat and more.")

COLUMNS = (
    Column("team", "name"),
    Column("name", "display_name"),
    Column("users", "users"),
    Column("created", "created_at"),
)


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Letters, digits, '.', '_' and '-'.")],
    request_id: RequestId,
    display_name: Annotated[str, typer.Option("--name", help="The team's full name.", metavar="TEXT")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a team."""
    request = wire.CreateTeamRequest(request_id=request_id, name=name, display_name=display_name)
    with connect(context) as connection:
        team = plain(connection.call(connection.administration.CreateTeam, request).team)
    if as_json:
        show_json(team)
    else:
        facts([(column.heading, column.of(team)) for column in COLUMNS])


@app.command("list")
def list_teams(
    context: typer.Context, limit: Limit = DEFAULT_LIMIT, page_token: PageToken = "", as_json: AsJson = False
) -> None:
    """List the teams."""
    with connect(context) as connection:
        listing(
            connection,
            connection.administration.ListTeams,
            wire.ListTeamsRequest(),
            COLUMNS,
            name="teams",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No team yet. Make one: flexauth team create NAME",
        )


@app.command()
def show(context: typer.Context, team: Team = "", as_json: AsJson = False) -> None:
    """Show a team with its balance and the version of its contract."""
    with connect(context) as connection:
        name = team_of(connection, team)
        balance = connection.call(connection.reporting.GetBalance, GetBalanceRequest(team=name)).balance
        terms = connection.call(connection.administration.GetPolicy, wire.GetPolicyRequest(team=name))
        teams, _ = pages(
            connection,
            connection.administration.ListTeams,
            wire.ListTeamsRequest(),
            keep=lambda item: item.name == name,
        )
        standing = plain(
            connection.call(connection.members.GetTeamStanding, GetTeamStandingRequest(team=name)).standing
        )
    shown: dict[str, Any] = plain(teams[0]) | {
        "plan": standing["plan"],
        "suspended": standing["suspended"],
        "available": balance.available,
        "held": balance.held,
        "packs": len(balance.packs),
        "policy_version": terms.version,
    }
    if as_json:
        show_json(shown)
    else:
        facts([(key.replace("_", " "), value) for key, value in shown.items()])


@app.command("set-plan")
def set_plan(
    context: typer.Context,
    team: Annotated[str, typer.Argument(help="The team.")],
    plan: Annotated[
        int, typer.Argument(parser=one_of(Plan), metavar="PLAN", help="STANDARD, PREMIUM, ENTERPRISE or EDUCATION.")
    ],
    request_id: RequestId,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put a team on a plan, which its users inherit."""
    request = SetPlanRequest(request_id=request_id, validate_only=dry_run, team=team, plan=WirePlan.Name(plan))
    with connect(context) as connection:
        answer = plain(connection.call(connection.members.SetPlan, request).standing)
    if as_json:
        show_json(answer)
    else:
        facts([(name, answer[name]) for name in ("team", "plan", "suspended")])


@policy.command("get")
def get_policy(context: typer.Context, team: Team = "", as_json: AsJson = False) -> None:
    """Show every term of a team's contract."""
    with connect(context) as connection:
        name = team_of(connection, team)
        answer = plain(connection.call(connection.administration.GetPolicy, wire.GetPolicyRequest(team=name)))
    _show_policy(answer, as_json=as_json)


@policy.command("set")
def set_policy(
    context: typer.Context,
    team: Annotated[str, typer.Argument(help="The team.")],
    terms: Annotated[list[str], typer.Argument(help="Terms to change, such as grace=5m.", metavar="NAME=VALUE...")],
    request_id: RequestId,
    effective_at: Annotated[
        int | None, typer.Option("--from", parser=instant, metavar="TIME", help="In force from then on. Default: now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change terms of a team's contract; terms that are not named stay.

    Durations are written as 15m or 1d; lists and more as JSON, such as pack_expiring='["90d", "7d"]'.
    """
    values = dict(_term(text) for text in terms)
    request = wire.SetPolicyRequest(
        request_id=request_id, team=team, values=json.dumps(values), effective_at=effective_at or 0
    )
    with connect(context) as connection:
        answer = plain(connection.call(connection.administration.SetPolicy, request))
    _show_policy(answer, as_json=as_json)


def _term(text: str) -> tuple[str, Any]:
    """A policy value by name; JSON where it reads as JSON, else text."""
    name, separator, value = text.partition("=")
    if not separator or not name or not value:
        raise Refused(f"{text!r} is no term; write it as NAME=VALUE, such as grace=5m", ExitStatus.WRONG_INPUT)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _show_policy(answer: dict[str, Any], *, as_json: bool) -> None:
    answer["values"] = json.loads(answer["values"])
    if as_json:
        show_json(answer)
        return
    head = [("version", answer["version"]), ("in force from", answer.get("effective_at"))]
    values = [
        (name, value if isinstance(value, str) else json.dumps(value)) for name, value in answer["values"].items()
    ]
    facts([(name, value) for name, value in (*head, *values) if cell(value) != "-"])
