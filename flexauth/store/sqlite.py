"""The store in one SQLite file: WAL, every commit on stable storage, one writer, a few readers. Knows no rule.

The writer owns the checkpoints and so bounds the WAL. Everything that could make the file unsafe is refused at opening.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import LifoQueue
from typing import Final

import apsw

from flexauth.faults import Fault
from flexauth.limits import READER_CONNECTIONS
from flexauth.store import guards
from flexauth.store.backup import copy_to_file
from flexauth.store.database import Database, fault_of
from flexauth.store.migrate import migrate, require_known, set_up
from flexauth.store.port import Batch

__all__ = ["SqliteStore", "open_reader"]

#: Pages of WAL after which the writer checkpoints between two batches, and how long it waits for readers then. If they
#: stay (a backup of a large file), the WAL grows, and it tries again as many pages later.
WAL_PAGES: Final = 4_096
_READERS_MILLISECONDS: Final = 20
_BUSY_MILLISECONDS: Final = 5_000
_READ: Final = apsw.SQLITE_OPEN_READONLY
_WRITE: Final = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


def open_reader(path: Path, vfs: str | None = None) -> apsw.Connection:
    """A read-only connection to a database of flexauth."""
    connection = apsw.Connection(str(path), flags=_READ, vfs=vfs)
    set_up(connection, "pragmas_first", "pragmas_reader")
    return connection


def _shut(connection: apsw.Connection) -> None:
    """Close a connection; what is stored does not hang on how that goes."""
    with suppress(apsw.Error):
        connection.close(force=True)


class SqliteStore(Database):
    """A database file, held by this process until `close`.

    `now` is told in the lock file, the wall clock by default. `vfs` names the file layer (tests cut the power there).
    Faults: InstanceHeld, NewerSchema, UnsafeStore, StoreFailed, StorageFull.
    """

    def __init__(self, path: Path, *, now: int | None = None, vfs: str | None = None) -> None:
        self.path = path.resolve()
        self._vfs = vfs
        self._wal_pages, self._wal_limit = 0, WAL_PAGES
        guards.require_sqlite(apsw.sqlite_lib_version(), self.path)
        guards.require_local(self.path)
        self._lock = guards.InstanceLock(self.path, now)
        self._readers: LifoQueue[apsw.Connection | None] = LifoQueue()
        try:
            guards.private_file(self.path)
            guards.guard_file(self.path)
            self._open()
        except BaseException:
            self.close()
            raise
        for _ in range(READER_CONNECTIONS):
            self._readers.put(None)

    def _open(self) -> None:
        connection: apsw.Connection | None = None
        try:
            connection = apsw.Connection(str(self.path), flags=_WRITE, vfs=self._vfs, statementcachesize=256)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            set_up(connection, "pragmas_first")
            require_known(connection, str(self.path))
            set_up(connection, "pragmas_writer")
            migrate(connection, str(self.path))
            connection.set_wal_hook(self._committed)
        except (apsw.Error, Fault) as error:
            fault = error if isinstance(error, Fault) else fault_of(error, connection)
            if connection is not None:
                _shut(connection)
            raise fault from error
        self._connection = connection

    def _committed(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        connection = self._readers.get()
        try:
            if connection is None:
                connection = open_reader(self.path, self._vfs)
            yield connection
        finally:
            self._readers.put(connection)

    def commit(self, batch: Batch) -> None:
        """Store a batch whole, on stable storage when this returns; then keep the WAL short."""
        super().commit(batch)
        if self._wal_pages >= self._wal_limit:
            self._shorten_wal()

    def _shorten_wal(self) -> None:
        """Let the next commit begin the WAL anew. The last batch is stored whatever becomes of this."""
        self._connection.set_busy_timeout(_READERS_MILLISECONDS)
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
            self._wal_limit = WAL_PAGES
        except apsw.Error:
            self._wal_limit = self._wal_pages + WAL_PAGES
        finally:
            self._connection.set_busy_timeout(_BUSY_MILLISECONDS)

    def stored_batch(self) -> int:
        """Reopen and read the number of the last stored batch (R2).

        What the file says is made so first: after a failed sync a stored batch may be in the system's cache alone, and
        a lost one may lie in the WAL beyond its end, to come back at the next crash. Emptying the WAL settles both.
        """
        _shut(self._connection)
        self._open()
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.Error as error:
            raise fault_of(error) from error
        self._broken = None
        return self.meta().batch

    def backup(self, path: Path) -> None:
        """Copy the store as of a moment to a new file, while it is serving. From any thread."""
        source = open_reader(self.path, self._vfs)
        try:
            copy_to_file(source, path)
        finally:
            source.close()

    def checkpoint(self) -> None:
        """Bring all that is stored into the main file and empty the WAL."""
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            return  # a reader is at work: what it needs stays in the WAL until the next time
        except apsw.Error as error:
            raise fault_of(error, self._connection) from error

    def close(self) -> None:
        """Close every connection, then give up the file."""
        while not self._readers.empty():
            reader = self._readers.get()
            if reader is not None:
                _shut(reader)
        if hasattr(self, "_connection"):
            _shut(self._connection)
        guards.unguard_file(self.path)
        self._lock.release()
