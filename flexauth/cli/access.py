"""Commands about who may do what: API keys, roles of people and machines, identity providers."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flexauth.cli import inputs
from flexauth.cli.connection import connect
from flexauth.cli.options import DEFAULT_LIMIT, AsJson, Limit, PageToken, RequestId, listing
from flexauth.cli.render import Column, facts, plain, show_json
from flexauth.requests import Role
from flexauth.v1 import access_pb2 as wire

__all__ = ["key", "provider", "role"]

key = typer.Typer(no_args_is_help=True, help="API keys: what programs call with, each with its scopes.")
role = typer.Typer(no_args_is_help=True, help="Roles of people and of machines that call with a certificate.")
provider = typer.Typer(no_args_is_help=True, help="Identity providers whose tokens sign people in.")

_ACT_AS = "act_as"


def _scope(text: str) -> wire.Scope:
    """A scope as people write it: ROLE, ROLE:TEAM, or act_as:TEAM for a service."""
    word, colon, team = text.partition(":")
    roles = {_ACT_AS if known is Role.SERVICE else known.name.lower(): known for known in Role}
    if word not in roles or (colon and not team):
        known = ", ".join(roles)
        raise typer.BadParameter(f"{text!r} is no scope; write ROLE or ROLE:TEAM with one of the roles {known}")
    return wire.Scope(role=roles[word].value, team=team)  # type: ignore[arg-type]


def _scope_text(scope: dict[str, Any]) -> str:
    word = scope["role"].lower().removeprefix("role_")
    word = _ACT_AS if word == "service" else word
    return f"{word}:{scope['team']}" if scope["team"] else word


_SCOPES = Column("scopes", lambda row: " ".join(_scope_text(scope) for scope in row["scopes"]))
_KEYS = (
    Column("key", "id"),
    Column("name", "name"),
    Column("team", "team", at_need=True),
    _SCOPES,
    Column("user", "subject", at_need=True),
    Column("made", "created_at"),
    Column("expires", "expires_at", at_need=True),
    Column("revoked", "revoked_at", at_need=True),
)
_ROLES = (
    Column("identity", "identity"),
    Column("role", lambda row: _scope_text(row["scope"])),
    Column("device", lambda row: row["scope"]["device"], at_need=True),
    Column("granted", "granted_at"),
)
_PROVIDERS = (
    Column("provider", "name"),
    Column("issuer", "issuer"),
    Column("keys", "jwks_uri"),
    Column("audiences", lambda row: " ".join(row["audiences"])),
    Column("prefix", "subject_prefix", at_need=True),
    Column("e-mail", lambda row: " ".join(row["email_domains"]), at_need=True),
)

TeamFilter = Annotated[str, typer.Option("--team", help="Of this team alone.", metavar="TEAM")]
Identity = Annotated[str, typer.Argument(help="user:SUBJECT, or certificate:dns:HOST, :uri:URI or :email:ADDRESS.")]
ScopeArgument = Annotated[
    wire.Scope, typer.Argument(parser=_scope, metavar="ROLE[:TEAM]", help="The role, in a team or everywhere.")
]
DeviceOption = Annotated[
    str, typer.Option(help="Of the role device: the name under which its users register it.", metavar="NAME")
]


@key.command("create")
def create_key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for; two of a name may live at one time.")],
    request_id: RequestId,
    scope: Annotated[
        list[wire.Scope],
        typer.Option(parser=_scope, metavar="ROLE[:TEAM]", help="What it may do, such as act_as:acme; again for more."),
    ],
    team: Annotated[str, typer.Option(help="The team that owns it. Default: the vendor.", metavar="TEAM")] = "",
    user: Annotated[str, typer.Option(help="Of the scope user: whom it acts for.", metavar="USER")] = "",
    expires_at: Annotated[
        int | None, typer.Option("--expires", parser=inputs.instant, metavar="TIME", help="Default: never.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once: FLEXAUTH_KEY=$(flexauth key create ci --scope act_as:acme)."""
    request = wire.CreateApiKeyRequest(
        request_id=request_id, name=name, team=team, scopes=scope, subject=user, expires_at=expires_at or 0
    )
    with connect(context) as connection:
        _show(connection.call(connection.access.CreateApiKey, request), as_json=as_json)


def _show(made: wire.CreateApiKeyResponse | wire.ClaimFirstAdminResponse, *, as_json: bool) -> None:
    """The key's text alone, so that a shell can take it."""
    if as_json:
        show_json(plain(made))
    else:
        typer.echo(made.text)


@key.command()
def claim(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The one-time code that `flexauth serve` printed.")],
    name: Annotated[str, typer.Option(help="What the key is for.", metavar="NAME")] = "first-admin",
    as_json: AsJson = False,
) -> None:
    """Take the first admin's key for the one-time code of a start, and print it, this once."""
    with connect(context) as connection:
        request = wire.ClaimFirstAdminRequest(code=code, name=name)
        _show(connection.call(connection.access.ClaimFirstAdmin, request), as_json=as_json)


@key.command("list")
def list_keys(
    context: typer.Context,
    team: TeamFilter = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List the keys, the revoked ones too; never their texts."""
    with connect(context) as connection:
        listing(
            connection,
            connection.access.ListApiKeys,
            wire.ListApiKeysRequest(team=team),
            _KEYS,
            name="api_keys",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No key yet. Make one: flexauth key create NAME --scope act_as:TEAM",
        )


@key.command("revoke")
def revoke_key(
    context: typer.Context,
    api_key: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as `flexauth key list` shows it.")],
    request_id: RequestId,
    as_json: AsJson = False,
) -> None:
    """End a key now."""
    request = wire.RevokeApiKeyRequest(request_id=request_id, api_key=api_key)
    with connect(context) as connection:
        revoked = plain(connection.call(connection.access.RevokeApiKey, request).api_key)
    if as_json:
        show_json(revoked)
    else:
        facts([(column.heading, column.of(revoked)) for column in _KEYS])


@role.command("grant")
def grant_role(
    context: typer.Context,
    identity: Identity,
    scope: ScopeArgument,
    request_id: RequestId,
    device: DeviceOption = "",
    as_json: AsJson = False,
) -> None:
    """Give a role to a person or a certificate: flexauth role grant user:ann@acme.example team_admin:acme."""
    scope.device = device
    request = wire.GrantRoleRequest(request_id=request_id, identity=identity, scope=scope)
    with connect(context) as connection:
        granted = plain(connection.call(connection.access.GrantRole, request).granted)
    if as_json:
        show_json(granted)
    else:
        facts([(column.heading, column.of(granted)) for column in _ROLES])


@role.command("revoke")
def revoke_role(
    context: typer.Context,
    identity: Identity,
    scope: ScopeArgument,
    request_id: RequestId,
    device: DeviceOption = "",
) -> None:
    """Take a role away now."""
    scope.device = device
    request = wire.RevokeRoleRequest(request_id=request_id, identity=identity, scope=scope)
    with connect(context) as connection:
        connection.call(connection.access.RevokeRole, request)


@role.command("list")
def list_roles(
    context: typer.Context,
    team: TeamFilter = "",
    limit: Limit = DEFAULT_LIMIT,
    page_token: PageToken = "",
    as_json: AsJson = False,
) -> None:
    """List who has which role."""
    with connect(context) as connection:
        listing(
            connection,
            connection.access.ListRoles,
            wire.ListRolesRequest(team=team),
            _ROLES,
            name="roles",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="Nobody has a role yet. Give one: flexauth role grant user:SUBJECT team_admin:TEAM",
        )


@provider.command("put")
def put_provider(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it here.")],
    request_id: RequestId,
    issuer: Annotated[str, typer.Option(help="The `iss` of its tokens.", metavar="URL")],
    keys: Annotated[str, typer.Option(help="Where its public keys are: https, or file:///PATH.", metavar="URL")],
    audience: Annotated[list[str], typer.Option(help="Whom its tokens are for; again for more.", metavar="TEXT")],
    algorithm: Annotated[
        list[str] | None, typer.Option(help="What it signs with. Default: RS256, ES256, Ed25519.", metavar="NAME")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before each `sub` to make the user's subject.", metavar="TEXT")] = "",
    email_domain: Annotated[
        list[str] | None,
        typer.Option(help="A domain whose addresses it may call verified; '*' for all.", metavar="DOMAIN"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Trust the tokens of an identity provider, or change how it is trusted."""
    trusted = wire.IdentityProvider(
        name=name, issuer=issuer, jwks_uri=keys, audiences=audience, algorithms=algorithm or (),
        subject_prefix=prefix, email_domains=email_domain or (),
    )  # fmt: skip
    request = wire.PutIdentityProviderRequest(request_id=request_id, provider=trusted)
    with connect(context) as connection:
        put = plain(connection.call(connection.access.PutIdentityProvider, request).provider)
    if as_json:
        show_json(put)
    else:
        facts([(column.heading, column.of(put)) for column in _PROVIDERS])


@provider.command("delete")
def delete_provider(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The provider, as `flexauth provider list` shows it.")],
    request_id: RequestId,
) -> None:
    """Refuse the tokens of an identity provider from now on."""
    request = wire.DeleteIdentityProviderRequest(request_id=request_id, name=name)
    with connect(context) as connection:
        connection.call(connection.access.DeleteIdentityProvider, request)


@provider.command("list")
def list_providers(
    context: typer.Context, limit: Limit = DEFAULT_LIMIT, page_token: PageToken = "", as_json: AsJson = False
) -> None:
    """List the identity providers that are trusted."""
    with connect(context) as connection:
        listing(
            connection,
            connection.access.ListIdentityProviders,
            wire.ListIdentityProvidersRequest(),
            _PROVIDERS,
            name="providers",
            limit=limit,
            page_token=page_token,
            as_json=as_json,
            empty="No identity provider yet. Trust one with `flexauth provider put`",
        )
