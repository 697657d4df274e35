"""The command `flexauth demo`."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.console import Group

from flexauth.cli.exits import ExitStatus
from flexauth.cli.inputs import number
from flexauth.cli.options import AsJson
from flexauth.cli.render import console, show_json
from flexauth.commands import INT64_MAX

__all__ = ["demo"]


def demo(
    users: Annotated[int, typer.Option(parser=number(1, 5_000), help="People in the company.", metavar="N")] = 200,
    days: Annotated[int, typer.Option(parser=number(1, 365), help="Days to live, from a Monday on.", metavar="N")] = 28,
    seed: Annotated[
        int, typer.Option(parser=number(0, INT64_MAX), help="The same seed lives the same month.", metavar="N")
    ] = 1,
    store: Annotated[
        str, typer.Option(help="Where the books are kept: memory, or sqlite:PATH of a new file.", metavar="STORE")
    ] = "memory",
    as_json: AsJson = False,
) -> None:
    """Let a generated company live a working month in virtual time, and see what it is charged.

    People arrive, work, have lunch, leave products open over the week-end, ride trains without network, crash, and go
    on from home. Each product is driven by the SDK's own session machine against a real authority; at the end the
    books are read back and proved from the ledger alone. Status 1: the books do not balance.
    """
    from flexauth.cli import month  # noqa: PLC0415  # brings the whole authority, which other commands do without
    from flexauth.demo.run import run_demo  # noqa: PLC0415
    from flexauth.demo.story import Company  # noqa: PLC0415

    what = Company(users, days, seed)
    started = time.monotonic()
    account = run_demo(what, store) if as_json else month.watch(what, store)
    seconds = time.monotonic() - started
    if as_json:
        show_json(account.plain() | {"seconds": round(seconds, 1)})
    else:
        out = console()
        out.print(Group(*month.pages(account, seconds)), width=min(out.width, month.WIDTH))
    if not account.balanced:
        raise typer.Exit(ExitStatus.NO)
