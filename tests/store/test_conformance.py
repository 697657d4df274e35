"""What every store does, run over each of them."""

from __future__ import annotations

import re
from threading import Thread

import pytest

from flexauth.commands import COLUMNS, DAY
from flexauth.faults import FenceLost, StoreFailed
from flexauth.store.database import Database
from flexauth.store.port import Meta, Write
from flexauth.store.statements import migrations, statement
from flexauth.store.verify import wrongs
from tests.store.books import RATE, T0, Lines, batch, product_writes, row, team_writes


def loaded(store: Database, team: int = 1) -> dict[str, list[tuple[int, ...]]]:
    return {table: sorted(rows) for table, rows in store.load_team(team).items()}


def test_a_new_store_stands_at_the_beginning(store: Database) -> None:
    assert store.meta() == Meta(batch=0, mark=0, absence=0, epoch=0, schema=len(migrations()), stopped=True)
    assert store.teams() == []
    assert store.head(1) == (0, bytes(32))


def test_what_was_committed_is_loaded_by_team(store: Database, lines: Lines) -> None:
    store.commit(lines.next([1, 2, 3], {}))
    store.commit(lines.next([1], {1: True, 2: False}))
    assert loaded(store) == lines.contents()
    assert store.head(1) == lines.head
    assert (store.meta().batch, store.meta().mark) == (3, lines.now)
    assert list(wrongs(store._connection)) == []


def test_the_order_of_columns_is_that_of_the_contract(store: Database) -> None:
    """Effects are inserted by position: a table whose columns stand otherwise would take a price for a date."""
    for table in (
        "line", "hold", "free_use", "session", "device", "device_name", "use_log", "ledger", "cap_entry",
    ):  # fmt: skip
        columns = tuple(str(name) for (_, name, *_) in store._connection.execute(f"PRAGMA table_info({table})"))
        assert columns[: len(COLUMNS[table])] == COLUMNS[table]
    for table in (
        "pack", "line", "hold", "free_use", "session", "device", "policy", "product", "rate", "counter", "calendar",
        "cap", "cap_use", "pool",
    ):  # fmt: skip
        found = re.search(r"SELECT (.+?) FROM", statement(f"load_{table}"))
        assert found is not None
        columns = tuple(name.strip().removeprefix("pack.") for name in found[1].split(","))
        assert columns == COLUMNS[table], table


@pytest.mark.parametrize(
    ("table", "first", "second", "gone"),
    [
        ("free_use", {"began_at": T0, "ended_at": T0 + 1}, {"began_at": T0 + 5, "ended_at": T0 + 9}, True),
        ("line", {"paid_until": T0}, {"paid_until": T0 + DAY}, True),
    ],
)
def test_rows_of_a_line_come_change_and_go(
    store: Database, lines: Lines, table: str, first: dict[str, int], second: dict[str, int], gone: bool
) -> None:
    key = {"team": 1, "user": 2, "product": 1}
    store.commit(batch(store, {table: [row(table, **key, **first)]}))
    assert loaded(store)[table] == [row(table, **key, **first)]
    store.commit(batch(store, {f"{table}_gone": [(1, 2, 1)], table: [row(table, **key, **second)]}))
    assert loaded(store)[table] == [row(table, **key, **second)]
    store.commit(batch(store, {f"{table}_gone": [(1, 2, 1)]}))
    assert loaded(store)[table] == []


def test_a_session_changes_and_goes(store: Database, lines: Lines) -> None:
    store.commit(lines.next([2], {}))
    (opened,) = loaded(store)["session"]
    changed = dict(zip(COLUMNS["session"], opened, strict=True)) | {"state": 3, "ended_at": T0 + 2 * DAY}
    store.commit(batch(store, {"session": [row("session", **changed)]}))
    assert loaded(store)["session"] == [row("session", **changed)]
    store.commit(batch(store, {"session_gone": [(opened[2], *opened[:2])]}))
    assert loaded(store)["session"] == []


def test_devices_are_loaded_by_user_and_their_names_stay_when_they_are_released(store: Database, lines: Lines) -> None:
    name = row("device_name", device=4, digest_hi=-5, digest_lo=6)
    device = row("device", user=2, product=1, device=4, registered_at=T0)
    text = Write("put_device_text", {"device": 4, "text": "ann's laptop"})
    store.commit(batch(store, {"device": [device], "device_name": [name]}, writes=[text]))
    assert list(store.load_user(2)["device"]) == list(store.load_devices()) == [device]
    assert list(store.load_device_names()) == [name]
    store.commit(batch(store, {"device_gone": [device[:3]]}))
    assert list(store.load_devices()) == []
    assert list(store.load_device_names()) == [name]
    assert (4, 5) in list(store.load_world()["counter"])


def test_names_and_counters_follow_what_was_written(store: Database, lines: Lines) -> None:
    names = {(kind, ident) for kind, ident, _, _ in store.load_names()}
    assert names == {(1, 1), (2, 1), (2, 2), (2, 3), (3, 1)}
    assert list(store.load_world()["counter"]) == [
        (1, 2), (2, 4), (3, 2), (4, 1), (5, 2), *((kind, 1) for kind in range(6, 13)),
    ]  # fmt: skip
    assert list(store.load_world()["rate"]) == [(1, 1, T0, RATE)]
    assert store.teams() == [1]


def test_a_batch_is_stored_once(store: Database, lines: Lines) -> None:
    again = lines.next([1], {})
    store.commit(again)
    with pytest.raises(StoreFailed, match="batch 2 is not after the last"):
        store.commit(again)
    assert loaded(store) == lines.contents()
    assert store.stored_batch() == 2


def test_a_refused_batch_leaves_nothing_and_the_next_is_taken(store: Database, lines: Lines) -> None:
    writes = [*team_writes(2), *product_writes(1)]  # product 1 is there already
    with pytest.raises(StoreFailed, match="UNIQUE"):
        store.commit(batch(store, {}, writes=writes))
    assert store.teams() == [1]
    assert store.meta().batch == 1
    store.commit(lines.next([1], {}))
    assert loaded(store) == lines.contents()


def test_a_batch_decided_under_an_old_fence_is_refused(store: Database, lines: Lines) -> None:
    assert store.fence(1) == 0
    taken = Write("put_fence", {"team": 1, "owner": "node-b", "epoch": 1, "deadline": T0})
    store.commit(batch(store, {}, writes=[taken]))
    with pytest.raises(FenceLost, match="Team 1"):
        store.commit(batch(store, {"line_gone": [(1, 1, 1)]}, fences={1: 0}))
    assert store.meta().batch == 2
    store.commit(batch(store, {"line_gone": [(1, 1, 1)]}, fences={1: 1}))
    assert store.meta().batch == 3


def test_a_clean_stop_is_remembered_until_the_next_batch(store: Database, lines: Lines) -> None:
    assert not store.meta().stopped
    store.commit(batch(store, {}, writes=[Write("set_stopped", {})]))
    assert store.meta().stopped
    store.commit(batch(store))
    assert not store.meta().stopped


def test_an_unknown_statement_writes_nothing(store: Database, lines: Lines) -> None:
    with pytest.raises(KeyError, match="no_such_statement"):
        store.commit(batch(store, {"line_gone": [(1, 1, 1)]}, writes=[Write("no_such_statement", {})]))
    assert store.meta().batch == 1
    assert store.stored_batch() == 1


def test_readers_answer_from_other_threads_while_batches_are_stored(store: Database, lines: Lines) -> None:
    """A reader sees whole batches: a hold and its pack's held tokens always agree."""
    seen: list[tuple[int, int]] = []

    def read() -> None:
        for _ in range(60):
            (balance,) = store.select("balance", {"team": 1, "now": T0})
            seen.append((balance["available"], balance["held"]))

    threads = [Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for user in (1, 2, 3) * 4:
        pending = lines.pending()
        store.commit(lines.next([] if user in pending else [user], {user: False} if user in pending else {}))
    for thread in threads:
        thread.join()
    assert len(seen) == 180
    assert {available + held for available, held in seen} == {100}


def test_a_backup_holds_what_was_stored_at_its_moment(store: Database, lines: Lines, tmp_path: object) -> None:
    assert store.select("balance", {"team": 1, "now": T0})[0]["available"] == 100
    store.commit(lines.next([1], {}))
    store.commit(lines.next([], {1: True}))
    (charge,) = store.select("charges_of_line", {"team": 1, "user": 1, "product": 1, "before": 2**62, "limit": 9})
    assert (charge["tokens"], charge["refunded"], charge["seq"]) == (RATE, 0, 2)
    (balance,) = store.select("balance", {"team": 1, "now": T0})
    assert balance == {
        "available": 93, "held": 0, "overdraft": 0, "purchased": 100, "consumed": 7, "expired": 0, "refunded": 0,
        "as_of": 2,
    }  # fmt: skip
