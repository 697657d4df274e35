"""Whose call it is: from an API key, a token or a client's certificate to a caller, and how far that one reaches.

Verified credentials are remembered by their digest until they expire or anything changes. Knows no message.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from hmac import compare_digest
from threading import Lock
from typing import Any, Final, NamedTuple

import structlog
from pydantic import TypeAdapter

from flexauth import limits
from flexauth.access.boundary import Boundary
from flexauth.access.caller import ANYONE, Caller, Peer
from flexauth.access.jwks import read_document
from flexauth.access.keys import digest_of, key_id
from flexauth.access.permissions import UNLIMITED, Permission
from flexauth.access.tokens import Tokens
from flexauth.faults import Fault, Unauthenticated
from flexauth.requests import Actor, IdentityKind, IdentityProvider, Role, Scope
from flexauth.store.port import Store

__all__ = ["Access", "Admitted", "unasked"]

_BEARER: Final = "bearer "
_NOBODY: Final = bytes(32)
_NEVER: Final = 2**63 - 1
log = structlog.get_logger(__name__)
_providers = TypeAdapter(IdentityProvider)


class Admitted(NamedTuple):
    """A call that may be made: by whom, for the audit log, and within which bounds."""

    actor: Actor
    boundary: Boundary


class _Known(NamedTuple):
    """A verified caller, and how its last call of each method was admitted."""

    caller: Caller
    admitted: dict[str, Admitted]


def unasked(permission: Permission, peer: Peer) -> Admitted:
    """A call for which nobody is asked for a credential."""
    return Admitted(Actor(ANYONE.name, "", peer.address), Boundary(permission, ANYONE, UNLIMITED))


def _admitted(permission: Permission, caller: Caller, peer: Peer) -> Admitted:
    reach = permission.reach(caller)
    role = reach.role.name.lower() if reach.role else ""
    actor = Actor(caller.name, role, peer.address, caller.subject, caller.email)
    return Admitted(actor, Boundary(permission, caller, reach))


class Access:
    """Admits calls. `now` is the authority's clock; `read` reads what identity providers publish. From any thread.

    `welcome` is told of every user with a verified address before their token counts (A4); what it raises, the caller
    does not hear.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], int],
        welcome: Callable[[Actor], None],
        read: Callable[[str], bytes] = read_document,
    ) -> None:
        self._store, self._now, self._welcome = store, now, welcome
        self._tokens = Tokens(self.forget, read)
        self._providers_known = False
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._changing = Lock()
        self._changes = 0

    def admit(self, permission: Permission, authorization: str, peer: Peer) -> Admitted:
        """Who calls, and how far it reaches. Raises `Unauthenticated` and `PermissionDenied`."""
        if permission.anyone:
            return unasked(permission, peer)
        known = self._caller(authorization, peer)
        admitted = known.admitted.get(permission.method)
        if admitted is None or admitted.actor.source != peer.address:
            admitted = known.admitted[permission.method] = _admitted(permission, known.caller, peer)
        return admitted

    def knows(self, authorization: str, peer: Peer) -> bool:
        """Whether the caller is told without a look into the store or at an identity provider."""
        known = self._known.get(_digest(authorization, peer))
        return known is not None and known.caller.expires_at > self._now()

    def forget(self) -> None:
        """Keys, roles or providers have changed: every credential is verified anew from now on."""
        with self._changing:
            self._changes += 1
            self._providers_known = False
            self._known.clear()

    def _caller(self, authorization: str, peer: Peer) -> _Known:
        digest, now = _digest(authorization, peer), self._now()
        known = self._known.get(digest)
        if known is not None and known.caller.expires_at > now:
            return known
        changes = self._changes
        known = _Known(self._verified(authorization, peer, now), {})
        with self._changing:
            if changes == self._changes:  # else what was read may be older than the change
                self._known[digest] = known
                self._known.move_to_end(digest)
                if len(self._known) > limits.CREDENTIALS_CACHED:
                    self._known.popitem(last=False)
        return known

    def _verified(self, authorization: str, peer: Peer, now: int) -> Caller:
        if not authorization:
            return self._certified(peer)
        if not authorization[: len(_BEARER)].lower() == _BEARER:
            raise Unauthenticated
        text = authorization[len(_BEARER) :].strip()
        return self._with_key(text, now) if text.startswith("flx_") else self._signed_in(text, peer, now)

    def _with_key(self, text: str, now: int) -> Caller:
        ident = key_id(text)
        if not ident:
            raise Unauthenticated
        rows = self._store.select("api_key_by_id", {"key": ident})
        kept: dict[str, Any] = rows[0] if rows else {"digest": _NOBODY, "revoked_at": 0, "expires_at": 0}
        # Compared whether or not there is such a key, in constant time: the answer's time tells nothing.
        matches = compare_digest(kept["digest"], digest_of(text))
        expires_at = _NEVER if kept["expires_at"] < 0 else int(kept["expires_at"])
        if not matches or kept["revoked_at"] >= 0 or expires_at <= now:
            raise Unauthenticated
        scopes = self._store.select("api_key_scopes", {"number": kept["number"]})
        return Caller(
            f"key:{kept['name']}:{ident}",
            tuple(Scope(Role(row["role"]), row["team"]) for row in scopes),
            expires_at,
            kept["subject"],
        )

    def _signed_in(self, text: str, peer: Peer, now: int) -> Caller:
        if not self._providers_known:
            changes = self._changes
            rows = self._store.select("every_identity_provider", {})
            self._tokens.trust(_providers.validate_json(row["given"]) for row in rows)
            with self._changing:
                self._providers_known = changes == self._changes
        found = self._tokens.verify(text, now)
        name, until = f"user:{found.subject}", found.expires_at
        if found.email and not self._greet(Actor(name, "user", peer.address, found.subject, found.email)):
            until = now  # verified anew at the next call, until it is greeted
        scopes = (Scope(Role.USER), *self._roles(IdentityKind.SUBJECT, found.subject))
        return Caller(name, scopes, until, found.subject, found.email)

    def _greet(self, user: Actor) -> bool:
        try:
            self._welcome(user)
        except Fault as fault:  # of the invitation, or of a store that is full: what the user asked may go on
            log.warning("invitation_not_accepted", cause=str(fault))
            return False
        return True

    def _certified(self, peer: Peer) -> Caller:
        """By the names of a verified certificate; one that nobody has given a role is no credential."""
        scopes = tuple(
            dict.fromkeys(
                scope for name in peer.certificate_names for scope in self._roles(IdentityKind.CERTIFICATE, name)
            )
        )
        if not scopes:
            raise Unauthenticated
        return Caller(f"certificate:{peer.certificate_names[0]}", scopes, _NEVER)

    def _roles(self, kind: IdentityKind, name: str) -> list[Scope]:
        rows = self._store.select("roles_of_identity", {"kind": int(kind), "name": name})
        return [Scope(Role(row["role"]), row["team"], row["device"]) for row in rows]


def _digest(authorization: str, peer: Peer) -> bytes:
    """By what a credential is remembered: never by its text."""
    return digest_of(authorization or json.dumps(["certificate", *peer.certificate_names]))
