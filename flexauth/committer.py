"""Seals batches and stores them one by one; after an error the store says whether it has one (R2). Knows no rule."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from flexauth import ledger
from flexauth.commands import SECOND, Effects
from flexauth.faults import Fault, FenceLost, StorageFull, StoreFailed
from flexauth.store.port import Batch, Store, Write
from flexauth.work import Work

__all__ = ["FLUSH_INTERVAL", "Committer", "Decided"]

#: *(policy of the server)* The mark of time is stored at least so often (R1, T2).
FLUSH_INTERVAL = 10 * SECOND
_OPEN_TRIES = 5
_OPEN_SECONDS = 0.2
_log = structlog.get_logger()


@dataclass(slots=True)
class Decided:
    """A batch on its way to the store. `names` are rows of device names that lost batches gave ids to.

    A batch with nothing to store carries answers that wait for the batches before; `must` stores its mark all the same.
    """

    number: int
    at: int
    effects: Effects
    works: list[Work[Any]]
    writes: list[Write]
    names: list[tuple[int, ...]] = field(default_factory=list)
    must: bool = False
    fault: Fault | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def empty(self) -> bool:
        """Nothing to store."""
        return not (self.must or self.writes or self.names or any(True for _ in self.effects.tables()))


class Committer:
    """`stored` is the number of the last stored batch, `stored_at` its mark. One thread at a time uses it.

    `doubts_clock`: the first batch, which moves the mark, stores that the clock is to be confirmed (T2).
    """

    def __init__(self, store: Store, *, doubts_clock: bool = False) -> None:
        self._store, self._doubts_clock = store, doubts_clock
        meta = store.meta()
        self.stored, self.stored_at = meta.batch, meta.mark
        self._fences: dict[int, int] = {}
        self._heads: dict[int, ledger.Head] = {}

    def needs(self, batch: Decided) -> bool:
        """Whether there is something to store; the mark alone is stored when it is old."""
        return not batch.empty or batch.at - self.stored_at >= FLUSH_INTERVAL

    def commit(self, batch: Decided, absence: int) -> None:
        """Store a batch, or give it its fault. Raises only where nobody can say whether it is stored."""
        try:
            self._put(batch, absence)
        except (FenceLost, StorageFull) as fault:
            batch.fault = fault
            return
        except Exception as error:  # noqa: BLE001  # whatever it was, the store knows whether it has the batch
            _log.error("commit_failed", batch=batch.number, cause=str(error))
            for team in batch.effects.teams():
                self._heads.pop(team, None)
            if self._patiently(self._store.stored_batch) < batch.number:
                batch.fault = error if isinstance(error, StoreFailed) else StoreFailed(cause=error)
                return
        self.stored, self.stored_at = batch.number, batch.at

    def _put(self, batch: Decided, absence: int) -> None:
        sealed, heads = self._seal(batch.effects)
        teams = batch.effects.teams()
        for team in teams - self._fences.keys():
            self._fences[team] = self._store.fence(team)
        fences = {team: self._fences[team] for team in teams}
        named = [
            Write("name_device", {"device": device, "high": high, "low": low}) for device, high, low in batch.names
        ]
        doubt = [Write("doubt_clock", {})] if self._doubts_clock else []
        writes = [*doubt, *named, *batch.writes]
        self._store.commit(Batch(batch.number, batch.at, absence, batch.effects, sealed, heads, writes, fences))
        self._heads.update(heads)
        self._doubts_clock = False

    def _seal(self, effects: Effects) -> tuple[list[ledger.SealedRow], dict[int, ledger.Head]]:
        if not effects.count("ledger"):
            return [], {}
        for row in effects.rows("ledger"):
            if row[0] not in self._heads:
                self._heads[row[0]] = self._store.head(row[0])
        return ledger.seal(effects.rows("ledger"), self._heads)

    @staticmethod
    def _patiently(ask: Callable[[], int]) -> int:
        """A store that does not open is tried again for a second."""
        for _ in range(_OPEN_TRIES - 1):
            try:
                return ask()
            except Exception as error:  # noqa: BLE001  # the last try raises what it is
                _log.error("store_does_not_open", cause=str(error))
                time.sleep(_OPEN_SECONDS)
        return ask()
