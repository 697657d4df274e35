"""What must be true of the place of a database before it is opened. Knows no table.

SQLite below 3.51.3 can corrupt a WAL at its reset; two copies of SQLite in a process lose each other's locks; a WAL
on a network file system is shared by nobody; and two servers on one file would both believe that they decide.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import apsw

from flexauth.faults import InstanceHeld, UnsafeStore

__all__ = [
    "SQLITE_FLOOR",
    "InstanceLock",
    "guard_file",
    "private_file",
    "require_local",
    "require_sqlite",
    "unguard_file",
]

SQLITE_FLOOR: Final = (3, 51, 3)
_NETWORK_FILE_SYSTEMS: Final = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
    "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs",
})  # fmt: skip
_MOUNTS: Final = Path("/proc/self/mountinfo")
#: How mountinfo writes a space and its like.
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


def require_sqlite(version: str, path: Path) -> None:
    """Refuse a SQLite below the floor."""
    if tuple(int(part) for part in version.split(".")) < SQLITE_FLOOR:
        floor = ".".join(map(str, SQLITE_FLOOR))
        raise UnsafeStore(path=path, why=f"SQLite is {version}, it must be {floor} or newer; install a newer apsw")


def _file_system(path: Path, mounts: str) -> tuple[str, str]:
    """(mount point, type) of the file system of an absolute path, from the text of mountinfo."""
    found = ("/", "")
    for line in mounts.splitlines():
        fields, _, tail = line.partition(" - ")
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields.split(" ")[4])
        if path.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, tail.split(" ")[0])
    return found


def require_local(path: Path, mounts: str | None = None) -> None:
    """Refuse a path on a network file system. `mounts` is the text of mountinfo, the system's own by default."""
    text = _MOUNTS.read_text() if mounts is None else mounts
    point, kind = _file_system(path.resolve(), text)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise UnsafeStore(path=path, why=f"{point} is a network file system ({kind}); name a file on a local disk")


def private_file(path: Path) -> None:
    """Make the file for its owner alone, and the folder if it is missing. Side files of SQLite take its mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        with suppress(FileNotFoundError):
            # By name: opening and closing the file here would drop the locks that SQLite holds on it.
            file.chmod(0o600)


class InstanceLock:
    """The lock file beside a database, held by the one server of it; it names its holder.

    `now` is when it took it, in microseconds; the wall clock by default.
    """

    def __init__(self, database: Path, now: int | None = None) -> None:
        self.path = database.with_name(database.name + ".lock")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 4096, 0).decode(errors="replace").strip()
            os.close(self._file)
            raise InstanceHeld(path=database, holder=holder or "another server") from None
        at = datetime.fromtimestamp(now // 1_000_000, UTC) if now is not None else datetime.now(UTC)
        started = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        holder = f"process {os.getpid()} on {socket.gethostname()} since {started}"
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, holder.encode(), 0)

    def release(self) -> None:
        """Let another server have the database. The file stays: removing it would race with the next holder."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


_guarded: set[str] = set()
_hooked = False


def guard_file(path: Path) -> None:
    """Keep Python's own sqlite3, another copy of SQLite, from opening this file in this process.

    Both copies would work, and closing a connection of one would silently drop the locks of the other.
    """
    global _hooked  # noqa: PLW0603  # an audit hook cannot be taken back: there is one for the life of the process
    _guarded.add(str(path.resolve()))
    if not _hooked:
        sys.addaudithook(_refuse_second_copy)
        _hooked = True


def unguard_file(path: Path) -> None:
    """The store of this file is closed."""
    _guarded.discard(str(path.resolve()))


def _refuse_second_copy(event: str, arguments: Iterable[object]) -> None:
    if event != "sqlite3.connect":
        return
    (name,) = arguments
    if not isinstance(name, str | bytes | os.PathLike):
        return
    text = os.fsdecode(name)
    if text.startswith("file:"):
        text = unquote(text.removeprefix("file:").partition("?")[0])
    if str(Path(text).resolve()) in _guarded:
        why = f"this process serves it with SQLite {apsw.sqlite_lib_version()}; read a backup, or use another process"
        raise UnsafeStore(path=text, why=why)
