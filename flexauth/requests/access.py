"""Who may call what: what vendors and team admins ask about keys, roles and identity providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from flexauth import limits
from flexauth.requests import check

__all__ = [
    "ALGORITHMS",
    "ClaimFirstAdmin",
    "CreateApiKey",
    "DeleteIdentityProvider",
    "GrantRole",
    "IdentityKind",
    "IdentityProvider",
    "ImportApiKeys",
    "ListApiKeys",
    "ListIdentityProviders",
    "ListRoles",
    "OldApiKey",
    "PutIdentityProvider",
    "RevokeApiKey",
    "RevokeRole",
    "Role",
    "Scope",
    "identity_of",
]

#: What a token may be signed with: asymmetric algorithms alone, so that a public key is never taken for a secret.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"})
_EVERYWHERE_ALONE = "it spans teams; leave the team out"


class Role(IntEnum):
    """What a caller may be; the order is that of the columns of the table of permissions."""

    VENDOR = 1
    RESELLER = 2
    SUPPORT = 3
    TEAM_ADMIN = 4
    BUYER = 5
    AUDITOR = 6
    USER = 7
    DEVICE = 8
    SERVICE = 9


class IdentityKind(IntEnum):
    """How a caller without an API key is known."""

    SUBJECT = 1
    CERTIFICATE = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """A role in a team, "": everywhere. `device` is the one that a device's certificate speaks for."""

    role: Role
    team: str = ""
    device: str = ""

    def __post_init__(self) -> None:
        check.name("scope team", self.team, needed=False)
        check.text("scope device", self.device, limits.DEVICE_CHARACTERS, needed=self.role is Role.DEVICE)
        if self.device and self.role is not Role.DEVICE:
            check.fail("scope device", self.device, "only the role device has one")
        if self.role in {Role.VENDOR, Role.USER} and self.team:
            check.fail("scope team", self.team, f"{self.role.name.lower()} is no role of a team: {_EVERYWHERE_ALONE}")
        if self.role is Role.DEVICE and not self.team:
            check.fail("scope team", self.team, "a device belongs to a team: name it")

    def __str__(self) -> str:
        """As people write it: `team_admin:acme`, and `act_as:acme` for a service."""
        word = "act_as" if self.role is Role.SERVICE else self.role.name.lower()
        return f"{word}:{self.team}" if self.team else word


@dataclass(frozen=True, slots=True)
class CreateApiKey:
    """A key for programs. `team` owns it, "": the vendor; `subject` is whom a key of the role user acts for.

    `expires_at` 0: it lives until it is revoked.
    """

    name: str
    scopes: tuple[Scope, ...]
    team: str = ""
    subject: str = ""
    expires_at: int = 0
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("name", self.name)
        check.name("team", self.team, needed=False)
        check.text("subject", self.subject, limits.SUBJECT_CHARACTERS, needed=False)
        check.time("expires_at", self.expires_at)
        check.count("scopes", len(self.scopes), 1, limits.SCOPES_PER_CREDENTIAL)
        for scope in self.scopes:
            if scope.role is Role.DEVICE:
                check.fail("scopes", scope, "a device is known by its certificate; grant the role to that")
            if self.team and scope.team != self.team:
                check.fail("scopes", scope, f"a key of team {self.team} reaches no other team")
        if (Role.USER in {scope.role for scope in self.scopes}) != bool(self.subject):
            check.fail("subject", self.subject, "a key of the role user names its user, and no other key does")


@dataclass(frozen=True, slots=True)
class ListApiKeys:
    """Keys of a team, or all; by the time when they were made."""

    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team, needed=False)


@dataclass(frozen=True, slots=True)
class RevokeApiKey:
    """A key ends now; repeats are harmless. `api_key` is its id."""

    api_key: str
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("api_key", self.api_key)


@dataclass(frozen=True, slots=True)
class OldApiKey:
    """A key that an earlier version kept in a file: `digest` is the SHA-256 of its text."""

    id: str
    label: str
    scope: Scope
    digest: bytes = field(repr=False)
    created_at: int


@dataclass(frozen=True, slots=True)
class ImportApiKeys:
    """Keys of an earlier version live on; those that are there already stay as they are. No caller may ask this."""

    keys: tuple[OldApiKey, ...]
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFirstAdmin:
    """The one-time code of a first start for the first vendor key. It works once, so there is no repeat of it."""

    code: str = field(repr=False)
    name: str = ""
    request_id: str = field(default="", init=False)

    def __post_init__(self) -> None:
        check.text("code", self.code, limits.NAME_CHARACTERS)
        check.name("name", self.name, needed=False)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An issuer of tokens (OpenID Connect). A user's subject is `subject_prefix` and the token's `sub`.

    An address of `email_domains` that the token says is verified counts as verified; "*" trusts every domain.
    """

    name: str
    issuer: str
    jwks_uri: str
    audiences: tuple[str, ...]
    algorithms: tuple[str, ...] = ()
    subject_prefix: str = ""
    email_domains: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check.name("name", self.name)
        check.text("issuer", self.issuer, limits.URI_CHARACTERS)
        check.text("jwks_uri", self.jwks_uri, limits.URI_CHARACTERS)
        check.text("subject_prefix", self.subject_prefix, limits.NAME_CHARACTERS, needed=False)
        check.count("audiences", len(self.audiences), 1, limits.VALUES_PER_PROVIDER)
        check.count("email_domains", len(self.email_domains), 0, limits.VALUES_PER_PROVIDER)
        for name, values in (("audiences", self.audiences), ("email_domains", self.email_domains)):
            for value in values:
                check.text(name, value, limits.URI_CHARACTERS)
        for algorithm in self.algorithms:
            if algorithm not in ALGORITHMS:
                check.fail("algorithms", algorithm, "it must be one of " + ", ".join(sorted(ALGORITHMS)))
        if not _is_safe(self.jwks_uri):
            check.fail("jwks_uri", self.jwks_uri, "it must be https, http on this machine's loopback, or file:///PATH")


@dataclass(frozen=True, slots=True)
class PutIdentityProvider:
    """Trust an issuer from now on, or trust it otherwise."""

    provider: IdentityProvider
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)


@dataclass(frozen=True, slots=True)
class ListIdentityProviders:
    """All of them, by name."""

    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)


@dataclass(frozen=True, slots=True)
class DeleteIdentityProvider:
    """Its tokens are refused from now on."""

    name: str
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        check.name("name", self.name)


@dataclass(frozen=True, slots=True)
class GrantRole:
    """A role of an identity: `user:SUBJECT`, or `certificate:NAME` such as `certificate:uri:spiffe://domain/path`."""

    identity: str
    scope: Scope
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        kind, _ = identity_of(self.identity)
        if self.scope.role is Role.USER:
            check.fail("scope", self.scope, "whoever signs in is a user; there is nothing to grant")
        if self.scope.role is Role.DEVICE and kind is not IdentityKind.CERTIFICATE:
            check.fail("identity", self.identity, "only a certificate speaks for a device")

    @property
    def team(self) -> str:
        """Whose act it is, for the audit log."""
        return self.scope.team


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """Takes a role from an identity; repeats are harmless."""

    identity: str
    scope: Scope
    request_id: str = ""

    def __post_init__(self) -> None:
        check.request_id(self.request_id)
        identity_of(self.identity)

    @property
    def team(self) -> str:
        """Whose act it is, for the audit log."""
        return self.scope.team


@dataclass(frozen=True, slots=True)
class ListRoles:
    """Roles in a team, or all; by the time when they were granted."""

    team: str = ""
    page_size: int = 0
    page_token: str = ""

    def __post_init__(self) -> None:
        check.page(self.page_size)
        check.name("team", self.team, needed=False)


def identity_of(text: str) -> tuple[IdentityKind, str]:
    """Kind and name of an identity as it is written. Raises `InvalidArgument`."""
    check.text("identity", text, limits.IDENTITY_CHARACTERS)
    word, _, name = text.partition(":")
    kind, _, value = name.partition(":")
    if word == "user" and name:
        return IdentityKind.SUBJECT, name
    if word != "certificate" or kind not in {"dns", "uri", "email"} or not value:
        rule = "it must be user:SUBJECT or certificate:NAME, with a NAME such as dns:HOST, uri:URI or email:ADDRESS"
        check.fail("identity", text, rule)
    return IdentityKind.CERTIFICATE, name


def _is_safe(uri: str) -> bool:
    """Whether nobody on the way can change what an address gives."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        if parts.scheme == "file":
            return not host and parts.path.startswith("/")
        if parts.scheme == "http":
            return host == "localhost" or ip_address(host).is_loopback
        return parts.scheme == "https" and bool(host)
    except ValueError:
        return False
