"""Batches that no engine should make: the database refuses each by itself, and nothing of it is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import apsw
import pytest

from flexauth.commands import DAY, MINUTE, EntryKind
from flexauth.faults import StoreFailed
from flexauth.store.database import Database
from flexauth.store.port import Write
from flexauth.store.verify import wrongs
from tests.store.books import PRODUCT, RATE, T0, YEAR, Lines, batch, entry, pack_row, row, team_writes

Tables = dict[str, Iterable[tuple[int, ...]]]
CHARGE, REFUND, ORDER = EntryKind.CHARGE, EntryKind.REFUND, EntryKind.ORDER
MOVE_OUT, MOVE_IN, EXPIRY = EntryKind.MOVE_OUT, EntryKind.MOVE_IN, EntryKind.EXPIRY
WINDOW = {"user": 1, "product": PRODUCT, "window_start": T0, "window_end": T0 + DAY, "rate": RATE}


def charge(seq: int, tokens: int = -RATE, pack: int = 1, **values: int) -> tuple[int, ...]:
    return entry(1, seq, CHARGE, pack, tokens, **{**WINDOW, **values})


def hold(tokens: int, pack: int = 1, position: int = 0, user: int = 1) -> tuple[int, ...]:
    return row("hold", team=1, user=user, product=PRODUCT, position=position, pack=pack, tokens=tokens)


@dataclass(frozen=True)
class Bad:
    """`tables` of one batch on team 1 with a pack of 100 tokens, after `first`; `says` is in the fault."""

    name: str
    says: str
    tables: Tables
    first: Tables | None = None


REFUSED = [
    Bad("more is charged than remains", "holds are within what remains", {"ledger": [charge(2, -101, rate=101)]}),
    Bad("more is held than remains", "holds are within what remains", {"hold": [hold(101)]}),
    Bad(
        "a charge eats what another line holds",
        "holds are within what remains",
        {"ledger": [charge(2, -10, rate=10)]},
        {"hold": [hold(95, user=2)]},
    ),
    Bad("a hold of a pack that is not there", "the team has no such pack", {"hold": [hold(1, pack=9)]}),
    Bad("an order into a pack that is not there", "the team has no such pack", {"ledger": [entry(1, 2, ORDER, 9, 5)]}),
    Bad("a charge of a pack that is not there", "the team has no such pack", {"ledger": [charge(2, pack=9)]}),
    Bad("a hold of nothing", "CHECK", {"hold": [hold(0)]}),
    Bad("the same hold twice", "UNIQUE", {"hold": [hold(7), hold(7)]}),
    Bad(
        "windows of a line overlap",
        "never overlap",
        {"ledger": [charge(3, window_start=T0 + DAY - 1, window_end=T0 + 2 * DAY - 1)]},
        {"ledger": [charge(2)]},
    ),
    Bad(
        "a later window reaches back over an earlier one",
        "never overlap",
        {"ledger": [charge(3, window_start=T0 - DAY + 1, window_end=T0 + 1)]},
        {"ledger": [charge(2)]},
    ),
    Bad("a window is charged twice from one pack", "UNIQUE", {"ledger": [charge(3)]}, {"ledger": [charge(2)]}),
    Bad(
        "slices of a window come to more than its rate",
        "rate at most",
        {
            "pack": [pack_row(1, 1, 93), pack_row(1, 2, 99)],
            "ledger": [entry(1, 2, ORDER, 2, 100), charge(3), charge(4, -1, pack=2)],
        },
    ),
    Bad("a window without an end", "window without length", {"ledger": [charge(2, window_end=T0)]}),
    Bad("a window of three days", "at most two days", {"ledger": [charge(2, window_end=T0 + 3 * DAY)]}),
    Bad("a charge that gives", "kind and sign", {"ledger": [charge(2, RATE)]}),
    Bad("an order that takes", "kind and sign", {"ledger": [entry(1, 2, ORDER, 1, -1)]}),
    Bad("an expiry that gives", "kind and sign", {"ledger": [entry(1, 2, EXPIRY, 1, 1)]}),
    Bad("an entry of no kind", "kind and sign", {"ledger": [entry(1, 2, 11, 1, 1)]}),  # type: ignore[arg-type]
    Bad("a charge without a pack", "without a pack", {"ledger": [charge(2, pack=0)]}),
    Bad("a second order into a full pack", "L2", {"ledger": [entry(1, 2, ORDER, 1, 1)]}),
    Bad(
        "a pack that is used before it came",
        "before all of it came",
        {"pack": [pack_row(1, 2, 43, size=100)], "ledger": [entry(1, 2, ORDER, 2, 50), charge(3, pack=2)]},
    ),
    Bad("a refund without a charge", "what its charge took", {"ledger": [entry(1, 2, REFUND, 1, RATE, **WINDOW)]}),
    Bad(
        "a refund of more than was charged",
        "CHECK|what its charge took",
        {"ledger": [entry(1, 3, REFUND, 1, RATE + 1, **WINDOW)]},
        {"ledger": [charge(2)]},
    ),
    Bad(
        "a refund that comes twice",
        "CHECK|what its charge took",
        {"ledger": [entry(1, 4, REFUND, 1, RATE, **WINDOW)]},
        {"ledger": [charge(2), entry(1, 3, REFUND, 1, RATE, **WINDOW)]},
    ),
    Bad(
        "the engine's balance is not that of the entries",
        "differs from its entries",
        {
            "pack": [pack_row(1, 1, 94)],
            "ledger": [charge(2)],
        },
    ),
    Bad(
        "a pack changes its price",
        "differs from its entries",
        {
            "pack": [(*pack_row(1, 1, 100)[:3], 1, *pack_row(1, 1, 100)[4:])],
        },
    ),
    Bad("a line of an unknown user", "FOREIGN KEY", {"line": [row("line", team=1, user=99, product=PRODUCT)]}),
    Bad(
        "a session of an unknown team",
        "FOREIGN KEY",
        {
            "session": [row("session", session_hi=1, team=7, user=1, product=PRODUCT, state=1, origin=1)],
        },
    ),
    Bad(
        "a session in no state",
        "CHECK",
        {
            "session": [row("session", session_hi=1, team=1, user=1, product=PRODUCT, state=9, origin=1)],
        },
    ),
    Bad("a device without a name", "FOREIGN KEY", {"device": [row("device", user=1, product=PRODUCT, device=5)]}),
    Bad("a use of no kind", "CHECK", {"use_log": [row("use_log", team=1, seq=1, event=15)]}),
    Bad("a use log row twice", "UNIQUE", {"use_log": [row("use_log", team=1, seq=1, event=1)] * 2}),
    Bad(
        "free use that ends before it begins",
        "CHECK",
        {
            "free_use": [row("free_use", team=1, user=1, product=PRODUCT, began_at=2, ended_at=1)],
        },
    ),
    Bad("a table that nobody knows", "no table is known", {"wishes": [(1,)]}),
]


def everything(store: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    names = store._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {str(name): store._connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_the_store_refuses(store: Database, lines: Lines, bad: Bad) -> None:
    if bad.first is not None:
        store.commit(batch(store, bad.first))
    before = everything(store)
    with pytest.raises(StoreFailed, match=bad.says):
        store.commit(batch(store, bad.tables))
    assert everything(store) == before
    assert list(wrongs(store._connection)) == []
    store.commit(batch(store))
    assert store.meta().batch == before["authority"][0][1] + 1


def test_the_chain_has_no_gap_and_no_other_past(store: Database, lines: Lines) -> None:
    """L3: an entry that skips a sequence, names another hash before it, or comes again, is refused."""
    good = batch(store, {"ledger": [charge(2)]})
    (sealed,) = good.ledger
    skipped = (sealed[0], 3, *sealed[2:])
    other_past = (*sealed[:22], b"\x01" * 32, sealed[23])
    for wrong in (skipped, other_past):
        with pytest.raises(StoreFailed, match="follows the last of its team"):
            store.commit(replace(good, ledger=[wrong]))
    with pytest.raises(StoreFailed, match="head is not that"):
        store.commit(replace(good, heads={1: (2, b"\x02" * 32)}))
    with pytest.raises(StoreFailed, match="not every ledger entry is sealed"):
        store.commit(replace(good, ledger=[]))
    store.commit(good)
    with pytest.raises(StoreFailed, match="UNIQUE"):
        store.commit(replace(good, number=3))


@pytest.mark.parametrize("tables", [
    {"ledger": [charge(2, -3), charge(3, -4, pack=2)]},
    {"ledger": [charge(2), charge(3, window_start=T0 + DAY, window_end=T0 + 2 * DAY)]},
    {"ledger": [charge(2), entry(1, 3, REFUND, 1, RATE, **WINDOW), charge(4, window_start=T0 + MINUTE)]},
    {"ledger": [charge(2), charge(3, user=2), charge(4, user=3)]},
], ids=["a charge over two packs", "the next window", "a window after a refunded one", "other lines"])  # fmt: skip
def test_the_store_takes(store: Database, lines: Lines, tables: Tables) -> None:
    second = {"pack": [pack_row(1, 2, 100)], "ledger": [entry(1, 2, ORDER, 2, 100)]}
    store.commit(batch(store, second))
    moved = [(team, seq + 1, *rest) for team, seq, *rest in tables["ledger"]]
    store.commit(batch(store, {"ledger": moved}))
    assert list(wrongs(store._connection)) == []


def test_a_refund_of_an_ended_pack_goes_to_a_make_good_pack(store: Database, lines: Lines) -> None:
    """L5: REFUND on the ended pack, MOVE_OUT from it, MOVE_IN to the new one; L2 holds for both."""
    store.commit(
        batch(store, {"ledger": [charge(2), entry(1, 3, EXPIRY, 1, -93)], "pack": [pack_row(1, 1, 0, ended=1)]})
    )
    good = pack_row(1, 2, RATE, size=RATE, parent=1)
    entries = [
        entry(1, 4, REFUND, 1, RATE, **WINDOW, corrects=2),
        entry(1, 5, MOVE_OUT, 1, -RATE, transfer=4),
        entry(1, 6, MOVE_IN, 2, RATE, transfer=4),
    ]
    store.commit(batch(store, {"pack": [good], "ledger": entries}))
    assert list(wrongs(store._connection)) == []
    accounts = store._connection.execute(
        "SELECT pack, remaining, consumed, expired, moved_out, refunded FROM account ORDER BY pack"
    ).fetchall()
    assert accounts == [(1, 0, 7, 93, 7, 7), (2, 7, 0, 0, 0, 0)]


def test_a_hold_of_many_slices_is_released_whole(store: Database, lines: Lines) -> None:
    second = {"pack": [pack_row(1, 2, 100)], "ledger": [entry(1, 2, ORDER, 2, 100)]}
    store.commit(batch(store, second))
    slices = [hold(3), hold(3, pack=2, position=1), hold(1, pack=2, position=2)]
    store.commit(batch(store, {"hold": [*slices, hold(5, user=2), hold(2, 2, 1, user=2)]}))
    store.commit(batch(store, {"hold_gone": [(1, 1, PRODUCT)]}))
    assert list(store.load_team(1)["hold"]) == [hold(5, user=2), hold(2, 2, 1, user=2)]
    assert list(wrongs(store._connection)) == []


@pytest.mark.parametrize("sql", [
    "UPDATE ledger SET tokens = -1",
    "DELETE FROM ledger",
    "UPDATE use_log SET code = 1",
    "DELETE FROM use_log",
    "DELETE FROM pack",
    "UPDATE pack SET size = 1",
    "DELETE FROM account",
    "UPDATE hold SET tokens = 1",
    "UPDATE rate SET rate = 1",
    "DELETE FROM rate",
    "DELETE FROM authority",
    "UPDATE authority SET mark = 0",
    "UPDATE authority SET batch = batch - 1",
])  # fmt: skip
def test_what_was_written_is_kept(store: Database, lines: Lines, sql: str) -> None:
    """L1, L7, T2: even by hand, without the program."""
    store.commit(lines.next([1], {}))
    with pytest.raises(apsw.ConstraintError):
        store._connection.execute(sql)


def test_time_never_goes_back(store: Database, lines: Lines) -> None:
    store.commit(batch(store, at=T0 + YEAR))
    with pytest.raises(StoreFailed, match="only go forward"):
        store.commit(batch(store, at=T0 + YEAR - 1))


def test_a_request_id_is_taken_once(store: Database, lines: Lines) -> None:
    made = Write("insert_request", {"request": "r-1", "digest": b"d", "result": b"{}", "made_at": T0})
    store.commit(batch(store, writes=[made]))
    with pytest.raises(StoreFailed, match="UNIQUE"):
        store.commit(batch(store, writes=[made, *team_writes(3)]))
    assert store.teams() == [1]


def test_a_wrong_account_is_found(store: Database, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of a whole database sees what a hand with a debugger could do: each change by itself is told."""
    store.commit(lines.next([1, 2], {}))
    store.commit(lines.next([], {1: True}))
    connection = store._connection
    damages: list[tuple[str, Callable[[str], bool]]] = [
        ("UPDATE account SET remaining = remaining - 1, expired = expired + 1", lambda said: "L2" in said),
        ("UPDATE account SET held = held + 1", lambda said: "P2" in said),
        ("DROP TRIGGER ledger_is_kept; UPDATE ledger SET rate = 8 WHERE seq = 2", lambda said: "entry 2" in said),
    ]
    for sql, expected in damages:
        connection.execute("BEGIN")
        connection.execute(sql)
        assert any(expected(said) for said in wrongs(connection)), sql
        connection.execute("ROLLBACK")
    assert list(wrongs(connection)) == []
