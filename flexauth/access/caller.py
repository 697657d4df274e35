"""Who calls: where a call comes from, and what its credential proves. Values alone; knows no transport and no store."""

from __future__ import annotations

from dataclasses import dataclass

from flexauth.requests import Scope

__all__ = ["ANYONE", "Caller", "Peer"]


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection: its host, and the names of its verified client certificate with their kinds.

    Such as `dns:host.example`, `uri:spiffe://domain/path`, `email:ann@example.com`; none without a certificate.
    """

    address: str = ""
    certificate_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """What a verified credential says: `name` as the audit log tells it, the roles, and until when it holds.

    `subject` is the user that the caller is, "" for programs; `email` is theirs, where their provider verified it (A4).
    `expires_at` is in microseconds since the epoch.
    """

    name: str
    scopes: tuple[Scope, ...]
    expires_at: int
    subject: str = ""
    email: str = ""

    @property
    def teams(self) -> frozenset[str]:
        """The teams in which the caller has a role of any kind."""
        return frozenset(scope.team for scope in self.scopes if scope.team)


#: Who calls where nobody is asked for a credential.
ANYONE = Caller("anyone", (), 2**63 - 1)
