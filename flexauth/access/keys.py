"""API keys: their form, what is kept of one, and the file in which earlier versions kept them. Knows no transport.

A key is `flx_live_<id>_<secret>_<crc>`. It is shown once, when it is made; its SHA-256 alone is kept.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final
from zlib import crc32

from flexauth.faults import UnsafeStore
from flexauth.requests import OldApiKey, Role, Scope

__all__ = ["ApiKey", "NewApiKey", "digest_of", "key_id", "make_key", "read_old_keys"]

_PREFIX: Final = "flx_live"
_FORM: Final = re.compile(rf"({_PREFIX}_([0-9a-f]{{16}})_[0-9a-f]{{64}})_([0-9a-f]{{8}})")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OLD_ROLES: Final = {"ADMIN": Scope(Role.VENDOR), "CLIENT": Scope(Role.SERVICE)}


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is told of a key. `team` owns it, "": the vendor; times are 0 where there is none."""

    id: str
    name: str
    team: str
    scopes: tuple[Scope, ...]
    subject: str
    created_at: int
    expires_at: int = 0
    revoked_at: int = 0


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key as its maker sees it; `text` is "" in the answer to a repeat."""

    api_key: ApiKey
    text: str = field(repr=False)


def make_key() -> tuple[str, str]:
    """Id and text of a new key; nobody can ask for the text again."""
    ident = secrets.token_hex(8)
    body = f"{_PREFIX}_{ident}_{secrets.token_hex(32)}"
    return ident, f"{body}_{_check(body)}"


def key_id(text: str) -> str:
    """The id in a key's text; "" for what is no key, told by its checksum without a look-up."""
    match = _FORM.fullmatch(text)
    return match[2] if match and _check(match[1]) == match[3] else ""


def digest_of(text: str) -> bytes:
    """What is kept of a credential's text."""
    return sha256(text.encode()).digest()


def _check(body: str) -> str:
    return f"{crc32(body.encode()):08x}"


def read_old_keys(path: Path) -> tuple[OldApiKey, ...]:
    """The keys of a file of an earlier version; none where there is no file. Raises `UnsafeStore`."""
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise UnsafeStore(path=path, why="others may read or write the file of API keys; chmod 600 it")
            rows = json.load(file)
        return tuple(
            OldApiKey(row["id"], row["label"], _OLD_ROLES[row["role"]], bytes.fromhex(row["digest"]), row["created_at"])
            for row in rows
        )
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"it is no file of API keys ({error}); restore it, or move it away and make new keys"
        raise UnsafeStore(path=path, why=why) from error
