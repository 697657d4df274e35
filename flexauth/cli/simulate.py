"""The command that plays scenarios."""

from __future__ import annotations

import logging
import sys
from typing import Annotated, Any, Literal

import structlog
import typer
from typer.core import TyperCommand

from flexauth.cli.connection import Refused
from flexauth.cli.exits import ExitStatus
from flexauth.cli.options import AsJson

__all__ = ["SimulateCommand", "simulate"]

_RESTART = "--restart-every-event"


class SimulateCommand(TyperCommand):
    """Lets `--restart-every-event` stand without its value, wherever it stands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f"{_RESTART}=stop" if arg == _RESTART else arg for arg in args])


def simulate(
    files: Annotated[list[str], typer.Argument(help="Scenario files (YAML).", metavar="FILE...")],
    engine: Annotated[
        Literal["core", "reference"], typer.Option(help="Which implementation of the rules decides.")
    ] = "core",
    store: Annotated[
        str, typer.Option(help="memory, or sqlite:PATH for a database to look into afterwards.", metavar="STORE")
    ] = "memory",
    restart_every_event: Annotated[
        Literal["stop", "kill"] | None,
        typer.Option(
            _RESTART,
            help="Stop the authority, or =kill it, after each event and each contact; the outcome must be the same.",
            metavar="[=kill]",
        ),
    ] = None,
    via: Annotated[
        Literal["grpc"] | None, typer.Option(help="Play through a real server and the client SDK.", metavar="grpc")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play scenarios on the real authority with a virtual clock and check every expectation.

    Exit status 0: all held; 1: some expectation failed; 2: a file is not a scenario, or another input is wrong.
    """
    structlog.configure(  # a step of the clock is part of a story, and no news to who wrote it
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    from flexauth.simulate.run import WRONG_INPUT, WrongStore, run  # noqa: PLC0415  # brings the whole authority
    from flexauth.simulate.stage import Setting  # noqa: PLC0415

    setting = Setting(engine=engine, store=store, restart_every_event=restart_every_event or "", via=via or "")
    try:
        status, text = run(files, setting, as_json=as_json)
    except WrongStore as wrong:
        raise Refused(str(wrong), ExitStatus.WRONG_INPUT) from None
    typer.echo(text, err=status == WRONG_INPUT and not as_json)
    raise typer.Exit(status)
