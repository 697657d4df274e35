"""Keys, roles and identity providers as administrative acts: what is given and taken, each through the sequencer.

Decides no call: that is `access`, which is told of every change once it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_hex
from typing import Any, Final

from pydantic import TypeAdapter

from flexauth import limits, requests
from flexauth.access.keys import ApiKey, NewApiKey, digest_of, make_key
from flexauth.acts import Acts, Learn
from flexauth.answers import Page
from flexauth.directory import Directory
from flexauth.faults import AlreadyExists, InvalidArgument, NotFound, Unauthenticated
from flexauth.pages import page_of, position
from flexauth.requests import IdentityKind, IdentityProvider, Role, Scope, identity_of
from flexauth.store.port import Store
from flexauth.work import Turn, Work

__all__ = ["Granted", "Grants", "Nothing"]

_SECOND: Final = 1_000_000
_ROTATING: Final = 2
_WORDS: Final = {IdentityKind.SUBJECT: "user", IdentityKind.CERTIFICATE: "certificate"}
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")
_providers = TypeAdapter(IdentityProvider)


@dataclass(frozen=True, slots=True)
class Granted:
    """A role of an identity."""

    identity: str
    scope: Scope
    granted_at: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """The answer of an act that has nothing to tell."""


@dataclass(slots=True)
class _Code:
    """The one-time code of a first start."""

    digest: bytes = field(repr=False)
    expires_at: int


class Grants:
    """`works` are the acts, `reads` the look-ups, by type of request; `changed` is told when one is stored."""

    def __init__(self, store: Store, directory: Directory, changed: Learn) -> None:
        self._store, self._directory, self._changed = store, directory, changed
        self._acts = acts = Acts(store)
        self._code: _Code | None = None
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            requests.CreateApiKey: lambda request: self._shown_once(request, self._create_key),
            requests.ClaimFirstAdmin: lambda request: self._shown_once(request, self._claim),
            requests.ImportApiKeys: acts.act(Nothing, self._import_keys),
            requests.RevokeApiKey: acts.act(ApiKey, self._revoke_key),
            requests.PutIdentityProvider: acts.act(IdentityProvider, self._put_provider),
            requests.DeleteIdentityProvider: acts.act(Nothing, self._delete_provider),
            requests.GrantRole: acts.act(Granted, self._grant),
            requests.RevokeRole: acts.act(Nothing, self._revoke),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.ListApiKeys: self._list_keys,
            requests.ListIdentityProviders: self._list_providers,
            requests.ListRoles: self._list_roles,
        }

    # API keys ---------------------------------------------------------------------------------------------------------

    def has_vendor(self, at: int) -> bool:
        """Whether a key lives that may do everything."""
        return bool(self._store.select("live_vendor_keys", {"at": at})[0]["live"])

    def offer_claim(self, at: int) -> str:
        """Make the one-time code for a vendor key. It is kept in memory alone, and lives `CLAIM_SECONDS`."""
        text = f"flx_claim_{token_hex(16)}"
        self._code = _Code(digest_of(text), at + limits.CLAIM_SECONDS * _SECOND)
        return text

    def require_code(self, text: str, at: int) -> None:
        """Raises `Unauthenticated` for any text but that of the code, while it lives."""
        code = self._code
        if code is None or code.expires_at <= at or not compare_digest(code.digest, digest_of(text)):
            raise Unauthenticated

    def _shown_once(
        self, request: Any, make: Callable[[Turn, Any, str, bytes], tuple[ApiKey, Learn]]
    ) -> Work[NewApiKey]:
        """An act that makes a key: its text is in the first answer alone, and nowhere else."""
        texts: list[str] = []

        def decide(turn: Turn, asked: Any) -> tuple[ApiKey, Learn]:
            ident, text = make_key()
            made = make(turn, asked, ident, digest_of(text))
            texts[:] = [text]
            return made

        work = self._acts.act(ApiKey, decide)(request)
        once = work.decide

        def shown(turn: Turn) -> NewApiKey:
            texts.clear()
            kept = once(turn)
            assert isinstance(kept, ApiKey)
            return NewApiKey(kept, "".join(texts))

        return Work(shown, alone=True, stored=work.stored)

    def _create_key(
        self, turn: Turn, request: requests.CreateApiKey, ident: str, digest: bytes
    ) -> tuple[ApiKey, Learn]:
        if request.expires_at and request.expires_at <= turn.now:
            raise InvalidArgument(
                field="expires_at", value=request.expires_at, rule=f"it must be after now, {turn.now}"
            )
        key = ApiKey(ident, request.name, request.team, request.scopes, request.subject, turn.now, request.expires_at)
        self._write_key(turn, key, digest)
        return key, self._changed

    def _claim(self, turn: Turn, request: requests.ClaimFirstAdmin, ident: str, digest: bytes) -> tuple[ApiKey, Learn]:
        self.require_code(request.code, turn.now)
        key = ApiKey(ident, request.name or "first-admin", "", (Scope(Role.VENDOR),), "", turn.now)
        self._write_key(turn, key, digest)

        def learn() -> None:
            self._code = None
            self._changed()

        return key, learn

    def _import_keys(self, turn: Turn, request: requests.ImportApiKeys) -> tuple[Nothing, Learn]:
        for old in request.keys:
            if self._store.select("api_key_by_id", {"key": old.id}):
                continue
            name = _NO_NAME.sub("-", old.label).strip("-._") or "imported"
            name = f"{name[: limits.NAME_CHARACTERS - len(old.id) - 1]}-{old.id}"
            self._write_key(turn, ApiKey(old.id, name, "", (old.scope,), "", old.created_at), old.digest)
        return Nothing(), self._changed

    def _write_key(self, turn: Turn, key: ApiKey, digest: bytes) -> None:
        team = self._team(key.team)
        teams = {scope: self._team(scope.team) for scope in key.scopes}
        if len(teams) != len(key.scopes):
            raise InvalidArgument(field="scopes", value=", ".join(map(str, key.scopes)), rule="name each once")
        live = self._store.select("live_keys_of_name", {"name": key.name, "team": team, "at": turn.now})[0]["live"]
        if live >= _ROTATING:
            rule = f"{live} keys of this name live, the old one and the new; revoke one of them first"
            raise InvalidArgument(field="name", value=repr(key.name), rule=rule)
        turn.write(
            "insert_api_key", key=key.id, name=key.name, team=team, digest=digest, subject=key.subject,
            created_at=key.created_at, expires_at=key.expires_at or -1,
        )  # fmt: skip
        for scope, where in teams.items():
            turn.write("insert_api_key_scope", key=key.id, role=int(scope.role), team=where)

    def _team(self, name: str) -> int | None:
        return self._directory.team_id(name) if name else None

    def _revoke_key(self, turn: Turn, request: requests.RevokeApiKey) -> tuple[ApiKey, Learn]:
        key = self._key(request.api_key)
        if not key.revoked_at:
            turn.write("revoke_api_key", key=key.id, at=turn.now)
        revoked_at = key.revoked_at or turn.now
        told = ApiKey(key.id, key.name, key.team, key.scopes, key.subject, key.created_at, key.expires_at, revoked_at)
        return told, self._changed

    def _key(self, ident: str) -> ApiKey:
        rows = self._store.select("api_key_by_id", {"key": ident})
        if not rows:
            raise NotFound(kind="API key", value=repr(ident))
        row = rows[0]
        scopes = self._store.select("api_key_scopes", {"number": row["number"]})
        return ApiKey(
            row["key"], row["name"], row["team"],
            tuple(Scope(Role(scope["role"]), scope["team"]) for scope in scopes),
            row["subject"], row["created_at"], max(row["expires_at"], 0), max(row["revoked_at"], 0),
        )  # fmt: skip

    def _list_keys(self, request: requests.ListApiKeys) -> Page[ApiKey]:
        rows, limit = self._page(request, "api_keys_page", "team_api_keys_page")
        return page_of(rows, limit, lambda row: self._key(row["key"]), lambda row: (row["number"],))

    def _page(self, request: Any, of_all: str, of_team: str) -> tuple[list[dict[str, Any]], int]:
        limit = request.page_size or limits.PAGE_DEFAULT
        key = {"after": position(request, 1)[0], "limit": limit + 1}
        if not request.team:
            return self._store.select(of_all, key), limit
        return self._store.select(of_team, {"team": self._directory.team_id(request.team), **key}), limit

    # Roles ------------------------------------------------------------------------------------------------------------

    def _grant(self, turn: Turn, request: requests.GrantRole) -> tuple[Granted, Learn]:
        row = self._row(request)
        there = self._store.select("granted_role", row)
        turn.write("put_granted_role", **row, granted_at=turn.now)
        return Granted(request.identity, request.scope, there[0]["granted_at"] if there else turn.now), self._changed

    def _revoke(self, turn: Turn, request: requests.RevokeRole) -> tuple[Nothing, Learn]:
        turn.write("delete_granted_role", **self._row(request))
        return Nothing(), self._changed

    def _row(self, request: requests.GrantRole | requests.RevokeRole) -> dict[str, Any]:
        kind, name = identity_of(request.identity)
        scope = request.scope
        return {
            "kind": int(kind),
            "name": name,
            "role": int(scope.role),
            "team": self._team(scope.team),
            "device": scope.device,
        }

    def _list_roles(self, request: requests.ListRoles) -> Page[Granted]:
        rows, limit = self._page(request, "roles_page", "team_roles_page")

        def granted(row: dict[str, Any]) -> Granted:
            scope = Scope(Role(row["role"]), row["team"], row["device"])
            return Granted(f"{_WORDS[IdentityKind(row['kind'])]}:{row['name']}", scope, row["granted_at"])

        return page_of(rows, limit, granted, lambda row: (row["number"],))

    # Identity providers -----------------------------------------------------------------------------------------------

    def _trusted(self) -> list[IdentityProvider]:
        return [_providers.validate_json(row["given"]) for row in self._store.select("every_identity_provider", {})]

    def _put_provider(self, turn: Turn, request: requests.PutIdentityProvider) -> tuple[IdentityProvider, Learn]:
        new = request.provider
        for other in self._trusted():
            if other.name == new.name:
                continue
            if other.issuer == new.issuer:
                raise AlreadyExists(kind="identity provider of issuer", value=repr(new.issuer))
            short, long = sorted((other.subject_prefix, new.subject_prefix), key=len)
            if long.startswith(short):
                rule = f"that of {other.name} is {other.subject_prefix!r}: neither may begin the other"
                raise InvalidArgument(field="subject_prefix", value=repr(new.subject_prefix), rule=rule)
        given = _providers.dump_json(new).decode()
        turn.write(
            "put_identity_provider", name=new.name, issuer=new.issuer, subject_prefix=new.subject_prefix, given=given
        )
        return new, self._changed

    def _delete_provider(self, turn: Turn, request: requests.DeleteIdentityProvider) -> tuple[Nothing, Learn]:
        if request.name not in {provider.name for provider in self._trusted()}:
            raise NotFound(kind="identity provider", value=repr(request.name))
        turn.write("delete_identity_provider", name=request.name)
        return Nothing(), self._changed

    def _list_providers(self, request: requests.ListIdentityProviders) -> Page[IdentityProvider]:
        limit, after = request.page_size or limits.PAGE_DEFAULT, position(request, 1)[0]
        rows = list(enumerate(self._trusted(), 1))[after : after + limit + 1]
        return page_of(rows, limit, lambda row: row[1], lambda row: (row[0],))
