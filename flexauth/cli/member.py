"""Commands about the members of a team: invited, assigned, imported from a roster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from flexauth.cli.connection import Refused, connect
from flexauth.cli.exits import ExitStatus
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
from flexauth.cli.render import Column, facts, plain, show_json, table, warn
from flexauth.limits import DEADLINE_SECONDS_MAX, ROSTER_ROWS
from flexauth.requests import MemberRow
from flexauth.roster import COLUMNS, rows_of
from flexauth.v1 import members_pb2 as wire

__all__ = ["ALL", "app", "assign", "default", "invite", "unassign"]

app = typer.Typer(no_args_is_help=True, help="Members of a team: who belongs to it and what they may run.")
default = typer.Typer(no_args_is_help=True, help="What every user of a team may run, guests apart.")
ALL = "ALL"
#: Rows of a roster that one message takes: it has at most 64 KiB.
_PART_BYTES = 48 * 1024

User = Annotated[str, typer.Argument(help="The user: the subject, or the e-mail address of who is invited.")]
Products = Annotated[list[str], typer.Argument(help="ALL products, future ones too, or a list of codes.")]
GivenProducts = Annotated[
    list[str] | None, typer.Argument(help="What they may run then: ALL products, or a list of codes.")
]


def _assigned(member: Mapping[str, Any]) -> str:
    """What a member is assigned."""
    if not member["all_products"]:
        return ", ".join(member["products"])
    return ALL + (f" but {', '.join(member['withdrawn'])}" if member["withdrawn"] else "")


def _state(member: Mapping[str, Any]) -> str:
    held = "SUSPENDED" if member["suspended"] or member["suspended_everywhere"] else ""
    return ", ".join(word for word in (member["state"], held, "GUEST" if member["guest"] else "") if word)


MEMBERS = (
    Column("user", "user"),
    Column("name", "display_name", at_need=True),
    Column("e-mail", "email", at_need=True),
    Column("state", _state),
    Column("assigned", _assigned),
    Column("invited until", "invited_until", at_need=True),
)


def _split(products: list[str]) -> dict[str, Any]:
    """ALL, or a list of codes, as requests take it."""
    if ALL not in products:
        return {"products": products}
    if len(products) > 1:
        raise Refused(f"{' '.join(products)}: ALL products leave no list to name", ExitStatus.WRONG_INPUT)
    return {"all_products": True}


def _show_member(member: dict[str, Any], *, as_json: bool) -> None:
    """One member."""
    if as_json:
        show_json(member)
    else:
        facts([("team", member["team"]), *((column.heading, column.of(member)) for column in MEMBERS)])


def invite(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="Whom: Full Name <name@example.com>.")],
    request_id: RequestId,
    products: GivenProducts = None,
    team: TeamOption = "",
    guest: Annotated[bool, typer.Option("--guest", help="A guest: the team's default is not for them.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Invite a person to a team by e-mail, such as: flexauth invite 'Ann Lee <ann@example.com>' ALL --team acme.

    The first sign-in with that address accepts. An invitation that is not accepted lapses; `flexauth member resend`.
    """
    with connect(context) as connection:
        request = wire.InviteRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), person=person, guest=guest,
            **_split(products or []),
        )  # fmt: skip
        made = plain(connection.call(connection.members.Invite, request).member)
    _show_member(made, as_json=as_json)


def assign(
    context: typer.Context,
    user: User,
    products: Products,
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let a member run products too; what was assigned stays. The member is told by e-mail."""
    with connect(context) as connection:
        request = wire.AssignRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), user=user, **_split(products)
        )
        _show_member(plain(connection.call(connection.members.Assign, request).member), as_json=as_json)


def unassign(
    context: typer.Context,
    user: User,
    products: Products,
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take products from a member; from ALL, a list leaves all but these. Sessions end at their next contact."""
    with connect(context) as connection:
        request = wire.UnassignRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), user=user, **_split(products)
        )
        _show_member(plain(connection.call(connection.members.Unassign, request).member), as_json=as_json)


# Members -------------------------------------------------------------------------------------------------------------


@app.command("list")
def list_members(
    context: typer.Context,
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the members of a team, those who are invited too."""
    with connect(context) as connection:
        listing(
            connection,
            connection.members.ListMembers,
            wire.ListMembersRequest(team=team_of(connection, team)),
            MEMBERS,
            name="members",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="Nobody belongs to the team yet. Invite: flexauth invite 'Full Name <name@example.com>' ALL",
        )


@app.command()
def show(context: typer.Context, user: User, team: TeamOption = "", as_json: AsJson = False) -> None:
    """Show a member of a team."""
    with connect(context) as connection:
        request = wire.GetMemberRequest(team=team_of(connection, team), user=user)
        _show_member(plain(connection.call(connection.members.GetMember, request).member), as_json=as_json)


@app.command()
def resend(
    context: typer.Context, user: User, request_id: RequestId, team: TeamOption = "", as_json: AsJson = False
) -> None:
    """Invite a person again whose invitation waits or has lapsed."""
    with connect(context) as connection:
        request = wire.ResendInvitationRequest(request_id=request_id, team=team_of(connection, team), user=user)
        _show_member(plain(connection.call(connection.members.ResendInvitation, request).member), as_json=as_json)


@app.command()
def guest(
    context: typer.Context,
    user: User,
    request_id: RequestId,
    team: TeamOption = "",
    off: Annotated[bool, typer.Option("--off", help="No guest any more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a member a guest, for whom the team's default is not, or no guest any more."""
    with connect(context) as connection:
        request = wire.SetGuestRequest(request_id=request_id, team=team_of(connection, team), user=user, guest=not off)
        _show_member(plain(connection.call(connection.members.SetGuest, request).member), as_json=as_json)


@app.command()
def remove(
    context: typer.Context,
    user: User,
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove a member from a team, or take an invitation back; shows them as they were."""
    with connect(context) as connection:
        request = wire.RemoveMemberRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), user=user
        )
        _show_member(plain(connection.call(connection.members.RemoveMember, request).member), as_json=as_json)


# Rosters -------------------------------------------------------------------------------------------------------------

Roster = Annotated[
    Path,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help=f"A CSV file with columns of {', '.join(COLUMNS)}; email or subject is needed.",
    ),
]


@app.command("import")
def import_members(
    context: typer.Context,
    file: Roster,
    team: TeamOption = "",
    partial: Annotated[
        bool, typer.Option("--partial", help="Import the rows that are right though others are not.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add the members of a roster, without mail; what was assigned stays. Wrong rows are told, and none imported."""
    _import(context, file, team, as_json=as_json, partial=partial, validate_only=dry_run)


@app.command()
def sync(
    context: typer.Context, file: Roster, team: TeamOption = "", dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Make the members of a team those of a roster, with what it says and no more; look at --dry-run before."""
    _import(context, file, team, as_json=as_json, sync=True, validate_only=dry_run)


def _import(context: typer.Context, file: Path, team: str, *, as_json: bool, **how: bool) -> None:
    rows = _rows(file)
    parts, upload = list(_parts(rows)), str(uuid4())
    with connect(context) as connection:
        name = team_of(connection, team)
        for part in parts[:-1]:
            kept = wire.ImportMembersRequest(request_id=str(uuid4()), team=name, rows=part, upload=upload, more=True)
            connection.call(connection.members.ImportMembers, kept)
        request = wire.ImportMembersRequest(
            request_id=str(uuid4()), team=name, rows=parts[-1], upload=upload if parts[1:] else "", **how
        )
        report = plain(connection.call(connection.members.ImportMembers, request, DEADLINE_SECONDS_MAX))
    _show_report(file, report, as_json=as_json, dry_run=how["validate_only"])


def _rows(file: Path) -> tuple[MemberRow, ...]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 (byte {error.start}); save it as UTF-8", ExitStatus.WRONG_INPUT) from None
    rows = rows_of(str(file), text)
    if len(rows) > ROSTER_ROWS:
        raise Refused(
            f"{file} has {len(rows):,} rows; at most {ROSTER_ROWS:,} are imported at one time", ExitStatus.WRONG_INPUT
        )
    return rows


def _parts(rows: tuple[MemberRow, ...]) -> Any:
    """The rows in parts that each fit into a message."""
    part: list[wire.MemberRow] = []
    size = 0
    for row in rows:
        sent = wire.MemberRow(
            line=row.line, name=row.name, email=row.email, subject=row.subject, products=row.products, guest=row.guest
        )
        if part and size + sent.ByteSize() > _PART_BYTES:
            yield part
            part, size = [], 0
        part.append(sent)
        size += sent.ByteSize() + 4
    yield part


def _show_report(file: Path, report: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        show_json(report)
    else:
        if report["faults"]:
            columns = tuple(Column(name, name) for name in ("line", "column", "value", "remedy"))
            table(columns, report["faults"], empty="")
        if report["removed_users"]:
            table((Column("removed", lambda user: user),), report["removed_users"], empty="")
        numbers = ("invited", "added", "changed", "unchanged", "removed", "wrong")
        facts([(name, report[name]) for name in numbers if report[name]])
    if not report["done"]:
        warn(
            f"{report['wrong']} rows of {file} are wrong, and nothing was imported; mend them, or import with --partial"
        )
        raise typer.Exit(ExitStatus.WRONG_INPUT)
    if report["wrong"]:
        warn(f"{report['wrong']} rows were wrong and are left out", label="note")
    if dry_run:
        warn("nothing was changed; this is what would be done", label="note")


# The default of a team -----------------------------------------------------------------------------------------------


@default.command("show")
def show_default(context: typer.Context, team: TeamOption = "", as_json: AsJson = False) -> None:
    """Show what every user of a team may run."""
    with connect(context) as connection:
        request = wire.GetDefaultAssignmentRequest(team=team_of(connection, team))
        answer = connection.call(connection.members.GetDefaultAssignment, request)
    _show_default(plain(answer.default_assignment), as_json=as_json)


@default.command("set")
def set_default(
    context: typer.Context,
    products: Annotated[list[str], typer.Argument(help="Codes of products; those that come later are not in it.")],
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let every user of a team run these products, guests apart; replaces the default that was."""
    _set_default(context, team, products, request_id, dry_run=dry_run, as_json=as_json)


@default.command("clear")
def clear_default(
    context: typer.Context,
    request_id: RequestId,
    team: TeamOption = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Turn the default of a team off; what users were assigned themselves stays."""
    _set_default(context, team, [], request_id, dry_run=dry_run, as_json=as_json)


def _set_default(
    context: typer.Context, team: str, products: list[str], request_id: str, *, dry_run: bool, as_json: bool
) -> None:
    with connect(context) as connection:
        request = wire.SetDefaultAssignmentRequest(
            request_id=request_id, validate_only=dry_run, team=team_of(connection, team), products=products
        )
        answer = connection.call(connection.members.SetDefaultAssignment, request)
    _show_default(plain(answer.default_assignment), as_json=as_json)


def _show_default(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(answer)
    else:
        facts([("team", answer["team"]), ("default", answer["products"])])
