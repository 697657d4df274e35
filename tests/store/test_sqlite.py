"""The SQLite file: who may open it, where it may be, what is beside it, and how it is copied and brought back."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import apsw
import pytest

from flexauth.faults import InstanceHeld, NewerSchema, StoreFailed, UnsafeStore
from flexauth.store import guards
from flexauth.store.backup import checksum_path, restore
from flexauth.store.port import Write
from flexauth.store.sqlite import WAL_PAGES, SqliteStore, open_reader
from flexauth.store.statements import migrations
from flexauth.store.verify import wrongs
from tests.store.books import T0, Lines, batch

OPEN = "import sys, pathlib, flexauth.store.sqlite as s; store = s.SqliteStore(pathlib.Path(sys.argv[1]))"
MOUNTS = """\
21 1 259:1 / / rw,relatime - ext4 /dev/root rw
36 21 0:31 / /srv/files rw,relatime shared:1 - nfs4 nas:/vol rw,vers=4.2
37 36 0:32 / /srv/files/local rw - xfs /dev/sdb rw
38 21 0:33 / /media/ann/my\\040büro rw - fuse.sshfs ann@host: rw
39 21 0:34 / /mnt/windows rw - cifs //pc/share rw
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "flexauth.db"


def opened(path: Path) -> tuple[SqliteStore, Lines]:
    store, lines = SqliteStore(path), Lines(users=3, size=100)
    store.commit(lines.opening())
    return store, lines


def contents(store: SqliteStore) -> dict[str, list[tuple[int, ...]]]:
    return {table: sorted(rows) for table, rows in store.load_team(1).items()}


def test_what_was_committed_is_there_after_a_reopening(path: Path) -> None:
    store, lines = opened(path)
    store.commit(lines.next([1, 2], {}))
    assert store.stored_batch() == 2
    store.commit(lines.next([], {1: True}))
    store.close()
    store = SqliteStore(path)
    assert contents(store) == lines.contents()
    assert store.meta().batch == 3
    store.close()


def test_every_commit_is_synced_and_references_are_checked(path: Path) -> None:
    """A pragma that is not in force shows in no test of behaviour until the power goes."""
    store, _ = opened(path)
    pragmas = {name: store._connection.pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert store._connection.pragma("wal_autocheckpoint") == 0
    with store._reading() as reader, pytest.raises(apsw.ReadOnlyError):
        reader.execute("UPDATE authority SET stopped = 1")
    store.close()


def test_the_wal_is_bounded(path: Path) -> None:
    """More than three times what the writer lets stand is written; the file beside stays under twice of it."""
    store, lines = opened(path)
    wal = path.with_name(path.name + "-wal")
    large = {"digest": b"", "result": os.urandom(2_000_000), "made_at": T0}
    for number in range(30):
        store.commit(batch(store, at=lines.now, writes=[Write("insert_request", {"request": f"r{number}", **large})]))
    assert 3 * WAL_PAGES * 4096 < 30 * 2_000_000
    assert wal.stat().st_size < 2 * WAL_PAGES * 4096
    store.checkpoint()
    assert wal.stat().st_size == 0
    store.close()


def test_a_long_reader_neither_stops_the_writer_nor_keeps_the_wal_long_for_ever(path: Path) -> None:
    store, lines = opened(path)
    wal = path.with_name(path.name + "-wal")
    large = {"digest": b"", "result": os.urandom(4_000_000), "made_at": T0}
    reader = open_reader(path)
    reader.execute("BEGIN; SELECT batch FROM authority").fetchall()
    for number in range(10):
        store.commit(batch(store, at=lines.now, writes=[Write("insert_request", {"request": f"r{number}", **large})]))
    assert wal.stat().st_size > 2 * WAL_PAGES * 4096
    assert reader.execute("SELECT batch FROM authority").fetchall() == [(1,)]
    reader.close()
    for number in range(10, 16):
        store.commit(batch(store, at=lines.now, writes=[Write("insert_request", {"request": f"r{number}", **large})]))
    store.checkpoint()
    assert wal.stat().st_size == 0
    assert store.meta().batch == 17
    store.close()


def test_a_second_server_is_refused_and_told_who_is_first(path: Path) -> None:
    store = SqliteStore(path, now=T0)
    store.commit(Lines().opening())
    with pytest.raises(InstanceHeld, match=rf"process {os.getpid()} on .* since 2026-03-02T08:00:00Z"):
        SqliteStore(path)
    other = subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True, check=False)
    assert f"process {os.getpid()} on" in other.stderr
    assert store.meta().batch == 1
    store.close()
    SqliteStore(path).close()


def test_a_killed_server_leaves_no_lock(path: Path) -> None:
    code = f"{OPEN}; import os; os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == -9
    store, _ = opened(path)
    store.close()


def test_a_database_from_a_newer_schema_is_refused_and_left_as_it_is(path: Path) -> None:
    store, _ = opened(path)
    store._connection.execute("UPDATE authority SET schema = 99")
    store.close()
    before = path.read_bytes()
    with pytest.raises(NewerSchema, match=f"schema 99, this program knows up to {len(migrations())}"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(UnsafeStore, match="not of flexauth"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StoreFailed, match="not a database"):
        SqliteStore(path)


def test_all_files_are_for_their_owner_alone(path: Path) -> None:
    os.umask(os.umask(0o022))
    store, _ = opened(path)
    store.select("balance", {"team": 1, "now": T0})
    store.backup(path.parent / "copy.db")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    names = {f"flexauth.db{end}" for end in ("", "-wal", "-shm", ".lock")} | {"copy.db", "copy.db.sha256"}
    assert modes == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.close()
    path.chmod(0o644)
    store = SqliteStore(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()


@pytest.mark.parametrize(
    ("place", "kind"),
    [("/srv/files/a/f.db", "nfs4"), ("/media/ann/my büro/f.db", "fuse.sshfs"), ("/mnt/windows/f.db", "cifs")],
)
def test_a_network_file_system_is_refused(place: str, kind: str) -> None:
    with pytest.raises(UnsafeStore, match=rf"network file system \({kind}\)"):
        guards.require_local(Path(place), MOUNTS)


@pytest.mark.parametrize("place", ["/srv/files/local/f.db", "/srv/filesystem/f.db", "/var/lib/f.db", "/media/ann/f.db"])
def test_a_local_file_system_is_taken(place: str) -> None:
    guards.require_local(Path(place), MOUNTS)


@pytest.mark.parametrize(
    ("version", "taken"), [("3.51.2", False), ("3.40.1", False), ("3.51.3", True), ("4.0.0", True)]
)
def test_sqlite_below_the_floor_is_refused(version: str, taken: bool) -> None:
    if taken:
        guards.require_sqlite(version, Path("f.db"))
    else:
        with pytest.raises(UnsafeStore, match=rf"SQLite is {version}, it must be 3\.51\.3"):
            guards.require_sqlite(version, Path("f.db"))


def test_a_second_sqlite_in_the_process_cannot_open_the_file(path: Path) -> None:
    """Two copies of SQLite would drop each other's locks: Python's own is kept off, by any name of the file."""
    store, _ = opened(path)
    (path.parent / "link.db").symlink_to(path)
    for name in (path, str(path), bytes(path), f"file:{path}?mode=ro", path.parent / "link.db"):
        with pytest.raises(UnsafeStore, match="use another process"):
            sqlite3.connect(name, uri=True)
    sqlite3.connect(path.parent / "other.db").close()
    store.close()
    other = sqlite3.connect(path)
    assert other.execute("SELECT batch FROM authority").fetchall() == [(1,)]
    other.close()


def test_people_read_a_copy_with_any_sqlite(path: Path) -> None:
    store, lines = opened(path)
    store.commit(lines.next([1, 2], {}))
    store.commit(lines.next([], {1: True}))
    store.backup(path.parent / "copy.db")
    store.close()
    copy = sqlite3.connect(path.parent / "copy.db")
    assert copy.execute("SELECT team, available, held, consumed FROM v_balances").fetchall() == [("team-1", 86, 7, 7)]
    columns = "team, user, product, tokens, window_start, window_end"
    assert copy.execute(f"SELECT {columns} FROM v_charges").fetchall() == [
        ("team-1", "user-1", "P1", 7, "2026-03-03T08:00:00Z", "2026-03-04T08:00:00Z")
    ]
    assert copy.execute("SELECT kind, pack, tokens FROM v_ledger").fetchall() == [("ORDER", 1, 100), ("CHARGE", 1, -7)]
    assert copy.execute("SELECT event, user FROM v_use_log").fetchall() == [("BEGIN", "user-1"), ("BEGIN", "user-2")]
    assert copy.execute("SELECT state, opened_at FROM v_sessions WHERE user = 'user-1'").fetchall() == [
        ("ACTIVE", "2026-03-03T08:00:00Z")
    ]
    assert copy.execute("SELECT pack, state, size, remaining, held FROM v_packs").fetchall() == [
        (1, "live", 100, 93, 7)
    ]
    copy.close()


def test_a_backup_is_made_while_batches_are_stored(path: Path) -> None:
    """R4: each copy is the store as of one moment: its books agree and its batch is one of those stored meanwhile."""
    store, lines = SqliteStore(path), Lines(users=50)
    store.commit(lines.opening())
    copies = [path.parent / f"copy-{number}.db" for number in range(4)]
    stored: list[tuple[int, int]] = []

    def copy() -> None:
        for file in copies:
            before = store.select("balance", {"team": 1, "now": T0})[0]["as_of"]
            store.backup(file)
            stored.append((before, store.select("balance", {"team": 1, "now": T0})[0]["as_of"]))

    thread = Thread(target=copy)
    thread.start()
    while thread.is_alive():
        pending = lines.pending()
        store.commit(lines.next([] if pending else range(1, 51), dict.fromkeys(pending, True)))
    thread.join()
    store.close()
    for number, (file, (before, after)) in enumerate(zip(copies, stored, strict=True)):
        target = path.parent / f"restored-{number}.db"
        restore(file, target)
        again = SqliteStore(target)
        assert before <= again.head(1)[0] <= after
        assert list(wrongs(again._connection)) == []
        again.close()


def test_a_restore_raises_the_epochs_and_keeps_the_rest(path: Path) -> None:
    store, lines = opened(path)
    store.commit(lines.next([1, 2], {}))
    store.backup(path.parent / "copy.db")
    store.close()
    restore(path.parent / "copy.db", path.parent / "restored.db")
    again = SqliteStore(path.parent / "restored.db")
    assert contents(again) == lines.contents()
    assert (again.meta().epoch, again.fence(1), again.meta().stopped) == (1, 1, True)
    assert again.head(1) == lines.head
    again.close()


def test_a_backup_overwrites_nothing(path: Path) -> None:
    store, _ = opened(path)
    taken = path.parent / "taken.db"
    taken.write_text("mine")
    with pytest.raises(UnsafeStore, match="it exists"):
        store.backup(taken)
    assert taken.read_text() == "mine"
    assert not list(path.parent.glob("*.partial"))
    store.close()


def test_a_restore_replaces_no_database(path: Path) -> None:
    store, _ = opened(path)
    copy = path.parent / "copy.db"
    store.backup(copy)
    with pytest.raises(InstanceHeld):
        restore(copy, path)
    store.close()
    with pytest.raises(UnsafeStore, match="it exists"):
        restore(copy, path)
    SqliteStore(path).close()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_a_backup_with_a_flipped_byte_is_refused(path: Path, share: float) -> None:
    store, lines = opened(path)
    store.commit(lines.next([1, 2], {}))
    copy, target = path.parent / "copy.db", path.parent / "restored.db"
    store.backup(copy)
    store.close()
    content = bytearray(copy.read_bytes())
    content[int(len(content) * share)] ^= 0x40
    copy.write_bytes(content)
    with pytest.raises(UnsafeStore, match="damaged"):
        restore(copy, target)
    assert not target.exists()
    assert not list(path.parent.glob("*.partial*"))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE account SET remaining = remaining - 1, expired = expired + 1", "pack 1: .*L2"),
        ("DROP TRIGGER ledger_is_kept; UPDATE ledger SET time = time + 1 WHERE seq = 2", "entry 2 does not follow"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM user WHERE user = 1", "no parent"),
    ],
)
def test_a_backup_that_was_changed_by_hand_is_refused(path: Path, sql: str, says: str) -> None:
    """Its checksum made anew does not help: the books and the chain are checked too."""
    store, lines = opened(path)
    store.commit(lines.next([1, 2], {}))
    store.commit(lines.next([], {1: True}))
    copy, target = path.parent / "copy.db", path.parent / "restored.db"
    store.backup(copy)
    store.close()
    connection = apsw.Connection(str(copy))
    connection.execute(sql).fetchall()
    connection.close()
    summed = subprocess.run(["sha256sum", copy.name], cwd=copy.parent, capture_output=True, text=True, check=True)
    checksum_path(copy).write_text(summed.stdout)
    with pytest.raises(UnsafeStore, match=says):
        restore(copy, target)
    assert not target.exists()


def test_a_backup_without_its_checksum_is_refused(path: Path) -> None:
    store, _ = opened(path)
    copy = path.parent / "copy.db"
    store.backup(copy)
    store.close()
    checksum_path(copy).unlink()
    with pytest.raises(UnsafeStore, match=r"copy\.db\.sha256 is not beside it"):
        restore(copy, path.parent / "restored.db")
