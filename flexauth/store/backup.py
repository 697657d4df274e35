"""Backup of a serving store, and restore of a backup: one file, and its SHA-256 beside it as `sha256sum` writes it.

A backup never overwrites; a restore believes nothing that it has not verified.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import apsw

from flexauth.faults import StoreFailed, UnsafeStore
from flexauth.store import guards
from flexauth.store.migrate import require_known, set_up
from flexauth.store.statements import statement
from flexauth.store.verify import wrongs

__all__ = ["checksum_path", "copy_to_file", "restore"]

_BLOCK = 1 << 20


def checksum_path(path: Path) -> Path:
    """Where the checksum of a backup is."""
    return path.with_name(path.name + ".sha256")


def copy_to_file(source: apsw.Connection, path: Path) -> None:
    """Copy a database as of now to a new file and its checksum, both for their owner alone.

    One step: a snapshot that the writer does not have to wait for. UnsafeStore if the file is there already.
    """
    with _arriving(path) as partial:
        target = apsw.Connection(str(partial))
        try:
            with target.backup("main", source, "main") as copy:
                copy.step()
            set_up(target, "single_file")
        except apsw.Error as error:
            raise StoreFailed(cause=error) from error
        finally:
            target.close()
        with partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        with open(checksum_path(path), "x", opener=_private) as file:  # Path.open takes no opener
            file.write(f"{digest}  {path.name}\n")
            file.flush()
            os.fsync(file.fileno())


def restore(source: Path, target: Path, *, now: int | None = None) -> None:
    """Make a database of a backup: verified byte by byte and entry by entry, its epochs raised.

    Faults: UnsafeStore for a backup that is damaged or a target that exists, InstanceHeld for one that is served.
    """
    lock = guards.InstanceLock(target, now)
    try:
        guards.require_local(target)
        with _arriving(target) as partial:
            with source.open("rb") as backup, partial.open("wb") as copy:
                found = _copy(backup, copy)
            if found != _stated(source):
                raise UnsafeStore(
                    path=source, why="it is damaged: its bytes are not those of its checksum; use another backup"
                )
            connection = apsw.Connection(str(partial), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                _verify_and_raise(connection, source)
            finally:
                connection.close()
            descriptor = os.open(partial, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
    finally:
        lock.release()


def _verify_and_raise(connection: apsw.Connection, source: Path) -> None:
    try:
        if require_known(connection, str(source)) == 0:
            raise UnsafeStore(path=source, why="it is empty, not a backup of flexauth")
        wrong = next(wrongs(connection), None)
        if wrong is not None:
            raise UnsafeStore(path=source, why=f"it is damaged: {wrong}; use another backup")
        with connection:
            connection.execute(statement("raise_epoch"))
            connection.execute(statement("raise_fences"))
    except apsw.Error as error:
        raise UnsafeStore(path=source, why=f"it is damaged: {error}; use another backup") from error


def _stated(source: Path) -> str:
    """The digest that the checksum file states."""
    try:
        return checksum_path(source).read_text().split()[0]
    except (FileNotFoundError, IndexError):
        why = (
            f"its checksum {checksum_path(source).name} is not beside it; make it with sha256sum if you trust the file"
        )
        raise UnsafeStore(path=source, why=why) from None


def _copy(source: BinaryIO, target: BinaryIO) -> str:
    """Copy all bytes; gives their SHA-256."""
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


@contextmanager
def _arriving(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its name when all went well, and only if that is still free."""
    if path.exists():
        raise UnsafeStore(path=path, why="it exists; name a new file, or move it away first")
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    guards.private_file(partial)
    try:
        yield partial
        os.link(partial, path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)
    except FileExistsError:
        raise UnsafeStore(path=path, why="it exists; name a new file, or move it away first") from None
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
