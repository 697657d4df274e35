"""What every store does: load, commit a batch, answer readers. Knows no rule.

One writer thread calls `commit`, `stored_batch`, `load_*` and `checkpoint`; readers may call the rest from any thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from flexauth.commands import Effects

__all__ = ["Batch", "Meta", "Row", "Rows", "Store", "Write"]

Row = Mapping[str, Any]
Rows = Mapping[str, Iterable[tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Meta:
    """Where the store stands: last batch, high-water mark of time (T2), time away in all (S5), instance epoch."""

    batch: int
    mark: int
    absence: int
    epoch: int
    schema: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class Write:
    """One administrative row: a named statement of the store's .sql files with its values by name."""

    statement: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one transaction stores. `at` becomes the mark; `ledger` are the sealed rows of `flexauth.ledger`.

    `fences` are the epochs (DESIGN 1.5) under which the batch was decided: team to epoch; one that changed refuses all.
    """

    number: int
    at: int
    absence: int
    effects: Effects
    ledger: Sequence[tuple[Any, ...]]
    heads: Mapping[int, tuple[int, bytes]]
    writes: Sequence[Write]
    fences: Mapping[int, int]


class Store(Protocol):
    """Faults: `StoreFailed` (unknown whether it is stored, R2), `StorageFull` (nothing of it is, R6), `FenceLost`."""

    def meta(self) -> Meta: ...

    def commit(self, batch: Batch) -> None:
        """Store a batch whole, on stable storage when this returns.

        After `StoreFailed` every commit is refused until `stored_batch` has found out, unless the database refused
        the batch (a broken invariant): then nothing of it is stored and the next batch is welcome.
        """

    def stored_batch(self) -> int:
        """Reopen and read the number of the last stored batch (R2). May fail itself; then it is asked again."""

    def teams(self) -> list[int]: ...

    def load_world(self) -> Rows:
        """Tables product, rate, counter, calendar, and of table team the row of team 0: the version of all rights."""

    def load_team(self, team: int) -> Rows:
        """All that lives of a team, by table, in the order of loading.

        Tables team, policy, cap, cap_use, pool, pack, line, hold, capped, free_use, session; by key, never the ledger
        (DESIGN 1.6).
        """

    def load_user(self, user: int) -> Rows:
        """Table device of one user."""

    def load_devices(self) -> Iterator[tuple[int, ...]]:
        """Rows of table device, of all users."""

    def load_names(self) -> Iterator[tuple[int, int, int, int]]:
        """(IdKind, id, digest_hi, digest_lo) of the name of every team, user and product."""

    def load_device_names(self) -> Iterator[tuple[int, ...]]:
        """Rows of table device_name."""

    def head(self, team: int) -> tuple[int, bytes]:
        """Sequence and hash of a team's last ledger entry; (0, 32 zero bytes) before the first."""

    def fence(self, team: int) -> int: ...

    def select(self, statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run a named reading statement on a reader's connection; sees stored batches only."""

    def backup(self, path: Path) -> None:
        """Copy the store as of a moment to a new file while it is serving."""

    def checkpoint(self) -> None: ...

    def close(self) -> None: ...
