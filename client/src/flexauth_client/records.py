"""What a client keeps on disk: one record a session, and the authority's public keys; for the user alone.

Knows what a record holds and how it is kept, not what it means. Files are replaced in one step; a record belongs to
the process that holds its lock.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout
from google.protobuf import json_format

from flexauth.v1.license_authority_pb2 import CheckoutRequest
from flexauth_client.errors import ConfigurationError
from flexauth_client.facts import Facts
from flexauth_client.machine import Memory, Phase
from flexauth_client.timing import Marks

__all__ = ["Folder", "Kept", "Record"]

FORMAT: Final = 1
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """The content of a record: where the session was opened, by which checkout, how it stands, what time it was."""

    server: str
    checkout: CheckoutRequest
    memory: Memory
    marks: Marks


class Record:
    """One session's file, held by this process until `release` or `delete`."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self._path = path
        self._lock = lock

    def write(self, kept: Kept) -> None:
        """Store it; it is on the disk when this returns."""
        memory = asdict(kept.memory) | {"facts": kept.memory.facts.store() if kept.memory.facts else None}
        content = {
            "format": FORMAT,
            "server": kept.server,
            "checkout": json_format.MessageToDict(kept.checkout),
            "memory": memory,
            "marks": asdict(kept.marks),
        }
        _write(self._path, json.dumps(content, indent=1))

    def read(self) -> Kept | None:
        """The content, None if the file is gone; a damaged one is put aside and counts as gone."""
        try:
            return _parse(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, json_format.ParseError) as error:
            aside = self._path.with_suffix(".damaged")
            self._path.replace(aside)
            log.warning("session record %s is damaged (%s); it is put aside as %s", self._path, error, aside.name)
            return None

    def release(self) -> None:
        """Leave the record to the next process."""
        self._lock.release()

    def delete(self) -> None:
        """Forget the session. The lock's file goes while the lock is held: who opened it before finds no record."""
        self._path.unlink(missing_ok=True)
        with suppress(OSError):  # Windows keeps an open file; an empty one that stays harms nobody
            Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()


class Folder:
    """A folder of records, made for its user alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"Sessions cannot be kept in {path} ({error}); name another folder.") from error

    def create(self, session: str) -> Record:
        """A record for a new session, held and not written yet."""
        record = self._hold(self._path / f"{session}.json")
        if record is None:
            raise FileExistsError(f"{self._path / session} is held by another process")
        return record

    def unheld(self) -> Iterator[tuple[Record, Kept]]:
        """Hold and yield the records that no living process holds, oldest first. Whoever takes one must end it."""
        for path in sorted(self._path.glob("*.json")):
            record = self._hold(path)
            kept = record.read() if record else None
            if record is not None and kept is not None:
                yield record, kept
            elif record is not None:
                record.delete()

    def keys(self, server: str) -> str:
        """The authority's JSON Web Key Set as it was last told, "" if it never was."""
        return self.note(self._keys_name(server))

    def keep_keys(self, server: str, jwks: str) -> None:
        self.keep_note(self._keys_name(server), jwks)

    def note(self, name: str) -> str:
        """A small text that was kept by this name, "" if none was."""
        try:
            return (self._path / name).read_text(encoding="utf-8")
        except OSError:
            return ""

    def keep_note(self, name: str, text: str) -> None:
        _write(self._path / name, text)

    @staticmethod
    def _keys_name(server: str) -> str:
        return f"{sha256(server.encode()).hexdigest()[:16]}.jwks"

    @staticmethod
    def _hold(path: Path) -> Record | None:
        lock = FileLock(path.with_suffix(".lock"), mode=0o600, blocking=False, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            return None
        return Record(path, lock)


def _parse(text: str) -> Kept:
    stored: dict[str, Any] = json.loads(text)
    if stored["format"] != FORMAT:
        raise ValueError(f"format {stored['format']}, this client knows {FORMAT}")
    memory: dict[str, Any] = stored["memory"]
    memory["phase"] = Phase(memory["phase"])
    memory["facts"] = Facts.load(memory["facts"]) if memory["facts"] else None
    return Kept(
        server=str(stored["server"]),
        checkout=json_format.ParseDict(stored["checkout"], CheckoutRequest()),
        memory=Memory(**memory),
        marks=Marks(**stored["marks"]),
    )


def _write(path: Path, text: str) -> None:
    """Replace a file in one step, stored, readable by its owner alone."""
    descriptor, name = tempfile.mkstemp(prefix=".", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
