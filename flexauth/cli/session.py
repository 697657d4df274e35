"""Commands about sessions: what runs, and the four calls of a product client, to try them by hand."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeVar

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import Connection, Refused, connect, pages
from flexauth.cli.exits import ExitStatus
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, Limit, PageToken, TeamOption, listing, team_of
from flexauth.cli.render import Column, facts, plain, show_json, warn
from flexauth.commands import Origin
from flexauth.v1 import administration_pb2, types_pb2
from flexauth.v1 import license_authority_pb2 as wire
from flexauth_client.terms import new_session_id

__all__ = [
    "EndBeforeRenewal",
    "MaxTokens",
    "OfflineUntil",
    "PayingTeam",
    "Platform",
    "Product",
    "Project",
    "StartedBy",
    "TakeOver",
    "Version",
    "app",
    "show_answer",
]

app = typer.Typer(no_args_is_help=True, help="Sessions: running products, and a client's calls to try by hand.")

OPEN = (types_pb2.SESSION_STATE_ACTIVE, types_pb2.SESSION_STATE_IDLE)
COLUMNS = (
    Column("session", "session"),
    Column("state", "state"),
    Column("user", "user"),
    Column("product", "product"),
    Column("device", "device"),
    Column("by", "entitlement"),
    Column("opened", "opened_at"),
    Column("paid until", "paid_until", at_need=True),
    Column("ended", "ended_at", at_need=True),
)

Session = Annotated[str, typer.Argument(help="The session's id, as `session list` shows it.")]
User = Annotated[str, typer.Option(envvar="FLEXAUTH_USER", help="The user who signs in.", metavar="USER")]
Product = Annotated[str, typer.Argument(help="The product's code.")]
Device = Annotated[str, typer.Option(help="The device. Default: this machine's name.", metavar="NAME")]
PayingTeam = Annotated[
    str, typer.Option("--team", help="The team to pay. Default: the authority chooses.", metavar="TEAM")
]
Version = Annotated[str, typer.Option(help="The product's version.", metavar="TEXT")]
Platform = Annotated[str, typer.Option(help="The product's platform, such as windows.", metavar="TEXT")]
StartedBy = Annotated[
    int | None,
    typer.Option(
        parser=inputs.one_of(Origin),
        metavar="ORIGIN",
        help="INTERACTIVE, PLUGIN_AUTOLOAD, BACKGROUND or AUTOMATION. Default: INTERACTIVE.",
    ),
]
TakeOver = Annotated[bool, typer.Option("--take-over", help="End the user's session on another device.")]
MaxTokens = Annotated[
    int | None, typer.Option(parser=inputs.tokens, help="The most that may be charged. Default: no limit.", metavar="N")
]
Project = Annotated[str, typer.Option(help="Charge back to this project.", metavar="NAME")]
OfflineUntil = Annotated[
    int | None,
    typer.Option(parser=inputs.instant, metavar="TIME", help="Borrow: be able to run without contact until then."),
]
EndBeforeRenewal = Annotated[
    bool, typer.Option("--end-before-renewal", help="End a minute before the paid time does; nothing is renewed.")
]
Operated = Annotated[
    int | None,
    typer.Option("--operated", parser=inputs.instant, metavar="TIME", help="Time of the last meaningful operation."),
]


class _Answer(Protocol):
    @property
    def facts(self) -> types_pb2.SessionFacts: ...


A = TypeVar("A", bound=_Answer)


@app.command("list")
def list_sessions(
    context: typer.Context,
    user: Annotated[str, typer.Option(help="Sessions of this user.", metavar="USER")] = "",
    team: TeamOption = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the sessions of a team, or of a user, the latest sign-in first."""
    with connect(context) as connection:
        method, request = _sessions(connection, user, team)
        listing(
            connection,
            method,
            request,
            COLUMNS,
            name="sessions",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No session. Sign in: flexauth session checkout PRODUCT --user USER",
        )


@app.command()
def show(
    context: typer.Context,
    session: Session,
    user: Annotated[str, typer.Option(help="Look among this user's sessions.", metavar="USER")] = "",
    team: TeamOption = "",
    as_json: AsJson = False,
) -> None:
    """Show a session."""
    with connect(context) as connection:
        method, request = _sessions(connection, user, team)
        found, _ = pages(connection, method, request, keep=lambda item: item.session == session.lower(), limit=1)
    if not found:
        whose = f"user {user}" if user else f"team {request.team}"
        raise Refused(f"there is no session {session} of {whose}; see `flexauth session list`", ExitStatus.WRONG_INPUT)
    _show(plain(found[0]), as_json=as_json)


def _sessions(connection: Connection, user: str, team: str) -> tuple[Any, Any]:
    """The listing call, by user where one is named, else by team."""
    if user:
        return connection.authority.ListMySessions, wire.ListMySessionsRequest(user=user)
    name = team_of(connection, team)
    return connection.administration.ListSessions, administration_pb2.ListSessionsRequest(team=name)


@app.command()
def quote(
    context: typer.Context,
    product: Product,
    user: User,
    device: Device = "",
    team: PayingTeam = "",
    version: Version = "",
    platform: Platform = "",
    origin: StartedBy = None,
    take_over: TakeOver = False,
    max_tokens: MaxTokens = None,
    project: Project = "",
    as_json: AsJson = False,
) -> None:
    """Ask what a sign-in would be answered and cost now; changes nothing."""
    asked = wire.CheckoutRequest(
        session=new_session_id(time.time_ns() // 1_000),
        user=user,
        product=product,
        device=device or socket.gethostname(),
        team=team,
        version=version,
        platform=platform,
        origin=types_pb2.Origin.Name(origin or Origin.INTERACTIVE),
        take_over=take_over,
        max_tokens=max_tokens,
        project=project,
    )
    with connect(context) as connection:
        answer = plain(connection.call(connection.authority.Quote, wire.QuoteRequest(checkout=asked)))
    show_answer(answer, as_json=as_json)


@app.command()
def checkout(
    context: typer.Context,
    product: Product,
    user: User,
    session: Annotated[
        str, typer.Option(help="The session's id, a UUID; again: a repeat. Default: a new one.", metavar="UUID")
    ] = "",
    device: Device = "",
    team: PayingTeam = "",
    version: Version = "",
    platform: Platform = "",
    origin: StartedBy = None,
    take_over: TakeOver = False,
    max_tokens: MaxTokens = None,
    project: Project = "",
    offline_until: OfflineUntil = None,
    end_before_renewal: EndBeforeRenewal = False,
    want_lease: Annotated[bool, typer.Option("--lease", help="Ask for a signed lease too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Sign in by hand, as a product does by itself and `flexauth run` for any program. Status 1: denied."""
    asked = wire.CheckoutRequest(
        session=session or new_session_id(time.time_ns() // 1_000),
        user=user,
        product=product,
        device=device or socket.gethostname(),
        team=team,
        version=version,
        platform=platform,
        origin=types_pb2.Origin.Name(origin or Origin.INTERACTIVE),
        take_over=take_over,
        max_tokens=max_tokens,
        project=project,
        want_lease=want_lease,
        offline_until=offline_until or 0,
        end_before_renewal=end_before_renewal,
    )
    with connect(context) as connection:
        answer = plain(connection.call(connection.authority.Checkout, asked))
    show_answer(answer, as_json=as_json)


@app.command()
def heartbeat(
    context: typer.Context,
    session: Session,
    operated_at: Operated = None,
    consent: Annotated[
        int | None,
        typer.Option(parser=inputs.tokens, help="Agree to charges of at most so many tokens.", metavar="N"),
    ] = None,
    offline_until: OfflineUntil = None,
    as_json: AsJson = False,
) -> None:
    """Keep a session in contact. Ends with status 1 when the session is over."""
    with connect(context) as connection:

        def send(counter: int) -> wire.HeartbeatResponse:
            request = wire.HeartbeatRequest(
                session=session,
                counter=counter,
                operated_at=operated_at or 0,
                consent=consent,
                offline_until=offline_until or 0,
            )
            return connection.call(connection.authority.Heartbeat, request)

        answer = _contact(send)
    show_answer(plain(answer) | {"granted": answer.facts.state in OPEN}, as_json=as_json)


@app.command()
def lease(context: typer.Context, session: Session, operated_at: Operated = None, as_json: AsJson = False) -> None:
    """Get a signed lease of a running session: the right to go on without contact. Counts as contact."""
    with connect(context) as connection:

        def send(counter: int) -> wire.GetLeaseResponse:
            request = wire.GetLeaseRequest(session=session, counter=counter, operated_at=operated_at or 0)
            return connection.call(connection.authority.GetLease, request)

        answer = _contact(send)
    show_answer(plain(answer) | {"granted": answer.facts.state in OPEN}, as_json=as_json)


@app.command()
def result(
    context: typer.Context,
    session: Session,
    units: Annotated[int, typer.Argument(help="So many results.", min=1)],
    request_id: Annotated[str, typer.Option(help="Reported once for an id. Default: a new one.", metavar="TEXT")] = "",
    as_json: AsJson = False,
) -> None:
    """Report results of a product that is charged by them, before they are delivered. Status 1: they must not be."""
    made = request_id or new_session_id(time.time_ns() // 1_000)
    request = wire.ReportResultRequest(session=session, units=units, request_id=made)
    with connect(context) as connection:
        answer = plain(connection.call(connection.authority.ReportResult, request))
    show_answer(answer, as_json=as_json)


@app.command()
def checkin(
    context: typer.Context,
    session: Session,
    ended_at: Annotated[
        int | None, typer.Option("--ended", parser=inputs.instant, metavar="TIME", help="When use ended. Default: now.")
    ] = None,
    operated_at: Operated = None,
    as_json: AsJson = False,
) -> None:
    """End a session, perhaps late."""
    with connect(context) as connection:

        def send(counter: int) -> wire.CheckinResponse:
            request = wire.CheckinRequest(
                session=session, counter=counter, ended_at=ended_at or 0, operated_at=operated_at or 0
            )
            return connection.call(connection.authority.Checkin, request)

        answer = plain(_contact(send))
    if as_json:
        show_json(answer)
    else:
        facts([*answer["facts"].items(), ("refunded", answer["refunded"])])


def _contact(send: Callable[[int], A]) -> A:
    """Send with a counter that the authority has not seen.

    A command keeps no state: the first try counts 1, which has no effect on a session that is further on (S7) but tells
    how far it is.
    """
    answer = send(1)
    return send(answer.facts.counter + 1) if answer.facts.state in OPEN else answer


def show_answer(answer: dict[str, Any], *, as_json: bool) -> None:
    """Show a decision; a denial ends the command with `ExitStatus.NO`."""
    denial, inner = answer.pop("denial"), answer.pop("facts", None)
    if as_json:
        show_json(answer | ({"facts": inner} if inner is not None else {}) | {"denial": denial})
    else:
        known = denial or (answer | (inner or {}))
        facts([(name, value) for name, value in known.items() if value and name not in {"reason", "message"}])
        if denial:
            warn(f"{denial['reason']}: {denial['message']}", label="denied")
    if not answer["granted"]:
        raise typer.Exit(ExitStatus.NO)


def _show(session: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(session)
    else:
        facts(list(session.items()))
