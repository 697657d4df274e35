"""The commands `flexauth run`, any program under a session, and `flexauth quote`, what its sign-in would cost."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from flexauth.cli.options import AsJson
from flexauth.cli.render import plain, warn
from flexauth.cli.session import (
    EndBeforeRenewal,
    MaxTokens,
    OfflineUntil,
    PayingTeam,
    Platform,
    Product,
    Project,
    StartedBy,
    TakeOver,
    Version,
    show_answer,
)
from flexauth.cli.signin import Device, User, client_of
from flexauth_client import ConsentAsked, FlexauthError, Origin, Terms
from flexauth_client.run import MEANINGS, status_of
from flexauth_client.run import run as run_program

__all__ = ["HELP", "quote", "run"]

_STATUSES = "\n".join(f"  {status.value:>3}  {meaning}" for status, meaning in MEANINGS.items())
HELP: Final = f"""Run any program under a session: sign in, run it, keep the session, check in when it ends.

The program ends with its session: it gets SIGTERM when the authority ends the session, and SIGKILL ten seconds later.
A charge that needs consent is asked for on a terminal; elsewhere --max-tokens gives it.
Such as: flexauth run --product ACD -- sleep 600

Exit status: the program's own (128 + n where signal n ended it), or

{_STATUSES}
"""


def run(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(help="The program and its arguments.", metavar="COMMAND...")],
    product: Annotated[str, typer.Option(help="The product's code.", metavar="PRODUCT")],
    user: User = None,
    device: Device = None,
    team: PayingTeam = "",
    version: Version = "",
    origin: StartedBy = None,
    take_over: TakeOver = False,
    max_tokens: MaxTokens = None,
    project: Project = "",
    offline_until: OfflineUntil = None,
    end_before_renewal: EndBeforeRenewal = False,
) -> None:
    """Run any program under a session."""
    terms: Terms = {
        "team": team,
        "version": version,
        "origin": Origin(origin or Origin.INTERACTIVE),
        "take_over": take_over,
        "max_tokens": max_tokens,
        "project": project,
        "offline_until": offline_until or 0,
        "end_before_renewal": end_before_renewal,
    }
    try:
        with client_of(context, user, device) as client:
            status = run_program(
                client,
                product,
                command,
                tell=lambda sentence: warn(sentence, label="flexauth"),
                on_consent=_agreed if sys.stdin.isatty() else None,
                **terms,
            )
    except FlexauthError as error:
        warn(str(error))
        raise typer.Exit(status_of(error)) from None
    raise typer.Exit(status)


def _agreed(charge: ConsentAsked) -> int | None:
    """Ask the person before the program runs; while it runs, the terminal is the program's."""
    if charge.at:
        return None
    agreed = typer.confirm(f"{charge.product} takes {charge.tokens} tokens of team {charge.team}. Agree?", err=True)
    return charge.tokens if agreed else None


def quote(
    context: typer.Context,
    product: Product,
    user: User = None,
    device: Device = None,
    team: PayingTeam = "",
    version: Version = "",
    platform: Platform = "",
    origin: StartedBy = None,
    take_over: TakeOver = False,
    max_tokens: MaxTokens = None,
    project: Project = "",
    as_json: AsJson = False,
) -> None:
    """Ask what your sign-in would be answered and cost now: who pays, from which packs, what caps leave.

    Changes nothing. Ends with status 1 where the sign-in would be denied.
    """
    terms: Terms = {
        "team": team,
        "version": version,
        "origin": Origin(origin or Origin.INTERACTIVE),
        "take_over": take_over,
        "max_tokens": max_tokens,
        "project": project,
    }
    if platform:
        terms["platform"] = platform
    try:
        with client_of(context, user, device) as client:
            answer = client.quote(product, **terms)
    except FlexauthError as error:
        warn(str(error))
        raise typer.Exit(status_of(error)) from None
    show_answer(plain(answer), as_json=as_json)
