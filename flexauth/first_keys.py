"""The keys that an authority makes at a start, by its own door: first ones, those of this machine, and old ones kept.

Composition; prints nothing and serves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Final

from flexauth import requests
from flexauth.access import Peer, read_old_keys
from flexauth.access.permissions import INSPECT, TABLE, PermissionDenied
from flexauth.authority import Authority
from flexauth.faults import Unauthenticated
from flexauth.requests import Role, Scope

__all__ = ["ADMIN", "CLIENT", "FirstKeys", "first_keys", "local_key", "make", "take_over"]

ADMIN: Final = Scope(Role.VENDOR)
#: Products that sign users in, of any team.
CLIENT: Final = Scope(Role.SERVICE)


@dataclass(frozen=True, slots=True)
class FirstKeys:
    """The API keys that a first start makes for its sample; shown once, only their digests are kept."""

    admin: str = field(repr=False)
    client: str = field(repr=False)


def make(authority: Authority, name: str, *scopes: Scope) -> str:
    """Make a key and return its text."""
    made = authority.submit(requests.CreateApiKey(name, scopes)).result()
    return str(made.text)


def take_over(authority: Authority, path: Path) -> None:
    """Keep the keys of an earlier version's file in the store, then remove the file. Raises `UnsafeStore`."""
    old = read_old_keys(path)
    if old:
        authority.submit(requests.ImportApiKeys(old)).result()
        path.unlink()


def first_keys(authority: Authority) -> FirstKeys | None:
    """Make the first keys; None where there is one that may do everything."""
    if authority.grants.has_vendor(authority.now):
        return None
    return FirstKeys(make(authority, "first-admin", ADMIN), make(authority, f"first-client-{token_hex(4)}", CLIENT))


def local_key(authority: Authority, kept: str) -> str:
    """The key of this machine's commands: `kept` where it still may do everything, else a new one."""
    try:
        authority.access.admit(TABLE[INSPECT], f"Bearer {kept}", Peer())
    except (Unauthenticated, PermissionDenied):
        return make(authority, f"local-{token_hex(4)}", ADMIN)
    return kept
