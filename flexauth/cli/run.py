"""The command `flexauth run`: any program under a session."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

import typer

from flexauth.cli.connection import target
from flexauth.cli.render import warn
from flexauth.cli.session import MaxTokens, PayingTeam, Project, StartedBy, TakeOver, Version
from flexauth_client import Client, FlexauthError, Origin
from flexauth_client.run import MEANINGS, status_of
from flexauth_client.run import run as run_program

__all__ = ["HELP", "run"]

_STATUSES = "\n".join(f"  {status.value:>3}  {meaning}" for status, meaning in MEANINGS.items())
HELP: Final = f"""Run any program under a session: sign in, run it, keep the session, check in when it ends.

The program ends with its session: it gets SIGTERM when the authority ends the session, and SIGKILL ten seconds later.
Such as: flexauth run --product ACD -- sleep 600

Exit status: the program's own (128 + n where signal n ended it), or

{_STATUSES}
"""


def run(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(help="The program and its arguments.", metavar="COMMAND...")],
    product: Annotated[str, typer.Option(help="The product's code.", metavar="PRODUCT")],
    user: Annotated[
        str | None, typer.Option(envvar="FLEXAUTH_USER", help="The user. Default: the login name.", metavar="USER")
    ] = None,
    device: Annotated[
        str | None, typer.Option(envvar="FLEXAUTH_DEVICE", help="The device. Default: the host name.", metavar="NAME")
    ] = None,
    team: PayingTeam = "",
    version: Version = "",
    origin: StartedBy = None,
    take_over: TakeOver = False,
    max_tokens: MaxTokens = None,
    project: Project = "",
) -> None:
    """Run any program under a session."""
    to = target(context.find_root().obj)
    try:
        with Client(**{**asdict(to), "user": user, "device": device}) as client:
            status = run_program(
                client,
                product,
                command,
                tell=lambda sentence: warn(sentence, label="flexauth"),
                team=team,
                version=version,
                origin=Origin(origin or Origin.INTERACTIVE),
                take_over=take_over,
                max_tokens=max_tokens,
                project=project,
            )
    except FlexauthError as error:
        warn(str(error))
        raise typer.Exit(status_of(error)) from None
    raise typer.Exit(status)
