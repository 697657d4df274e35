"""The command `flexauth serve`: an authority on this machine, from its first start to an orderly end."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import structlog
import typer
from rich.text import Text

from flexauth import config
from flexauth.cli.config import ConfigFile
from flexauth.cli.connection import open_connection
from flexauth.cli.render import console
from flexauth.cli.sample import load_sample
from flexauth_client.settings import find

if TYPE_CHECKING:
    from flexauth.serving import Service

__all__ = ["log_json", "serve"]

log = structlog.get_logger(__name__)


def serve(
    configuration: ConfigFile = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and the keys.", metavar="DIR")] = None,
    listen: Annotated[str | None, typer.Option(help="Address to serve on.", metavar="HOST:PORT")] = None,
    engine: Annotated[Literal["grpcio", "native"] | None, typer.Option(help="The gRPC engine.")] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="Serve TLS alone; engine native then starts HAProxy and serves behind it.")
    ] = False,
    tls_certificate: Annotated[
        Path | None, typer.Option(help="PEM file of the certificate and its chain.", metavar="FILE")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of its key.", metavar="FILE")] = None,
    tls_client_ca: Annotated[
        Path | None,
        typer.Option(help="PEM file of the authorities whose client certificates are taken.", metavar="FILE"),
    ] = None,
    tls_client: Annotated[
        Literal["required", "optional"] | None, typer.Option(help="Whether clients must show one of these.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Serve beyond this machine without TLS, behind a proxy that has it.")
    ] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="Load the published rates and a small team, and keep a key for this user.")
    ] = False,
    claim: Annotated[
        bool, typer.Option("--claim", help="Print a one-time code for an admin's key, where the keys are lost.")
    ] = False,
) -> None:
    """Run an authority until it is told to stop (SIGTERM, or Ctrl-C).

    The first start prints a one-time code for the first admin's key, or, with the sample, the keys themselves. Every
    setting may also stand in a file or in the environment, see `flexauth config`. Log lines are JSON on standard error.
    """
    from flexauth.serving import collect_seldom, open_service  # noqa: PLC0415  # brings the whole authority, which others do without

    options = {
        "data": data,
        "listen": listen,
        "engine": engine,
        "tls": tls or None,
        "tls_certificate": tls_certificate,
        "tls_key": tls_key,
        "tls_client_ca": tls_client_ca,
        "tls_client": tls_client,
        "insecure": insecure or None,
    }
    settings, _ = config.load(configuration, options)
    log_json(settings.log_level)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    service = open_service(settings, with_credentials=sample, claim=claim)
    try:
        user = _load(service) if sample else ""
        collect_seldom()
        log.info(
            "serving",
            address=service.address,
            data=str(settings.data),
            engine=service.front.server.engine,
            pid=os.getpid(),
        )
        _greet(service, user)
        service.until(stopping)
        log.info("stopping", address=service.address)
    finally:
        service.stop()
    log.info("stopped", address=service.address)


def log_json(level: str) -> None:
    """Log JSON lines to standard error; tracebacks without the values of variables, which may be secret."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def _load(service: Service) -> str:
    """Load the sample through the service's own door; the user to try it with."""
    assert service.credentials is not None
    to = find(asdict(service.credentials))
    with open_connection(to) as connection:
        return load_sample(connection).users[0].subject


def _greet(service: Service, user: str) -> None:
    """Say where it serves, with which keys, and three commands that work as they stand."""
    out, flexauth = console(), _command()
    lines = [
        Text.assemble("flexauth serves on ", (service.address, "bold"), f" from {service.settings.data.resolve()}"),
        Text(),
    ]
    if service.first_keys:
        lines += [
            Text("The keys, shown this once; only their digests are kept:"),
            Text("  for admins, may do everything:"),
            Text(f"    {service.first_keys.admin}", style="bold"),
            Text("  for clients, the products that sign users in:"),
            Text(f"    {service.first_keys.client}", style="bold"),
            Text(),
        ]
    if service.claim_code:
        lines += [
            Text("Within an hour this code gives a key that may do everything, once:"),
            Text(f"    {service.claim_code}", style="bold"),
            Text(),
        ]
    if user:
        lines.append(Text("To try it, paste in another shell:"))
        lines.append(Text(f"  export FLEXAUTH_DATA={shlex.quote(str(service.settings.data.resolve()))}", style="cyan"))
        tries = ("balance", f"session checkout ACD --user {user}", f"run --product ACD --user {user} -- sleep 20")
    else:
        key = (
            f"$({flexauth} --server {service.address} key claim {service.claim_code})" if service.claim_code else "KEY"
        )
        lines.append(
            Text("To try it, paste in another shell" + (":" if service.claim_code else ", with a key of yours:"))
        )
        trust = {"FLEXAUTH_CA_FILE": service.front.ca_file, "FLEXAUTH_SERVER_NAME": service.front.server_name}
        if said := " ".join(f"{name}={shlex.quote(value)}" for name, value in trust.items() if value):
            lines.append(Text(f"  export {said}", style="cyan"))
        lines.append(Text(f"  export FLEXAUTH_SERVER={service.address} FLEXAUTH_KEY={key}", style="cyan"))
        tries = ("team create acme", "product create ACD --name AutoCAD --rate 7", "pack order acme 500 --price 3.00")
    lines += [Text(f"  {flexauth} {words}", style="cyan") for words in tries]
    for line in (*lines, Text()):
        out.print(line, soft_wrap=True)
    sys.stdout.flush()


def _command() -> str:
    """How another shell starts this program: by its name where that finds it, else by its path."""
    here = Path(sys.argv[0])
    found = shutil.which("flexauth")
    by_name = here.is_absolute() and found is not None and Path(found) == here
    return (
        "flexauth" if by_name else shlex.quote(str(here.resolve() if here.name == "flexauth" else found or "flexauth"))
    )
