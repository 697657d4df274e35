"""Failing input and output: the k-th write, sync or open fails, once or for ever, or the disk is full for a while.

After a failure the store says what it has (R2); at the end all that it told is there, once, and the books agree.
`python -m tests.faults.io --count 500 --seed 1`
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

from flexauth.faults import Fault, StorageFull
from flexauth.store.sqlite import SqliteStore
from tests.faults.report import programme
from tests.faults.vfs import Disk, Op
from tests.faults.work import Work, reopened

SCRATCH = "/dev/shm"
KINDS = ("write once", "write for ever", "sync once", "sync for ever", "open once", "open for ever", "full")
BATCHES = 8


def sweep_once(number: int, seed: int) -> tuple[str, list[str]]:
    """One sweep: what failed, and what was wrong afterwards."""
    lot = random.Random(f"{seed}/{number}")
    kind = KINDS[number % len(KINDS)]
    disk = Disk(f"io-{seed}-{number}")
    try:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            before, after = Path(folder, "before"), Path(folder, "after")
            before.mkdir()
            after.mkdir()
            work = Work(lot)
            wrong = _live(work, disk, before / "a.db", kind, lot)
            disk.leave(after)
            wrong += reopened(after / "a.db", work)[1]
            return (kind if disk.failures else f"{kind}: did not come to it"), wrong
    finally:
        disk.unregister()


def _break(disk: Disk, kind: str, lot: random.Random) -> None:
    """Arm the failure, some operations from now."""
    if kind == "full":
        disk.space = disk.used() + lot.randrange(60_000)
        return
    name, _, how = kind.partition(" ")
    op = Op(name)
    ahead = {Op.WRITE: 60, Op.SYNC: 8, Op.OPEN: 3}[op]
    disk.failing = (op, disk.counts[op] + lot.randint(1, ahead), how == "for ever")


def _live(work: Work, disk: Disk, path: Path, kind: str, lot: random.Random) -> list[str]:
    """Batches through a failure; the disk is mended two batches after it showed."""
    if lot.random() < 0.15:
        _break(disk, kind, lot)
    store = _opened(path, disk)
    _try(work, store, disk)
    if disk.failing is None and disk.space is None:
        _break(disk, kind, lot)
    wrong = []
    for _ in range(BATCHES):
        _try(work, store, disk)
        if lot.random() < 0.4:
            store = _closed_and_opened(store, path, disk)
    disk.failing = disk.space = None
    before = work.returned
    _try(work, store, disk)
    if work.returned <= before:
        wrong.append("the store does not work again after the disk was mended")
    store.close()
    return wrong


def _opened(path: Path, disk: Disk) -> SqliteStore:
    """Open the store; where that fails, mend the disk and open it again."""
    try:
        return SqliteStore(path, vfs=disk.name)
    except Fault:
        disk.failing = disk.space = None
        return SqliteStore(path, vfs=disk.name)


def _closed_and_opened(store: SqliteStore, path: Path, disk: Disk) -> SqliteStore:
    store.close()
    return _opened(path, disk)


def _try(work: Work, store: SqliteStore, disk: Disk) -> None:
    """One batch as the sequencer does it: after a fault, ask what is stored; while that fails, mend the disk."""
    try:
        work.batch(store)
    except StorageFull:
        work.settle(work.returned)  # nothing of it is stored, for certain (R6)
    except Fault:
        try:
            work.settle(store.stored_batch())
        except Fault:
            disk.failing = disk.space = None
            work.settle(store.stored_batch())


def run(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Sweep `count` times; what failed how often, and every wrong."""
    seen: Counter[str] = Counter()
    wrongs: list[str] = []
    for number in range(count):
        what, wrong = sweep_once(number, seed)
        seen[what] += 1
        wrongs += [f"sweep {number} ({what}): {each}" for each in wrong]
    return seen, wrongs


if __name__ == "__main__":
    programme("io", run, count=500)
