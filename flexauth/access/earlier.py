"""API keys: who may call what. Owns the keys' form and the file that keeps their digests; knows no transport.

A key is `flx_live_<id>_<secret>_<crc>`. It is shown once, when it is made; only its SHA-256 is kept, in a file of mode
0600 beside the database. Checking one is a hash and a look-up, as cheap as any cache of it.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Final
from zlib import crc32

from flexauth import limits
from flexauth.faults import Fault, Unauthenticated, UnsafeStore

__all__ = ["Access", "ApiKey", "PermissionDenied", "Role", "add_key", "load_keys", "new_key"]

_PREFIX: Final = "flx_live"
_BEARER: Final = "bearer "
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_NOBODY: Final = "0" * 64


class PermissionDenied(Fault):
    """This key has the role {role}; {method} needs a key of the role {needed}."""


class Role(IntEnum):
    """What a key may do; a higher role may do all that a lower one may."""

    CLIENT = 1
    ADMIN = 2


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: `digest` is the SHA-256 of its text in hex, `created_at` microseconds since the epoch."""

    id: str
    role: Role
    digest: str
    created_at: int
    label: str = ""


def _check(body: str) -> str:
    return f"{crc32(body.encode()):08x}"


def new_key(role: Role, created_at: int, label: str = "") -> tuple[str, ApiKey]:
    """Make a key: its text, which nobody can ask for again, and what is kept of it."""
    key_id = secrets.token_hex(8)
    body = f"{_PREFIX}_{key_id}_{secrets.token_hex(32)}"
    text = f"{body}_{_check(body)}"
    return text, ApiKey(key_id, role, sha256(text.encode()).hexdigest(), created_at, label)


def load_keys(path: Path) -> tuple[ApiKey, ...]:
    """Read the kept keys; none where there is no file. Raises `UnsafeStore`."""
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise UnsafeStore(path=path, why="others may read or write the file of API keys; chmod 600 it")
            rows = json.load(file)
        return tuple(ApiKey(**{**row, "role": Role[row["role"]]}) for row in rows)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"it is no file of API keys ({error}); restore it, or move it away and make new keys"
        raise UnsafeStore(path=path, why=why) from error


def add_key(path: Path, role: Role, created_at: int, label: str = "") -> str:
    """Make a key, keep its digest in the file at `path`, return its text. The file is replaced whole."""
    text, key = new_key(role, created_at, label)
    rows = [{**asdict(kept), "role": kept.role.name} for kept in (*load_keys(path), key)]
    descriptor, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # of mode 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    Path(new).replace(path)
    return text


class Access:
    """Tells from a call's `authorization` whether it may be made."""

    def __init__(self, keys: tuple[ApiKey, ...]) -> None:
        self._keys: Mapping[str, ApiKey] = {key.id: key for key in keys}

    def check(self, authorization: str, needed: Role, method: str) -> ApiKey:
        """Return the caller's key. Raises `Unauthenticated` and `PermissionDenied`."""
        key = self._key(authorization)
        if key.role < needed:
            raise PermissionDenied(role=key.role.name.lower(), method=method, needed=needed.name.lower())
        return key

    def _key(self, authorization: str) -> ApiKey:
        if len(authorization) > limits.SUBJECT_CHARACTERS or not authorization.lower().startswith(_BEARER):
            raise Unauthenticated
        text = authorization[len(_BEARER) :].strip()
        body, _, check = text.rpartition("_")
        if _check(body) != check:  # a slip of the pen, told without a look-up
            raise Unauthenticated
        key = self._keys.get(body.removeprefix(f"{_PREFIX}_").partition("_")[0])
        # Compared whether or not there is such a key, in constant time: the answer's time tells nothing.
        if not compare_digest(key.digest if key else _NOBODY, sha256(text.encode()).hexdigest()) or key is None:
            raise Unauthenticated
        return key
