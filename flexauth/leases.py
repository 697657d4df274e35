"""Signs leases (S4) and keeps the keys that sign them: Ed25519 JWTs, verified by the JWKS alone.

Owns the key file and its rotation. Knows nothing of transport, and decides nothing: what a lease says is given.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from flexauth.answers import SessionFacts
from flexauth.commands import DAY, MINUTE, SECOND, State
from flexauth.faults import UnsafeStore

__all__ = ["ALGORITHM", "LEASE_TYPE", "OVERLAP", "Signer"]

#: RFC 9864's name of the one algorithm. The older `EdDSA` is deprecated there, because it leaves the curve open: a
#: verifier could not tell from `alg` what it must be able to do. Both name the same signature for these keys.
ALGORITHM = "Ed25519"
#: Explicit typing (RFC 8725, 3.11): no other JWT that somebody signs by mistake with this key passes for a lease.
LEASE_TYPE = "flexauth-lease+jwt"
#: How long a key verifies after its rotation, in microseconds: the default `lease_max` and `lease_margin` of SPEC 13.
OVERLAP = DAY + 5 * MINUTE

_OPEN = frozenset({State.ACTIVE, State.IDLE})
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class _Key:
    """A signing key; `retire_at` is when its last lease has ended, 0 for the key in use. `request_id` asked for it."""

    jwk: OKPKey
    retire_at: int = 0
    request_id: str = ""

    @property
    def kid(self) -> str:
        return self.jwk.thumbprint()

    def stored(self) -> dict[str, Any]:
        return {"retire_at": self.retire_at, "request_id": self.request_id, "jwk": self.jwk.as_dict(private=True)}

    def public(self) -> dict[str, Any]:
        return {**self.jwk.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": ALGORITHM}


def _new_key(request_id: str = "") -> _Key:
    return _Key(OKPKey.generate_key("Ed25519"), request_id=request_id)


class Signer:
    """Signs leases by the newest key of a ring; threads may share it.

    `now` gives the authority's time in microseconds. Make one by `open`, or by `in_memory` for an authority that
    keeps nothing.
    """

    def __init__(self, path: Path | None, keys: Iterable[_Key], *, now: Callable[[], int], issuer: str) -> None:
        self._path = path
        self._keys = tuple(keys)  # newest first; replaced as a whole, so that readers need no lock
        self._now = now
        self._issuer = issuer
        self._rotating = Lock()
        self._header = self._header_of(self._keys[0])
        self._last_end = 0

    @classmethod
    def open(cls, path: Path, *, now: Callable[[], int], issuer: str = "flexauth") -> Signer:
        """Read the key file, or make it at the first start; `UnsafeStore` if others can read it or it is damaged."""
        if not path.exists():
            _create(path, _text([_new_key()]))
        return cls(path, _read(path), now=now, issuer=issuer)

    @classmethod
    def in_memory(cls, *, now: Callable[[], int], issuer: str = "flexauth") -> Signer:
        """A key that ends with the process."""
        return cls(None, [_new_key()], now=now, issuer=issuer)

    def sign(self, facts: SessionFacts, device_key_thumbprint: str = "") -> str:
        """The lease of a session as a compact JWT, "" if it has ended.

        Times are whole seconds, `exp` rounded down: a lease never outlasts `lease_until`. `aud` is the product.
        """
        expires = facts.lease_until // SECOND
        if facts.state not in _OPEN or expires <= facts.server_time // SECOND:
            return ""
        issued = facts.server_time // SECOND
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": facts.user,
            "aud": facts.product,
            "team": facts.team,
            "device": facts.device,
            "sid": facts.session,
            "ctr": facts.counter,
            "iat": issued,
            "nbf": issued,
            "exp": expires,
        }
        if facts.paid_until > 0:
            claims["paid_until"] = facts.paid_until // SECOND
        if device_key_thumbprint:
            claims["cnf"] = {"jkt": device_key_thumbprint}
        with self._rotating:  # a lease and the retirement of its key must see each other
            self._last_end = max(self._last_end, facts.lease_until)
            key, header = self._keys[0], self._header
        return jwt.encode(header, claims, key.jwk, algorithms=[ALGORITHM])

    def jwks(self) -> dict[str, Any]:
        """The public keys that verify every lease which has not ended, as a JSON Web Key Set."""
        now = self._now()
        return {"keys": [key.public() for key in self._keys if not key.retire_at or key.retire_at > now]}

    def rotate(self, overlap: int = OVERLAP, request_id: str = "") -> str:
        """Sign by a new key from now on and return its id.

        The old one verifies for `overlap` microseconds more, the longest lease that any policy allows; in any case
        until the last lease that this process signed by it has ended. A repeat by the same `request_id` gives the key
        that the first one made, for as long as that key is kept; "" is never a repeat.
        """
        with self._rotating:
            for key in self._keys:
                if request_id and key.request_id == request_id:
                    return key.kid
            now = self._now()
            current, *older = self._keys
            retired = replace(current, retire_at=max(now + overlap, self._last_end))
            keys = (_new_key(request_id), retired, *(key for key in older if key.retire_at > now))
            if self._path is not None:
                _replace(self._path, _text(keys))
            self._keys, self._header = keys, self._header_of(keys[0])
            return keys[0].kid

    @staticmethod
    def _header_of(key: _Key) -> dict[str, Any]:
        return {"alg": ALGORITHM, "typ": LEASE_TYPE, "kid": key.kid}


def _text(keys: Iterable[_Key]) -> str:
    return json.dumps({"format": 1, "keys": [key.stored() for key in keys]}, indent=1)


def _read(path: Path) -> list[_Key]:
    with path.open(encoding="utf-8") as file:
        state = os.fstat(file.fileno())
        if os.name == "posix" and state.st_mode & _OTHERS:
            why = f"others may read the key that signs leases (mode {stat.S_IMODE(state.st_mode):04o}); chmod 600 it"
            raise UnsafeStore(path=path, why=f"{why}, and rotate the key if somebody may have read it")
        text = file.read()
    try:
        stored = json.loads(text)
        keys = [
            _Key(OKPKey.import_key(item["jwk"]), int(item["retire_at"]), item.get("request_id", ""))
            for item in stored["keys"]
        ]
        usable = stored["format"] == 1 and bool(keys) and all(key.jwk.is_private for key in keys)
    except (ValueError, KeyError, TypeError, JoseError):
        usable, keys = False, []
    if not usable:
        why = "it is not a file of lease keys; restore it, or move it away and a new key is made at the next start"
        raise UnsafeStore(path=path, why=f"{why} (leases that are out then fail to verify)")
    return keys


def _write_beside(path: Path, text: str) -> Path:
    """A stored file in the same folder, readable by its owner alone."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # O_EXCL, 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink()
        raise
    return Path(name)


def _create(path: Path, text: str) -> None:
    """Make the file whole or not at all; of two processes that start at once, one's key stands."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = _write_beside(path, text)
    try:
        with suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink()
    _store_folder(path.parent)


def _replace(path: Path, text: str) -> None:
    written = _write_beside(path, text)
    try:
        written.replace(path)
    except OSError:
        written.unlink(missing_ok=True)
        raise
    _store_folder(path.parent)


def _store_folder(folder: Path) -> None:
    """A name in a folder survives a power cut once the folder itself is stored."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
