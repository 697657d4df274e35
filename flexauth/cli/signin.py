"""Sign-in of a person at the company's identity provider, and the SDK's client for commands that act as a user."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from flexauth.cli.connection import Refused, target
from flexauth.cli.exits import ExitStatus
from flexauth_client import Client, SignIn, SignInFailed

__all__ = ["Device", "User", "client_of", "login", "logout"]

Issuer = Annotated[
    str,
    typer.Option(envvar="FLEXAUTH_ISSUER", help="The identity provider's address.", metavar="URL", show_default=False),
]
ClientId = Annotated[
    str,
    typer.Option(
        envvar="FLEXAUTH_CLIENT_ID", help="What it knows this program as.", metavar="NAME", show_default=False
    ),
]
User = Annotated[
    str | None, typer.Option(envvar="FLEXAUTH_USER", help="The user. Default: the login name.", metavar="USER")
]
Device = Annotated[
    str | None, typer.Option(envvar="FLEXAUTH_DEVICE", help="The device. Default: the host name.", metavar="NAME")
]


def _provider(issuer: str, client_id: str) -> SignIn:
    try:
        return SignIn(issuer, client_id)
    except SignInFailed as error:
        raise Refused(str(error), ExitStatus.WRONG_INPUT) from None


def login(issuer: Issuer, client_id: ClientId) -> None:
    """Sign in at the company's identity provider, with a code that is entered in a browser on any machine.

    `run` and `quote` then act as the person who signed in, where FLEXAUTH_ISSUER and FLEXAUTH_CLIENT_ID name the
    same provider and no key is set.
    """
    signin = _provider(issuer, client_id)
    try:
        prompt = signin.begin()
        typer.echo(f"Open {prompt.whole_url or prompt.url} and enter the code {prompt.code}.")
        signin.finish(prompt)
    except SignInFailed as error:
        raise Refused(str(error), ExitStatus.NOT_PERMITTED) from None
    typer.echo(f"Signed in as {signin.subject}.")


def logout(issuer: Issuer, client_id: ClientId) -> None:
    """Forget the sign-in on this machine."""
    _provider(issuer, client_id).sign_out()


def client_of(context: typer.Context, user: str | None, device: str | None) -> Client:
    """The SDK's client as the command line names it: by its key, or as who has signed in."""
    to = target(context.find_root().obj)
    given: dict[str, Any] = {
        name: getattr(to, name) or None
        for name in ("ca_file", "server_name", "certificate_file", "certificate_key_file")
    }
    issuer, client_id = os.environ.get("FLEXAUTH_ISSUER"), os.environ.get("FLEXAUTH_CLIENT_ID")
    if issuer and client_id and not to.key:
        signin = _provider(issuer, client_id)
        given |= {"token": signin.token}
        user = user or signin.subject
    return Client(to.server, key=to.key or None, user=user, device=device, **given)
