"""Commands for the operator of an authority: its clock, its lease keys."""

from __future__ import annotations

import json

import typer

from flexauth.cli.connection import connect
from flexauth.cli.options import AsJson, RequestId
from flexauth.cli.render import Column, facts, plain, show_json, table
from flexauth.v1 import administration_pb2 as wire
from flexauth.v1.license_authority_pb2 import GetKeysRequest

__all__ = ["clock", "lease_key"]

clock = typer.Typer(no_args_is_help=True, help="The authority's clock.")
lease_key = typer.Typer(no_args_is_help=True, help="The keys that sign leases.")

KEY_COLUMNS = (Column("key", "kid"), Column("kind", lambda row: f"{row.get('kty')} {row.get('crv', '')}".strip()))


@clock.command()
def confirm(context: typer.Context, as_json: AsJson = False) -> None:
    """Vouch for the authority's wall clock after it stepped far: the authority then follows it.

    Compare the machine's time with a good clock first: a wrong one can end packs early.
    """
    with connect(context) as connection:
        answer = plain(connection.call(connection.administration.ConfirmClock, wire.ConfirmClockRequest()))
    if as_json:
        show_json(answer)
    else:
        facts([("the authority's time", answer["now"])])


@lease_key.command()
def rotate(context: typer.Context, request_id: RequestId, as_json: AsJson = False) -> None:
    """Sign leases with a new key from now on; the old one verifies until its last lease has ended."""
    with connect(context) as connection:
        request = wire.RotateLeaseKeyRequest(request_id=request_id)
        answer = plain(connection.call(connection.administration.RotateLeaseKey, request))
    if as_json:
        show_json(answer)
    else:
        facts([("key", answer["key_id"])])


@lease_key.command("list")
def list_keys(context: typer.Context, as_json: AsJson = False) -> None:
    """List the public keys that verify leases; --json prints the JSON Web Key Set."""
    with connect(context) as connection:
        keys = json.loads(connection.call(connection.authority.GetKeys, GetKeysRequest()).jwks)
    if as_json:
        show_json(keys)
    else:
        table(KEY_COLUMNS, keys["keys"], empty="No key.")
