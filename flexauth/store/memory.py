"""A store that lives as long as its object: the same SQL on a database in memory. For simulation and tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import apsw

from flexauth.store.backup import copy_to_file
from flexauth.store.database import Database
from flexauth.store.migrate import migrate, set_up
from flexauth.store.port import Batch

__all__ = ["MemoryStore"]


class MemoryStore(Database):
    """One connection for all, one at a time: a reader waits for the end of a commit, so it sees stored batches only."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._connection = apsw.Connection(":memory:")
        set_up(self._connection, "pragmas_first", "pragmas_memory")
        migrate(self._connection, ":memory:")

    @contextmanager
    def _reading(self) -> Iterator[apsw.Connection]:
        with self._lock:
            yield self._connection

    def commit(self, batch: Batch) -> None:
        """Store a batch whole."""
        with self._lock:
            super().commit(batch)

    def stored_batch(self) -> int:
        """Number of the last stored batch; memory is not reopened."""
        self._broken = None
        return self.meta().batch

    def backup(self, path: Path) -> None:
        """Copy the store to a new file."""
        with self._lock:
            copy_to_file(self._connection, path)

    def checkpoint(self) -> None:
        """Nothing: memory has no log."""

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
