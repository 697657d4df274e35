"""The command `flexauth`: registers every command, and turns whatever ends one into a sentence and an exit status."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version as version_of
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from flexauth.cli import (
    access,
    books,
    cap,
    collection,
    config,
    group,
    member,
    operate,
    order,
    pack,
    person,
    prices,
    product,
    rates,
    seat,
    session,
    storage,
    subscription,
    suspend,
    team,
    trial,
    user,
)
from flexauth.cli.connection import Refused
from flexauth.cli.demo import demo
from flexauth.cli.exits import MEANINGS, ExitStatus
from flexauth.cli.options import AsJson
from flexauth.cli.render import facts, show_json, warn
from flexauth.cli.run import HELP as RUN_HELP
from flexauth.cli.run import quote, run
from flexauth.cli.serve import serve
from flexauth.cli.signin import login, logout
from flexauth.cli.simulate import SimulateCommand, simulate
from flexauth.faults import Fault, InstanceHeld, StorageFull, StoreFailed

__all__ = ["Commands", "app", "version"]

_TRACEBACK: Final = "FLEXAUTH_TRACEBACK"

_STATUSES = "\n".join(f"  {status.value:>3}  {meaning}" for status, meaning in MEANINGS.items())


class Commands(TyperGroup):
    """The one place where a command that failed becomes words: never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refused:
            warn(str(refused))
            raise typer.Exit(refused.status) from None
        except Fault as fault:
            warn(str(fault))
            raise typer.Exit(_status_of(fault)) from None
        except KeyboardInterrupt:
            raise typer.Exit(ExitStatus.INTERRUPTED) from None
        except (typer.Exit, typer.Abort, TyperException, BrokenPipeError):
            raise  # told by Typer itself
        except OSError as error:
            warn(f"{error.filename}: {error.strerror}" if error.filename else str(error))
            raise typer.Exit(ExitStatus.WRONG_INPUT) from None
        except Exception as defect:
            if _TRACEBACK in os.environ:
                raise
            what = f"{type(defect).__name__}: {defect}"
            warn(f"flexauth has a defect ({what}); please report it. {_TRACEBACK}=1 shows where it is.")
            raise typer.Exit(ExitStatus.FAILED) from None


def _status_of(fault: Fault) -> ExitStatus:
    if isinstance(fault, (InstanceHeld, StorageFull)):
        return ExitStatus.UNAVAILABLE
    return ExitStatus.FAILED if isinstance(fault, StoreFailed) else ExitStatus.WRONG_INPUT


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback()
def main(
    context: typer.Context,
    server: Annotated[
        str | None,
        typer.Option(
            help="The authority to talk to. Default: FLEXAUTH_SERVER, then the one that serves the data folder here.",
            metavar="HOST:PORT",
        ),
    ] = None,
    ca_file: Annotated[
        str | None,
        typer.Option(
            help="PEM file of who may certify it. Default: FLEXAUTH_CA_FILE, then the system's.", metavar="FILE"
        ),
    ] = None,
    server_name: Annotated[
        str | None,
        typer.Option(help="The name in its certificate. Default: FLEXAUTH_SERVER_NAME, then its host.", metavar="NAME"),
    ] = None,
    certificate_file: Annotated[
        str | None,
        typer.Option(help="PEM file of the certificate to show. Default: FLEXAUTH_CERTIFICATE_FILE.", metavar="FILE"),
    ] = None,
    certificate_key_file: Annotated[
        str | None, typer.Option(help="PEM file of its key. Default: FLEXAUTH_CERTIFICATE_KEY_FILE.", metavar="FILE")
    ] = None,
) -> None:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what it prints itself is neither a sentence nor JSON
    context.obj = {
        "server": server,
        "ca_file": ca_file,
        "server_name": server_name,
        "certificate_file": certificate_file,
        "certificate_key_file": certificate_key_file,
    }


main.__doc__ = f"""A licence authority: named users spend prepaid tokens on products by the 24 hours.

Begin with `flexauth demo`, then `flexauth serve --sample`.

The key for an authority is read from FLEXAUTH_KEY, or from the credentials
that `serve --sample` keeps beside its database.
Times are ISO 8601 in UTC, durations such as 15m.

Exit status:

{_STATUSES}
"""


def version(as_json: AsJson = False) -> None:
    """Show the version."""
    shown = {"flexauth": version_of("flexauth"), "python": platform.python_version(), "grpcio": version_of("grpcio")}
    if as_json:
        show_json(shown)
    else:
        facts(list(shown.items()))


_START, _SET_UP, _PEOPLE, _READ, _OPERATE = "Start here", "Set up", "People", "Read and try", "Operate"

app.command(rich_help_panel=_START)(demo)
app.command(rich_help_panel=_START)(serve)
app.command(help=RUN_HELP, rich_help_panel=_START)(run)
app.command(rich_help_panel=_START)(quote)
app.command(rich_help_panel=_START)(login)
app.command(rich_help_panel=_START)(logout)
app.command(cls=SimulateCommand, rich_help_panel=_START)(simulate)
app.add_typer(team.app, name="team", rich_help_panel=_SET_UP)
app.add_typer(team.policy, name="policy", rich_help_panel=_SET_UP)
app.add_typer(user.app, name="user", rich_help_panel=_SET_UP)
app.add_typer(product.app, name="product", rich_help_panel=_SET_UP)
app.add_typer(product.launch, name="launch", rich_help_panel=_SET_UP)
app.add_typer(collection.app, name="collection", rich_help_panel=_SET_UP)
app.add_typer(rates.app, name="rates", rich_help_panel=_SET_UP)
app.add_typer(prices.app, name="prices", rich_help_panel=_SET_UP)
app.add_typer(pack.app, name="pack", rich_help_panel=_SET_UP)
app.add_typer(order.app, name="order", rich_help_panel=_SET_UP)
app.add_typer(subscription.app, name="subscription", rich_help_panel=_SET_UP)
app.add_typer(trial.app, name="trial", rich_help_panel=_SET_UP)
app.add_typer(seat.app, name="seat", rich_help_panel=_SET_UP)
app.add_typer(cap.app, name="cap", rich_help_panel=_SET_UP)
app.add_typer(access.key, name="key", rich_help_panel=_SET_UP)
app.add_typer(access.role, name="role", rich_help_panel=_SET_UP)
app.add_typer(access.provider, name="provider", rich_help_panel=_SET_UP)
app.command(rich_help_panel=_PEOPLE)(member.invite)
app.command(rich_help_panel=_PEOPLE)(member.assign)
app.command(rich_help_panel=_PEOPLE)(member.unassign)
app.add_typer(member.default, name="default", rich_help_panel=_PEOPLE)
app.add_typer(member.app, name="member", rich_help_panel=_PEOPLE)
app.add_typer(group.group, name="group", rich_help_panel=_PEOPLE)
app.add_typer(group.project, name="project", rich_help_panel=_PEOPLE)
app.add_typer(suspend.suspend, name="suspend", rich_help_panel=_PEOPLE)
app.add_typer(suspend.resume, name="resume", rich_help_panel=_PEOPLE)
app.add_typer(suspend.device, name="device", rich_help_panel=_PEOPLE)
app.command(rich_help_panel=_PEOPLE)(person.erase)
app.command(rich_help_panel=_PEOPLE)(person.export)
session.app.command("end")(person.end_session)
app.command(rich_help_panel=_READ)(person.audit)
app.command(rich_help_panel=_READ)(books.balance)
app.command(rich_help_panel=_READ)(books.ledger)
app.add_typer(session.app, name="session", rich_help_panel=_READ)
app.command(rich_help_panel=_OPERATE)(storage.backup)
app.command(rich_help_panel=_OPERATE)(storage.restore)
app.add_typer(config.app, name="config", rich_help_panel=_OPERATE)
app.add_typer(operate.clock, name="clock", rich_help_panel=_OPERATE)
app.add_typer(operate.lease_key, name="lease-key", rich_help_panel=_OPERATE)
app.command(rich_help_panel=_OPERATE)(version)
