"""The rows of Access."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from flexauth import requests
from flexauth.access import ApiKey, NewApiKey
from flexauth.faults import InvalidArgument
from flexauth.grants import Granted
from flexauth.requests import IdentityProvider, Role, Scope
from flexauth.rpc.method import Doors, Row, submit
from flexauth.rpc.wire import many, page, parser, tuple_of, writer
from flexauth.v1 import access_pb2 as pb

__all__ = ["ROWS"]

_SCOPE = writer(pb.Scope, Scope)
_API_KEY = writer(pb.ApiKey, ApiKey, scopes=many(_SCOPE))
_PROVIDER = writer(pb.IdentityProvider, IdentityProvider)
_GRANTED = writer(pb.GrantedRole, Granted, scope=_SCOPE)
_provider = parser(pb.IdentityProvider, IdentityProvider)


def _role(received: pb.Scope) -> Role:
    try:
        return Role(received.role)
    except ValueError:
        known = ", ".join(f"{role.name} ({role.value})" for role in Role)
        raise InvalidArgument(field="scope role", value=received.role, rule=f"it must be one of {known}") from None


_scope = parser(pb.Scope, Scope, role=_role)


def _one_scope(received: Any) -> Scope:
    return _scope(received.scope)


def _new_key(message: Callable[..., Any]) -> Callable[[NewApiKey], Any]:
    return lambda made: message(api_key=_API_KEY(made.api_key), text=made.text)


def _claim(doors: Doors, request: requests.ClaimFirstAdmin) -> Future[Any]:
    """Whoever has no code is refused before there is an act, which others would wait for."""
    doors.authority.grants.require_code(request.code, doors.authority.now)
    return submit(doors, request)


ROWS = {
    "CreateApiKey": Row(
        parser(pb.CreateApiKeyRequest, requests.CreateApiKey, scopes=tuple_of("scopes", _scope)),
        _new_key(pb.CreateApiKeyResponse),
    ),
    "ListApiKeys": Row(
        parser(pb.ListApiKeysRequest, requests.ListApiKeys),
        page(pb.ListApiKeysResponse, "api_keys", _API_KEY),
        blocks=True,
    ),
    "RevokeApiKey": Row(
        parser(pb.RevokeApiKeyRequest, requests.RevokeApiKey),
        lambda key: pb.RevokeApiKeyResponse(api_key=_API_KEY(key)),
    ),
    "ClaimFirstAdmin": Row(
        lambda received: requests.ClaimFirstAdmin(received.code, received.name),
        _new_key(pb.ClaimFirstAdminResponse),
        ask=_claim,
    ),
    "PutIdentityProvider": Row(
        parser(
            pb.PutIdentityProviderRequest,
            requests.PutIdentityProvider,
            provider=lambda received: _provider(received.provider),
        ),
        lambda provider: pb.PutIdentityProviderResponse(provider=_PROVIDER(provider)),
    ),
    "ListIdentityProviders": Row(
        parser(pb.ListIdentityProvidersRequest, requests.ListIdentityProviders),
        page(pb.ListIdentityProvidersResponse, "providers", _PROVIDER),
        blocks=True,
    ),
    "DeleteIdentityProvider": Row(
        parser(pb.DeleteIdentityProviderRequest, requests.DeleteIdentityProvider),
        lambda _: pb.DeleteIdentityProviderResponse(),
    ),
    "GrantRole": Row(
        parser(pb.GrantRoleRequest, requests.GrantRole, scope=_one_scope),
        lambda granted: pb.GrantRoleResponse(granted=_GRANTED(granted)),
    ),
    "RevokeRole": Row(
        parser(pb.RevokeRoleRequest, requests.RevokeRole, scope=_one_scope),
        lambda _: pb.RevokeRoleResponse(),
    ),
    "ListRoles": Row(
        parser(pb.ListRolesRequest, requests.ListRoles),
        page(pb.ListRolesResponse, "roles", _GRANTED),
        blocks=True,
    ),
}
