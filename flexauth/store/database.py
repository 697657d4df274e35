"""The store over one SQL database: commits, loads and readers, the same for a file and for memory. Knows no rule.

The order in which a batch is written is here: what goes, new packs, ledger entries, holds, then states and logs. So at
no point within a batch do holds reach past what remains, and the database's own double entry never stands in the way.
"""

from __future__ import annotations

import errno
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path
from typing import Any, Final

import apsw

from flexauth.commands import COLUMNS, Effects
from flexauth.faults import FenceLost, StorageFull, StoreFailed
from flexauth.store.port import Batch, Meta, Rows
from flexauth.store.statements import repeated, statement

__all__ = ["Database", "StoreFault", "fault_of"]

_GOING: Final = {
    "line_gone": "delete_line",
    "free_use_gone": "delete_free_use",
    "session_gone": "delete_session",
    "device_gone": "delete_device",
    "pack": "insert_pack",
}
_COMING: Final = {
    "hold": "insert_hold",
    "line": "put_line",
    "free_use": "put_free_use",
    "session": "put_session",
    "device_name": "insert_device_name",
    "device": "put_device",
    "cap_entry": "insert_cap_entry",
    "use_log": "insert_use",
}
#: Rows that one step of an insert takes; the last must be 1.
_STEPS: Final = (128, 16, 1)
_WRITTEN: Final = frozenset({"hold_gone", *_GOING, *_COMING, "ledger"})
_NO_VALUES: Final[Mapping[str, int]] = {}
_TEAM_TABLES: Final = (
    "team", "policy", "cap", "cap_use", "pool", "pack", "line", "hold", "capped", "free_use", "session",
)  # fmt: skip
#: Tables of no team, and the statements that load them; the row of team 0 is the version of all rights.
_WORLD_TABLES: Final = {
    "product": "load_product",
    "rate": "load_rate",
    "counter": "load_counter",
    "calendar": "load_calendar",
    "team": "load_rights",
}

StoreFault = StorageFull | StoreFailed


def fault_of(error: apsw.Error, connection: apsw.Connection | None = None) -> StoreFault:
    """The fault that an error of SQLite is: a full disk is R6, everything else R2."""
    full = isinstance(error, apsw.FullError)
    if isinstance(error, apsw.IOError) and connection is not None:
        full = connection.system_errno == errno.ENOSPC
    cause = str(error) or type(error).__name__
    return StorageFull(cause=cause) if full else StoreFailed(cause=cause)


class Database(ABC):
    """A store over the connection `_connection`, which the writer thread alone uses; readers go through `_reading`."""

    _connection: apsw.Connection
    _broken: StoreFault | None = None

    @abstractmethod
    def _reading(self) -> AbstractContextManager[apsw.Connection]:
        """A connection for one reader, for a moment."""

    @abstractmethod
    def stored_batch(self) -> int:
        """Reopen and read the number of the last stored batch (R2)."""

    @abstractmethod
    def backup(self, path: Path) -> None:
        """Copy the store as of a moment to a new file while it is serving."""

    @abstractmethod
    def checkpoint(self) -> None:
        """Bring all that is stored into the main file."""

    @abstractmethod
    def close(self) -> None:
        """Give back everything; nothing may be called after this."""

    def commit(self, batch: Batch) -> None:
        """Store a batch whole, on stable storage when this returns.

        A refused batch (FenceLost, a broken invariant) leaves nothing behind, nor does StorageFull: the write that did
        not fit was at the latest that of the commit's own record. After any other error it is unknown what is stored,
        and every commit is refused until `stored_batch` has found out (R2).
        """
        if self._broken is not None:
            raise self._broken
        deciding = True
        try:
            self._connection.execute(statement("begin"))
            self._write(batch)
            deciding = False
            self._connection.execute(statement("commit"))
        except (apsw.ConstraintError, apsw.BusyError, apsw.FullError) as error:
            self._rollback()
            raise fault_of(error) from error
        except apsw.Error as error:
            fault = fault_of(error, self._connection if deciding else None)
            self._broken = None if isinstance(fault, StorageFull) else fault
            self._rollback()
            raise fault from error
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        """End the transaction if an error has not ended it already."""
        if not self._connection.in_transaction:
            return
        try:
            self._connection.execute(statement("rollback"))
        except apsw.Error as error:
            self._broken = self._broken or fault_of(error, self._connection)

    def _write(self, batch: Batch) -> None:
        effects, tables = batch.effects, frozenset(batch.effects.tables())
        self._need(tables <= _WRITTEN, f"no table is known for {sorted(tables - _WRITTEN)}")
        self._need(effects.count("ledger") == len(batch.ledger), "not every ledger entry is sealed")
        self._follow(batch)
        for write in batch.writes:
            self._connection.execute(statement(write.statement), write.values)
        if "hold_gone" in tables:
            self._release(effects)
        for table, name in _GOING.items():
            if table in tables:
                self._put(name, effects.rows(table))
        self._insert("insert_entry", batch.ledger)
        for team, head in batch.heads.items():
            self._need(self.head(team) == head, f"team {team}: the head is not that of its last entry")
        if "pack" in tables:
            self._settle(effects)
        for table, name in _COMING.items():
            if table in tables:
                self._insert(name, effects.rows(table))

    def _follow(self, batch: Batch) -> None:
        """The batch follows the last stored one, and each of its teams is still served under the same fence."""
        for team, epoch in batch.fences.items():
            if self.fence(team) != epoch:
                raise FenceLost(team=team)
        stands = {"batch": batch.number, "mark": batch.at, "absence": batch.absence}
        self._connection.execute(statement("set_authority"), stands)
        self._need(self._connection.changes() == 1, f"batch {batch.number} is not after the last stored batch")

    def _settle(self, effects: Effects) -> None:
        """What the engine says remains of a pack is what the entries made of it in the database."""
        before = self._connection.total_changes()
        self._put("settle_pack", effects.rows("pack"))
        settled = self._connection.total_changes() - before
        self._need(settled == effects.count("pack"), "pack: what remains differs from its entries")

    def _release(self, effects: Effects) -> None:
        """Delete the holds that are gone: nearly all have one slice, and that goes by its whole key."""
        self._insert("release_hold", effects.rows("hold_gone"))
        divided = set(self._connection.execute(statement("divided_holds")))
        if divided:
            self._put("release_hold_rest", [line for line in effects.rows("hold_gone") if line in divided])

    def _put(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._connection.executemany(statement(name), rows)

    def _insert(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run an insert, many rows a step: SQLite works without the interpreter's lock, and it is dear to get back."""
        waiting, at = list(rows), 0
        for size in _STEPS:
            stop = len(waiting) - (len(waiting) - at) % size
            if at < stop:
                steps = (tuple(chain.from_iterable(waiting[k : k + size])) for k in range(at, stop, size))
                self._connection.executemany(repeated(name, size), steps)
                at = stop

    @staticmethod
    def _need(holds: bool, what: str) -> None:
        if not holds:
            raise StoreFailed(cause=what)

    def meta(self) -> Meta:
        """Where the store stands."""
        ((batch, mark, absence, epoch, schema, stopped),) = self._rows("meta")
        return Meta(batch, mark, absence, epoch, schema, bool(stopped))

    def teams(self) -> list[int]:
        """Ids of all teams."""
        return [team for (team,) in self._rows("teams")]

    def load_world(self) -> Rows:
        """Tables product, rate, counter, calendar, and the row of team 0."""
        return {table: self._rows(name) for table, name in _WORLD_TABLES.items()}

    def load_team(self, team: int) -> Rows:
        """Every live table of one team, by key and in the order of the key. Rows are read as they are taken."""
        return {table: self._rows(f"load_{table}", {"team": team}) for table in _TEAM_TABLES}

    def load_user(self, user: int) -> Rows:
        """Table device of one user."""
        return {"device": self._rows("load_device", {"user": user})}

    def load_devices(self) -> Iterator[tuple[int, ...]]:
        """Rows of table device, of all users."""
        return self._rows("load_devices")

    def load_names(self) -> Iterator[tuple[int, int, int, int]]:
        """(IdKind, id, digest_hi, digest_lo) of the name of every team, user and product."""
        return self._rows("names")

    def load_device_names(self) -> Iterator[tuple[int, ...]]:
        """Rows of table device_name."""
        return self._rows("device_names")

    def _rows(self, name: str, values: Mapping[str, int] = _NO_VALUES) -> Iterator[Any]:
        """Rows of a statement that starts when the first is taken: a team may have millions."""
        try:
            yield from self._connection.execute(statement(name), values)
        except apsw.Error as error:
            raise fault_of(error, self._connection) from error

    def head(self, team: int) -> tuple[int, bytes]:
        """Sequence and hash of a team's last entry; (0, 32 zero bytes) before the first."""
        return next(self._rows("head", {"team": team}), (0, bytes(32)))

    def fence(self, team: int) -> int:
        """Epoch under which the team is served; 0 for a team that is not there yet."""
        (epoch,) = next(self._rows("fence", {"team": team}), (0,))
        return int(epoch)

    def select(self, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of a named reader by column name; stored batches only. From any thread."""
        try:
            with self._reading() as connection:
                cursor = connection.cursor()
                cursor.row_trace = _by_name
                return list(cursor.execute(statement(name), values))
        except apsw.Error as error:
            raise fault_of(error) from error


def _by_name(cursor: apsw.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.get_description(), row, strict=True)}


assert set(COLUMNS) >= _WRITTEN
