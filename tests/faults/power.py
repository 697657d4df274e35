"""Power cuts: a store works, the power goes at a random write or sync, and what the disk kept is opened again.

Every commit that returned is there whole, the one in flight is there whole or not at all, and the books agree.
`python -m tests.faults.power --count 5000 --seed 1`
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

from flexauth.faults import StorageFull, StoreFailed
from flexauth.store.sqlite import SqliteStore
from tests.faults.report import programme
from tests.faults.vfs import Disk
from tests.faults.work import Work, reopened

SCRATCH = "/dev/shm"


def cut_once(number: int, seed: int) -> tuple[str, list[str]]:
    """One power cut: what it hit, and what was wrong afterwards."""
    lot = random.Random(f"{seed}/{number}")
    disk = Disk(f"power-{seed}-{number}")
    try:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            before, after = Path(folder, "before"), Path(folder, "after")
            before.mkdir()
            after.mkdir()
            work = Work(lot)
            if lot.random() < 0.1:
                disk.off_after = lot.randrange(250)
            _live(work, disk, before / "a.db", lot)
            disk.cut(after, lot)
            return _look(work, after / "a.db")
    finally:
        disk.unregister()


def _live(work: Work, disk: Disk, path: Path, lot: random.Random) -> None:
    """Work until the power goes; after the first batch it goes at a random operation of the next few hundred."""
    store: SqliteStore | None = None
    try:
        store = SqliteStore(path, vfs=disk.name)
        for _ in range(lot.randint(2, 12)):
            work.batch(store)
            if disk.off_after is None:
                disk.off_after = sum(disk.counts.values()) + lot.randrange(120)
            if lot.random() < 0.25:
                store.checkpoint()
    except (StoreFailed, StorageFull):
        pass
    finally:
        disk.off_after = -1
        if store is not None:
            store.close()


def _look(work: Work, path: Path) -> tuple[str, list[str]]:
    found, wrong = reopened(path, work)
    hit = "in flight" if work.begun > work.returned else "between batches"
    return f"{hit}, {'stored' if found == work.begun else 'not stored'}", wrong


def run(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Cut the power `count` times; what was hit how often, and every wrong."""
    hits: Counter[str] = Counter()
    wrongs: list[str] = []
    for number in range(count):
        hit, wrong = cut_once(number, seed)
        hits[hit] += 1
        wrongs += [f"cut {number}: {what}" for what in wrong]
    return hits, wrongs


if __name__ == "__main__":
    programme("power", run, count=5_000)
