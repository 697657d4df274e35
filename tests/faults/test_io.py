"""Failing input and output in short: 70 of the 500 sweeps of `make faults-io`."""

from copy import deepcopy
from pathlib import Path

import pytest

from flexauth.faults import StorageFull, StoreFailed
from flexauth.store.sqlite import SqliteStore
from tests.faults.io import KINDS, run, sweep_once
from tests.faults.vfs import Disk, Op
from tests.store.books import Lines


def contents(store: SqliteStore) -> dict[str, list[tuple[int, ...]]]:
    return {table: sorted(rows) for table, rows in store.load_team(1).items()}


def test_a_failing_disk_costs_no_answer_and_service_resumes() -> None:
    """R2, R6: after a failure the store says what it has; when the disk is mended it goes on."""
    seen, wrong = run(10 * len(KINDS), seed=2)
    print(dict(seen))
    assert wrong == []
    assert all(seen[kind] >= 7 for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_failure_reaches_a_caller(kind: str) -> None:
    reached = [sweep_once(number, seed=5)[0] for number in range(KINDS.index(kind), 28, len(KINDS))]
    assert kind in reached


def test_a_reader_that_cannot_open_the_file_gets_a_fault_and_the_next_one_rows(tmp_path: Path) -> None:
    disk = Disk("io-reader")
    store = SqliteStore(tmp_path / "a.db", vfs=disk.name)
    disk.failing = (Op.OPEN, disk.counts[Op.OPEN] + 1, False)
    with pytest.raises(StoreFailed):
        store.select("every_team", {})
    assert store.select("every_team", {}) == []
    store.close()
    disk.unregister()


def test_a_full_disk_refuses_a_batch_and_takes_it_when_there_is_space(tmp_path: Path) -> None:
    """R6: nothing of the refused batch is stored, and the same store takes the next without being opened again."""
    disk, lines = Disk("io-full"), Lines(users=3)
    store = SqliteStore(tmp_path / "a.db", vfs=disk.name)
    store.commit(lines.opening())
    first = lines.next([1, 2], {})
    disk.space = disk.used()
    for _ in range(3):
        with pytest.raises(StorageFull):
            store.commit(first)
    assert store.meta().batch == 1
    disk.space = None
    store.commit(first)
    assert contents(store) == lines.contents()
    store.close()
    disk.unregister()


def test_after_an_unknown_commit_nothing_is_taken_before_the_store_was_asked(tmp_path: Path) -> None:
    """R2: the sync of a commit failed; its batch may be stored or not, and only a look at the file tells."""
    disk, lines = Disk("io-unknown"), Lines(users=3)
    store = SqliteStore(tmp_path / "a.db", vfs=disk.name)
    store.commit(lines.opening())
    states = {1: deepcopy(lines)}
    unknown = lines.next([1, 2], {})
    states[2] = deepcopy(lines)
    disk.failing = (Op.SYNC, disk.counts[Op.SYNC] + 1, False)
    with pytest.raises(StoreFailed):
        store.commit(unknown)
    with pytest.raises(StoreFailed):
        store.commit(lines.next([3], {}))
    lines = states[store.stored_batch()]
    assert contents(store) == lines.contents()
    wal = disk.files[str(tmp_path / "a.db-wal")]
    assert not wal.image, "a batch that was told to be lost could come back from the WAL"
    store.commit(lines.next([3], {}))
    assert contents(store) == lines.contents()
    store.close()
    disk.unregister()
